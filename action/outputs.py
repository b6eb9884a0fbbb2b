"""The totals of a diff's JSON document as outputs of a step: `name=value` lines, empty where a number is not known."""

from __future__ import annotations

import json
import re
import sys


def main(path: str) -> None:
    try:
        with open(path, encoding="utf-8") as file:
            total = json.load(file)["total"]
    except (OSError, ValueError, KeyError, TypeError):
        total = {}
    for name, key in (("total", "head"), ("delta", "delta"), ("percent", "percent")):
        value = total.get(key) or ""
        if not re.fullmatch(r"(-?[0-9]+(\.[0-9]+)?)?", value):
            raise SystemExit(f"{key} is not a number")
        sys.stdout.write(f"{name}={value}\n")


main(sys.argv[1])
