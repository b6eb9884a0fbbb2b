"""Every fixture file is read as the expectation beside it says, which was worked out by hand.

`fixtures/prompts/<format>/<file>` with `<file>.expected.json`. Nodes are JSON: a text is a string, a Variable
`{"variable": name}`, a Choice `{"choice": [[condition, nodes], ...]}`, a Loop `{"loop": over, "item": ..., "body":
...}`, an Include `{"include": ref}`, a Block `{"block": name, "body": ...}`; what is empty or false may be left out.
`tokens` are those of all texts, tools included, each counted on its own; tiktoken is the independent witness.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import tiktoken

from llmcost_hooks.facts import count_tokens
from llmcost_hooks.prompts import FORMATS, Prompt, parse_prompt
from llmcost_hooks.prompts.nodes import Block, Choice, Include, Loop, Node, Nodes, Variable, below, texts
from llmcost_hooks.tokens.encodings import spec_of
from llmcost_hooks.tokens.table import Ranks

from ..cli.running import ROOT
from ..tokens.conftest import open_encoding

FIXTURES = ROOT / "fixtures" / "prompts"
ENDING = ".expected.json"
FILES = sorted(path for path in FIXTURES.rglob("*") if path.is_file() and not path.name.endswith(ENDING))
KNOWN = {
    "messages",
    "variables",
    "includes",
    "tools",
    "model",
    "output_cap",
    "not_sent",
    "tokens",
    "member",
    "requests",
    "settings",
    "samples",
    "cost_limit",
}


def expected(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.with_name(path.name + ENDING).read_text(encoding="utf-8"))
    assert read.keys() <= KNOWN
    assert read.keys() >= {"messages", "tokens"}
    return read


def named(path: Path) -> str:
    return path.relative_to(FIXTURES).as_posix()


def read_fixture(path: Path, member: str | None = None) -> Prompt:
    place = path.name if member is None else f"{path.name}::{member}"
    return parse_prompt(path.read_bytes(), path=place, format=path.relative_to(FIXTURES).parts[0])


def as_json(node: Node) -> Any:
    if isinstance(node, str):
        return node
    if isinstance(node, Variable):
        return {"variable": node.name}
    if isinstance(node, Choice):
        return {"choice": [[condition, all_as_json(nodes)] for condition, nodes in node.branches]}
    if isinstance(node, Loop):
        body, otherwise = all_as_json(node.body), all_as_json(node.otherwise)
        return {"loop": node.over, "item": node.item, "body": body, "otherwise": otherwise}
    if isinstance(node, Include):
        blocks = [[name, all_as_json(nodes)] for name, nodes in node.blocks]
        return {"include": node.ref, "optional": node.optional, "blocks": blocks, "format": node.format}
    assert isinstance(node, Block)
    return {"block": node.name, "body": all_as_json(node.body)}


def all_as_json(nodes: Nodes) -> list[Any]:
    return [as_json(node) for node in nodes]


def whole(value: Any) -> Any:
    """An expectation with what it left out."""
    if isinstance(value, list):
        return [whole(each) for each in value]
    if not isinstance(value, dict):
        return value
    rest: dict[str, Any] = {}
    if "loop" in value:
        rest = {"item": "", "otherwise": []}
    if "include" in value:
        rest = {"optional": False, "blocks": [], "format": None}
    return {**rest, **{key: whole(each) for key, each in value.items()}}


def every(nodes: Nodes) -> Iterator[Node]:
    for node in nodes:
        yield node
        for inner in () if isinstance(node, str) else below(node):
            yield from every(inner)


@pytest.mark.parametrize("path", FILES, ids=named)
def test_a_file_is_read_as_worked_out_by_hand(path: Path) -> None:
    want = expected(path)
    prompt = read_fixture(path, want.get("member"))
    nodes = [node for message in prompt.messages for node in every(message.body)]
    found = {
        "messages": [[message.role, all_as_json(message.body)] for message in prompt.messages],
        "variables": sorted({node.name for node in nodes if isinstance(node, Variable)}),
        "includes": sorted({node.ref for node in nodes if isinstance(node, Include)}),
        "tools": len(prompt.tools),
        "model": prompt.model,
        "output_cap": prompt.output_cap,
        "not_sent": sorted(prompt.not_sent),
        "requests": prompt.requests,
        "settings": prompt.settings,
    }
    assert found == {
        "messages": whole(want["messages"]),
        "variables": sorted(set(want.get("variables", []))),
        "includes": sorted(set(want.get("includes", []))),
        "tools": want.get("tools", 0),
        "model": want.get("model"),
        "output_cap": want.get("output_cap"),
        "not_sent": sorted(want.get("not_sent", [])),
        "requests": want.get("requests", 1),
        "settings": want.get("settings"),
    }
    if "samples" in want:
        assert prompt.samples == want["samples"]
    if "cost_limit" in want:
        assert str(prompt.cost_limit) == want["cost_limit"]


@cache
def oracle(name: str) -> tiktoken.Encoding:
    """tiktoken as its documentation shows it, with the bundled vocabulary."""
    vocabulary = {token: rank for rank, token in enumerate(Ranks(open_encoding(name).table).vocabulary())}
    pattern = spec_of(name).pattern
    assert pattern
    return tiktoken.Encoding(name, pat_str=pattern, mergeable_ranks=vocabulary, special_tokens={})


@pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
def test_tokens_of_the_texts(encoding: str) -> None:
    witness = oracle(encoding)
    for path in FILES:
        want = expected(path)
        prompt = read_fixture(path, want.get("member"))
        sent = [text for message in prompt.messages for text in texts(message.body)] + list(prompt.tools)
        counted = sum(len(witness.encode_ordinary(text)) for text in sent)
        ours = sum(count_tokens(text, encoding) for text in sent)
        assert (counted, ours) == (want["tokens"][encoding],) * 2, named(path)


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_has_fixtures(format: str) -> None:
    assert sum(path.relative_to(FIXTURES).parts[0] == format for path in FILES) >= 2


def test_no_expectation_without_its_file() -> None:
    lone = [path for path in FIXTURES.rglob(f"*{ENDING}") if not path.with_name(path.name[: -len(ENDING)]).is_file()]
    assert lone == []


def test_every_kind_of_node_is_written_as_json() -> None:
    nodes: Nodes = (
        "a", Variable("b"), Choice((("c", ("d",)),)), Loop("e", "f", ("g",)), Include("h", (("i", ("j",)),)),
        Block("k", ("l",)),
    )  # fmt: skip
    assert all_as_json(nodes) == whole([
        "a", {"variable": "b"}, {"choice": [["c", ["d"]]]}, {"loop": "f", "item": "e", "body": ["g"]},
        {"include": "h", "blocks": [["i", ["j"]]]}, {"block": "k", "body": ["l"]},
    ])  # fmt: skip
