"""The reports of `prices show` and `prices history`: one model, with everything that is known of its price."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from .estimate import PriceInfo
from .models import Model
from .prices.book import PriceBook
from .prices.offers import Offer, Rates
from .prices.own import ALWAYS, STATED
from .render.money import format_exact
from .report import Name, Report, Table, Text, name_list
from .report_parts import age_warning
from .report_rates import rate_text, rate_value, rates_value, tiers_value

HEADERS = ("Billed as", "Input", "Cached", "Output", "Write 5m", "Write 1h")


class Priced(NamedTuple):
    """One model on one day, in one region."""

    model: Model
    offer: Offer  # what is paid
    listed: Offer | None  # what the price file says; None where it has no price of it
    region: str | None
    on: date
    aliases: tuple[str, ...]
    notes: tuple[str, ...]  # what a manifest makes of it, and the like


def price_report(priced: Priced, prices: PriceInfo) -> Report:
    model, offer = priced.model, priced.offer
    region = f"#{priced.region}" if priced.region else ""
    table = Table(HEADERS, tuple((name, *_cells(rates)) for name, rates in rate_lines(offer)), (1, 2, 3, 4, 5))
    below: list[Text] = []
    if offer.per_request:
        when = "request: on every call" if "request" in offer.per_request else "per use"
        below.append(("Fees: ", *_amounts(offer.per_request), f" ({when})"))
    if offer.training is not None:
        below.append((f"Training: ${format_exact(offer.training)} per million tokens",))
    if offer.other:
        below.append(("Other rates: ", *_amounts(offer.other)))
    return Report(
        (Name(model.id + region), f", USD per million tokens on {priced.on}"),
        table,
        tuple(below),
        ((("The model",), tuple(_facts(priced))),),
        (f"Prices of {prices.published}, valid until {prices.valid_until}",),
        (*((Name(note),) for note in priced.notes), *source_lines(offer, priced.listed)),
        age_warning(prices),
    )


def rate_lines(offer: Offer) -> Iterator[tuple[Text, Rates]]:
    """Every set of rates with its name: ways to be billed, tiers above a size, times of the day."""
    for name, tariff in offer.variants.items():
        yield (Name(name),), tariff.rates
        for tier in tariff.tiers:
            yield (Name(name), f", input above {tier.above_input_tokens:,}"), tier.rates
        for window in offer.windows:
            if window.variant == name:
                yield (Name(name), ", ", Name(f"{window.utc_from}-{window.utc_to}"), " UTC"), window.rates


def _cells(rates: Rates) -> Iterator[Text]:
    yield from ((rate_text(rate),) for rate in (rates.input, rates.cache_read, rates.output, *rates[3:]))


def _amounts(prices: Mapping[str, Decimal]) -> Iterator[str]:
    """Named amounts: "file_search $0.0025, web_search $0.01"."""
    for n, (name, price) in enumerate(prices.items()):
        yield from (", " if n else "", Name(name), f" ${format_exact(price)}")


def _facts(priced: Priced) -> Iterator[Text]:
    row = priced.model.row
    made = (", made by ", Name(row.developer)) if row.developer and row.developer != row.provider else ()
    yield ("sold by ", Name(row.provider), *made, " (", Name(row.channel), ", ", Name(row.mode), ")")
    limits = [f"context window {_tokens(row.context_window)}", f"output at most {_tokens(row.max_output_tokens)}"]
    if row.cache_min_tokens is not None:
        limits.append(f"cached from {row.cache_min_tokens:,} tokens on")
    yield (", ".join(limits),)
    days = (("released", row.released), ("deprecated", row.deprecated_at), ("retires", row.retires_at))
    life = [f"{word} {day}" for word, day in days if day is not None]
    if row.replacement:
        life.append(f"replaced by {row.replacement}")
    if life:
        yield (Name(", ".join(life)),)
    if row.regions():
        yield ("prices of their own in: ", *name_list(list(row.regions()), len(row.regions())))
    if priced.aliases:
        yield ("also called: ", *name_list(list(priced.aliases), 12))
    yield (f"counts: {priced.model.basis}",)


def _tokens(count: int | None) -> str:
    return "unknown" if count is None else f"{count:,}"


def source_lines(offer: Offer, listed: Offer | None) -> Iterator[Text]:
    """Who says what it costs; `listed` is None where the price file has no price of it."""
    undated = listed is not None and listed is not offer and offer.effective_from == listed.effective_from
    since = (
        "" if undated or offer.effective_from == ALWAYS else f" since {offer.effective_from}"
    )  # an override has no day
    if offer.origin == STATED:
        yield ("stated in llm-cost.toml by ", Name(offer.verified_by), since)
    if listed is not None:
        yield (
            f"listed since {listed.effective_from}, as ", Name(listed.verified_by),
            f" state it on {listed.verified_at} of ", Name(listed.source),
        )  # fmt: skip
        yield ("nobody of this project has read that page",)


# --- history -----------------------------------------------------------------------------------------------------


def history_report(model: Model, region: str | None, offers: list[Offer], on: date) -> Report:
    """`on` is today: what begins later is marked."""
    rows: list[tuple[Text, ...]] = []
    before: dict[Text, Rates] = {}
    for offer in offers:
        since, when = (str(offer.effective_from),), "to come" if offer.effective_from > on else ""
        now = dict(rate_lines(offer))
        for name, rates in now.items():
            if rates != before.get(name):
                rows.append((since, name, *_moves(rates, before.get(name)), (when,)))
        for name in before:
            if name not in now:
                rows.append((since, name, *[("—",)] * 3, (f"ends, {when}" if when else "ends",)))
        before = now
    shown = model.id + (f"#{region}" if region else "")
    return Report(
        (Name(shown), f": {len(offers)} dated {'row' if len(offers) == 1 else 'rows'}, USD per million tokens"),
        Table(("From", "Billed as", "Input", "Cached", "Output", ""), tuple(rows), (2, 3, 4)),
        notes=(("a row holds until the next one begins; what did not change is not repeated",),),
    )


def _moves(rates: Rates, old: Rates | None) -> Iterator[Text]:
    """A rate, with an arrow where it went up or down."""
    for name in ("input", "cache_read", "output"):
        new, was = getattr(rates, name), getattr(old, name) if old else None
        arrow = "" if new is None or was is None or new == was else " ↑" if new > was else " ↓"
        yield (rate_text(new) + arrow,)


# --- documents ---------------------------------------------------------------------------------------------------


def price_document(priced: Priced, prices: PriceInfo) -> dict[str, Any]:
    model, row, offer = priced.model, priced.model.row, priced.offer
    return {
        "schema": "llm-cost/price/1",
        "currency": "USD",
        "unit": "per million tokens",
        "prices": {
            "version": prices.version,
            "valid_until": prices.valid_until.isoformat(),
            "expired": prices.expired(),
        },
        "as_of": priced.on.isoformat(),
        "model": {
            "id": model.id,
            "provider": row.provider,
            "developer": row.developer,
            "channel": row.channel,
            "mode": row.mode,
            "context_window": row.context_window,
            "max_output_tokens": row.max_output_tokens,
            "cache_min_tokens": row.cache_min_tokens,
            "released": _day(row.released),
            "deprecated_at": _day(row.deprecated_at),
            "retires_at": _day(row.retires_at),
            "replacement": row.replacement,
            "regions": list(row.regions()),
            "aliases": list(priced.aliases),
            "grade": model.grade,
        },
        "offer": offer_member(offer),
        "listed": None if priced.listed is None else offer_member(priced.listed),
        "notes": list(priced.notes),
    }


def history_document(model: Model, region: str | None, offers: list[Offer], book: PriceBook) -> dict[str, Any]:
    return {
        "schema": "llm-cost/price-history/1",
        "currency": "USD",
        "unit": "per million tokens",
        "prices": {"version": book.version, "valid_until": book.valid_until.isoformat()},
        "id": model.id,
        "region": region,
        "rows": [offer_member(offer) for offer in offers],
    }


def offer_member(offer: Offer) -> dict[str, Any]:
    return {
        "region": offer.region,
        "effective_from": None if offer.effective_from == ALWAYS else offer.effective_from.isoformat(),
        "source": offer.source,
        "verified_by": offer.verified_by,
        "verified_at": None if offer.verified_at == ALWAYS else offer.verified_at.isoformat(),
        "origin": offer.origin or "listed",
        "estimated": offer.estimated,
        "variants": {
            name: {**rates_value(tariff.rates), "tiers": tiers_value(tariff)} for name, tariff in offer.variants.items()
        },
        "time_of_day": [
            {"variant": each.variant, "utc_from": each.utc_from, "utc_to": each.utc_to, **rates_value(each.rates)}
            for each in offer.windows
        ],
        "per_request": {fee: format_exact(price) for fee, price in offer.per_request.items()},
        "training": rate_value(offer.training),
        "other": {name: format_exact(rate) for name, rate in offer.other.items()},
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
