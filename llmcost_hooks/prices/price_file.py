"""A whole price file: its signed part, its signatures, and whether what it says can be believed as data.

The signed message is every byte before the line that opens `signatures`; the rest has one fixed layout.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, NamedTuple

from ..errors import PricingError
from .book import MAX_NAME, SCHEMA_VERSION, PriceBook
from .offers import ModelRow, Offer, parse_price, parse_row, parse_source
from .strict_json import Duplicate, NotStrict, parse_strict

MAX_BYTES = 8 * 1024 * 1024
MAX_VALIDITY = timedelta(days=120)
MAX_MODELS, MAX_REVOCATIONS = 50_000, 64
LEAST_PRICE, HIGHEST_PRICE = Decimal("1e-9"), Decimal("1e6")  # USD per million tokens, where it is not free
DATE = "%Y-%m-%dT%H:%M:%SZ"

_START = b'\n  "signatures": {\n'
_TEXT = rb'"((?:[ !#-\[\]-~]|\\[nt"\\]){0,2000})"'
_TRAILER = re.compile(
    rb'  "signatures": \{\n    "primary": (?:null|'
    + _TEXT
    + rb'),\n    "secondary": (?:null|'
    + _TEXT
    + rb")\n  \}\n\}\n"
)
_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:/@+~-]{{0,{MAX_NAME - 1}}}", re.ASCII)
_STAMP = re.compile(r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_ESCAPES = {b"\\n": b"\n", b"\\t": b"\t", b'\\"': b'"', b"\\\\": b"\\"}


class Refused(PricingError):
    """A price file that is not accepted; `id` is one of docs/update.md's."""

    def __init__(self, id: str, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.id = id


class Split(NamedTuple):
    """A file in its two parts."""

    signed: bytes  # the message
    signatures: tuple[str, ...]  # the texts of one or two .minisig files; none for an unsigned file


class Checked(NamedTuple):
    """What a file that passed says of itself."""

    version: str
    generated_at: datetime
    valid_until: datetime
    models: int


def split_file(data: bytes) -> Split:
    """Refused: E_SIZE, E_UNSIGNED or E_FORMAT."""
    if len(data) > MAX_BYTES:
        raise Refused("E_SIZE", "Price file is larger than 8 MiB.")
    count = data.count(_START)
    if b'"signatures"' not in data:
        raise Refused(
            "E_UNSIGNED", "Price file is not signed (no signature block).", "Is this a login page or a wrong file?"
        )
    start = data.find(_START) + 1
    trailer = _TRAILER.fullmatch(data, start) if count == 1 else None
    if trailer is None:
        hint = "Was the file reformatted, converted or cut short?"
        raise Refused("E_FORMAT", "Signature block is malformed.", hint)
    texts = [_unescaped(text) for text in trailer.groups() if text is not None]
    return Split(data[:start], tuple(texts))


def _unescaped(text: bytes) -> str:
    return re.sub(rb'\\[nt"\\]', lambda match: _ESCAPES[match[0]], text).decode("ascii")


def parse_document(signed: bytes) -> dict[str, Any]:
    """The signed part as a value. Refused: E_JSON, E_DUPKEY."""
    try:
        document: dict[str, Any] = parse_strict(signed + b'  "signatures": {}\n}\n')  # what ends like this is an object
    except Duplicate as error:
        raise Refused("E_DUPKEY", f"Price file is not valid JSON: {error}.") from None
    except NotStrict as error:
        raise Refused("E_JSON", f"Price file is not valid JSON: {error}.") from None
    return document


def check_document(document: dict[str, Any], data: bytes) -> Checked:
    """All that the schema promises, of the value and of its bytes' layout. Refused: E_VERSION, E_SCHEMA."""
    version = document.get("schema_version")
    if type(version) is int and version > SCHEMA_VERSION:
        raise Refused("E_VERSION", "Price file needs a newer llm-cost.", "Upgrade llm-cost.")
    if type(version) is not int or version != SCHEMA_VERSION:
        raise _invalid("schema_version")
    begin, end = _moment(document, "generated_at"), _moment(document, "valid_until")
    if not begin < end <= begin + MAX_VALIDITY:
        raise _invalid("valid_until")
    for key in ("db_version", "currency"):
        if not _is_label(document.get(key)):
            raise _invalid(key)
    if document["currency"] != "USD":
        raise _invalid("currency")
    revocations = document.get("revocations")
    if not isinstance(revocations, list) or len(revocations) > MAX_REVOCATIONS:
        raise _invalid("revocations")
    rows = _check_models(document)
    _check_aliases(document, rows)
    _check_layout(document, data)
    return Checked(document["db_version"], begin, end, len(rows))


def _invalid(field: str) -> Refused:
    return Refused("E_SCHEMA", f"Price file is not valid: the field {field} is not.")


def _moment(document: dict[str, Any], key: str) -> datetime:
    try:
        return moment(document.get(key))
    except ValueError:
        raise _invalid(key) from None


def moment(text: object) -> datetime:
    """A date of a price file or of a statement, in its one form and of this millennium. ValueError where it is none."""
    if not isinstance(text, str) or not _STAMP.fullmatch(text):
        raise ValueError("no date of the form 2026-11-26T00:00:00Z")
    return datetime.strptime(text, DATE).replace(tzinfo=timezone.utc)


def _is_label(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 400 and value.isascii() and value.isprintable()


def _check_models(document: dict[str, Any]) -> dict[str, ModelRow]:
    models = document.get("models")
    if not isinstance(models, dict) or not 0 < len(models) <= MAX_MODELS:
        raise _invalid("models")
    try:
        sources = {key: parse_source(value) for key, value in document["sources"].items()}
        vendors = [channel["vendor"] for channel in document["channels"].values()]
        tuned = [channel["fine_tuned"] for channel in document["channels"].values() if "fine_tuned" in channel]
        factors = [parse_price(each["multiplier"]) for each in tuned if each is not None]
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _invalid("sources or channels") from None
    if not all(map(_is_label, vendors)) or not all(map(_is_price, factors)):
        raise _invalid("channels")
    rows = {}
    for name, value in models.items():
        if not _NAME.fullmatch(name):
            raise _invalid("models (a name)")
        try:
            rows[name] = parse_row(name, value, sources)
        except PricingError:
            raise _invalid(f"models.{name}") from None
        if not all(map(_is_label, _labels(rows[name]))) or not all(map(_is_price, _prices(rows[name]))):
            raise _invalid(f"models.{name}")
        if not all(1990 <= offer.effective_from.year < 2100 for offer in rows[name].offers):
            raise _invalid(f"models.{name}.effective_from")
        for key in ("input_price_per_mtok", "output_price_per_mtok"):
            if not _is_number(value.get(key)):
                raise _invalid(f"models.{name}.{key}")
    return rows


def _labels(row: ModelRow) -> Iterator[str]:
    """Every text of a model that can be shown to a person."""
    yield from (row.provider, row.channel, row.mode)
    yield from (text for text in (row.developer, row.base_model, row.tokenizer, row.replacement) if text is not None)
    yield from row.regions()
    for offer in row.offers:
        yield from (offer.source, offer.verified_by, *offer.variants, *offer.per_request, *offer.other)


def _prices(row: ModelRow) -> Iterator[Decimal]:
    yield from row.multipliers.values()
    for offer in row.offers:
        yield from _rates(offer)
        yield from (*offer.per_request.values(), *offer.other.values())
        if offer.training is not None:
            yield offer.training


def _rates(offer: Offer) -> Iterator[Decimal]:
    groups = [tariff.rates for tariff in offer.variants.values()]
    groups += [tier.rates for tariff in offer.variants.values() for tier in tariff.tiers]
    groups += [window.rates for window in offer.windows]
    yield from (rate for rates in groups for rate in rates if rate is not None)


def _is_price(price: Decimal) -> bool:
    return price == 0 or LEAST_PRICE <= price <= HIGHEST_PRICE


def _is_number(value: object) -> bool:
    """The copy for readers of the first schema: a number, or null where the price is unknown."""
    if value is None:
        return True
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    return _is_price(Decimal(value))


def _check_aliases(document: dict[str, Any], rows: dict[str, ModelRow]) -> None:
    aliases = document.get("aliases")
    if not isinstance(aliases, dict):
        raise _invalid("aliases")
    for name, target in aliases.items():
        if not _NAME.fullmatch(name) or name in rows or not isinstance(target, str):
            raise _invalid("aliases (a name)")
        model, _, region = target.partition("#")
        if model not in rows or (region and region not in rows[model].regions()):
            raise _invalid(f"aliases.{name}")


def _check_layout(document: dict[str, Any], data: bytes) -> None:
    """That a search by lines finds what a parser finds: one model a line, one alias a line, in the order of bytes."""
    try:
        models, aliases = PriceBook(data).lines()
        for lines, part in ((models, "models"), (aliases, "aliases")):
            if list(lines) != sorted(document[part]):
                raise _invalid(f"{part} (the layout of its lines)")
            for name, text in lines.items():
                if json.loads(text, parse_float=Decimal) != document[part][name]:
                    raise _invalid(f"{part}.{name} (the layout of its line)")
    except Refused:
        raise
    except (PricingError, ValueError):
        raise _invalid("models (the layout of its lines)") from None
