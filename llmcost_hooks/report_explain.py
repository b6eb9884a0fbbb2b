"""The report of `explain`: one number from blob to dollar."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .explain import Explanation, Line
from .lookup import Paid
from .prices.own import ALWAYS, STATED
from .pricing import PromptEstimate, Row
from .render.jsondoc import prompt_document
from .render.money import format_exact
from .report import Name, Report, Table, Text
from .report_estimate import part_lines
from .report_parts import amount, expired_mark, inexact, notes, price_warning, side, unit_line, without_price
from .report_price import offer_member, source_lines
from .report_rates import rate_text, rates_value
from .report_suggest import formula_lines, suggestion_document, suggestion_line

Section = tuple[Text, tuple[Text, ...]]


def explain_report(found: Explanation) -> Report:
    row, estimate = found.row, found.estimate
    per = f" a {estimate.period}" if estimate.period else ""
    cost = (": ", amount(row), per) if isinstance(row, PromptEstimate) else (": no cost is known",)
    return Report(
        ("Explained: ", Name(row.prompt_id), " in ", side(estimate), *cost, *expired_mark(estimate)),
        _arithmetic(found) if found.arithmetic else None,
        ((f"Rounded: {amount(row)}{per}",),) if found.arithmetic else (),
        (*_sections(found), *without_price(estimate)),
        unit_line(estimate),
        tuple(notes(estimate)),
        price_warning(estimate),
    )


def _arithmetic(found: Explanation) -> Table:
    rows = tuple(((line.what,), (line.formula,), (_result(line),)) for line in found.arithmetic)
    return Table(("What", "Arithmetic", "Result"), rows)


def _result(line: Line) -> str:
    return f"= {format_exact(line.result)} {line.unit}"


def _sections(found: Explanation) -> Iterator[Section]:
    row = found.row
    yield ("From",), tuple(_from(found))
    if row.input_tokens is not None:
        yield (f"What is sent: {row.input_tokens:,} input tokens, ", *_grade(row)), part_lines(row)
    if found.stated_model is not None:
        yield ("Model",), tuple(_model(found, *found.stated_model))
    if found.paid is not None:
        yield ("Price",), tuple(_price(found, found.paid))
    yield (
        ("Assumptions",),
        tuple((Name(each.name), " = ", Name(each.value), "  (", Name(each.origin), ")") for each in found.given),
    )
    lines: list[Text] = []
    for each in found.suggestions:
        lines += [suggestion_line(each, found.estimate.period, "~" if inexact(row) else "")]
        lines += formula_lines(each)
    if lines:
        yield ("What would be cheaper, USD",), tuple(lines)


def _from(found: Explanation) -> Iterator[Text]:
    file, estimate = found.file, found.estimate
    yield Name(file.path), f" (format {file.format.partition('::')[0]})"
    yield (
        f"blob {file.oid}" if file.oid else "no blob",
        *((f" of commit {estimate.commit}",) if estimate.commit else ()),
    )
    for path, oid in found.row.includes:
        yield "with ", Name(path), f", blob {oid}"


def _grade(row: Row) -> Text:
    grade = row.grade or "unknown"
    if isinstance(row, PromptEstimate) and row.input_low != row.input_high:
        return (f"{grade}: between {row.input_low:,} and {row.input_high:,}",)
    return (grade,)


def _model(found: Explanation, name: str, origin: str) -> Iterator[Text]:
    paid = found.paid
    yield Name(name), "  (", Name(origin), ")", *((" → ", Name(paid.model.id)) if paid else ())
    if paid is not None:
        row = paid.model.row
        yield (f"tokens: {paid.model.basis}",)
        limits = (("context window", row.context_window), ("output at most", row.max_output_tokens))
        yield (", ".join(f"{what} {'unknown' if size is None else f'{size:,}'}" for what, size in limits),)


def _price(found: Explanation, paid: Paid) -> Iterator[Text]:
    offer, billed = paid.offer, found.billed
    since = "" if offer.effective_from == ALWAYS else f", the row of {offer.effective_from}"
    file: Text = () if paid.listed.origin == STATED else ("price file ", Name(found.estimate.prices.version), ", ")
    yield (*file, "entry ", Name(paid.pricing_id), since)
    yield from source_lines(offer, None if paid.listed.origin == STATED else paid.listed)
    if billed is None:
        return
    tier = "" if billed.above_input_tokens is None else f", input above {billed.above_input_tokens:,} tokens"
    named = [
        f"{name.replace('_', ' ')} {rate_text(rate)}"
        for name, rate in billed.rates._asdict().items()
        if rate is not None
    ]
    yield Name(billed.variant), f"{tier}: {', '.join(named)} per million tokens"
    if offer.per_request.get("request"):
        yield (f"and ${format_exact(offer.per_request['request'])} for each request",)
    if offer.training is not None and found.file.assumptions.training_tokens is not None:
        yield (f"training ${format_exact(offer.training)} per million tokens",)


def explain_document(found: Explanation) -> dict[str, Any]:
    row, paid, billed = found.row, found.paid, found.billed
    model = paid.model if paid else None
    return {
        "schema": "llm-cost/explain/1",
        **prompt_document(found.estimate, row),
        "format": found.file.format,
        "model": {
            "stated": found.stated_model[0] if found.stated_model else None,
            "origin": found.stated_model[1] if found.stated_model else None,
            "id": model.id if model else None,
            "encoding": model.encoding if model else None,
            "grade": model.grade if model else None,
            "basis": model.basis if model else None,
            "context_window": model.row.context_window if model else None,
            "max_output_tokens": model.row.max_output_tokens if model else None,
        },
        "offer": offer_member(paid.offer) if paid else None,
        "billed": {
            "variant": billed.variant, "above_input_tokens": billed.above_input_tokens, **rates_value(billed.rates),
        } if billed else None,
        "assumptions": [each._asdict() for each in found.given],
        "arithmetic": [{**line._asdict(), "result": format_exact(line.result)} for line in found.arithmetic],
        "suggestions": [suggestion_document(each) for each in found.suggestions],
        "notes": list(row.notes) if isinstance(row, PromptEstimate) else [],
    }  # fmt: skip
