from __future__ import annotations

import os
import re
import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiktoken.model import encoding_name_for_model

import llmcost_hooks
from llmcost_hooks.data import open_data
from llmcost_hooks.families import ITSELF, counting_of, family_of
from llmcost_hooks.known.families import DEVELOPERS, FAMILIES
from llmcost_hooks.models import near_names, resolve_model
from llmcost_hooks.prices.book import PriceBook
from llmcost_hooks.tokens.encodings import CORE

BOOK = PriceBook(open_data("prices.json"))
IDS = [row.id for row in BOOK.rows()]


def resolved(name: str) -> str | None:
    model = resolve_model(name, BOOK)
    return model.id if model else None


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("gpt-4o", "gpt-4o"),
        ("GPT-4.1", "gpt-4.1"),
        ("GPT-4o mini", "gpt-4o-mini"),
        ("  gpt-4o\t", "gpt-4o"),
        ("Claude Sonnet 4.5", "claude-sonnet-4-5"),
        ("Claude 3.5 Sonnet", "claude-3-5-sonnet"),
        ("Claude Opus 3", "claude-3-opus"),
        ("claude_opus_4_1", "claude-opus-4-1"),
        ("claude-3.5-sonnet", "claude-3-5-sonnet"),
        ("claude-3-5-sonnet-20241022", "claude-3-5-sonnet"),
        ("claude-3-5-sonnet-latest", "claude-3-5-sonnet"),
        ("claude-4.5-haiku", "claude-haiku-4-5"),
        ("claude-sonnet-4-5-20250929", "claude-sonnet-4-5"),
        ("claude-sonnet-4-5-2025-09-29", "claude-sonnet-4-5"),
        ("Gemini 2.5 Pro", "gemini-2.5-pro"),
        ("gemini-2.5-pro-latest", "gemini-2.5-pro"),
        ("gemini-flash-latest", "gemini-flash-latest"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gpt-4o-20240806", "gpt-4o"),
        ("gpt-4o-2024-05-13", "gpt-4o-2024-05-13"),
        ("gpt-4o-20240513", "gpt-4o-2024-05-13"),
        ("gpt-5-chat-latest", "gpt-5-chat"),
        ("openai/gpt-4o", "gpt-4o"),
        ("OpenAI/GPT-4o", "gpt-4o"),
        ("anthropic/claude-3-haiku", "claude-3-haiku"),
        ("google/gemini-2.0-flash", "gemini-2.0-flash"),
        ("googleai/gemini-2.0-flash", "gemini-2.0-flash"),
        ("gemini/gemini-1.5-pro", "gemini-1.5-pro"),
    ],
)
def test_names_as_people_write_them(name: str, model: str) -> None:
    assert resolved(name) == model


@pytest.mark.parametrize(
    "name",
    [
        "bedrock/claude-3-haiku",
        "openai/openai/gpt-4o",
        "claude-sonnet-4@20250514",
        "openai/claude-3-haiku",  # not that provider's
        "google/gpt-4o",
        "/gpt-4o",
        "openai/",
        "gpt-4o-2025-01-01",  # no such release is known, so its price is not
        "o1-mini-2024-09-12",  # had another price
        "gpt-4o-2024",
        "gpt-4o:extended",
        "gpt4o",
        "latest",
        "-latest",
        "",
        " ",
        "-",
        'gpt-4o"',
        "gpt-4o\n}",
        "gpt-4.",
        "g" * 10_240,
        "openai/" * 2_000 + "gpt-4o",
    ],
)
def test_what_is_not_known_is_none(name: str) -> None:
    assert resolve_model(name, BOOK) is None


@given(st.text(max_size=60))
def test_any_text_resolves_to_a_model_of_the_file_or_to_nothing(name: str) -> None:
    assert resolved(name) in {None, *IDS}


@given(st.sampled_from(BOOK.names()), st.data())
def test_case_does_not_matter(name: str, data: st.DataObject) -> None:
    mixed = "".join(data.draw(st.sampled_from((c.lower(), c.upper()))) for c in name)
    assert resolved(mixed) == resolved(name)


def test_every_name_of_the_file_resolves_with_a_grade_and_a_reason() -> None:
    for name in BOOK.names():
        model, located = resolve_model(name, BOOK), BOOK.locate(name)
        assert model is not None and located is not None, name
        assert (model.row, model.region) == located, name
        assert model.encoding in CORE, name
        assert model.grade in ("exact", "heuristic"), name
        assert re.fullmatch(r"[ -~]{20,130}", model.basis), name
        if model.grade == "exact":
            assert model.ratios is ITSELF, name
        else:
            assert all(0 < low < typical < high for low, typical, high in model.ratios), name
            assert str(model.ratios[0].typical) in model.basis or "assumed" in model.basis, name


def test_no_model_of_a_developer_that_is_known_falls_through() -> None:
    """What nobody measured is named by a rule, or is a developer's without any public figure."""
    for row in BOOK.rows():
        found = counting_of(row)
        assert found.family in FAMILIES or found.grade == "exact", row.id
        if found.family == "unmeasured":
            embeds = row.mode == "embedding" or "embed" in row.id
            assert row.developer not in DEVELOPERS or embeds or "prompt-guard" in row.id, row.id


@pytest.mark.parametrize(
    ("name", "encoding", "grade"),
    [
        ("groq/llama-3.3-70b-versatile", "llama3", "exact"),
        ("gemini-2.5-pro", "gemma3", "exact"),
        ("vertex_ai/gemini-2.5-flash-lite", "gemma3", "exact"),
        ("gemini-2.5-flash-preview-09-2025", "gemma3", "heuristic"),  # Google's library does not map these three
        ("gemini-2.5-computer-use-preview-10-2025", "gemma3", "heuristic"),
        ("gemini-2.5-flash-native-audio-latest", "gemma3", "heuristic"),
        ("gemini-3.8-flash", "o200k_base", "heuristic"),
        ("bedrock/deepseek.v3-v1:0", "deepseek_v3", "exact"),
        ("openrouter/deepseek/deepseek-v4-pro", "deepseek_v3", "heuristic"),  # nobody says that it is V3's
        ("davinci", "r50k_base", "exact"),
        ("claude-sonnet-5", "o200k_base", "heuristic"),
    ],
)
def test_with_more_encodings_at_hand(name: str, encoding: str, grade: str) -> None:
    model = resolve_model(name, PriceBook(open_data("prices.json"), lambda encoding: True))
    assert model is not None
    assert (model.encoding, model.grade) == (encoding, grade)


def test_every_family_has_ratios_and_every_rule_a_family() -> None:
    from llmcost_hooks.known.families import RULES
    from llmcost_hooks.known.ratios import RATIOS

    assert {family.ratios for family in FAMILIES.values()} == RATIOS.keys()
    assert {family for _, family, _ in RULES} | set(DEVELOPERS.values()) <= FAMILIES.keys()
    assert all(rule == rule.lower() for rule, _, _ in RULES)
    for n, (rule, _, _) in enumerate(RULES):  # a rule behind a shorter one would never be asked
        assert not any(earlier in rule and earlier[0] != "=" for earlier, _, _ in RULES[:n]), rule


def test_exact_is_what_tiktoken_maps_and_nothing_else() -> None:
    own = [name for name in IDS if (row := BOOK.find(name)) and row.channel == "openai" and name[:3] != "ft:"]
    assert len(own) > 50
    for name in own:
        model = resolve_model(name, BOOK)
        assert model is not None
        try:
            expected = encoding_name_for_model(name)
        except KeyError:
            assert model.grade == "heuristic", name
        else:
            expected = expected.replace("o200k_harmony", "o200k_base")
            assert (model.grade == "exact") == (expected in CORE), name
            assert model.grade != "exact" or model.encoding == expected, name


@pytest.mark.parametrize(
    ("name", "model", "region"),
    [
        ("azure/gpt-4o", "azure/gpt-4o", None),
        ("azure/gpt-4o#eu", "azure/gpt-4o", "eu"),
        ("vertex_ai/gemini-2.5-pro", "vertex_ai/gemini-2.5-pro", None),
        ("openrouter/openai/gpt-4o", "openrouter/openai/gpt-4o", None),
        (
            "together/meta-llama/Llama-3.3-70B-Instruct-Turbo",
            "together_ai/meta-llama/Llama-3.3-70B-Instruct-Turbo",
            None,
        ),
        ("Groq/Llama-3.3-70b-versatile", "groq/llama-3.3-70b-versatile", None),
        ("us.anthropic.claude-sonnet-4-5-20250929-v1:0", "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0", "us"),
        ("xai/grok-4", "grok-4", None),
        ("ft:gpt-4o-2024-08-06:acme::abc", "ft:gpt-4o-2024-08-06", None),
        ("openai/ft:gpt-4o-2024-08-06:acme::abc", "ft:gpt-4o-2024-08-06", None),
        ("models/gemini-2.5-pro", "gemini-2.5-pro", None),
    ],
)
def test_channels_regions_and_fine_tuned_models(name: str, model: str, region: str | None) -> None:
    found = resolve_model(name, BOOK)
    assert found is not None
    assert (found.id, found.region) == (model, region)


@pytest.mark.parametrize(
    ("name", "encoding", "grade", "ratio"),
    [
        ("gpt-4", "cl100k_base", "exact", "1"),
        ("gpt-4-turbo", "cl100k_base", "exact", "1"),
        ("gpt-3.5-turbo", "cl100k_base", "exact", "1"),
        ("gpt-4.1", "o200k_base", "exact", "1"),  # not gpt-4's, though its name begins like it
        ("gpt-4.5-preview", "o200k_base", "exact", "1"),
        ("gpt-5-mini", "o200k_base", "exact", "1"),
        ("gpt-5.6-luna", "o200k_base", "exact", "1"),
        ("o4-mini", "o200k_base", "exact", "1"),
        ("gpt-3.5-0301", "cl100k_base", "heuristic", "1"),  # tiktoken's table has no such name
        ("text-embedding-ada-002-v2", "cl100k_base", "heuristic", "1"),
        ("gpt-6-sol", "o200k_base", "heuristic", "1.00"),
        ("gpt-6.1-terra", "o200k_base", "heuristic", "1.00"),
        ("groq/openai/gpt-oss-20b", "o200k_base", "exact", "1"),  # o200k_harmony
        ("claude-3-haiku", "o200k_base", "heuristic", "1.16"),
        ("claude-opus-4-6", "o200k_base", "heuristic", "1.16"),
        ("claude-opus-4-7", "o200k_base", "heuristic", "1.60"),
        ("gemini-1.5-pro", "o200k_base", "heuristic", "1.08"),
        ("gemini-4-argon", "o200k_base", "heuristic", "1.15"),
        ("grok-4", "o200k_base", "heuristic", "1.05"),
    ],
)
def test_how_tokens_are_counted(name: str, encoding: str, grade: str, ratio: str) -> None:
    model = resolve_model(name, BOOK)
    assert model is not None
    assert (model.encoding, model.grade, model.ratios[0].typical) == (encoding, grade, Decimal(ratio))


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("claude-3-5-sonnet", "claude_4_6"),
        ("claude-opus-4", "claude_4_6"),
        ("claude-sonnet-4-6", "claude_4_6"),
        ("openrouter/anthropic/claude-opus-4.6", "claude_4_6"),
        ("claude-opus-4-8", "claude_4_7"),
        ("claude-sonnet-5", "claude_4_7"),
        ("claude-haiku-5-5", "claude_4_7"),
        ("claude-fable-5", "claude_4_7"),
        ("openrouter/anthropic/claude-opus-4.7", "claude_4_7"),
        ("bedrock/anthropic.claude-v2:1", "claude_2"),
        ("gemini-2.5-pro", "gemini_gemma3"),
        ("gemini-3.5-flash", "gemini_gemma4"),
        ("gemini-3.8-flash", "gemini_new"),
        ("groq/llama-3.3-70b-versatile", "llama3"),
        ("together_ai/meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8", "llama4"),
        ("fireworks_ai/llama-v2-70b-chat", "llama2"),
        ("openrouter/moonshotai/kimi-k2", "kimi"),
        ("bedrock/amazon.nova-pro-v1:0", "nova"),
        ("davinci", "openai_old"),
        ("command-r", "cohere"),
    ],
)
def test_the_family_of_a_model(name: str, family: str) -> None:
    model = resolve_model(name, BOOK)
    assert model is not None
    assert model.family == family


@pytest.mark.parametrize(
    ("name", "family"),
    [("claude-opus-4-20250514", "claude_4_6"), ("claude-sonnet-4-20250514", "claude_4_6"),
     ("claude-opus-4-7-20260416", "claude_4_7"), ("claude-opus-5-20270101", "claude_4_7"), ("claude-2", "claude_2"),
     ("claude-instant-1", "claude_2"), ("claude-next", "claude_4_7"), ("claude-opus-4.7", "claude_4_7")],
)  # fmt: skip
def test_dates_are_no_versions_of_claude(name: str, family: str) -> None:
    assert family_of(name, "Anthropic") == (family, True)


@pytest.mark.parametrize(
    ("name", "near"),
    [("gpt4o", "gpt-4o"), ("Claude Sonet 4.5", "claude-sonnet-4-5"),
     ("claude-3.5-sonet", "claude-3-5-sonnet"), ("gpt-4o-2025-01-01", "gpt-4o"), ("gemini-2.5-pr", "gemini-2.5-pro")],
)  # fmt: skip
def test_near_names_are_models_best_first(name: str, near: str) -> None:
    names = near_names(name, BOOK)
    assert near in names[:2]
    assert 1 <= len(names) <= 3
    assert len(set(names)) == len(names)
    assert set(names) <= set(IDS)


@pytest.mark.parametrize("name", ["", "/", "zzzzzzzz", "9" * 10_240])
def test_nothing_is_near_to_nonsense(name: str) -> None:
    assert near_names(name, BOOK) == ()


def test_near_names_are_limited() -> None:
    assert len(near_names("gpt-5", BOOK, 5)) == 5


PROGRAM = """
import sys
sys.path.insert(0, sys.argv[1])
from llmcost_hooks.data import open_data
from llmcost_hooks.models import resolve_model
from llmcost_hooks.prices.book import PriceBook
assert resolve_model("gpt-4o", PriceBook(open_data("prices.json")))
print(*sorted({"difflib", "dataclasses", "inspect", "pathlib", "socket", "tiktoken", "tomli"} & set(sys.modules)))
"""


def test_resolving_loads_nothing_heavy() -> None:
    root = os.path.dirname(os.path.dirname(llmcost_hooks.__file__))
    done = subprocess.run([sys.executable, "-I", "-S", "-c", PROGRAM, root], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_a_fine_tuned_model_is_of_the_channel_that_is_named() -> None:
    assert resolve_model("anthropic/ft:gpt-4o-2024-08-06:acme", BOOK) is None


def test_a_tokenizer_that_is_assumed_says_so_and_has_the_wider_band() -> None:
    """With the package's tables at hand it is 10 % either way; without them a ratio comes on top of that."""
    for book in (BOOK, PriceBook(open_data("prices.json"), lambda encoding: True)):
        for row in book.rows():
            counting = counting_of(row, book.countable)
            assert ": ;" not in counting.basis, row.id
    assumed, sure = resolve_model("deepseek-chat", BOOK), resolve_model("openrouter/deepseek/deepseek-v3.2", BOOK)
    assert assumed and sure
    assert "its tokenizer is assumed, within 10 %; 1.03 x o200k_base" in assumed.basis
    assert assumed.ratios[0].low == sure.ratios[0].low * Decimal("0.9")
    assert assumed.ratios[0].high == sure.ratios[0].high * Decimal("1.1")
