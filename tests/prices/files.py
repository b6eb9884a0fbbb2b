"""The bundled price file, and changed copies of it in the layout of docs/prices.md, written without the builder."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from llmcost_hooks.data import open_data

DATA = bytes(open_data("prices.json"))
WHOLE: dict[str, Any] = json.loads(DATA)


def edited(change: Callable[[dict[str, Any]], object], source: bytes = DATA) -> bytes:
    """The file after `change`."""
    value = json.loads(source)
    change(value)
    models, aliases = value.pop("models"), value.pop("aliases")
    tail = {key: value.pop(key) for key in ("revocations", "signatures")}
    lines = [f"  {json.dumps(key)}: {json.dumps(member)}," for key, member in value.items()]
    for part, members in (("models", models), ("aliases", aliases)):
        body = ",\n".join(f"    {json.dumps(name)}: {json.dumps(members[name])}" for name in sorted(members))
        lines += [f'  "{part}": {{', *([body] if body else []), "  },"]
    lines.append(json.dumps(tail, indent=2)[2:-2])
    return "\n".join(["{", *lines, "}", ""]).encode()
