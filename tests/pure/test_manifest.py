"""What llm-cost.toml says when it is right, and that nothing in it can do more than be refused."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal

import pytest
import tomli
from hypothesis import example, given, settings
from hypothesis import strategies as st

from llmcost_hooks.errors import ConfigError
from llmcost_hooks.estimate import estimate_snapshot
from llmcost_hooks.linking import Facts
from llmcost_hooks.manifest import MAX_BYTES, SCENARIOS, Assumptions, Manifest, PromptEntry, parse_manifest
from llmcost_hooks.manifest_budget import PERIODS, Budget, Limits, Policy, TagLimits
from llmcost_hooks.prompts import FORMATS, PromptFacts
from llmcost_hooks.snapshot import Selection, make_snapshot

from ..pace import quiet_seconds
from .build import BOOK, ON

WHOLE = """\
version = 1

[defaults]
model = "gpt-4o"
calls = 1000
output_ratio = 0.10
scenario = "cached"
cache_hit_ratio = 0.6
cache_write_ratio = 0.2
avg_input_tokens = 5
format = "text"

[budget]
limit = 10.00
currency = "USD"
period = "month"
max_increase = "25%"
require_output = true
judge = "upper"
warn = "80%"
max_prompt_increase = "$1"
max_train = 50.00
max_infer = 9
ratchet = true

[[budget.by_tag]]
tag = "team:search"
limit = 4
warn = 3.50
max_increase = "10%"

[[budget.by_tag]]
tag = "url:https://x"
max_increase = "2 USD"

[policy]
max_tokens = 8000
headroom = "10%"
allow_models = ["gpt-4o*", "o3"]
deny_models = ["*-preview"]
require_tags = ["team"]
require_prompt_id = true

[tags]
team = "platform"

[discover]
include = ["prompts/**/*.md"]
exclude = ["**/README.md"]

[[prompts]]
path = "./prompts/search.txt"
prompt_id = "search"
model = "gpt-4o-mini"
calls = 0
output_tokens = 3
cache_hit_ratio = 1
cache_write_ratio = 0
avg_input_tokens = 7
scenario = "batch"
format = "dotprompt"
tags = { app = "search" }
variables = { question = { p50 = 40, p95 = 90 }, documents = 1800 }
images = ["1024x768", "512x512 low"]
limit = 1.5
max_increase = "5%"
max_tokens = 900
training_tokens = 500000
training_calls = 2
calls_per_example = 3

[[prompts]]
path = "prompts/a b/é.txt"
"""
PARSED = Manifest(
    "llm-cost.toml",
    Assumptions("gpt-4o", 1000, None, Decimal("0.10"), Decimal("0.6"), Decimal("0.2"), 5, "cached", "text"),
    Budget(
        Decimal("10.00"),
        "month",
        Decimal(25),
        None,
        True,
        "upper",
        warn_percent=Decimal(80),
        max_prompt_increase=Decimal(1),
        max_train=Decimal(50),
        max_infer=Decimal(9),
        ratchet=True,
        by_tag=(
            TagLimits("team", "search", Limits(Decimal(4), None, Decimal("3.50"), Decimal(10))),
            TagLimits("url", "https://x", Limits(max_increase=Decimal(2))),
        ),
    ),
    {"team": "platform"},
    ("prompts/**/*.md",),
    ("**/README.md",),
    policy=Policy(8000, Decimal(10), ("gpt-4o*", "o3"), ("*-preview",), ("team",), True),
)


def parse(text: str) -> Manifest:
    return parse_manifest(text.encode())


def test_every_key() -> None:
    manifest = parse(WHOLE)
    assert manifest._replace(prompts=()) == PARSED
    search, plain = manifest.prompts
    assert search.path == "prompts/search.txt"
    assert search.prompt_id == "search"
    assert search.tags == {"app": "search"}
    assert search.assumptions == Assumptions(
        "gpt-4o-mini",
        0,
        3,
        None,
        Decimal(1),
        Decimal(0),
        7,
        "batch",
        "dotprompt",
        (("documents", 1800, 1800), ("question", 40, 90)),
        images=((1024, 768, ""), (512, 512, "low")),
        training_tokens=500_000,
        training_calls=2,
        calls_per_example=3,
    )
    assert search.limits == Limits(Decimal("1.5"), max_increase_percent=Decimal(5))
    assert search.max_tokens == 900
    assert plain == PromptEntry("prompts/a b/é.txt", None, Assumptions(), {})


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_how_editors_save_it_means_nothing(mark: str, ending: str) -> None:
    assert parse(mark + WHOLE.replace("\n", ending)) == parse(WHOLE)


def test_a_byte_order_mark_does_not_hide_a_line() -> None:
    with pytest.raises(ConfigError, match=r"llm-cost.toml:1: budget\.limit must be a number"):
        parse("\ufeffbudget.limit = 'x'\nversion = 1")


def test_the_smallest() -> None:
    assert parse("version = 1") == Manifest("llm-cost.toml")
    assert parse_manifest(b"version = 0x1", origin="main:llm-cost.toml") == Manifest("main:llm-cost.toml")


def test_every_way_to_write_a_table() -> None:
    wanted = parse('version = 1\n[budget]\nlimit = 5\n[[prompts]]\npath = "a"\ntags = { x = "y" }')
    for text in (
        'budget.limit = 5\nversion = 1\nprompts = [{ path = "a", tags = { x = "y" } }]',
        'version = 1\nbudget = { "limit" = 5 }\nprompts = [{ path = "a", tags.x = "y" }]',
        'version = 1\n[[prompts]]\npath = "a"\n[prompts.tags]\nx = "y"\n["budget"]\n\'limit\' = 5',
    ):
        assert parse(text) == wanted


@pytest.mark.parametrize(
    ("text", "number"),
    [("0", "0"), ("-0.0", "0"), ("1_000", "1000"), ("0x10", "16"), ("1e3", "1000"), ("1e15", "1000000000000000"),
     ("0.000000000001", "0.000000000001"), ("999999999999999.999999999999", "999999999999999.999999999999"),
     ("0.1", "0.1")],
)  # fmt: skip
def test_numbers_are_exact(text: str, number: str) -> None:
    limit = parse(f"version = 1\n[budget]\nlimit = {text}").budget.limit
    assert limit == Decimal(number)
    assert limit is not None
    assert not limit.is_signed()


@pytest.mark.parametrize(
    ("text", "percent", "usd"),
    [("25%", "25", None), ("0%", "0", None), ("2.5 %", "2.5", None), ("1000%", "1000", None), ("$5.00", None, "5.00"),
     ("$ 0.001", None, "0.001"), ("$0", None, "0")],
)  # fmt: skip
def test_increases(text: str, percent: str | None, usd: str | None) -> None:
    budget = parse(f"version = 1\n[budget]\nmax_increase = '{text}'").budget
    assert budget.max_increase_percent == (None if percent is None else Decimal(percent))
    assert budget.max_increase == (None if usd is None else Decimal(usd))


EURO = 'version = 1\n[budget]\ncurrency = "EUR"\nusd_rate = 1.085\n'


def test_amounts_are_dollars_once_they_are_read() -> None:
    rules = 'limit = 10\nwarn = "€8.00"\nmax_increase = "5 EUR"\nmax_prompt_increase = "10%"\nmax_train = 0.1\n'
    tag = '[[budget.by_tag]]\ntag = "team:a"\nlimit = 3\nwarn = "50%"\n'
    manifest = parse(EURO + rules + tag + '[[prompts]]\npath = "a"\nlimit = 2\nmax_increase = "€1"')
    budget = manifest.budget
    assert (budget.limit, budget.warn, budget.max_increase) == (Decimal("10.85"), Decimal("8.68"), Decimal("5.425"))
    assert (budget.max_prompt_increase_percent, budget.max_train) == (Decimal(10), Decimal("0.1085"))
    assert budget.by_tag[0].limits == Limits(Decimal("3.255"), Decimal(50))
    assert budget.by_tag[0].limits.warns_from() == Decimal("1.6275")
    assert manifest.prompts[0].limits == Limits(Decimal("2.17"), max_increase=Decimal("1.085"))
    assert budget.stated(Decimal("10.85")) == 10
    assert budget.stated(Decimal(1)) is None, "no amount of the manifest"
    assert Budget().stated(Decimal(5)) == 5


@given(st.decimals(0, 10**15, places=12), st.decimals("0.000000000001", 10**6, places=12))
def test_every_stated_amount_is_found_again(amount: Decimal, rate: Decimal) -> None:
    budget = parse(f"{EURO.replace('1.085', f'{rate:f}')}limit = {amount:f}").budget
    assert budget.limit is not None
    assert budget.stated(budget.limit) == amount


@pytest.mark.parametrize(
    ("rules", "level"),
    [("", None), ("limit = 10", None), ("warn = 8", "8"), ("limit = 10\nwarn = '75%'", "7.5"), ("warn = '$2'", "2"),
     ("limit = 10\nwarn = '100%'", "10"), ("limit = 10\nwarn = 10", "10")],
)  # fmt: skip
def test_the_level_of_a_warning(rules: str, level: str | None) -> None:
    found = parse(f"version = 1\n[budget]\n{rules}").budget.whole().warns_from()
    assert found == (None if level is None else Decimal(level))


@pytest.mark.parametrize(
    ("text", "limits"),
    [("", False), ("[budget]\nlimit = 1", False), ("[budget]\nmax_increase = '1%'", True),
     ("[budget]\nmax_prompt_increase = '1%'", True), ("[budget]\nmax_prompt_increase = '$1'", True),
     ("[[budget.by_tag]]\ntag = 'a:b'\nlimit = 1", False),
     ("[[budget.by_tag]]\ntag = 'a:b'\nmax_increase = '$1'", True),
     ("[[prompts]]\npath = 'a'\nlimit = 1", False), ("[[prompts]]\npath = 'a'\nmax_increase = '1%'", True)],
)  # fmt: skip
def test_whether_an_increase_is_limited(text: str, limits: bool) -> None:
    assert parse(f"version = 1\n{text}").limits_increase() is limits


@pytest.mark.parametrize(
    ("key", "values"), [("period", PERIODS), ("scenario", SCENARIOS), ("format", FORMATS)]
)  # fmt: skip
def test_choices(key: str, values: tuple[str, ...]) -> None:
    for value in values:
        table = "budget" if key == "period" else "defaults"
        manifest = parse(f"version = 1\n[{table}]\n{key} = '{value}'")
        assert value in (manifest.budget.period, manifest.defaults.scenario, manifest.defaults.format)


@pytest.mark.parametrize(
    ("written", "path"),
    [("a", "a"), ("./a", "a"), (".//a", "a"), ("././a/b", "a/b"), (".a/..b/c..", ".a/..b/c.."), ("ab:c", "ab:c"),
     (".gitignore", ".gitignore"), ("x/.github/a.md", "x/.github/a.md"), ("p" * 4096, "p" * 4096)],
)  # fmt: skip
def test_paths(written: str, path: str) -> None:
    assert parse(f"version = 1\n[[prompts]]\npath = '{written}'").prompts[0].path == path


def test_an_id_may_be_another_prompts_path_only_where_that_has_an_id() -> None:
    text = "version = 1\n[[prompts]]\npath = 'a'\nprompt_id = '{}'\n[[prompts]]\npath = 'b'\nprompt_id = 'a'"
    assert [entry.prompt_id for entry in parse(text.format("c")).prompts] == ["c", "a"]
    with pytest.raises(ConfigError, match='prompt_id "a" is used twice'):
        parse(text.format("a"))


@pytest.mark.parametrize("prompt_id", ["a", "A/b.c-d_9", "-", ".", "0", "i" * 128])
def test_ids(prompt_id: str) -> None:
    text = f"version = 1\n[[prompts]]\npath = 'a'\nprompt_id = '{prompt_id}'"
    assert parse(text).prompts[0].prompt_id == prompt_id


# --- assumptions over assumptions -------------------------------------------------------------------------------------


def test_what_is_stated_nearer_wins() -> None:
    below = Assumptions("a", 1, 10, None, Decimal(0), Decimal(1), 3, "batch", "text", (("x", 1, 1),))
    assert Assumptions().over(below) == below
    assert below.over(Assumptions("b", 2)) == below
    assert Assumptions(calls=0, avg_input_tokens=0).over(below)[:7] == ("a", 0, 10, None, Decimal(0), Decimal(1), 0)
    assert Assumptions(variables=(("y", 2, 2),)).over(below).variables == (("y", 2, 2),)


@pytest.mark.parametrize(
    ("own", "below", "size"),
    [
        ((None, None), (5, None), (5, None)),
        ((None, None), (None, Decimal(2)), (None, Decimal(2))),
        ((7, None), (None, Decimal(2)), (7, None)),
        ((0, None), (None, Decimal(2)), (0, None)),
        ((None, Decimal(0)), (5, None), (None, Decimal(0))),
        ((7, None), (5, None), (7, None)),
    ],
)
def test_one_output_size_hides_the_other_form(
    own: tuple[int | None, Decimal | None], below: tuple[int | None, Decimal | None], size: tuple[object, object]
) -> None:
    result = Assumptions(output_tokens=own[0], output_ratio=own[1]).over(
        Assumptions(output_tokens=below[0], output_ratio=below[1])
    )
    assert (result.output_tokens, result.output_ratio) == size


# --- laws -------------------------------------------------------------------------------------------------------------

KEYS = st.sampled_from(
    ["version", "defaults", "budget", "tags", "discover", "prompts", "path", "prompt_id", "model", "calls", "limit",
     "output_tokens", "output_ratio", "cache_hit_ratio", "cache_write_ratio", "avg_input_tokens", "scenario", "format",
     "period", "currency", "max_increase", "require_output", "include", "exclude", "variables", "x", "a.b", "'q'", '""',
     "budget.limit"]
)  # fmt: skip
ODD = st.sampled_from(
    ["true", "false", "nan", "-inf", "1e400", "1e-400", "2026-11-22", "10:00:00", "'USD'", "'25%'", "'$5'", "'month'",
     "'batch'", "'a/b.txt'", "'../x'", "''", '"\\u0000"', "0x_", "1__0", "'''\n'''", "{}", "[]"]
)  # fmt: skip
SCALARS = st.one_of(
    st.integers().map(str), st.floats().map(str), ODD, st.text(max_size=8).map(lambda text: f"'{text}'")
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(st.tuples(KEYS, inner), max_size=3).map(
            lambda items: "{" + ", ".join(f"{key} = {value}" for key, value in items) + "}"
        ),
    ),
    max_leaves=5,
)
LINES = st.one_of(
    st.tuples(KEYS, VALUES).map(lambda pair: f"{pair[0]} = {pair[1]}"),
    KEYS.map(lambda key: f"[{key}]"),
    KEYS.map(lambda key: f"[[{key}]]"),
    st.just("[[prompts]]\npath = 'a'"),
    st.text(max_size=5),
)


@settings(max_examples=600)
@given(st.one_of(st.binary(max_size=60), st.lists(LINES, max_size=8).map(lambda lines: "\n".join(lines).encode())))
@example(b"version = 1\nbudget.limit = 1e9999999999999999999")
@example(b"version = 1\n[prompts.x]\n[[prompts]]")
@example(b"\xef\xbb\xbf\xef\xbb\xbfversion = 1")
@example(b"version = 1\n[discover]\ninclude = ['[z-a]']")
def test_any_bytes_are_a_manifest_or_a_config_error(data: bytes) -> None:
    for text in (data, b"version = 1\n" + data):
        try:
            manifest = parse_manifest(text)
        except ConfigError as error:
            lines = text.count(b"\n") + 1
            where = error.message.removeprefix("llm-cost.toml:").partition(":")[0]
            assert error.message.startswith("llm-cost.toml:")
            assert where.startswith(" ") or 1 <= int(where) <= lines
        else:
            assert tomli.loads(text.decode().removeprefix("\ufeff"))["version"] == 1
            assert manifest.origin == "llm-cost.toml"


@settings(max_examples=200)
@given(st.lists(st.tuples(KEYS, SCALARS), max_size=6), st.lists(st.tuples(KEYS, SCALARS), max_size=6))
def test_what_a_manifest_may_say_can_be_priced(defaults: list[tuple[str, str]], prompt: list[tuple[str, str]]) -> None:
    """The strictness pays: nothing that was let in raises later, above all no number that cannot stay exact."""
    lines = ["version = 1", "[defaults]", *(f"{key} = {value}" for key, value in defaults), "[[prompts]]", "path = 'a'"]
    try:
        manifest = parse_manifest("\n".join([*lines, *(f"{key} = {value}" for key, value in prompt)]).encode())
    except ConfigError:
        return
    side = make_snapshot("index", None, manifest, Selection(), {"a": "oid"})
    known = PromptFacts("gpt-4o", None, 3, {"o200k_base": 12345, "cl100k_base": 12345})
    facts = Facts({(file.format, "oid"): known for file in side.files})
    assert estimate_snapshot(side, facts, BOOK, ON).known_cost() >= 0


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"[a{n}]" for n in range(20_000)),
        "\n".join(f"a{n} = 1" for n in range(15_000)),
        "\n".join(f"[[prompts]]\npath = 'p{n}'" for n in range(8000)),
        "\n".join(f"[[prompts]]\npath = 'p{n}'" for n in range(8000)) + "\n[[prompts]]\npath = 'p0'",
        "[tags]\n" + "\n".join(f"t{n} = 'x'" for n in range(15_000)),
        "k" * 200_000 + " = 1",
        "x = '" + "a" * 200_000 + "'",
        "x = [" + "1," * 100_000 + "]",
        "#" * 200_000,
        "\n" * 200_000,
        "[budget]\nlimit = " + "1" * 4000,
        "[budget]\nlimit = 0." + "1" * 200_000,
        "[budget]\nlimit = 'x" + "' " * 100_000,
    ],
)
def test_a_manifest_as_large_as_may_be_is_read_at_once(text: str) -> None:
    data = f"version = 1\n{text}".encode()
    assert len(data) < MAX_BYTES

    def work() -> None:
        with suppress(ConfigError):
            parse_manifest(data)

    assert quiet_seconds(work, times=1) < 2
