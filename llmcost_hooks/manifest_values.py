"""The values of `llm-cost.toml`: one reader each, from what TOML gives to what the manifest holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from .errors import ConfigError
from .prompts import FORMATS

if TYPE_CHECKING:
    from .globs import Globs

_IMAGE = re.compile(r"([1-9]\d{0,4})x([1-9]\d{0,4})(?: (low|medium|high|ultra_high))?", re.ASCII)
PROMPT_ID = re.compile(r"(?!total\Z)[A-Za-z0-9._/-]{1,128}")


class Wrong(Exception):
    """A value that is not of its key's form; the text completes "<key> must be ..."."""


def read_string(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 256:
        raise Wrong('a text, for example "gpt-4o"')
    return value


def read_count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10**15:
        raise Wrong("a whole number, 0 or more")
    return value


def read_number(value: object) -> Decimal:
    """0 or more, with at most 12 decimals: what is computed from it stays exact."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise Wrong("a number")
    number = Decimal(value)
    if not number.is_finite() or not 0 <= number <= 10**15 or int(number.as_tuple().exponent) < -12:
        raise Wrong("a number, 0 or more, with at most 12 decimals")
    return number.copy_abs()


def read_share(value: object) -> Decimal:
    number = read_number(value)
    if number > 1:
        raise Wrong("between 0 and 1")
    return number


def read_boolean(value: object) -> bool:
    if not isinstance(value, bool):
        raise Wrong("true or false")
    return value


def one_of(choices: tuple[str, ...]) -> Callable[[object], str]:
    def read(value: object) -> str:
        if value not in choices:
            raise Wrong("one of " + ", ".join(choices))
        return str(value)

    return read


def read_currency(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{3}", value, re.ASCII):
        raise Wrong('the three letters of a currency, for example "USD" or "EUR"')
    return value


def read_rate(value: object) -> Decimal:
    number = read_number(value)
    if not number:
        raise Wrong("more than 0")
    return number


SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR"}  # other currencies are written by their letters


class Amount(NamedTuple):
    """A share or an amount of money; one of the two is None."""

    percent: Decimal | None = None
    money: Decimal | None = None
    currency: str | None = None  # that it is written in; None: that of the manifest


def read_amount(value: object) -> Amount:
    """ "25%", "$5.00", "5.00 CHF"."""
    if isinstance(value, str):
        if match := re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?) ?%", value, re.ASCII):
            return Amount(Decimal(match[1]))
        if match := re.fullmatch(r"([$€£¥₹]) ?(\d{1,12}(?:\.\d{1,12})?)", value, re.ASCII):
            return Amount(None, Decimal(match[2]), SIGNS[match[1]])
        if match := re.fullmatch(r"(\d{1,12}(?:\.\d{1,12})?) ([A-Z]{3})", value, re.ASCII):
            return Amount(None, Decimal(match[1]), match[2])
    raise Wrong('a share such as "25%" or an amount such as "$5.00"')


def read_warning(value: object) -> Amount:
    """An amount like a limit, or as a text; or a share of a limit, up to all of it."""
    if not isinstance(value, str):
        return Amount(None, read_number(value))
    return Amount(read_percent(value)) if value.rstrip().endswith("%") else read_amount(value)


def read_increase(value: object) -> tuple[Decimal | None, Decimal | None]:
    """In USD: "25%" -> (25, None); "$5.00" -> (None, 5.00)."""
    percent, money, currency = read_amount(value)
    if currency not in (None, "USD"):
        raise Wrong('a share such as "25%" or an amount in US dollars such as "$5.00"')
    return percent, money


def read_percent(value: object) -> Decimal:
    """A share from "0%" to "100%", in percent."""
    match = re.fullmatch(r"(\d{1,3}(?:\.\d{1,9})?) ?%", value, re.ASCII) if isinstance(value, str) else None
    if match is None or Decimal(match[1]) > 100:
        raise Wrong('a share from "0%" to "100%", for example "10%"')
    return Decimal(match[1])


def read_models(value: object) -> tuple[str, ...]:
    return _texts(value, 'a list of models, in which * stands for any characters, for example ["gpt-4o*"]')


def read_names(value: object) -> tuple[str, ...]:
    return _texts(value, 'a list of names of tags, for example ["team"]')


def _texts(value: object, wanted: str) -> tuple[str, ...]:
    """Not empty: a list of nothing would allow nothing, or everything."""
    texts = tuple(text for text in _list(value) if isinstance(text, str) and text.strip() and len(text) <= 256)
    if not texts or len(texts) != len(_list(value)) or len(texts) > 1000:
        raise Wrong(wanted)
    return texts


def read_tag(value: object) -> tuple[str, str]:
    """ "team:search" -> ("team", "search"); the value may have colons."""
    key, colon, text = value.partition(":") if isinstance(value, str) and len(value) <= 256 else ("", "", "")
    if not colon or not key.strip() or not text.strip():
        raise Wrong('a tag and its value, for example "team:search"')
    return key, text


def read_prompt_id(value: object) -> str:
    if not isinstance(value, str) or not PROMPT_ID.fullmatch(value):
        raise Wrong('1 to 128 of the characters A-Z a-z 0-9 . _ / -, and not "total", which is all of them in a waiver')
    return value


def read_path(value: object) -> str:
    """A path inside the repository, relative to its top, "/" between components; a leading "./" is dropped.

    Behind "::" it may name one of several prompts in the file.
    """
    if not isinstance(value, str):
        raise Wrong("a path")
    path = value
    while path.startswith("./"):
        path = path[2:].lstrip("/")
    parts = path.split("/")
    if "\\" in path or path.startswith("/") or (len(path) > 1 and path[1] == ":"):
        raise Wrong('relative to the top of the repository, with "/" between its parts')
    if ".." in parts or any(part.lower().rstrip(". ") == ".git" or part.lower() == "git~1" for part in parts):
        raise Wrong("inside the repository")
    if not path or "" in parts or "." in parts or len(path) > 4096 or any(ord(char) < 32 for char in path):
        raise Wrong("the path of a file")
    return path


def read_patterns(value: object) -> list[str]:
    from .globs import Globs

    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Wrong('a list of patterns, for example ["prompts/**/*.md"]')
    try:
        Globs(value)
    except ConfigError as error:
        raise Wrong(f"a list of patterns: {error.message}") from None
    return value


def read_formats(value: object) -> list[tuple[Globs, str]]:
    """{ pattern = format }, in the order that is written."""
    from .globs import Globs

    if not isinstance(value, dict):
        raise Wrong('a table of patterns, for example { "prompts/**/*.txt" = "jinja2" }')
    read_patterns(list(value))
    return [(Globs([pattern]), one_of(FORMATS)(format)) for pattern, format in value.items()]


def read_tags(value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise Wrong('a table of texts, for example { team = "platform" }')
    return value


def read_quality(value: object) -> dict[str, Decimal]:
    """Model -> how good the project finds it, on a scale of its own."""
    try:
        return {read_string(model): read_number(judged) for model, judged in value.items()}  # type: ignore[attr-defined]
    except (Wrong, AttributeError):
        raise Wrong('a table of numbers by model, 0 or more, for example { "gpt-4o" = 90 }') from None


def read_variables(value: object) -> tuple[tuple[str, int, int], ...]:
    """(name, tokens, tokens at the 95th percentile) of each variable; one number stands for both."""
    if not isinstance(value, dict):
        raise Wrong("a table of token counts, for example { documents = 1800 }")
    return tuple(sorted((name, *_size(size)) for name, size in value.items()))


def _size(value: object) -> tuple[int, int]:
    if not isinstance(value, dict):
        return read_count(value), read_count(value)
    if value.keys() != {"p50", "p95"} or read_count(value["p50"]) > read_count(value["p95"]):
        raise Wrong("token counts such as 1800 or { p50 = 1200, p95 = 4000 }")
    return read_count(value["p50"]), read_count(value["p95"])


def read_images(value: object) -> tuple[tuple[int, int, str], ...]:
    """(width, height, detail) of each image, in pixels; detail is "" where none is stated."""
    found = [_IMAGE.fullmatch(each) if isinstance(each, str) else None for each in _list(value)]
    if not isinstance(value, list) or None in found or len(found) > 1000:
        raise Wrong('a list of sizes in pixels, for example ["1024x768", "512x512 low"]')
    return tuple((int(match[1]), int(match[2]), match[3] or "") for match in found if match)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def read_day(value: object) -> date:
    """A day as a text, as TOML's own date, or as the version of a price file ("2026.11.26")."""
    if isinstance(value, date) and not isinstance(value, datetime) and value.year >= 2000:
        return value
    if isinstance(value, str) and re.fullmatch(r"2\d{3}([-.])\d\d\1\d\d", value, re.ASCII):
        try:
            return date.fromisoformat(value.replace(".", "-"))
        except ValueError:
            pass
    raise Wrong('a day such as "2026-06-01", or the version of a price file')


def read_time(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"(?:[01]\d|2[0-3]):[0-5]\d", value, re.ASCII):
        raise Wrong('a time of the day in UTC such as "02:30"')
    return value
