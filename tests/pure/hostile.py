"""Names that somebody chose to do harm, many of them, and results that are full of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

from llmcost_hooks.compare import compare_estimates
from llmcost_hooks.errors import ExitCode
from llmcost_hooks.findings import check_findings, estimate_findings
from llmcost_hooks.manifest import Assumptions, Manifest, PromptEntry
from llmcost_hooks.manifest_budget import Budget, Policy
from llmcost_hooks.policy import Judged, judge
from llmcost_hooks.pricing import Row
from llmcost_hooks.prompts import Problem
from llmcost_hooks.render.formats import Result
from llmcost_hooks.render.jsondoc import check_document, diff_document
from llmcost_hooks.report import Name
from llmcost_hooks.report_check import check_report
from llmcost_hooks.report_diff import diff_report

from .build import BOOK, ON, estimate, row, unpriced

NAMES = 500
PIECES = (
    "::error::", "::error file=x,line=1::", "::set-env name=A::b", "::add-mask::", "##[error]", "##[add-path]/tmp",
    "##vso[task.setvariable]", "%0A", "%0a::error::", "%25", "%", "\n::error::x", "\r\n", "\n", "\r", "\t", "::", ":",
    "=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", ";=1", ",=1", "|-1", "\uff1d1", '"', "'", '""', '",=1,"', ";",
    "</text>", "</svg>", "<script>alert(1)</script>", "<!--", "-->", "]]>", "<![CDATA[", "&", "&lt;", "&#60;", "<", ">",
    "</failure>", "</title>", "</style>", '" onload="x', "<?xml?>", "javascript:x", "[x](http://a.b)", "](", "[", "{0}",
    "{", "}", "\\", "../../etc", "/", "a/b", " ", "a", "search", "\x1b[31m", "\x00", "\x85", "\u2028", "\u202e",
    "\ufeff", "\ud800", "\udce9", "\ufffe", "\U000e0041", "é", "日本", "𝔘", "|", "`", "# ", "- ", "x" * 300,
)  # fmt: skip


def hostile_names(seed: int, count: int = NAMES) -> list[str]:
    """Names of a few pieces each, in order; the number behind each makes it the only one of its kind."""
    chosen = random.Random(seed)
    return sorted("".join(chosen.choices(PIECES, k=chosen.randint(1, 4)))[:100] + f".{n}" for n in range(count))


def plain_names(count: int = NAMES) -> list[str]:
    return [f"name{n:03}" for n in range(count)]


def diff_of(names: list[str]) -> Result:
    """Every name is a prompt's id, its path, its model, its tag and why it is not priced; the sides have them too."""
    rows = [_row(name, n) for n, name in enumerate(names)]
    comparison = compare_estimates(estimate(rows[1], label=names[0]), estimate(*rows, label=names[1]))
    report = diff_report(comparison, extra=((Name(names[2]), " has moved on"),))
    findings = estimate_findings(comparison.head, "diff")
    return Result(report, diff_document(comparison), comparison.head, comparison, findings, "team")


def check_of(names: list[str]) -> Result:
    """Every prompt breaks a rule, and has an owner; tags and paths are names too."""
    head = estimate(*(_row(name, n) for n, name in enumerate(names)), label=names[0])
    entries = tuple(PromptEntry(name, None, Assumptions(), {}) for name in names)
    rules = Manifest("llm-cost.toml", budget=Budget(limit=Decimal(1), period="month"), prompts=entries,
                     policy=Policy(max_tokens=10))  # fmt: skip
    verdict = judge(head, rules, None, None, BOOK, ON)
    verdict = verdict._replace(owners={name: name for name in names})
    held = {"llm-cost.toml": b"version = 1\n[budget]\nlimit = 1\n"}
    findings = check_findings([Judged(head, rules, None, verdict)], held)
    report, document = check_report(head, rules, verdict, None), check_document(head, rules, verdict, None)
    return Result(report, document, head, None, findings)


KINDS: dict[str, Callable[[list[str]], Result]] = {"diff": diff_of, "check": check_of}


def _row(name: str, n: int) -> Row:
    tags = {"team": name, name: "x"} if n % 50 == 1 else {}
    if n % 10 == 0:
        problem = Problem(f"no {name}", f"{n}: write {name}", ExitCode.PRICING_ERROR)
        return unpriced(name, path=name, named=False, problem=problem, tags=tags)
    return row(name, "0.10", path=name, named=False, model=name, tags=tags)
