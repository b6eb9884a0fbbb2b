"""A model's name, as people write it -> Model: its prices' row and how its tokens are counted.

Resolved once, used by tokens and prices, so that the two can never mean different models.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from decimal import Decimal
from itertools import takewhile
from typing import NamedTuple

from .families import CALIBRATED, ONE, Ratio, Ratios, counting_of
from .prices.book import Located, ModelRow, PriceBook
from .prices.own import MANIFEST, NO_PRICES, PRIVATE, OwnPrices, PrivateModel

# Prefixes of the developers' own APIs, whose models have bare names, and the channel that they stand for.
DIRECT = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google",
    "googleai": "google",
    "gemini": "google",
    "models": "google",  # as its API lists them
    "mistral": "mistral",
    "cohere": "cohere",
    "cohere_chat": "cohere",
    "deepseek": "deepseek",
    "xai": "xai",
    "x-ai": "xai",
}
# Other spellings of the channels that stand in front of a model's name in the price file.
CHANNELS = {
    "azure_ai": "azure",
    "azure_openai": "azure",
    "aws": "bedrock",
    "amazon": "bedrock",
    "bedrock_converse": "bedrock",
    "vertex": "vertex_ai",
    "vertexai": "vertex_ai",
    "google-vertex": "vertex_ai",
    "together": "together_ai",
    "togetherai": "together_ai",
    "fireworks": "fireworks_ai",
    "meta_llama": "meta",
}
MAX_LENGTH = 200
FINE_TUNED = "ft:"
MEASURED_IN = "o200k_base"  # what a project's own ratios are over
_DATE = re.compile(r"\d{4}|\d{8}|\d{4}-\d\d-\d\d", re.ASCII)


class Model(NamedTuple):
    """A model, and how to get from text to its tokens."""

    id: str
    row: ModelRow
    encoding: str  # the encoding that is counted
    grade: str  # EXACT, CALIBRATED or HEURISTIC
    ratios: Ratios  # tokens of this model per token of `encoding`, by class of text
    basis: str  # one line: why
    family: str  # of tokenizers
    region: str | None = None  # that the name says
    multiplier: Decimal = ONE  # on the row's token rates: a fine-tuned model without an entry of its own


def resolve_model(name: str, book: PriceBook, own: OwnPrices | None = None) -> Model | None:
    """The model that `name` means; None where neither the price file nor the manifest's own prices know it.

    Private models of the manifest, ids, aliases and the dated names that the file lists; "GPT-4.1" and "Claude Sonnet
    4.5" as people write them; both ways to write a date; "-latest"; prefixes of channels; "#region" behind the name;
    "ft:BASE:anything" for fine-tuned models.
    """
    found = _named(name, book, own or NO_PRICES)
    return _calibrated(found, book, own) if found and own and own.ratios else found


def _named(name: str, book: PriceBook, own: OwnPrices) -> Model | None:
    if name in own.models:
        return _private(own.models[name], book)
    if len(name) > MAX_LENGTH:
        return None
    bare, _, region = name.strip().partition("#")
    if bare in own.models:
        return _private(own.models[bare], book)._replace(region=region or None)
    located = _locate(bare, book)
    if located is not None:
        return _model(located[0], book, region or located[1])
    channel, written = _without_prefix(bare)
    if written.lower().startswith(FINE_TUNED):
        tuned = fine_tuned_model(written[len(FINE_TUNED) :].split(":")[0], book)
        if tuned and channel in (None, tuned.row.channel):
            return tuned._replace(region=region or tuned.region)
    return None


def _calibrated(model: Model, book: PriceBook, own: OwnPrices) -> Model:
    """With the ratio that the project measured, whatever it is called there and wherever it is bought."""
    for ratio in own.ratios:
        stated = _named(ratio.model, book, own)
        if stated is not None and tokenized(stated) == tokenized(model):
            basis = f"{ratio.typical} x {MEASURED_IN} ({ratio.low}-{ratio.high}), measured by {ratio.on} in {MANIFEST}"
            ratios = (Ratio(ratio.low, ratio.typical, ratio.high),) * len(model.ratios)
            return model._replace(encoding=MEASURED_IN, grade=CALIBRATED, ratios=ratios, basis=basis)
    return model


def tokenized(model: Model) -> str:
    """The id that the same model has at its developer: it has one tokenizer wherever it is bought."""
    return model.row.base_model or model.id.removeprefix(FINE_TUNED)


def fine_tuned_of(model: Model, name: str, book: PriceBook) -> Model:
    """What `fine_tuned = true` makes of the model that `name` means, in the same region.

    Without a single offer where nobody lists what it costs.
    """
    if model.id.startswith(FINE_TUNED):
        return model
    tuned = None
    if model.row.channel != PRIVATE:
        tuned = fine_tuned_model(name.strip().partition("#")[0], book) or fine_tuned_model(model.id, book)
    if tuned is None:
        tuned = model._replace(id=FINE_TUNED + model.id, row=model.row._replace(offers=(), multipliers={}))
    return tuned._replace(region=model.region or tuned.region)


def fine_tuned_model(base: str, book: PriceBook) -> Model | None:
    """What inference of a fine-tuned `base` is: its own entry, else the channel's published factor on the base."""
    located = _locate(FINE_TUNED + base, book) or _dated(FINE_TUNED + base, book)
    if located is not None:
        return _model(located[0], book, located[1])
    located = _locate(base, book)
    multiplier = book.fine_tuned_multiplier(located[0].channel) if located else None
    if located is None or multiplier is None:
        return None
    return _model(located[0], book, located[1])._replace(id=f"{FINE_TUNED}{located[0].id}", multiplier=multiplier)


def near_names(name: str, book: PriceBook, count: int = 3) -> tuple[str, ...]:
    """Ids of models whose name or alias looks like `name`, best first."""
    from difflib import get_close_matches

    wanted = "-".join(name[:MAX_LENGTH].lower().split())
    names = book.names()
    close = [*get_close_matches(wanted, names, count), *get_close_matches(wanted.rpartition("/")[2], names, 4 * count)]
    found = [book.find(near) for near in close]
    return tuple(dict.fromkeys(row.id for row in found if row))[:count]


def _dated(name: str, book: PriceBook) -> Located | None:
    """The newest dated model of this name, where all are sold alike: fine-tuned ones are listed by date only."""
    names, begin = book.names(), f"{name}-"
    near = takewhile(lambda known: known.startswith(begin), names[bisect_left(names, begin) :])
    rows = [row for known in near if _DATE.fullmatch(known, len(begin)) and (row := book.find(known))]
    alike = {tuple((offer.region, *offer.standard.rates) for offer in row.offers) for row in rows}
    return (rows[-1], None) if len(alike) == 1 else None


def _locate(name: str, book: PriceBook) -> Located | None:
    if (exact := book.locate(name)) is not None:
        return exact
    channel, bare = _without_prefix(name)
    found = (located for spelling in _spellings(bare) if (located := book.locate(spelling)))
    return next((located for located in found if channel in (None, located[0].channel)), None)


def _model(row: ModelRow, book: PriceBook, region: str | None = None) -> Model:
    family, encoding, grade, ratios, basis = counting_of(row, book.countable)
    return Model(row.id, row, encoding, grade, ratios, basis, family, region)


def _private(private: PrivateModel, book: PriceBook) -> Model:
    """A model that only the manifest knows: its base gives tokenizer and limits, never a price."""
    row = ModelRow(private.name, private.provider, channel=PRIVATE)
    base = resolve_model(private.base, book) if private.base else None
    if base is None:
        return _model(row, book)
    limits = row._replace(
        context_window=base.row.context_window,
        max_output_tokens=base.row.max_output_tokens,
        cache_min_tokens=base.row.cache_min_tokens,
        mode=base.row.mode,
    )
    return base._replace(id=private.name, row=limits, region=None, multiplier=ONE)


def _without_prefix(name: str) -> tuple[str | None, str]:
    """(channel the name must belong to, the name as the price file writes it)."""
    prefix, slash, rest = name.partition("/")
    if slash and prefix.lower() in DIRECT:
        return DIRECT[prefix.lower()], rest
    return None, f"{CHANNELS[prefix.lower()]}/{rest}" if slash and prefix.lower() in CHANNELS else name


def _spellings(name: str) -> Iterator[str]:
    """The names to look for, in this order."""
    yield name
    lower = "-".join(name.lower().replace("_ai/", "\0").replace("_", " ").split()).replace("\0", "_ai/")
    yield lower
    parts = lower.split("-")
    if len(parts[-1]) == 8 and parts[-1].isdecimal():  # 20240806 -> 2024-08-06
        yield "-".join([*parts[:-1], parts[-1][:4], parts[-1][4:6], parts[-1][6:]])
    if [len(part) for part in parts[-3:] if part.isdecimal()] == [4, 2, 2]:  # and back
        yield "-".join([*parts[:-3], "".join(parts[-3:])])
    if lower.endswith("-latest"):
        yield lower.removesuffix("-latest")
