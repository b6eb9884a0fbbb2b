"""The report of `models`: what is known of each model."""

from __future__ import annotations

from typing import Any, NamedTuple

from .estimate import PriceInfo
from .models import Model
from .prices.book import Offer
from .prompts.classes import CLASSES
from .report import Name, Report, Table, Text
from .report_parts import age_warning
from .report_rates import rate_text, rates_value, tiers_value


class ModelLine(NamedTuple):
    model: Model
    offer: Offer


def models_report(lines: list[ModelLine], prices: PriceInfo, extra: tuple[Text, ...] = ()) -> Report:
    headers = ("Model", "Provider", "Input", "Cached", "Output", "Batch in", "Batch out", "Context", "Counts")
    notes: list[Text] = [
        (Name(line.model.id), f": retired on {line.model.row.retires_at}")
        for line in lines
        if line.model.row.retires_at is not None and line.model.row.retires_at <= prices.published
    ]
    if len(lines) == 1:
        model, offer = lines[0]
        notes += [
            (f"counts: {model.basis}",),
            ("price: ", Name(offer.source), ", as ", Name(offer.verified_by), f" state it on {offer.verified_at}"),
            ("all of it: llm-cost prices show ", Name(_shown(lines[0]))),
        ]
    else:
        are = "is" if len(notes) == 1 else "are"
        notes = [(f"{len(notes)} of these models {are} retired; name one for its date",)] if notes else []
    return Report(
        (f"{len(lines)} model{'s' if len(lines) != 1 else ''}, USD per million tokens",),
        Table(headers, tuple(tuple((cell,) for cell in _cells(line)) for line in lines), right=(2, 3, 4, 5, 6, 7)),
        unit=(f"Prices of {prices.published}",),
        notes=(*notes, *extra),
        warning=age_warning(prices),
    )


def _shown(line: ModelLine) -> str:
    """The model's id, and the region that the prices are of."""
    return line.model.id + (f"#{line.offer.region}" if line.offer.region else "")


def _cells(line: ModelLine) -> tuple[str, ...]:
    model, offer = line
    standard, batch = offer.standard.rates, offer.batch.rates if offer.batch else None
    window = model.row.context_window
    return (
        Name(_shown(line)),
        Name(model.row.provider),
        rate_text(standard.input),
        rate_text(standard.cache_read),
        rate_text(standard.output),
        rate_text(batch.input if batch else None),
        rate_text(batch.output if batch else None),
        "?" if window is None else f"{window:,}",
        model.grade,
    )


def models_document(lines: list[ModelLine], prices: PriceInfo) -> dict[str, Any]:
    return {
        "schema": "llm-cost/models/1",
        "currency": "USD",
        "unit": "per million tokens",
        "prices": {
            "version": prices.version,
            "valid_until": prices.valid_until.isoformat(),
            "expired": prices.expired(),
        },
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
        "ratio": _whole_band(model),
        "family": model.family,
        "ratios": dict(zip(CLASSES, ([str(end) for end in ratio] for ratio in model.ratios), strict=True)),
        "basis": model.basis,
        "effective_from": offer.effective_from.isoformat(),
        "source": offer.source,
        "standard": rates_value(offer.standard.rates),
        "tiers": tiers_value(offer.standard),
        "batch": rates_value(offer.batch.rates) if offer.batch else None,
        "batch_tiers": tiers_value(offer.batch) if offer.batch else [],
    }


def _whole_band(model: Model) -> list[str]:
    """The least of all classes, what holds for prose, and the most."""
    lows, highs = [ratio.low for ratio in model.ratios], [ratio.high for ratio in model.ratios]
    return [str(min(lows)), str(model.ratios[0].typical), str(max(highs))]
