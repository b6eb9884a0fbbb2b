"""Which offer a prompt is priced with: (model, region, fine-tuned, row, day) and the project's own prices -> one offer.

A dimension that is not known is a Problem with what to type; nothing falls back to another region or channel.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from .errors import ExitCode
from .manifest import Assumptions
from .models import Model, fine_tuned_model, near_names, resolve_model
from .prices.book import Offer, PriceBook
from .prices.offers import scaled
from .prices.own import ALWAYS, DISCOUNTED, MANIFEST, NO_PRICES, STATED, OwnPrices, laid_over
from .prompts import Problem
from .render.money import format_exact


class Paid(NamedTuple):
    """What a prompt is priced with."""

    model: Model
    offer: Offer  # what is paid
    listed: Offer  # the public price, where there is one
    pricing_id: str  # the entry of the price file: "bedrock/amazon.nova-pro-v1:0#eu"
    notes: tuple[str, ...]


Resolve = Callable[[str, Assumptions, "OwnPrices | None"], "Paid | Problem"]


def find_model(name: str, assumed: Assumptions, book: PriceBook, own: OwnPrices | None = None) -> Model | None:
    """The model whose tokens are counted: the named one, or where nobody knows that name what `pricing_id` says."""
    model = resolve_model(name, book, own)
    if model is None and assumed.pricing_id is not None:
        model = resolve_model(assumed.pricing_id, book, own)
    return model


def make_resolver(book: PriceBook, on: date) -> Resolve:
    """(name, assumptions, own prices) -> what it is priced with, or the Problem with it; each asked once."""
    known: dict[tuple[object, ...], Paid | Problem] = {}

    def resolve(name: str, assumed: Assumptions, own: OwnPrices | None) -> Paid | Problem:
        key = (name, assumed.region, assumed.fine_tuned, assumed.pricing_id, assumed.price_version, id(own))
        if key not in known:
            prices = own or NO_PRICES
            known[key] = _resolve(name, assumed, prices, book, prices.as_of or on)
        return known[key]

    return resolve


def _resolve(name: str, assumed: Assumptions, own: OwnPrices, book: PriceBook, on: date) -> Paid | Problem:
    counted = find_model(name, assumed, book, own)
    sold = _sold(name, assumed, own, book, counted)
    if counted is None or sold is None:
        return unknown_model(assumed.pricing_id or name, book, fine_tuned=bool(assumed.fine_tuned and counted))
    region = assumed.region or sold.region
    listed = _listed(sold, region, assumed.price_version, on)
    names = _names(name, assumed, sold, region, own, book)
    stated = own.rates_of(names, bool(assumed.fine_tuned), on)
    if assumed.price_version is not None:
        stated = [rates for rates in stated if rates.effective_from in (ALWAYS, assumed.price_version)]
    unknown_place = region is not None and sold.row.offers and region not in sold.row.regions()
    there = unknown_place and any(rates.model == f"{sold.id}#{region}" for rates in stated)
    dated = assumed.price_version is None or listed or any(rates.effective_from != ALWAYS for rates in stated)
    paid = laid_over(listed, stated, own.discount, sold.id, sold.row.provider)
    if paid is None or not dated or (unknown_place and not there):
        return _no_price(name, sold, region, assumed.price_version, on)
    model = counted._replace(id=sold.id, row=sold.row)
    pricing_id = sold.id + (f"#{region}" if region else "")
    return Paid(model, paid, listed or paid, pricing_id, tuple(_notes(sold, paid, own, on)))


def _names(
    name: str, assumed: Assumptions, sold: Model, region: str | None, own: OwnPrices, book: PriceBook
) -> tuple[str, ...]:
    """What the manifest may call the model in its own prices: any name that means it, with the region or without."""
    means = {sold.id, f"{sold.id}#{region}"}
    other = {rates.model for rates in own.rates if _meant(rates.model, book) in means} if own.rates else set()
    return tuple({name, sold.id, sold.row.id, f"{sold.id}#{region}", assumed.pricing_id or name, *other})


def _meant(name: str, book: PriceBook) -> str:
    model = resolve_model(name, book)
    return name if model is None else model.id + (f"#{model.region}" if model.region else "")


def unknown_override(own: OwnPrices, book: PriceBook) -> Problem | None:
    """An override of a model that nobody lists, which would silently be none."""
    for name in own.overrides:
        if resolve_model(name, book) is None:
            near = ", ".join(near_names(name, book))
            hint = f"Near names: {near}.\n" if near else ""
            return Problem(
                f'{MANIFEST}: [prices.override."{name}"] names no model of the price file',
                f'{hint}A model of your own is written as [prices.model."{name}"].',
                ExitCode.PRICING_ERROR,
            )
    return None


def _sold(name: str, assumed: Assumptions, own: OwnPrices, book: PriceBook, counted: Model | None) -> Model | None:
    """The model whose price holds."""
    if assumed.pricing_id is not None:
        found = resolve_model(assumed.pricing_id, book, own)
        exact = found is not None and assumed.pricing_id.partition("#")[0] in (found.id, found.row.id)
        return found if exact else None
    if not assumed.fine_tuned or counted is None or counted.id.startswith("ft:"):
        return counted
    if counted.row.channel == "private" or own.rates_of((name, counted.id), True, date.max):
        return counted._replace(row=counted.row._replace(offers=()))
    return fine_tuned_model(counted.id, book)


def _listed(sold: Model, region: str | None, version: date | None, on: date) -> Offer | None:
    """The row of the price file; with a version exactly the one that begins on that day."""
    if version is None:
        offer = sold.row.offer(on, region)
    else:
        offer = next((each for each in sold.row.history(region) if each.effective_from == version), None)
    return offer if offer is None or sold.multiplier == 1 else scaled(offer, sold.multiplier)


def unknown_model(name: str, book: PriceBook, *, fine_tuned: bool = False) -> Problem:
    """The problem of a model without a price: names that come near, and where to state a price of its own."""
    near = near_names(name, book)
    hint = "Near names: " + ", ".join(near) + "." if near else "Run: llm-cost models"
    kind = "a fine-tuned " if fine_tuned else "the model "
    return Problem(
        f'no price is known for {kind}"{name}"',
        f"{hint}\nOr state it: llm-cost prices add {_quoted(name)}",
        ExitCode.PRICING_ERROR,
    )


def _quoted(name: str) -> str:
    return name if name.replace("-", "").replace(".", "").replace("/", "").isalnum() else f'"{name}"'


def _no_price(name: str, sold: Model, region: str | None, version: date | None, on: date) -> Problem:
    regions, show = sold.row.regions(), f"Run: llm-cost prices show {_quoted(sold.row.id)}"
    if region is not None and region not in regions:
        known = "Regions with a price: " + ", ".join(regions) + "." if regions else "It has no price by region."
        return Problem(f'"{name}" has no price in the region "{region}"', known, ExitCode.PRICING_ERROR)
    if version is not None:
        days = ", ".join(sorted({str(offer.effective_from) for offer in sold.row.history(region)}))
        hint = f"Its dated rows begin on: {days}." if days else show
        return Problem(f'"{name}" has no dated row of {version}', hint, ExitCode.PRICING_ERROR)
    if region is None and regions and not any(True for _ in sold.row.history(None)):
        hint = f'Name one: region = "{regions[0]}". Known: {", ".join(regions)}.'
        return Problem(f'"{name}" is priced by region, and none is named', hint, ExitCode.PRICING_ERROR)
    return Problem(f'"{name}" has no price on {on}', show, ExitCode.PRICING_ERROR)


def _notes(sold: Model, paid: Offer, own: OwnPrices, on: date) -> list[str]:
    row, notes = sold.row, []
    if row.retires_at is not None and row.retires_at <= on:
        instead = f"; its replacement is {row.replacement}" if row.replacement else ""
        notes.append(f"{sold.id} was retired on {row.retires_at}{instead}")
    if paid.origin == STATED:
        notes.append(f"{sold.id}: prices as stated in {MANIFEST}")
    elif paid.origin == DISCOUNTED:
        notes.append(f"{sold.id}: prices less the discount of {format_exact(own.discount * 100)}% in {MANIFEST}")
    if paid.estimated:
        notes.append(f"{sold.id}: its price is an estimate, stated by {paid.verified_by}")
    if sold.multiplier != 1:
        notes.append(f"{sold.id}: {sold.multiplier:f} x the price of {row.id}, the rule of its provider")
    return notes
