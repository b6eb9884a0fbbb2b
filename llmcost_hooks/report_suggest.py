"""The wording of suggestions, and their members in documents."""

from __future__ import annotations

from typing import Any

from .render.money import format_exact, format_money
from .report import Name, Text
from .what_if import BATCH, CACHING, MODEL, Suggestion


def suggestion_line(each: Suggestion, period: str | None, mark: str = "") -> Text:
    """ "search uses gpt-4o, consider gpt-4o-mini (-94%)"; `mark` is the `~` of its counts."""
    per = f"/{period}" if period else ""
    saves = f"saves {'up to ' if each.at_most else ''}{mark}{format_money(each.saving)}{per}"
    percent = f"(-{each.saving_percent}%)"
    if each.kind == MODEL:
        return Name(each.prompt_id), " uses ", Name(each.model), ", consider ", Name(each.other), f" {percent}"
    if each.kind == BATCH:
        return Name(each.prompt_id), f": in batches, where answers may come later {percent}, {saves}"
    tokens = f"{mark}{each.tokens:,} tokens"
    if each.kind == CACHING:
        return Name(each.prompt_id), f": with its first {tokens} cached {percent}, {saves}{_from(each)}"
    what = f" behind the static text, {tokens} can be cached {percent}, {saves}{_from(each)}"
    return Name(each.prompt_id), ": with ", Name(each.variable or ""), what


def _from(each: Suggestion) -> str:
    return f"; it pays from a hit ratio of {format_exact(each.break_even)} on" if each.break_even else ""


def formula_lines(each: Suggestion) -> tuple[Text, ...]:
    """The arithmetic of a saving, and of the ratio from which caching saves at all."""
    lines: list[Text] = [(f"saving: {each.formula} = {format_exact(each.saving)}",)]
    if each.break_even and each.break_even_formula:
        lines.append(
            (f"break-even hit ratio, rounded up: {each.break_even_formula} = {format_exact(each.break_even)}",)
        )
    return tuple(lines)


def suggestion_document(each: Suggestion) -> dict[str, Any]:
    return {
        "prompt_id": each.prompt_id,
        "model": each.model,
        "other": each.other,
        "saving_percent": str(each.saving_percent),
        "kind": each.kind,
        "saving": format_exact(each.saving),
        "at_most": each.at_most,
        "formula": each.formula,
        "cached_tokens": each.tokens,
        "break_even_hit_ratio": None if each.break_even is None else format_exact(each.break_even),
        "variable": each.variable,
    }
