"""Write docs/llm-cost.schema.json: every document of `--format json` in one JSON Schema.

    python -m tools.build_schema

A test compares it with what this writes now. The schemas in the package stay the source; each is here as it is there,
under its own `$id`, as JSON Schema 2020-12 bundles schemas, and the document's own `schema` says which one holds.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
DATA = ROOT / "llmcost_hooks" / "data"
TARGET = ROOT / "docs" / "llm-cost.schema.json"


def documents() -> dict[str, dict[str, Any]]:
    """`llm-cost/check/1` -> its schema: all that describe a document, which names itself in `schema`."""
    found = {}
    for path in sorted(DATA.glob("*.schema.json")):
        schema = json.loads(path.read_text(encoding="utf-8"))
        name = schema.get("properties", {}).get("schema", {}).get("const")
        if isinstance(name, str) and name.startswith("llm-cost/"):
            found[name] = schema
    return found


def bundle() -> str:
    schemas = documents()
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:llm-cost:documents",
        "title": "llm-cost --format json",
        "description": "Any document that llm-cost prints. Its member `schema` says which one it is.",
        "type": "object",
        "required": ["schema"],
        "properties": {"schema": {"description": "Which document this is, and its version.", "enum": sorted(schemas)}},
        "allOf": [
            {"if": {"properties": {"schema": {"const": name}}}, "then": {"$ref": _id(name)}} for name in sorted(schemas)
        ],
        "$defs": {_key(name): {**schemas[name], "$id": _id(name)} for name in sorted(schemas)},
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def _id(name: str) -> str:
    """`llm-cost/check/1` -> `urn:llm-cost:check:1`, below which the references within each schema hold."""
    return "urn:" + name.replace("/", ":")


def _key(name: str) -> str:
    """`llm-cost/check/1` -> `check-1`."""
    return "-".join(name.split("/")[1:])


def main() -> int:
    TARGET.write_text(bundle(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
