"""llm-cost: what a git change does to the cost of LLM prompts.

The functions that the commands use, for programs (docs/api.md). These names, the exit codes, the hook ids and the JSON
documents are stable: they change with a new major version only. Everything else in the package is private.

Names load when they are used, so that a hook which needs few of them stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.2.0"

if TYPE_CHECKING:
    from .checking import check_side, compare_sides, read_sides
    from .compare import Comparison, PromptDelta, compare_estimates
    from .errors import ConfigError, ExitCode, LlmCostError, ParseError, PricingError
    from .estimate import Estimate, estimate_snapshot
    from .facts import count_tokens, load_encoding, load_price_book, read_facts
    from .git.plumbing import Repository, open_repository
    from .manifest import Assumptions, Manifest, parse_manifest
    from .memo import Memo
    from .models import Model, resolve_model
    from .policy import Overrides, Verdict, judge
    from .prices.book import PriceBook
    from .pricing import PromptEstimate, Unpriced
    from .prompts import Prompt, parse_prompt
    from .reading import EMPTY, STAGED, WORKTREE, Side, Source, commit_source, read_manifest, read_side
    from .render.jsondoc import check_document, diff_document, estimate_document
    from .render.jsonparts import render_json
    from .render.markdown import render_markdown
    from .render.text import render_text
    from .report import Report
    from .report_check import check_report
    from .report_diff import diff_report
    from .report_estimate import estimate_report
    from .snapshot import PromptFile, Selection, Snapshot
    from .stating import read_statements
    from .waivers import Statements

_HOMES = {
    "checking": ("check_side", "compare_sides", "read_sides"),
    "compare": ("Comparison", "PromptDelta", "compare_estimates"),
    "errors": ("ConfigError", "ExitCode", "LlmCostError", "ParseError", "PricingError"),
    "estimate": ("Estimate", "estimate_snapshot"),
    "facts": ("count_tokens", "load_encoding", "load_price_book", "read_facts"),
    "git.plumbing": ("Repository", "open_repository"),
    "manifest": ("Assumptions", "Manifest", "parse_manifest"),
    "memo": ("Memo",),
    "models": ("Model", "resolve_model"),
    "policy": ("Overrides", "Verdict", "judge"),
    "prices.book": ("PriceBook",),
    "pricing": ("PromptEstimate", "Unpriced"),
    "prompts": ("Prompt", "parse_prompt"),
    "reading": ("EMPTY", "STAGED", "WORKTREE", "Side", "Source", "commit_source", "read_manifest", "read_side"),
    "render.jsondoc": ("check_document", "diff_document", "estimate_document"),
    "render.jsonparts": ("render_json",),
    "render.markdown": ("render_markdown",),
    "render.text": ("render_text",),
    "report": ("Report",),
    "report_check": ("check_report",),
    "report_diff": ("diff_report",),
    "report_estimate": ("estimate_report",),
    "snapshot": ("PromptFile", "Selection", "Snapshot"),
    "stating": ("read_statements",),
    "waivers": ("Statements",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "EMPTY",
    "STAGED",
    "WORKTREE",
    "Assumptions",
    "Comparison",
    "ConfigError",
    "Estimate",
    "ExitCode",
    "LlmCostError",
    "Manifest",
    "Memo",
    "Model",
    "Overrides",
    "ParseError",
    "PriceBook",
    "PricingError",
    "Prompt",
    "PromptDelta",
    "PromptEstimate",
    "PromptFile",
    "Report",
    "Repository",
    "Selection",
    "Side",
    "Snapshot",
    "Source",
    "Statements",
    "Unpriced",
    "Verdict",
    "__version__",
    "check_document",
    "check_report",
    "check_side",
    "commit_source",
    "compare_estimates",
    "compare_sides",
    "count_tokens",
    "diff_document",
    "diff_report",
    "estimate_document",
    "estimate_report",
    "estimate_snapshot",
    "judge",
    "load_encoding",
    "load_price_book",
    "open_repository",
    "parse_manifest",
    "parse_prompt",
    "read_facts",
    "read_manifest",
    "read_side",
    "read_sides",
    "read_statements",
    "render_json",
    "render_markdown",
    "render_text",
    "resolve_model",
]


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
