"""The comment on a pull request: what it answers, what it is cut to, and that no name means anything in it."""

from __future__ import annotations

import os
import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from llmcost_hooks.commenting import is_wanted
from llmcost_hooks.compare import Comparison, compare_estimates
from llmcost_hooks.estimate import Estimate
from llmcost_hooks.increase import Allowed
from llmcost_hooks.manifest import Manifest
from llmcost_hooks.policy import Judged, Verdict, join_verdicts, judge
from llmcost_hooks.pricing import NO_MODEL, Unpriced
from llmcost_hooks.prompts import Problem
from llmcost_hooks.render.comment import marker_line, render_comment
from llmcost_hooks.render.text import render_text
from llmcost_hooks.report import Name
from llmcost_hooks.report_check import check_report
from llmcost_hooks.report_comment import comment_report
from llmcost_hooks.waivers import Statements, Waiver, parse_statements

from .build import ON, estimate, manifest, row, unpriced
from .situations import BINARY, TWO_MODELS
from .test_sanitise import BIDI, HOSTILE, PARSER

GOLDEN = Path(__file__).parent / "comments"
UPDATE = os.environ.get("LLMCOST_UPDATE_GOLDEN") == "1"
MARKER = marker_line("default", visible=False)
HOW = (("To see the same: `llm-cost diff 0123456789ab 89abcdef0123`",),)
LARGE = 1_000_000

TEN = manifest(limit=Decimal(10))
BASE = estimate(row("search", "3.60"), row("summarize", "2.80"), label="main")
HEAD = estimate(
    row("search", "4.10", content_hash="new"), row("summarize", "2.80"), row("classify", "0.33"), label="feat"
)


def binary(prompt_id: str) -> Unpriced:
    return unpriced(prompt_id, problem=BINARY)


def no_model(tokens: int) -> Unpriced:
    return unpriced("a", problem=NO_MODEL, input_tokens=tokens, grade="exact")


def judged(
    base: Estimate, head: Estimate, rules: Manifest | None = None, said: Statements | None = None
) -> tuple[Comparison, Verdict]:
    comparison = compare_estimates(base, head)
    return comparison, judge(head, rules, comparison, None, TWO_MODELS, ON, said=said)


def accepting(text: str, reason: str = "longer answers") -> Statements:
    return parse_statements([("f00d" * 10, [f"{text} ({reason})"], ["Ada <ada@example.com>"])])


def drawn(
    base: Estimate, head: Estimate, rules: Manifest | None = None, said: Statements | None = None, *,
    limit: int = LARGE, notes: tuple[str, ...] = (),
) -> str:  # fmt: skip
    comparison, verdict = judged(base, head, rules, said)
    extra = tuple((Name(note), ": said") for note in notes)
    report = comment_report(comparison, rules, verdict, extra, HOW)
    return render_comment(report, MARKER, "GitHub", limit)


def answer(base: Estimate, head: Estimate, rules: Manifest | None = None, said: Statements | None = None) -> str:
    return drawn(base, head, rules, said).split("\n")[2].removeprefix("### ")


LITTLE = manifest(limit=Decimal(10), max_increase=Decimal("0.50"), period="month")
SITUATIONS: dict[str, tuple[Any, ...]] = {  # base, head, and where there is one the manifest, and what messages state
    "within": (BASE, HEAD, manifest(limit=Decimal(10))),
    "over": (BASE, HEAD, manifest(limit=Decimal(5), max_increase_percent=Decimal(5))),
    "no_budget": (BASE, HEAD, None),
    "nothing_changes": (BASE, BASE._replace(label="feat"), manifest(limit=Decimal(10))),
    "unpriced": (BASE, estimate(row("search", "4.10", content_hash="new"), binary("broken")), None),
    "heuristic": (BASE, estimate(row("search", "4.10", content_hash="new", grade="heuristic")), None),
    "saves": (HEAD, BASE, TEN),
    "near": (BASE, HEAD, manifest(limit=Decimal(8), warn=Decimal(7))),
    "waived": (BASE, HEAD, LITTLE, accepting("total <= +$1.00/month")),
    "waived_too_little": (BASE, HEAD, LITTLE, accepting("search <= +$0.10/month")),
    "first_prompts": (estimate(label="main"), HEAD, TEN),
    "only_tokens": (estimate(no_model(10), label="main"), estimate(no_model(30), label="feat")),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_what_is_posted(name: str) -> None:
    text, file = drawn(*SITUATIONS[name]), GOLDEN / f"{name}.md"
    if UPDATE:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text.encode())
    assert text.encode() == file.read_bytes()


def test_no_golden_file_is_left_over() -> None:
    assert {file.name for file in GOLDEN.iterdir()} == {f"{name}.md" for name in SITUATIONS}


@pytest.mark.parametrize(
    ("base", "head", "rules", "says"),
    [
        (BASE, HEAD, TEN, "✅ This change adds $0.83 per month (+13%): within budget, $2.77 left"),
        (HEAD, BASE, TEN, "✅ This change saves $0.83 per month (-11%): within budget, $3.60 left"),
        (BASE, BASE, TEN, "✅ This change leaves the cost as it is: within budget, $3.60 left"),
        (BASE, HEAD, None, "✅ This change adds $0.83 per month (+13%): no budget is set"),
        (BASE, HEAD, manifest(limit=Decimal(7)), "❌ This change adds $0.83 per month (+13%): over budget by $0.23"),
        (
            BASE, HEAD, manifest(limit=Decimal(7), max_increase=Decimal("0.5")),
            "❌ This change adds $0.83 per month (+13%): 2 limits do not hold",
        ),
        (
            BASE, HEAD, manifest(max_increase=Decimal("0.5")),
            "❌ This change adds $0.83 per month (+13%): a limit does not hold",
        ),
        (
            estimate(row("a", "1"), period=None), estimate(row("a", "2", grade="heuristic"), period=None), None,
            "✅ This change adds ~$1.00 (+100%): no budget is set",
        ),
        (
            estimate(period=None), estimate(row("a", "0.000012"), period=None), None,
            "✅ This change adds $0.000012: no budget is set",
        ),
        (
            estimate(period=None), estimate(row("a", "0.000012", calls=1), period=None), None,
            "✅ This change adds $0.000012 per call: no budget is set",
        ),
        (
            estimate(row("a", "1")),
            estimate(row("a", "1", output_tokens=None)), manifest(limit=Decimal(2)),
            "✅ What this change costs is not known in full: within budget, at most $1.00 left",
        ),
        (
            estimate(row("a", "1")), estimate(binary("a")), None,
            "❌ What this change costs is not known in full: 1 prompt cannot be priced",
        ),
        (
            estimate(no_model(10)), estimate(no_model(30)), None,
            "❌ This change adds 20 input tokens: 1 prompt cannot be priced",
        ),
        (
            estimate(no_model(30)), estimate(no_model(10)), None,
            "❌ This change saves 20 input tokens: 1 prompt cannot be priced",
        ),
        (
            estimate(no_model(30)), estimate(no_model(30)), None,
            "❌ This change leaves the number of tokens as it is: 1 prompt cannot be priced",
        ),
        (
            estimate(binary("a")), estimate(binary("a")), None,
            "❌ What this change adds is not known in full: 1 prompt cannot be priced",
        ),
    ],
)  # fmt: skip
def test_the_answer_is_first(base: Estimate, head: Estimate, rules: Manifest | None, says: str) -> None:
    assert answer(base, head, rules) == says


def test_a_cost_near_its_limit_is_warned_of() -> None:
    rules = manifest(limit=Decimal(8), warn=Decimal(7))
    assert answer(BASE, HEAD, rules).startswith("⚠️ This change adds $0.83 per month (+13%): within budget, $0.77 left")


def test_a_ratchet_is_no_pass_to_be_proud_of() -> None:
    rules = manifest(limit=Decimal(5), ratchet=True)
    assert answer(HEAD, BASE, rules).endswith("over budget by $1.40, no more than before")


def test_a_budget_that_was_passed_before_is_not_what_fails() -> None:
    """Nor what a waiver accepts: the ratchet holds it back, and one prompt grows by more than it may."""
    before = estimate(row("search", "8.00"), row("summarize", "2.80"), label="main")
    after = estimate(row("search", "4.00"), row("summarize", "4.00", content_hash="new"), label="feat")
    rules = manifest(limit=Decimal(5), ratchet=True, max_prompt_increase=Decimal("0.50"), period="month")
    assert answer(before, after, rules) == "❌ This change saves $2.80 per month (-26%): a limit does not hold"
    said = answer(before, after, rules, accepting("summarize <= +$2.00/month"))
    assert said.endswith(": over budget by $3.00, no more than before; accepted by a waiver"), said


def test_check_does_not_call_a_waived_overrun_within_budget() -> None:
    rules = manifest(limit=Decimal(7), period="month")
    comparison, verdict = judged(BASE, HEAD, rules, accepting("total <= $8.00/month"))
    text = render_text(check_report(HEAD, rules, verdict, comparison))
    assert text.startswith("✅ Over budget: $7.23 > $7.00 (limit), accepted by a waiver\n"), text
    several = join_verdicts([Judged(HEAD, rules, comparison, verdict)] * 2)
    table = check_report(HEAD, None, several, comparison).table
    assert table is not None and [each[-1] for each in table.rows] == [("✅ accepted by a waiver",)] * 2


@pytest.mark.parametrize("increase", ["0.50", "0.05"])
def test_what_accepts_it_is_not_pushed_out_of_sight(increase: str) -> None:
    """By more waivers, which whoever opens the pull request writes; and it stands where another limit fails, too."""
    unused = [f"{'x' * 180}{n} <= +$1.00/month (no use)" for n in range(500)]
    rules = manifest(limit=Decimal(10), max_increase=Decimal("0.50"), max_prompt_increase=Decimal(increase))
    rules = rules._replace(budget=rules.budget._replace(period="month"))
    texts = [*unused, "total <= +$1.00/month (longer answers)"]
    said = parse_statements([("f00d" * 10, texts, ["Ada <ada@example.com>"])])
    text = drawn(BASE, HEAD, rules, said, limit=20_000)
    assert text.split("\n")[2].startswith("### ✅" if increase == "0.50" else "### ❌")
    assert "⚠️ Cut to " in text
    waivers = text[text.index("\nWaivers:\n") :].split("\n")
    assert waivers[3].startswith("- total &#60;= +&#36;1.00/month (longer answers), commit f00df00df: used: ")
    assert waivers[4].startswith("- Cost-Approved-By: Ada ")


@pytest.mark.parametrize(
    ("rules", "waiver", "says"),
    [
        (LITTLE, "total <= +$1.00/month", "✅ # within budget, $2.77 left; accepted by a waiver"),
        (LITTLE, "total <= +$0.10/month", "❌ # a limit does not hold"),
        (
            manifest(limit=Decimal(7), period="month"),
            "total <= $8.00/month",
            "✅ # over budget by $0.23, accepted by a waiver",
        ),
        (
            TEN._replace(budget=LITTLE.budget._replace(max_increase=None)),
            "total <= +$1.00/month",
            "✅ # within budget, $2.77 left",
        ),  # nothing needs it
    ],
)
def test_what_a_waiver_lets_pass_is_said(rules: Manifest, waiver: str, says: str) -> None:
    said = says.replace("#", "This change adds $0.83 per month (+13%):")
    assert answer(BASE, HEAD, rules, accepting(waiver)) == said
    text = drawn(BASE, HEAD, rules, accepting(waiver))
    assert text.count("\nWaivers:\n") == 1
    assert "(longer answers), commit f00df00df: " in text and "Cost-Approved-By: Ada" in text
    assert "Waivers" not in drawn(BASE, HEAD, rules)


def test_a_waiver_of_one_of_several_manifests() -> None:
    comparison, verdict = judged(BASE, HEAD, LITTLE, accepting("total <= +$1.00/month"))
    report = comment_report(comparison, None, join_verdicts([Judged(HEAD, LITTLE, comparison, verdict)] * 2), (), HOW)
    assert report.answer[0].endswith(": the limits of 2 manifests hold; accepted by a waiver")
    text = render_comment(report, MARKER, "GitHub", LARGE)
    assert text.count("\nllm-cost.toml: Waivers:\n") == 2 and "Limits" not in text


@settings(max_examples=200, phases=[Phase.explicit, Phase.generate])
@given(HOSTILE, HOSTILE)
def test_a_reason_is_text(reason: str, name: str) -> None:
    """Of a trailer, which whoever opens the pull request writes."""
    waiver = Waiver("total", True, Decimal(1), "USD", None, "month", None, reason, f"total <= +$1/month ({reason})")
    text = drawn(BASE, HEAD, LITTLE, Statements((waiver,), (f"{name} <a@b.c>",)))
    assert answer(BASE, HEAD, LITTLE, Statements((waiver,))).endswith("; accepted by a waiver")
    plain = drawn(BASE, HEAD, LITTLE, Statements((waiver._replace(text="x", reason="x"),), ("x <a@b.c>",)))
    assert [token.type for token in PARSER.parse(text)] == [token.type for token in PARSER.parse(plain)]
    inline = [child for token in PARSER.parse(text) for child in token.children or []]
    assert {child.type for child in inline} <= {
        "text", "em_open", "em_close", "strong_open", "strong_close", "code_inline", "hardbreak", "softbreak"
    }  # fmt: skip
    shown = "\n".join(child.content for child in inline if child.type == "text")
    assert not re.search("[@#](?!\u200b)", shown) and text.count("<!--") == 1


def test_several_manifests() -> None:
    comparison, verdict = judged(BASE, HEAD, manifest(limit=Decimal(10)))
    both = [Judged(HEAD, None, comparison, verdict), Judged(HEAD, None, comparison, verdict)]
    report = comment_report(comparison, None, join_verdicts(both), (), HOW)
    assert report.answer[0].endswith(": the limits of 2 manifests hold")


# --- whether there is something to tell -------------------------------------------------------------------------------

TOKENS = [estimate(no_model(count)) for count in (10, 30)]


@pytest.mark.parametrize(
    ("when", "threshold", "base", "head", "rules", "wanted"),
    [
        ("always", None, BASE, BASE, None, True),
        ("changed", None, BASE, BASE, None, False),
        ("changed", None, BASE, HEAD, None, True),
        ("increase", None, BASE, BASE, None, False),
        ("increase", None, BASE, HEAD, None, True),
        ("increase", None, HEAD, BASE, None, False),
        ("increase", None, TOKENS[0], TOKENS[1], None, True),
        ("increase", None, TOKENS[1], TOKENS[0], None, False),
        ("increase", None, TOKENS[0], estimate(binary("a")), None, True),
        ("increase", None, BASE, estimate(binary("a")), None, True),
        ("over", None, BASE, HEAD, None, False),
        ("over", None, BASE, HEAD, manifest(limit=Decimal(5)), True),
        ("always", Allowed(None, Decimal("0.83")), BASE, HEAD, None, True),
        ("always", Allowed(None, Decimal("0.84")), BASE, HEAD, None, False),
        ("always", Allowed(None, Decimal("0.83")), HEAD, BASE, None, True),
        ("always", Allowed(Decimal(12), None), BASE, HEAD, None, True),
        ("always", Allowed(Decimal(13), None), BASE, HEAD, None, False),
        ("always", Allowed(Decimal(1000), None), estimate(), HEAD, None, True),  # of nothing there is no percentage
        ("always", Allowed(Decimal(1), None), estimate(), estimate(), None, False),
        ("always", Allowed(None, Decimal(1)), BASE, estimate(binary("a")), None, True),
        ("always", Allowed(Decimal(1), None), BASE, estimate(binary("a")), None, True),
    ],
)
def test_whether_it_is_wanted(
    when: str, threshold: Allowed | None, base: Estimate, head: Estimate, rules: Manifest | None, wanted: bool
) -> None:
    assert is_wanted(when, threshold, *judged(base, head, rules)) is wanted


# --- what a forge takes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [2_000, 32_768, 65_536, 150_000])
def test_it_is_cut_to_what_the_forge_takes(limit: int) -> None:
    count = 3_000
    base = estimate(*(row(f"prompt-{n:04}", "1") for n in range(count)))
    head = estimate(*(row(f"prompt-{n:04}", str(1 + n), content_hash="new") for n in range(count)))
    whole = drawn(base, head)
    text = drawn(base, head, limit=limit, notes=tuple(f"note {n}" for n in range(count)))
    assert len(text.encode()) <= limit < len(whole.encode())
    assert f"⚠️ Cut to what GitHub takes as a comment ({limit:,} bytes)" in text
    shown = re.findall(r"^\| prompt-(\d+) ", text, re.MULTILINE)
    assert [int(number) for number in shown] == list(range(count - 1, count - 1 - len(shown), -1))  # the largest
    assert f"{count - len(shown):,} more rows are not shown." in text
    assert re.search(r"^- [12],\d{3} more notes$", text, re.MULTILINE)
    assert text.endswith(f"{HOW[0][0]}\n")
    longer = drawn(base, head, limit=limit + 600, notes=tuple(f"note {n}" for n in range(count)))
    assert len(re.findall(r"^\| prompt-", longer, re.MULTILINE)) > len(shown)  # it is cut no more than it has to be


def test_a_long_name_costs_what_it_takes_and_no_other_row() -> None:
    names = [f"prompt-{n:04}" for n in range(3_000)]
    shown = []
    for first in ("prompt-long", "@" * 200):
        base = estimate(*(row(name, "1") for name in (first, *names)))
        head = estimate(*(row(name, "2", content_hash="new") for name in (first, *names)))
        shown.append(len(re.findall(r"^\| prompt-\d+ \|", drawn(base, head, limit=65_536), re.MULTILINE)))
    assert shown[1] > shown[0] - 100 > 900


def test_what_cannot_be_priced_is_cut_too() -> None:
    problems = [Problem(f"is wrong in way {n}", "Mend it.", BINARY.code) for n in range(2_000)]
    head = estimate(*(unpriced(f"p{n}", problem=each) for n, each in enumerate(problems)))
    text = drawn(estimate(), head, limit=32_768)
    assert len(text.encode()) <= 32_768
    assert "2,000 prompts cannot be priced" in text
    assert re.search(r"^- 1,\d{3} more$", text, re.MULTILINE)


@pytest.mark.parametrize("limit", [50, 120, 300])
def test_where_nothing_fits_whole_lines_are_left(limit: int) -> None:
    lines, text = drawn(BASE, HEAD).split("\n"), drawn(BASE, HEAD, limit=limit)
    assert len(text.encode()) <= limit
    assert text.split("\n")[:2] == lines[:2]
    assert text.endswith("\n")


@settings(max_examples=60)
@given(st.integers(300, 20_000), st.lists(HOSTILE, min_size=1, max_size=60))
def test_no_limit_is_ever_exceeded(limit: int, names: list[str]) -> None:
    base = estimate(*(row(name + str(n), "1") for n, name in enumerate(names)))
    head = estimate(*(row(name + str(n), "2", content_hash="x") for n, name in enumerate(names)))
    assert len(drawn(base, head, limit=limit, notes=tuple(names)).encode()) <= limit


# --- names ------------------------------------------------------------------------------------------------------------


NAMES = (st.lists(HOSTILE, min_size=40, max_size=40), HOSTILE, HOSTILE)


@settings(max_examples=25, phases=[Phase.explicit, Phase.generate])
@given(*NAMES)
def test_1000_names_are_text_in_a_comment(names: list[str], branch: str, note: str) -> None:
    check_comment(names, branch, note)


def check_comment(names: list[str], branch: str, note: str) -> None:
    """As ids, paths and tags, with a branch's name: the table keeps its shape, and nothing but text is in its cells."""
    ids = [f"{name}-{n}" for n, name in enumerate(names)]  # no two are the same
    base = estimate(*(row(each, "1", path=f"old/{each}") for each in ids[:30]), label=branch)
    head = estimate(
        *(row(each, "2", content_hash="x", path=f"new/{each}", model=each) for each in ids[:20]),
        *(unpriced(each, problem=Problem(f"is not right: {note}", note, BINARY.code)) for each in ids[20:]),
        label=branch[::-1],
    )  # fmt: skip
    text = drawn(base, head, manifest(limit=Decimal(5), max_increase_percent=Decimal(1)), notes=(note,))
    assert text.split("\n")[0] == MARKER
    assert text.count("<!--") == 1
    tokens = PARSER.parse(text)
    assert {token.type for token in tokens} <= {
        "html_block", "heading_open", "inline", "heading_close", "paragraph_open", "paragraph_close", "table_open",
        "thead_open", "tr_open", "th_open", "th_close", "tr_close", "thead_close", "tbody_open", "td_open", "td_close",
        "tbody_close", "table_close", "bullet_list_open", "list_item_open", "list_item_close", "bullet_list_close",
    }  # fmt: skip
    assert [token.content.strip() for token in tokens if token.type == "html_block"] == [MARKER]
    cells = [following for token, following in pairwise(tokens) if token.type in ("th_open", "td_open")]
    assert len(cells) == (len(ids) + 1) * sum(1 for token in tokens if token.type == "th_open")
    assert all(child.type == "text" for cell in cells for child in cell.children or [])
    inline = [child for token in tokens for child in token.children or []]
    assert {child.type for child in inline} <= {"text", "em_open", "em_close", "code_inline", "hardbreak", "softbreak"}
    assert [child.content for child in inline if child.type == "code_inline"] == [
        "llm-cost diff 0123456789ab 89abcdef0123"
    ]
    shown = "\n".join(child.content for child in inline if child.type == "text")
    assert not BIDI.search(shown.replace("\u200b", ""))
    assert not re.search("[@#](?!\u200b)", shown)  # nobody is mentioned, nothing is referred to
    assert not re.search(r"(?i)www\.|://|\bgh-\d|:[\w+-]+:", text)


@pytest.mark.parametrize("visible", [False, True])
def test_a_marker_is_one_line_of_its_own(visible: bool) -> None:
    tokens = PARSER.parse(f"{marker_line('a-b.c_D-', visible=visible)}\n\nnext")
    assert [token.type for token in tokens if token.level == 0][:1] == ["paragraph_open" if visible else "html_block"]
    assert tokens[-2].content == "next"
