"""Which offer a prompt is priced with: (model, region, fine-tuned, row, day) and the project's own prices -> one offer.

A dimension that is not known is a Problem with what to type; nothing falls back to another region or channel.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from .errors import ConfigError, ExitCode, LlmCostError, PricingError
from .manifest import Assumptions
from .models import FINE_TUNED, Model, fine_tuned_of, near_names, resolve_model
from .prices.book import Offer, PriceBook
from .prices.offers import scaled
from .prices.own import ALWAYS, DISCOUNTED, MANIFEST, NO_PRICES, PRIVATE, STATED, OwnPrices, laid_over
from .prompts import Problem
from .render.money import format_exact
from .stated import Stated, read_stated


class Paid(NamedTuple):
    """What a prompt is priced with."""

    model: Model
    offer: Offer  # what is paid
    listed: Offer  # the public price, where there is one
    pricing_id: str  # the entry of the price file: "bedrock/amazon.nova-pro-v1:0#eu"
    notes: tuple[str, ...]
    day: date = date.max  # whose prices and framing hold


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
    stated: dict[int, Stated] = {}

    def resolve(name: str, assumed: Assumptions, own: OwnPrices | None) -> Paid | Problem:
        key = (
            name, assumed.region, assumed.default_region, assumed.fine_tuned, assumed.pricing_id,
            assumed.price_version, id(own),
        )  # fmt: skip
        if key not in known:
            prices = own or NO_PRICES
            if id(own) not in stated:
                stated[id(own)] = read_stated(prices, book)
            known[key] = _resolve(_Asked(name, assumed, prices, stated[id(own)], book, prices.as_of or on))
        return known[key]

    return resolve


class _Asked(NamedTuple):
    name: str
    assumed: Assumptions
    own: OwnPrices
    stated: Stated
    book: PriceBook
    on: date


def _resolve(asked: _Asked) -> Paid | Problem:
    name, assumed, own, stated, book, on = asked
    day = assumed.price_version or on  # whose prices hold
    counted = find_model(name, assumed, book, own)
    sold = _sold(asked, counted)
    if counted is None or sold is None:
        return unknown_model(assumed.pricing_id or name, book, fine_tuned=bool(assumed.fine_tuned and counted))
    region = _region(assumed, sold)
    if region is None and assumed.region is not None:
        return two_regions(name, str(sold.region), assumed.region)
    ids = _ids(assumed, sold, book)
    general, regional = stated.of(ids, None), stated.of(ids, region) if region else []
    rates = [each for each in (*general, *regional) if each.effective_from <= day]
    history = [_factored(offer, sold) for offer in sold.row.history(region)]
    listed = next((offer for offer in reversed(history) if offer.effective_from <= day), None)
    begins = {each.effective_from for each in history} | {each.effective_from for each in (*general, *regional)}
    begins.discard(ALWAYS)
    places = _places(sold, counted)
    is_sold_there = (
        region is None or places is None or region in places or any(each.effective_from <= day for each in regional)
    )
    paid = laid_over(listed, rates, own.discount, sold.id, sold.row.provider)
    if not is_sold_there:
        return _not_there(name, str(region), places or ())
    if assumed.price_version is not None and day not in begins:
        return _no_row(sold, name, day, begins)
    if paid is None:
        return _no_price(sold, name, region, places, day, begins)
    pricing_id = sold.id + (f"#{region}" if region else "")
    notes = tuple(_notes(sold, paid, listed, own, on))
    return Paid(counted._replace(id=sold.id, row=sold.row), paid, listed or paid, pricing_id, notes, day)


# --- which entry, and where --------------------------------------------------------------------------------------


def _sold(asked: _Asked, counted: Model | None) -> Model | None:
    """The model whose price holds."""
    name, assumed, own, stated, book, _ = asked
    if assumed.pricing_id is not None:
        found = resolve_model(assumed.pricing_id, book, own)
        exact = found is not None and found.id in (assumed.pricing_id, assumed.pricing_id.partition("#")[0])
        return found if exact else None
    if not assumed.fine_tuned or counted is None:
        return counted
    tuned = fine_tuned_of(counted, name, book)
    return tuned if tuned.row.offers or tuned.id in stated.ids or counted.id == tuned.id else None


def _ids(assumed: Assumptions, sold: Model, book: PriceBook) -> tuple[str, ...]:
    """The entries whose stated prices hold: also those of the fine-tuned model where `pricing_id` names its base."""
    if assumed.pricing_id is None or not assumed.fine_tuned:
        return (sold.id,)
    return tuple(dict.fromkeys((sold.id, fine_tuned_of(sold, assumed.pricing_id, book).id)))


def _region(assumed: Assumptions, sold: Model) -> str | None:
    """What the entry's id says, else the model's name, else the prompt itself, else [defaults].

    None where nothing says one, and where name and prompt say two: then none of them is believed.
    """
    if sold.region is not None and assumed.pricing_id is None and assumed.region not in (None, sold.region):
        return None
    return sold.region or assumed.region or assumed.default_region


def _places(sold: Model, counted: Model) -> tuple[str, ...] | None:
    """The regions in which it is sold; None for a model of one's own, which is wherever its owner says."""
    if sold.row.channel == PRIVATE:
        return None
    return sold.row.regions() if sold.row.offers else counted.row.regions()


def _factored(offer: Offer, sold: Model) -> Offer:
    return offer if sold.multiplier == 1 else scaled(offer, sold.multiplier)


# --- why there is no price ---------------------------------------------------------------------------------------


def unknown_model(name: str, book: PriceBook, *, fine_tuned: bool = False) -> Problem:
    """The problem of a model without a price: names that come near, and where to state a price of its own."""
    near = near_names(name, book)
    hint = "Near names: " + ", ".join(near) + "." if near else "Run: llm-cost models"
    kind = "a fine-tuned " if fine_tuned else "the model "
    return Problem(
        f'no price is known for {kind}"{name}"',
        f"{hint}\nOr state it: {add_price(name, fine_tuned)}",
        ExitCode.PRICING_ERROR,
    )


def add_price(name: str, fine_tuned: bool) -> str:
    """The command that states a price of a model."""
    return f"llm-cost prices add {quoted(name)}{' --fine-tuned' if fine_tuned else ''}"


def quoted(name: str) -> str:
    """A name as one word of a command that is shown for typing: names come from files of others."""
    from shlex import quote

    return quote(name)


def error_of(problem: Problem) -> LlmCostError:
    """The same as an exception, for what is not a prompt's."""
    kind = ConfigError if problem.code == ExitCode.CONFIG_ERROR else PricingError
    return kind(problem.reason, problem.hint)


def two_regions(name: str, named: str, asked: str) -> Problem:
    """The problem of a region that contradicts the one in the model's name."""
    return Problem(
        f'"{name}" is the model in the region "{named}", and region = "{asked}" is another one',
        f'Keep one of the two: region = "{named}", or the model\'s name without a region.',
        ExitCode.CONFIG_ERROR,
    )


def _not_there(name: str, region: str, places: tuple[str, ...]) -> Problem:
    known = "Regions with a price: " + ", ".join(places) + "." if places else "It has no price by region."
    return Problem(f'"{name}" has no price in the region "{region}"', known, ExitCode.PRICING_ERROR)


def _no_row(sold: Model, name: str, version: date, begins: set[date]) -> Problem:
    hint = f"Its dated rows begin on: {_days(begins)}." if begins else f"Run: llm-cost prices show {quoted(sold.id)}"
    return Problem(f'"{name}" has no dated row of {version}', hint, ExitCode.PRICING_ERROR)


def _no_price(
    sold: Model, name: str, region: str | None, places: tuple[str, ...] | None, day: date, begins: set[date]
) -> Problem:
    if region is None and places and not begins:
        hint = f'Name one: region = "{places[0]}". Known: {", ".join(places)}.'
        return Problem(f'"{name}" is priced by region, and none is named', hint, ExitCode.PRICING_ERROR)
    state = f"State one: {add_price(name, sold.id == FINE_TUNED + name)}"
    hint = f"Its dated rows begin on: {_days(begins)}." if begins else state
    return Problem(f'"{name}" has no price on {day}', hint, ExitCode.PRICING_ERROR)


def _days(days: set[date]) -> str:
    return ", ".join(map(str, sorted(days)))


def _notes(sold: Model, paid: Offer, listed: Offer | None, own: OwnPrices, on: date) -> list[str]:
    row, notes = sold.row, []
    if row.retires_at is not None and row.retires_at <= on:
        instead = f"; its replacement is {row.replacement}" if row.replacement else ""
        notes.append(f"{sold.id} was retired on {row.retires_at}{instead}")
    percent = f"discount of {format_exact(own.discount * 100)}%"
    if paid.origin == STATED:
        rest = f", the rest less its {percent}" if own.discount and listed else ""
        notes.append(f"{sold.id}: prices as stated in {MANIFEST}{rest}")
    elif paid.origin == DISCOUNTED:
        notes.append(f"{sold.id}: prices less the {percent} in {MANIFEST}")
    if paid.estimated:
        notes.append(f"{sold.id}: its price is an estimate, stated by {paid.verified_by}")
    if sold.multiplier != 1:
        notes.append(f"{sold.id}: {sold.multiplier:f} x the price of {row.id}, the rule of its provider")
    return notes
