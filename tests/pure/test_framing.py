"""What providers add to a text: checked against formulas written out here with tiktoken, and against published sums."""

from __future__ import annotations

import json
import math
from datetime import date
from functools import cache
from typing import Any

import pytest
from tiktoken import Encoding as Tiktoken

from llmcost_hooks.counting import _counted, _said
from llmcost_hooks.data import open_data
from llmcost_hooks.facts import _counter, load_encoding
from llmcost_hooks.framing import Extra, chat_overhead, image_tokens, tool_prompt
from llmcost_hooks.known import framing as known
from llmcost_hooks.linking import Facts
from llmcost_hooks.manifest import Assumptions
from llmcost_hooks.models import Model, resolve_model
from llmcost_hooks.prices.book import PriceBook
from llmcost_hooks.prompts import Problem, parse_prompt
from llmcost_hooks.prompts.images import Image
from llmcost_hooks.prompts.parts import numbered
from llmcost_hooks.sizing import NO_SIZE, Input, input_of
from llmcost_hooks.snapshot import PromptFile
from llmcost_hooks.tokens import KNOWN
from llmcost_hooks.tokens.table import Ranks

REAL = PriceBook(open_data("prices.json"))
TODAY = date(2026, 11, 26)


def model(name: str) -> Model:
    found = resolve_model(name, REAL)
    assert found is not None, name
    return found


def size(body: Any, name: str, on: date = TODAY, **assumed: Any) -> Input:
    """The input of one request of a JSON file."""
    of, prompt = model(name), parse_prompt(json.dumps(body).encode(), path="a.json", format="openai")
    ((_, facts),) = _counted([(("openai", "x"), _said(prompt), numbered(prompt), {of.encoding})], _counter)
    file = PromptFile("a", "a.json", "x", "openai", Assumptions(**assumed), None, {}, True)
    found = input_of(file, facts, of, Facts({}), "side", None, on)
    assert not isinstance(found, Problem), found
    return found


def parts(found: Input) -> dict[str, int]:
    return {kind: tokens for kind, _, tokens in found.parts}


# --- messages ---------------------------------------------------------------------------------------------------------

MESSAGES = [
    {"role": "system", "content": "You turn complaints into tickets."},
    {"role": "system", "name": "sample_customer", "content": "The left brake squeaks since Monday."},
    {"role": "system", "name": "sample_agent", "content": "Brake, left: noise. Since Monday."},
    {"role": "user", "content": "Two screws are missing in the bag."},
]
TOOLS = [
    {
        "type": "function",
        "function": {
            "name": "open_ticket",
            "description": "Opens a ticket for the workshop.",
            "parameters": {
                "type": "object",
                "properties": {
                    "part": {"type": "string", "description": "What is broken, e.g. brake."},
                    "urgency": {"type": "string", "description": "How soon", "enum": ["now", "this week", "later"]},
                },
                "required": ["part"],
            },
        },
    },
    {"type": "function", "function": {"name": "close", "description": "Closes it", "parameters": {"type": "object"}}},
]


@cache
def reference(encoding: str) -> Tiktoken:
    """tiktoken with the vocabulary of the package."""
    ranks = Ranks(load_encoding(encoding).table)
    vocabulary = {token: rank for rank, token in enumerate(ranks.vocabulary())}
    return Tiktoken(encoding, pat_str=str(KNOWN[encoding].pattern), mergeable_ranks=vocabulary, special_tokens={})


def by_the_cookbook(encoding: Tiktoken, messages: list[dict[str, str]], per_message: int, per_name: int) -> int:
    """The rule of OpenAI's cookbook, written anew: every value counts, roles and names included."""
    whole = 3
    for message in messages:
        whole += per_message + sum(len(encoding.encode_ordinary(value)) for value in message.values())
        whole += per_name if "name" in message else 0
    return whole


def tools_by_the_cookbook(encoding: Tiktoken, first: int) -> int:
    def count(text: str) -> int:
        return len(encoding.encode_ordinary(text))

    whole = 12
    for tool in TOOLS:
        function: Any = tool["function"]
        whole += first + count(f"{function['name']}:{function['description'].rstrip('.')}")
        properties = function["parameters"].get("properties", {})
        whole += 3 if properties else 0
        for name, value in properties.items():
            whole += 3 + count(f"{name}:{value['type']}:{value['description'].rstrip('.')}")
            if "enum" in value:
                whole += sum(3 + count(each) for each in value["enum"]) - 3
    return whole


@pytest.mark.parametrize("name", ["gpt-4o", "gpt-4", "gpt-3.5-turbo", "gpt-4.1"])
def test_messages_of_openai(name: str) -> None:
    found = size({"messages": MESSAGES}, name)
    assert found.tokens == by_the_cookbook(reference(model(name).encoding), MESSAGES, 3, 1)
    assert (found.low, found.high, found.grade) == (found.tokens, found.tokens, "exact")
    assert found.framing == found.tokens - parts(found)["text"]


def test_the_first_chat_model_counts_names_in_another_way() -> None:
    first, later = model("gpt-3.5-turbo-0301"), model("gpt-3.5-turbo")
    assert chat_overhead(first, 4, 0, 0, 1).typical - chat_overhead(later, 4, 0, 0, 1).typical == 4
    assert chat_overhead(first, 4, 0, 2, 1).typical - chat_overhead(later, 4, 0, 2, 1).typical == 0


def test_its_messages_by_the_cookbook() -> None:
    found = size({"messages": MESSAGES}, "gpt-3.5-turbo-0301")
    assert found.tokens == by_the_cookbook(reference("cl100k_base"), MESSAGES, 4, -1)


@pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
def test_a_role_is_one_token(encoding: str) -> None:
    for role in ("system", "user", "assistant", "developer", "tool", "function", "model"):
        assert _counter(encoding).count(role) == known.ROLE


@pytest.mark.parametrize(
    ("name", "messages", "systems", "tokens"),
    [
        ("claude-sonnet-4-5", 1, 0, 6),  # a message of one character counts 7 there
        ("claude-sonnet-4-5", 2, 1, 6),  # 14 with "You are a scientist" and "Hello, Claude"
        ("claude-opus-5", 3, 1, 9),
        ("groq/llama-3.3-70b-versatile", 1, 0, 10),
        ("groq/meta-llama/llama-4-scout-17b-16e-instruct", 2, 1, 15),
        ("gpt-4o", 0, 0, 0),
    ],
)
def test_messages_of_others(name: str, messages: int, systems: int, tokens: int) -> None:
    assert chat_overhead(model(name), messages, systems, 0, 1) == Extra(tokens, tokens, tokens)


@pytest.mark.parametrize("name", ["grok-4", "openrouter/moonshotai/kimi-k2", "mistral-nemo", "gemini-2.5-pro"])
def test_messages_that_nobody_publishes_are_a_band(name: str) -> None:
    """As OpenAI's, between DeepSeek's and Llama's; and no count with them is exact."""
    assert chat_overhead(model(name), 4, 0, 0, 1) == Extra(6, 19, 25, "heuristic")
    found = size({"messages": [{"role": "user", "content": each["content"]} for each in MESSAGES]}, name)
    assert (found.grade, found.framing) == ("heuristic", 19)
    assert found.low < found.tokens < found.high


def test_names_have_the_band_of_the_text() -> None:
    named = [{"role": "user", "name": "a_customer_of_the_workshop_in_the_next_street", "content": "Hello"}]
    found = size({"messages": named}, "claude-sonnet-4-5")
    bare = size({"messages": [{"role": "user", "content": "Hello"}]}, "claude-sonnet-4-5")
    counted = _counter("o200k_base").count(named[0]["name"])
    low, typical, high = (-(-counted * percent // 100) for percent in (104, 116, 128))
    assert (found.low - bare.low, found.tokens - bare.tokens, found.high - bare.high) == (
        low + 1,
        typical + 1,
        high + 1,
    )


# --- tools ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "first", "grade"),
    [("gpt-4o", 7, "calibrated"), ("gpt-4", 10, "calibrated"), ("gpt-3.5-turbo", 10, "calibrated"),
     ("gpt-4.1", 7, "heuristic"), ("o3", 7, "heuristic")],
)  # fmt: skip
def test_tools_of_openai(name: str, first: int, grade: str) -> None:
    found = size({"messages": MESSAGES, "tools": TOOLS}, name)
    expected = tools_by_the_cookbook(reference(model(name).encoding), first)
    assert parts(found)["tools"] == expected
    assert found.grade == grade
    assert (found.low < found.tokens < found.high) == (grade == "heuristic")


@pytest.mark.parametrize(
    "parameters",
    [
        {"properties": {"a": {"type": "object", "properties": {}}}},
        {"properties": {"a": {"type": "array", "items": {"type": "string"}}}},
        {"properties": {"a": {"anyOf": []}}},
        {"properties": {"a": "b"}},
        "x",
    ],
)
def test_a_nested_schema_counts_as_json(parameters: Any) -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": parameters}}
    compact = json.dumps(tool, separators=(",", ":"))
    found = size({"messages": MESSAGES, "tools": [tool]}, "gpt-4o")
    assert parts(found)["tools"] == _counter("o200k_base").count(compact) + 12
    assert found.grade == "heuristic"


def test_tools_of_others_count_as_json() -> None:
    found = size({"messages": MESSAGES, "tools": TOOLS}, "grok-4")
    assert found.grade == "heuristic"
    assert "tool_prompt" not in parts(found)


@pytest.mark.parametrize(
    ("name", "choice", "on", "tokens"),
    [
        ("claude-sonnet-4-5", None, TODAY, 496),
        ("claude-sonnet-4-5", {"type": "auto"}, TODAY, 496),
        ("claude-sonnet-4-5", {"type": "none"}, TODAY, 496),
        ("claude-sonnet-4-5", {"type": "any"}, TODAY, 588),
        ("claude-sonnet-4-5", {"type": "tool", "name": "close"}, TODAY, 588),
        ("claude-sonnet-4-5", None, date(2026, 7, 12), 346),
        ("claude-sonnet-4-5", None, date(2026, 7, 13), 496),
        ("claude-3-haiku", None, date(2000, 1, 1), 264),
        ("bedrock/anthropic.claude-opus-4-8", None, TODAY, 290),
        ("claude-opus-4", None, TODAY, 313),
        ("claude-sonnet-5", "required", TODAY, 474),
    ],
)
def test_anthropics_prompt_of_tools(name: str, choice: Any, on: date, tokens: int) -> None:
    body = {"messages": MESSAGES, "tools": TOOLS, **({"tool_choice": choice} if choice else {})}
    assert parts(size(body, name, on))["tool_prompt"] == tokens
    assert "tool_prompt" not in parts(size({"messages": MESSAGES}, name, on))


def test_where_that_prompt_is_not_published_it_is_a_band() -> None:
    found = tool_prompt(model("claude-fable-5"), forced=False, on=TODAY)
    assert found == Extra(290, 354, 804, "heuristic")


def test_every_row_of_that_table_is_of_a_model() -> None:
    from llmcost_hooks.families import developer_name, fits

    names = {developer_name(row) for row in REAL.rows()}
    for row in known.TOOL_PROMPTS:
        assert any(fits(row.name, name) for name in names), row.name


# --- images -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "image", "tokens"),
    [
        ("gpt-4o", Image(1024, 1024), 765),  # OpenAI's own examples
        ("gpt-4o", Image(2048, 4096), 1105),
        ("gpt-4o", Image(4096, 8192, "low"), 85),
        ("gpt-4o", Image(detail="low"), 85),
        ("gpt-4o", Image(512, 512), 255),
        ("gpt-4o", Image(1, 1), 255),
        ("gpt-4o", Image(99_999, 1), 765),
        ("gpt-4o-mini", Image(512, 512), 8500),
        ("gpt-4o-mini", Image(128, 64, "low"), 2833),
        ("o3", Image(128, 64, "low"), 75),
        ("o3-2025-04-16", Image(128, 64), 225),
        ("gpt-5-mini", Image(256, 256), 77),  # these six as the API billed them
        ("gpt-5-mini", Image(512, 512), 308),
        ("gpt-5-mini", Image(768, 1024), 922),
        ("gpt-5-mini", Image(1280, 720), 1104),
        ("gpt-5-mini", Image(1024, 1024), 1229),
        ("gpt-5-mini", Image(2048, 768), 1844),
        ("gpt-4.1-mini", Image(1024, 1024), 1659),  # 1,024 patches
        ("gpt-4.1-mini", Image(1800, 2400), 2353),  # 1,452
        ("gpt-4.1-mini", Image(1, 99_999), 2489),
        ("claude-sonnet-4-5", Image(200, 200), 64),
        ("claude-sonnet-4-5", Image(1092, 1092), 1521),
        ("claude-sonnet-4-5", Image(4000, 3000), 1568),
        ("claude-opus-4-7", Image(4000, 3000), 4784),
        ("gemini-2.5-pro", Image(384, 384), 258),
        ("gemini-2.5-pro", Image(769, 768), 516),
        ("gemini-3-pro-preview", Image(10, 10), 1120),
        ("gemini-3-pro-preview", Image(detail="low"), 280),
        ("gemini-3-pro-preview", Image(10, 10, "ultra_high"), 2240),
    ],
)
def test_images_by_published_formulas(name: str, image: Image, tokens: int) -> None:
    found = image_tokens(model(name), image)
    assert found is not None
    assert found.typical == tokens
    if found.grade == "heuristic":  # the band holds the page's 1.62 of gpt-5-mini
        assert (found.low, found.high) == (int(tokens / 1.35), math.ceil(tokens * 1.35))
    else:
        assert found == (tokens, tokens, tokens, "calibrated")


@pytest.mark.parametrize(
    ("name", "image"),
    [("gpt-4o", Image()), ("gpt-4o", Image(detail="high")), ("claude-sonnet-5", Image(detail="low")),
     ("grok-4", Image(10, 10)), ("o3-mini", Image(128, 64))],
)  # fmt: skip
def test_an_image_of_unknown_size_is_unknown(name: str, image: Image) -> None:
    assert image_tokens(model(name), image) is None
    assert image_tokens(None, image) is None


def asks(*images: dict[str, Any]) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, *images]}]}


def test_an_image_of_a_request() -> None:
    low = {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}}
    sized = {"type": "input_image", "image_url": "x", "width": 1024, "height": 1024}
    without = size(asks(), "gpt-4o")
    found = size(asks(low, sized), "gpt-4o")
    assert (found.tokens, parts(found)["images"]) == (without.tokens + 850, 850)
    assert (found.grade, found.undeclared, found.notes) == ("calibrated", (), ())


@pytest.mark.parametrize("image", [{"type": "image_url", "image_url": {"url": "x"}},
                                   {"type": "image_url", "image_url": {"url": "x", "detail": "auto"}},
                                   {"type": "image", "width": 0, "height": 5}])  # fmt: skip
def test_without_a_size_the_input_is_a_lower_bound(image: dict[str, Any]) -> None:
    found = size(asks(image), "gpt-4o")
    assert (found.undeclared, found.notes) == (("images",), (NO_SIZE,))
    stated = size(asks(image), "gpt-4o", images=((1024, 1024, ""),))
    assert (stated.undeclared, parts(stated)["images"]) == ((), 765)


def test_some_images_are_known_and_some_are_not() -> None:
    low = {"type": "image_url", "image_url": {"url": "x", "detail": "low"}}
    found = size(asks(low, {"type": "image_url", "image_url": "y"}), "gpt-4o")
    assert (found.undeclared, parts(found)["images"]) == (("images",), 85)


def test_images_of_the_manifest_go_before_those_of_the_file() -> None:
    low = {"type": "image_url", "image_url": {"url": "x", "detail": "low"}}
    found = size(asks(low), "gpt-4o", images=((512, 512, ""), (512, 512, "low")))
    assert parts(found)["images"] == 255 + 85
