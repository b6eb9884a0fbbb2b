"""docs/llm-cost.schema.json: one schema for all documents, and every golden file is valid by it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tools.build_schema import TARGET, bundle, documents

from ..pure.test_golden import FILES, GOLDEN
from .test_schemas import CHECKS, DOCUMENTS

PUBLISHED = json.loads(TARGET.read_text(encoding="utf-8"))
CHECK = Draft202012Validator(PUBLISHED)
DRAWN = sorted(name for name in FILES if name.endswith(".json"))


def test_it_is_what_the_schemas_of_the_package_give() -> None:
    assert TARGET.read_text(encoding="utf-8") == bundle(), "run: python -m tools.build_schema"
    Draft202012Validator.check_schema(PUBLISHED)


def test_it_has_every_document() -> None:
    assert {f"llm-cost/{name}/1" for name in DOCUMENTS} <= set(documents())
    stated = {schema["$id"] for schema in documents().values() if "$id" in schema}
    assert stated <= {each["$id"] for each in PUBLISHED["$defs"].values()}


@pytest.mark.parametrize("name", DRAWN)
def test_a_golden_document_is_valid(name: str) -> None:
    document = json.loads((GOLDEN / name).read_text(encoding="utf-8"))
    assert [f"{error.json_path}: {error.message}" for error in CHECK.iter_errors(document)] == []
    assert CHECKS[document["schema"].split("/")[1]].is_valid(document)


WRONG: dict[str, Any] = {
    "another name": {"schema": "llm-cost/invoice/1"},
    "another version": {"schema": "llm-cost/check/2"},
    "no name": {"schema": None},
    "money as a number": {"limit": 5.0},
    "a member too many": {"surplus": 1},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_document_is_not(wrong: str) -> None:
    document = json.loads((GOLDEN / "issue_check.json").read_text(encoding="utf-8"))
    assert CHECK.is_valid(document)
    changed = {key: value for key, value in {**document, **WRONG[wrong]}.items() if value is not None}
    assert not CHECK.is_valid(changed)
