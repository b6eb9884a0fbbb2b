"""What can happen, one situation each: the report and the document that people and machines get of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from hashlib import sha1
from typing import Any, NamedTuple

from llmcost_hooks.compare import NO_CHANGE, Comparison, Split, compare_estimates
from llmcost_hooks.errors import ExitCode
from llmcost_hooks.estimate import Estimate, Governed, estimate_snapshot, price_info
from llmcost_hooks.findings import check_findings, estimate_findings
from llmcost_hooks.linking import Facts
from llmcost_hooks.manifest import Assumptions, Manifest, PromptEntry, parse_manifest
from llmcost_hooks.models import resolve_model
from llmcost_hooks.policy import Judged, judge
from llmcost_hooks.prices.book import PriceBook
from llmcost_hooks.pricing import NO_MODEL, Costs, Row, Unpriced
from llmcost_hooks.prompts import Problem
from llmcost_hooks.render.formats import Result
from llmcost_hooks.render.jsondoc import check_document, diff_document, estimate_document
from llmcost_hooks.render.jsonparts import Document
from llmcost_hooks.report import Name, Report
from llmcost_hooks.report_check import check_report
from llmcost_hooks.report_diff import diff_report
from llmcost_hooks.report_estimate import estimate_report
from llmcost_hooks.report_models import ModelLine, models_document, models_report
from llmcost_hooks.sizing import Input
from llmcost_hooks.snapshot import MISSING, Snapshot
from llmcost_hooks.view import DELTA, PLAIN, View

from .build import BOOK, GPT_4O, MINI, ON, estimate, facts, manifest, model, price, price_book, prompt, row, unpriced
from .calibrations import CALIBRATIONS

TWO_MODELS = price_book({"gpt-4o": model(GPT_4O), "gpt-4o-mini": model(MINI)})
BINARY = Problem(
    "is binary (NUL byte at offset 1)", "Exclude it, or save the prompt as UTF-8 text.", ExitCode.PARSE_ERROR
)
EXPIRED = date(2027, 2, 1)


class Situation(NamedTuple):
    report: Report
    document: Document
    result: Result | None = None  # what more formats draw, of estimates, checks and diffs


def with_oids(value: Any) -> Any:
    """A document with object ids as git writes them, in place of the words that stand for them here."""
    if isinstance(value, list):
        return [with_oids(item) for item in value]
    if not isinstance(value, dict):
        return value
    word = value.get("content_hash")
    oid = {"content_hash": sha1(word.encode(errors="surrogatepass")).hexdigest()} if word else {}
    return {key: with_oids(item) for key, item in value.items()} | oid


def counted(prompt_id: str, tokens: int, **changes: Any) -> Unpriced:
    """A prompt of which all but the money is known."""
    sized = Input(tokens, tokens, tokens, "exact", cacheable=tokens, parts=(("text", "", tokens),))
    return unpriced(prompt_id, input_tokens=tokens, grade="exact", sized=sized, **changes)


def _estimate(side: Estimate) -> Situation:
    report, document = estimate_report(side), with_oids(estimate_document(side))
    failing = [row for row in side.unpriced() if row.problem != NO_MODEL]
    return Situation(report, document, Result(report, document, side, None, estimate_findings(side, failing=failing)))


def _diff(base: Estimate, head: Estimate, renames: dict[str, str] | None = None, **extra: Any) -> Situation:
    return _changed(compare_estimates(base, head, renames), **extra)


def _changed(found: Comparison, **extra: Any) -> Situation:
    view = extra.get("view", PLAIN)
    report, document = diff_report(found, **extra), with_oids(diff_document(found, view))
    failing = [row for row in found.head.unpriced() if row.problem != NO_MODEL]
    findings = estimate_findings(found.head, "diff", failing=failing)
    return Situation(report, document, Result(report, document, found.head, found, findings, view.group_by))


def _check(
    head: Estimate,
    rules: Manifest | None,
    base: Estimate | None = None,
    was: Manifest | None = None,
    book: PriceBook = TWO_MODELS,
    text: str = "",
) -> Situation:
    if rules is not None:
        head = head._replace(manifests=(Governed("", rules.path(), head.period, head.prices),))
    comparison = compare_estimates(base, head) if base is not None else None
    verdict = judge(head, rules, comparison, was, book, ON)
    report = check_report(head, rules, verdict, comparison)
    document = with_oids(check_document(head, rules, verdict, comparison))
    held = {"llm-cost.toml": text.encode()} if rules else {}
    findings = check_findings([Judged(head, rules, comparison, verdict)], held)
    return Situation(report, document, Result(report, document, head, comparison, findings))


def _issue_base() -> Estimate:
    return estimate(
        row("search", "3.60", content_hash="1"), row("summarize", "2.80", model="gpt-4o-mini"), label="main"
    )


def _issue_head() -> Estimate:
    """1,000 calls of search cost 1,000 x (1,000 x 2.5 + 160 x 10) / 1e6 = $4.10."""
    return estimate(
        row("search", "4.10", content_hash="2", output_tokens=160),
        row("summarize", "2.80", model="gpt-4o-mini"),
        row("classify", "0.33", model="gpt-4o-mini"),
        label="feat/new-prompts",
        commit="9f1c2d3e4f5061728394a5b6c7d8e9f001122334",
    )


def issue_diff() -> Situation:
    return _diff(_issue_base(), _issue_head())


def issue_check() -> Situation:
    return _check(_issue_head(), manifest(limit="5.00", period="month"))


def estimate_plain() -> Situation:
    return _estimate(
        price(
            (prompt("search", model="gpt-4o", calls=1000, output_tokens=523), facts(1847)),
            (prompt("opus", model="claude-3-opus", calls=10, output_ratio=Decimal("0.1")), facts(1000, messages=2)),
            (prompt("tiny", model="free", calls=0, output_tokens=0), facts(3)),
            period="month",
        )
    )


def estimate_scenarios() -> Situation:
    cached: dict[str, Any] = {"scenario": "cached", "cache_hit_ratio": Decimal("0.6")}
    return _estimate(
        price(
            (prompt("cached", model="claude-3-opus", output_tokens=100, **cached), facts(5000)),
            (prompt("batch", model="gpt-4o", output_tokens=100, scenario="batch"), facts(5000)),
            (prompt("cap", model="gpt-4o"), facts(5000, cap=4096)),
            (prompt("measured", model="gpt-4o", avg_input_tokens=12_345, output_tokens=7), facts(5)),
            (prompt("unknown", model="gpt-4o-mini"), facts(2)),
            (prompt("large", model="gpt-4", output_tokens=1), facts(10_000)),
        )
    )


def estimate_without_models() -> Situation:
    return _estimate(price((prompt("a"), facts(120)), (prompt("b"), facts(1_234_567)), (prompt("c"), BINARY)))


def estimate_problems() -> Situation:
    return _estimate(
        price(
            (prompt("good", model="gpt-4o", output_tokens=1), facts()),
            (prompt("binary"), BINARY),
            (prompt("gone", problem=MISSING), facts()),
            (prompt("misspelt", model="gpt-4o-minni"), facts()),
            (prompt("no-batch", model="gpt-4", scenario="batch"), facts()),
            (prompt("no-model"), facts()),
            *((prompt(f"z{n}", model="nonsense"), facts()) for n in range(5)),
        )
    )


def estimate_nothing() -> Situation:
    return _estimate(estimate(label="v1.0", period=None))


def estimate_expired() -> Situation:
    return _estimate(price((prompt(model="gpt-4o", output_tokens=1), facts()), on=EXPIRED))


def diff_everything() -> Situation:
    base = estimate(
        row("assumed", "1.00"),
        row("cheaper", "2.00", content_hash="1"),
        row("dearer", "1.00", content_hash="1"),
        row("equal", "1.00", content_hash="1"),
        row("guessed", "1.00", grade="heuristic", notes=("claude-3-opus: no public tokenizer",)),
        row("half", "1.00"),
        row("moved", "0.00345", path="prompts/old.txt"),
        row("other-model", "1.00"),
        row("removed", "1234.5"),
        unpriced("fixed", problem=BINARY),
        unpriced("gone", content_hash=None, problem=MISSING),
        label="main",
        commit="1111111111111111111111111111111111111111",
    )
    head = estimate(
        row("assumed", "2.00"),
        row("cheaper", "1.00", content_hash="2"),
        row("dearer", "1.00000001", content_hash="2"),
        row("equal", "1.00", content_hash="2"),
        row("guessed", "1.10", grade="heuristic", content_hash="2", notes=("claude-3-opus: no public tokenizer",)),
        row("half", "1.00", output_tokens=None, output_basis="unknown"),
        row("moved", "0.00345", path="prompts/new.txt"),
        row("new", "0.33", tags={"team": "search", "app": "x"}),
        row("other-model", "0.06", model="gpt-4o-mini"),
        row("fixed", "1.00", content_hash="2"),
        unpriced("broken", content_hash=None, problem=BINARY),
        label="worktree",
    )
    return _diff(base, head, extra=((Name("main"), " has moved on since the branch point"),))


def diff_folded() -> Situation:
    same = [row(f"p{n:02}", "0.10") for n in range(30)]
    edited = [
        row("p07", "0.20", content_hash="2"),
        *(row(f"p{n:02}", "0.10", path=f"new/p{n:02}.txt") for n in range(8, 23)),
    ]
    kept: list[Row] = [each for each in same if each.prompt_id not in {new.prompt_id for new in edited}]
    return _diff(estimate(*same, label="main"), estimate(*kept, *edited, label="index"))


def diff_reasons() -> Situation:
    """Differences that are taken apart: several reasons, one that is no text, and one of which a part is not known."""
    base = [row(name, "1.00") for name in ("calls", "lost", "many", "text")]
    head = [
        row("calls", "2.00", calls=2000),
        row("lost", "3.00", content_hash="2", model="gpt-4", tags={"team": "search"}),
        row("many", "0.10", content_hash="2", model="gpt-4o-mini", grade="heuristic"),
        row("text", "1.50", content_hash="2"),
    ]
    splits = {
        "calls": NO_CHANGE._replace(assumptions=Decimal(1)),
        "lost": Split(Decimal("0.50"), None, None, Decimal(0), "gpt-4 has no batch price"),
        "many": Split(Decimal("0.25"), Decimal("-1.10"), Decimal("0.05"), Decimal("-0.10")),
        "text": NO_CHANGE._replace(text=Decimal("0.50")),
    }
    compared = compare_estimates(estimate(*base, label="main"), estimate(*head, label="worktree"))
    rows = tuple(each._replace(split=splits[each.prompt_id]) for each in compared.rows)
    found, view = compared._replace(rows=rows), View(DELTA, group_by="team")
    return _changed(found, view=view)


def diff_tokens() -> Situation:
    none: dict[str, Any] = {"problem": NO_MODEL}
    return _diff(
        estimate(
            counted("a", 100, **none),
            counted("b", 100, **none),
            unpriced("c", input_tokens=None, problem=BINARY),
            label="main",
            period=None,
        ),
        estimate(
            counted("a", 1350, content_hash="2", **none),
            counted("b", 100, **none),
            unpriced("c", input_tokens=None, problem=BINARY),
            counted("d", 7, **none),
            label="worktree",
            period=None,
        ),
    )


def diff_unpriced() -> Situation:
    """A price that goes and one that comes: no difference is known, and none is shown."""
    return _diff(
        estimate(row("goes"), counted("comes", 1000), row("stays"), label="main"),
        estimate(counted("goes", 1000), row("comes"), row("stays"), label="index"),
    )


def diff_nothing() -> Situation:
    return _diff(estimate(label="main"), estimate(label="worktree"))


def diff_hostile() -> Situation:
    names = [
        "a|b",
        "<script>x</script>",
        "`tick`",
        "*star* _line_",
        "\x1b[31mred",
        "line\nbreak",
        "\u202egnp",
        "caf\udce9",
    ]
    names += [
        "http://a.b www.a.b",
        "@ada fixes #7 and GH-1",
        "- list",
        "x" * 300,
        "日本語",
        "~~gone~~",
        "$x$",
        "&lt;",
        "[x](y)",
    ]
    rows = [row(name, "0.10", path=name, named=False) for name in names]
    moved = row("m", "0.10", path="to|here")
    return _diff(
        estimate(row("m", "0.10", path="from\nthere"), label="\x1b[2J|main"),
        estimate(
            *rows, moved, unpriced("p|q", problem=Problem('no "m|n"\x1b', "", ExitCode.PRICING_ERROR)), label="@ada/#7"
        ),
    )


def check_within() -> Situation:
    entries = [PromptEntry(f"prompts/{name}.txt", None, Assumptions(), {}) for name in ("a", "b", "c", "d")]
    head = estimate(*(row(name, "1.10", named=False) for name in "abcd"), label="worktree")
    head = head._replace(prices=price_info(BOOK, EXPIRED))
    return _check(head, manifest(entries, limit="10", max_increase_percent="25", period="month"))


def check_at_least() -> Situation:
    head = estimate(row("a", "4", output_tokens=None, output_basis="unknown"), label="index")
    return _check(head, manifest(limit="5"))


def check_no_limit() -> Situation:
    return _check(estimate(row("a", "0.000123"), label="worktree", period=None), None)


def check_unpriced() -> Situation:
    head = estimate(row("a"), unpriced("b"), unpriced("c", problem=BINARY), label="index")
    return _check(head, manifest(limit="5"))


def check_increase() -> Situation:
    base, head = estimate(row("a", "4"), label="main"), estimate(row("a", "5.01"), row("b", "1"), label="worktree")
    rules = manifest(limit="6", max_increase="2.009", max_increase_percent="25")
    return _check(head, rules, base, manifest(limit="5", max_increase_percent="25"))


EVERYTHING = """
version = 1
[budget]
limit = 5.00
currency = "EUR"
usd_rate = 1.08
period = "month"
max_increase = "€0.50"
max_prompt_increase = "5%"
max_train = 1
max_infer = 2
require_output = true
[[budget.by_tag]]
tag = "team:search"
limit = 3
max_increase = "10%"
[policy]
max_tokens = 900
headroom = "10%"
allow_models = ["gpt-4o-*"]
deny_models = ["gpt-4*"]
require_tags = ["team"]
require_prompt_id = true
[[prompts]]
path = "prompts/a.txt"
prompt_id = "a"
limit = 3.50
max_increase = "0%"
max_tokens = 950
"""


def check_everything() -> Situation:
    """Every limit and every rule that there is, and none of them holds."""
    base = estimate(row("a", "4", tags={"team": "search"}), label="main")
    head = estimate(
        row("a", "5", tags={"team": "search"}, training_cost=Decimal("1.50"), context_window=1000),
        row("b", "1", output_tokens=None, named=False, cost_limit=Decimal("0.001"), per_call=Decimal("0.002")),
        row("c", "0.50", undeclared=("question",), input_tokens=500, context_window=128_000),
        label="worktree",
    )
    return _check(head, parse_manifest(EVERYTHING.encode()), base, parse_manifest(b"version = 1"), text=EVERYTHING)


def check_warned() -> Situation:
    """Nothing fails: a cost near its limit, and limits that were exceeded before."""
    text = 'version = 1\n[budget]\nlimit = 10\nwarn = "80%"\nperiod = "month"\nratchet = true\n'
    text += '[[budget.by_tag]]\ntag = "team:search"\nlimit = 3\n[[prompts]]\npath = "prompts/b.txt"\n'
    base, head = (
        estimate(row("a", cost, tags={"team": "search"}), row("b", "4", grade="heuristic"), label=label)
        for cost, label in (("4.60", "main"), ("4.50", "worktree"))
    )
    return _check(head, parse_manifest(text.encode()), base, text=text)


def estimate_trained() -> Situation:
    head = estimate(
        row("a", "14.50", training_cost=Decimal("12.50")),
        row("b", "2"),
        row("c", "3", training_cost=Decimal("1"), price_estimated=True),
        unpriced("d"),
        label="worktree",
    )
    return _estimate(head)


def check_upper() -> Situation:
    """Held against the limits at the upper end of the band: the total holds, the increase does not."""
    base, head = (
        estimate(row("a", cost, grade="heuristic", input_high=1200, upper=Costs(*[Decimal(high)] * 3)), label=label)
        for cost, high, label in (("4", "4.80", "main"), ("5", "6.25", "worktree"))
    )
    return _check(head, manifest(limit="6.50", max_increase="1.20", judge="upper"), base)


def check_upper_within() -> Situation:
    head = estimate(row("a", "4", grade="heuristic", input_high=1200, upper=Costs(*[Decimal("4.80")] * 3)))
    return _check(head, manifest(limit="5", judge="upper"))


def check_close() -> Situation:
    """What is over by less than a cent."""
    return _check(estimate(row("a", "5.001"), label="index"), manifest(limit="5.00"))


def estimate_retired() -> Situation:
    """What is said of a model on the day that it is gone, and which tier has no price."""
    book = price_book(
        {
            "gone": model(GPT_4O, retires=ON.isoformat()),
            "going": model(GPT_4O, retires="2026-11-23"),
            "short": model(GPT_4O, tiers=((1000, {"input": None, "output": None}),)),
        }
    )
    files = [prompt(name, model=name, output_tokens=1) for name in ("gone", "going", "short")]
    known = Facts({(file.format, str(file.oid)): facts(5000) for file in files})
    return _estimate(estimate_snapshot(Snapshot("worktree", None, None, tuple(files)), known, book, ON))


def check_output() -> Situation:
    head = estimate(row("a", output_tokens=None), row("b"), label="index")
    return _check(head, manifest(limit="100", require_output=True))


def check_many() -> Situation:
    head = estimate(*(row(f"p{n:02}", Decimal(n)) for n in range(26)), unpriced("x"), label="index")
    return _check(head, manifest(limit="99", require_output=True))


def models() -> Situation:
    lines = [_line(name) for name in ("gpt-4o", "gpt-4", "claude-3-opus", "tiered", "input-only", "free")]
    return Situation(models_report(lines, price_info(BOOK, ON)), models_document(lines, price_info(BOOK, ON)))


def models_one() -> Situation:
    book = price_book({"gone": model(GPT_4O, MINI, retires="2026-01-31", window=None, longest=None)})
    lines = [_line("gone", book)]
    return Situation(models_report(lines, price_info(book, ON)), models_document(lines, price_info(book, ON)))


def models_retired() -> Situation:
    names = ["gone", "going", "here"]
    dates = ["2026-11-22", "2026-11-23", None]
    book = price_book({name: model(GPT_4O, retires=day) for name, day in zip(names, dates, strict=True)})
    lines = [_line(name, book) for name in names]
    return Situation(models_report(lines, price_info(book, ON)), models_document(lines, price_info(book, ON)))


def _line(name: str, book: PriceBook = BOOK) -> ModelLine:
    known = resolve_model(name, book)
    assert known is not None
    offer = known.row.offer(ON)
    assert offer is not None
    return ModelLine(known, offer)


SITUATIONS: dict[str, Callable[[], Situation]] = {
    build.__name__: build
    for build in (
        issue_diff, issue_check, estimate_plain, estimate_scenarios, estimate_without_models, estimate_problems,
        estimate_nothing, estimate_expired, estimate_retired, diff_everything, diff_folded, diff_reasons, diff_tokens,
        diff_unpriced,
        diff_nothing, diff_hostile, check_within, check_at_least, check_no_limit, check_unpriced, check_increase,
        check_upper, check_upper_within, check_everything, check_warned, estimate_trained,
        check_close, check_output, check_many, models, models_one, models_retired,
    )
} | {build.__name__: lambda build=build: Situation(*build()) for build in CALIBRATIONS}  # fmt: skip

# What every format draws, as files to be read: each kind of report, verdict and name.
TWELVE = (
    "issue_diff", "issue_check", "estimate_plain", "check_warned", "estimate_nothing", "diff_everything",
    "diff_reasons", "diff_hostile", "check_within", "check_unpriced", "check_increase", "check_everything",
)  # fmt: skip
