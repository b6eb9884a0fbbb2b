"""Compare what the price book charges with what both public price libraries charge, over a grid of requests.

    python -m tools.check_prices --archive litellm-1.77.7-py3-none-any.whl > docs/evidence/prices.txt
    python -m tools.check_prices --archive ... --freeze   (also writes fixtures/prices/reference.json)

Ends with 1 on a disagreement that price_corrections.toml does not decide, and where the file is not what the builder
makes. Needs genai-prices, litellm and tiktoken, offline.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from llmcost_hooks.prices.book import PriceBook
from tools.build_prices import HERE, OUTPUT, read_inputs, render
from tools.price_building import build
from tools.price_merge import GENAI, LITELLM, UNKNOWN, Asked
from tools.price_oracles import Point, points
from tools.price_report import UNDECIDED, report
from tools.price_sources import Key

REFERENCE = os.path.join(os.path.dirname(HERE), "fixtures", "prices", "reference.json")
DECIMAL_TOLERANCE, FLOAT_TOLERANCE = Decimal("1e-9"), Decimal("1e-6")
FROZEN = {(1_847, 523, 0), (1_847, 523, 923), (200_001, 523, 0), (272_001, 523, 0)}


class Judge:
    """Says of a point whether it agrees, and by which decision where it does not."""

    def __init__(self, asked: Iterable[Asked], corrections: dict[str, Any]) -> None:
        self.decided: dict[Key, list[Asked]] = {}
        for item in asked:
            self.decided.setdefault((item.name, item.region), []).append(item)
        self.rules: list[dict[str, Any]] = corrections["decisions"]
        self.calculators: list[dict[str, Any]] = corrections["calculators"]
        self.used: set[int] = set()

    def __call__(self, point: Point) -> str:
        """ "agree", the reason why not, or UNDECIDED."""
        if point.ours is None:
            decided = self._decision(point, {UNKNOWN})
            return f"unknown: {decided}" if decided else "unknown: no library states a rate that it needs"
        reasons = [
            self._decision(point, {GENAI, LITELLM, UNKNOWN} - {library}) or self._calculator(point, library)
            for library, answer, tolerance in (
                (GENAI, point.genai, DECIMAL_TOLERANCE),
                (LITELLM, point.litellm, FLOAT_TOLERANCE),
            )
            if differs(point.ours, answer, tolerance)
        ]
        return next((reason or UNDECIDED for reason in reasons), "agree")

    def _decision(self, point: Point, takes: set[str]) -> str | None:
        """The reason of a decision for one of `takes` about a rate that the request needs."""
        parts = {path.partition(".")[0].partition(" ")[0] for path in point.paths}
        for asked in self.decided.get((point.model, point.region), ()):
            if asked.take in takes and (asked.where in point.paths or asked.where in parts or asked.where == "time"):
                return f"{asked.take}; {self.rules[asked.rule]['reason']}"
        return None

    def _calculator(self, point: Point, library: str) -> str | None:
        for number, rule in enumerate(self.calculators):
            fits = any(fnmatchcase(point.model, glob) for glob in rule["names"])
            if rule["library"] == library and fits and point.variant in rule["variants"]:
                self.used.add(number)
                return str(rule["reason"])
        return None


def differs(ours: Decimal, other: Decimal | None, tolerance: Decimal) -> bool:
    return other is not None and abs(ours - other) > tolerance * max(abs(ours), abs(other))


def frozen(day: str, found: list[Point], reasons: list[str]) -> bytes:
    """A part of the grid where somebody was asked and all agree, one offer and variant a line.

    "gpt-4o" -> "batch" -> [[input, output, cached, genai-prices, litellm], ...]; of the hosts, one request each.
    """
    lines: dict[str, list[Any]] = {}
    for point, reason in zip(found, reasons, strict=True):
        request, plain = point.request[:3], not any(point.request[3:])
        small = request == (1_847, 523, 0) and point.variant == "standard"
        direct = "/" not in point.model and point.region is None and request in FROZEN
        asked = (point.genai, point.litellm) != (None, None) and point.hour == "12:00"
        if reason == "agree" and asked and plain and (direct or small):
            name = f"{point.model}#{point.region or ''}|{point.variant}"
            lines.setdefault(name, []).append([*request, _text(point.genai), _text(point.litellm)])
    body = ",\n".join(
        f"    {json.dumps(name)}: {json.dumps(rows, separators=(',', ':'))}" for name, rows in sorted(lines.items())
    )
    return f'{{\n  "day": "{day}",\n  "costs": {{\n{body}\n  }}\n}}\n'.encode()


def _text(value: Decimal | None) -> str | None:
    """Fifteen digits: enough for both tolerances."""
    return None if value is None else f"{Decimal(f'{value:.15g}').normalize():f}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", required=True, help="the litellm wheel named in price_corrections.toml")
    parser.add_argument("--freeze", action="store_true", help="write fixtures/prices/reference.json")
    options = parser.parse_args()
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # keeps litellm off the network
    import litellm  # type: ignore[import-not-found]

    litellm.suppress_debug_info = True  # it prints to stdout
    with open(OUTPUT, "rb") as file:
        data = file.read()
    book = PriceBook(data)
    inputs = read_inputs(book.generated_at, options.archive)
    built = build(inputs)
    judge = Judge(built.asked, inputs.corrections)
    found = list(points(book, inputs))
    reasons = [judge(point) for point in found]
    print("\n".join(report(inputs, built, found, reasons)))
    idle = set(range(len(judge.calculators))) - judge.used
    same = render(built.file) == data
    print(f"\nbuilt again from the same inputs: {'the same bytes' if same else 'OTHER BYTES'}")
    print("".join(f"calculator rule {number + 1} is not needed\n" for number in sorted(idle)), end="")
    if options.freeze:
        with open(REFERENCE, "wb") as file:
            file.write(frozen(inputs.day.isoformat(), found, reasons))
    return 0 if same and not idle and UNDECIDED not in reasons else 1


if __name__ == "__main__":
    sys.exit(main())
