"""The report of `models`: what is known of each model."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from .models import Model
from .prices.book import Offer, PriceBook, Rates, Tariff
from .render.money import format_exact
from .report import Report, Table, Text


class ModelLine(NamedTuple):
    model: Model
    offer: Offer


def models_report(lines: list[ModelLine], published: date, extra: tuple[Text, ...] = ()) -> Report:
    headers = ("Model", "Provider", "Input", "Cached", "Output", "Batch in", "Batch out", "Context", "Counts")
    notes = [
        (f"{line.model.id}: retired on {line.model.row.retires_at}",)
        for line in lines
        if line.model.row.retires_at is not None and line.model.row.retires_at <= published
    ]
    if len(lines) == 1:
        model, offer = lines[0]
        notes += [
            (f"counts: {model.basis}",),
            (f"price: {offer.source}, as {offer.verified_by} state it on {offer.verified_at}",),
            (f"all of it: llm-cost prices show {model.id}",),
        ]
    else:
        notes = [(f"{len(notes)} of these models are retired; name one for its date",)] if notes else []
    return Report(
        (f"{len(lines)} model{'s' if len(lines) != 1 else ''}, USD per million tokens",),
        Table(headers, tuple(tuple((cell,) for cell in _cells(line)) for line in lines), right=(2, 3, 4, 5, 6, 7)),
        unit=(f"Prices of {published}",),
        notes=(*notes, *extra),
    )


def _cells(line: ModelLine) -> tuple[str, ...]:
    model, offer = line
    standard, batch = offer.standard.rates, offer.batch.rates if offer.batch else None
    window = model.row.context_window
    return (
        model.id + (f"#{offer.region}" if offer.region else ""),
        model.row.provider,
        _rate(standard.input),
        _rate(standard.cache_read),
        _rate(standard.output),
        _rate(batch.input if batch else None),
        _rate(batch.output if batch else None),
        "?" if window is None else f"{window:,}",
        model.grade,
    )


def _rate(rate: Decimal | None) -> str:
    return "?" if rate is None else f"${format_exact(rate)}"


def models_document(lines: list[ModelLine], book: PriceBook) -> dict[str, Any]:
    return {
        "schema": "llm-cost/models/1",
        "currency": "USD",
        "unit": "per million tokens",
        "prices": {"version": book.version, "valid_until": book.valid_until.isoformat()},
        "models": [_member(line) for line in lines],
    }


def _member(line: ModelLine) -> dict[str, Any]:
    model, offer = line
    row = model.row
    return {
        "id": model.id,
        "provider": row.provider,
        "developer": row.developer,
        "channel": offer.channel,
        "region": offer.region,
        "regions": list(row.regions()),
        "mode": row.mode,
        "context_window": row.context_window,
        "max_output_tokens": row.max_output_tokens,
        "retires_at": row.retires_at.isoformat() if row.retires_at else None,
        "encoding": model.encoding,
        "grade": model.grade,
        "ratio": [str(model.low), str(model.ratio), str(model.high)],
        "basis": model.basis,
        "effective_from": offer.effective_from.isoformat(),
        "source": offer.source,
        "standard": _rates(offer.standard.rates),
        "tiers": _tiers(offer.standard),
        "batch": _rates(offer.batch.rates) if offer.batch else None,
        "batch_tiers": _tiers(offer.batch) if offer.batch else [],
    }


def _tiers(tariff: Tariff) -> list[dict[str, Any]]:
    return [{"above_input_tokens": tier.above_input_tokens, **_rates(tier.rates)} for tier in tariff.tiers]


def _rates(rates: Rates) -> dict[str, str | None]:
    return {name: None if rate is None else format_exact(rate) for name, rate in rates._asdict().items()}
