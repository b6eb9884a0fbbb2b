"""The report of `estimate`: every prompt of one side."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from .estimate import Estimate
from .pricing import PromptEstimate, Row
from .report import Name, Report, Table, Text
from .report_caching import cacheable, shows_cacheable
from .report_parts import (
    amount,
    by_manifest,
    expired_mark,
    has_money,
    list_amount,
    list_total,
    notes,
    price_warning,
    side,
    tag_value,
    token_total,
    total,
    training,
    training_amount,
    unit_line,
    without_price,
)
from .sizing import IMAGES
from .view import PLAIN, View, estimate_groups, shown_rows


def estimate_report(estimate: Estimate, *, show_parts: bool = False, view: View = PLAIN) -> Report:
    """Every prompt with its cost, and the total; with `show_parts` what each is made of."""
    if not estimate.rows:
        return Report(("No prompts were found in ", side(estimate), "."), notes=(_HOW_TO_NAME_PROMPTS,))
    money = has_money(estimate)
    caching = shows_cacheable(estimate)
    trained = estimate.training_cost() > 0
    middle = ("Input", "Cacheable", "Output") if caching else ("Input", "Output")
    listed, effective = estimate.known_list_cost(), estimate.known_cost()
    own = [("Training", training_amount)] if trained else []  # columns that not every report has
    if any(row.list_cost != row.effective_cost for row in estimate.priced()):
        own.append(("List cost", list_amount))
    headers = ("prompt_id", "Model", *middle, *(name for name, _ in own), "Cost" if money else "Tokens")
    amounts = [show for _, show in own]
    rows = tuple(_cells(row, caching, amounts) for row in shown_rows(estimate, view))
    table = Table(headers, rows, right=tuple(range(2, len(headers))))
    tokens = f"{token_total(estimate)} tokens"
    below: list[Text] = [(f"Total: {total(estimate) if money else tokens}", *expired_mark(estimate))]
    if trained:
        below.append((f"Of it training: {training(estimate)}",))
    if listed != effective:
        below.append((f"List cost: {list_total(estimate)}",))
    return Report(
        ("Estimated cost: " if money else "Tokens: ", side(estimate)),
        table,
        tuple(below),
        (
            *by_manifest(estimate),
            *group_sections(estimate, view),
            *without_price(estimate),
            *(_parts(estimate) if show_parts else ()),
        ),
        unit_line(estimate),
        tuple(notes(estimate)),
        price_warning(estimate),
    )


_HOW_TO_NAME_PROMPTS: Text = (
    'Name prompts in llm-cost.toml ([[prompts]] or [discover]), on the command line, or with --include "GLOB".',
)


def group_sections(estimate: Estimate, view: View) -> Iterator[tuple[Text, tuple[Text, ...]]]:
    """The section with the total of each value of a tag."""
    if view.group_by is not None:
        show = total if has_money(estimate) else token_total
        groups = estimate_groups(estimate, view.group_by)
        lines = [(*tag_value(view.group_by, value), f": {show(part)}") for value, part in groups]
        yield ("By ", Name(view.group_by)), tuple(lines)


def _parts(estimate: Estimate) -> Iterator[tuple[Text, tuple[Text, ...]]]:
    """A section for each prompt: what its input is made of."""
    for row in estimate.rows:
        if row.input_tokens is not None:
            yield ("Parts of ", Name(row.prompt_id), f": {row.input_tokens:,} input tokens"), part_lines(row)


def part_lines(row: Row) -> tuple[Text, ...]:
    """What the input of one prompt is made of, a part a line."""
    width = max((len(f"{tokens:,}") for _, _, tokens in row.parts), default=0)
    lines: list[Text] = [(f"{tokens:>{width},}  ", *_part(kind, name)) for kind, name, tokens in row.parts]
    unknown = [("images" if name == IMAGES else "variable", name) for name in row.undeclared]
    return (*lines, *((f"{'?':>{width}}  ", *_part(kind, name)) for kind, name in unknown))


def _part(kind: str, name: str) -> Text:
    what = {"roles": "role overhead", "text": "static text", "tools": "tools", "measured": "as measured"}
    what |= {"tool_prompt": "tool system prompt", "images": "images"}
    return (f"{kind} ", Name(name)) if kind in ("variable", "include") else (what[kind],)


def _cells(row: Row, caching: bool, own: Sequence[Callable[[Row], str]]) -> tuple[Text, ...]:
    mark = "" if row.grade == "exact" else "~"
    tokens = "?" if row.input_tokens is None else f"{mark}{row.input_tokens:,}"
    output = f"{row.output_tokens:,}" if isinstance(row, PromptEstimate) and row.output_tokens is not None else "?"
    cached = ((cacheable(row),),) if caching else ()
    amounts = [(show(row),) for show in (*own, amount)]
    return (Name(row.prompt_id),), (Name(row.model or "—"),), (tokens,), *cached, (output,), *amounts
