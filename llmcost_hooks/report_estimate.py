"""The report of `estimate`: every prompt of one side."""

from __future__ import annotations

from collections.abc import Iterator

from .estimate import Estimate
from .pricing import PromptEstimate, Row
from .render.money import format_money
from .report import Name, Report, Table, Text
from .report_caching import cacheable, shows_cacheable
from .report_parts import (
    amount,
    by_manifest,
    expired_mark,
    has_money,
    marks,
    notes,
    price_warning,
    side,
    token_total,
    total,
    training,
    training_amount,
    unit_line,
    without_price,
)
from .sizing import IMAGES


def estimate_report(estimate: Estimate, *, show_parts: bool = False) -> Report:
    """Every prompt with its cost, and the total; with `show_parts` what each is made of."""
    if not estimate.rows:
        return Report(("No prompts were found in ", side(estimate), "."), notes=(_HOW_TO_NAME_PROMPTS,))
    money = has_money(estimate)
    caching = shows_cacheable(estimate)
    trained = estimate.training_cost() > 0
    middle = ("Input", "Cacheable", "Output") if caching else ("Input", "Output")
    headers = ("prompt_id", "Model", *middle, *(["Training"] if trained else []), "Cost" if money else "Tokens")
    rows = tuple(_cells(row, caching, trained) for row in estimate.rows)
    table = Table(headers, rows, right=tuple(range(2, len(headers))))
    tokens = f"{token_total(estimate)} tokens"
    below: list[Text] = [(f"Total: {total(estimate) if money else tokens}", *expired_mark(estimate))]
    if trained:
        below.append((f"Of it training: {training(estimate)}",))
    listed, effective = estimate.known_list_cost(), estimate.known_cost()
    if listed != effective:
        below.append((f"List cost: {marks(*estimate.rows)}{format_money(listed)}",))
    return Report(
        ("Estimated cost: " if money else "Tokens: ", side(estimate)),
        table,
        tuple(below),
        (*by_manifest(estimate), *without_price(estimate), *(_parts(estimate) if show_parts else ())),
        unit_line(estimate),
        tuple(notes(estimate)),
        price_warning(estimate),
    )


_HOW_TO_NAME_PROMPTS: Text = (
    'Name prompts in llm-cost.toml ([[prompts]] or [discover]), on the command line, or with --include "GLOB".',
)


def _parts(estimate: Estimate) -> Iterator[tuple[Text, tuple[Text, ...]]]:
    """A section for each prompt: what its input is made of."""
    for row in estimate.rows:
        if row.input_tokens is None:
            continue
        width = max((len(f"{tokens:,}") for _, _, tokens in row.parts), default=0)
        lines = [(f"{tokens:>{width},}  ", *_part(kind, name)) for kind, name, tokens in row.parts]
        unknown = [("images" if name == IMAGES else "variable", name) for name in row.undeclared]
        lines += [(f"{'?':>{width}}  ", *_part(kind, name)) for kind, name in unknown]
        yield ("Parts of ", Name(row.prompt_id), f": {row.input_tokens:,} input tokens"), tuple(lines)


def _part(kind: str, name: str) -> Text:
    what = {"roles": "role overhead", "text": "static text", "tools": "tools", "measured": "as measured"}
    what |= {"tool_prompt": "tool system prompt", "images": "images"}
    return (f"{kind} ", Name(name)) if kind in ("variable", "include") else (what[kind],)


def _cells(row: Row, caching: bool, trained: bool) -> tuple[Text, ...]:
    mark = "" if row.grade == "exact" else "~"
    tokens = "?" if row.input_tokens is None else f"{mark}{row.input_tokens:,}"
    output = f"{row.output_tokens:,}" if isinstance(row, PromptEstimate) and row.output_tokens is not None else "?"
    cached = ((cacheable(row),),) if caching else ()
    training_cell = ((training_amount(row),),) if trained else ()
    return (
        (Name(row.prompt_id),),
        (Name(row.model or "—"),),
        (tokens,),
        *cached,
        (output,),
        *training_cell,
        (amount(row),),
    )
