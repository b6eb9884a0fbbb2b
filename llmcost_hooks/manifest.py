"""`llm-cost.toml`, version 1: bytes -> Manifest, strictly.

An unknown key, a wrong type or a duplicate is a ConfigError with file, line and a near name: a key that is silently
ignored is a budget that is silently not kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import ConfigError
from .manifest_budget import OF_PROMPT, Budget, Limits, Money, Policy, read_budget, read_policy
from .manifest_grammar import check_keys, read_table, read_value
from .manifest_source import KeyPath, Source
from .manifest_values import (
    one_of,
    read_boolean,
    read_count,
    read_day,
    read_formats,
    read_images,
    read_number,
    read_path,
    read_patterns,
    read_prompt_id,
    read_quality,
    read_share,
    read_string,
    read_tags,
    read_time,
    read_variables,
)
from .prompts import FORMATS

if TYPE_CHECKING:
    from .globs import Globs
    from .prices.own import OwnPrices

NAME = "llm-cost.toml"
MAX_BYTES = 256 * 1024
SCENARIOS = ("default", "cached", "batch")
SERVICE_TIERS = ("standard", "flex", "priority")


class Assumptions(NamedTuple):
    """What a file cannot say about its use. None = not stated at this level."""

    model: str | None = None
    calls: int | None = None  # requests per budget period
    output_tokens: int | None = None  # per call
    output_ratio: Decimal | None = None  # output tokens / input tokens
    cache_hit_ratio: Decimal | None = None  # share of input tokens that the provider's prompt cache serves
    cache_write_ratio: Decimal | None = None  # share of input tokens that is written to that cache
    avg_input_tokens: int | None = None  # per call, as measured; stands for the counted text
    scenario: str | None = None
    format: str | None = None
    variables: tuple[tuple[str, int, int], ...] = ()  # tokens that a template variable stands for: typical, p95
    service_tier: str | None = None  # how requests are processed, as the provider bills it
    region: str | None = None  # where, of the channel that the model's name says
    time_of_day: str | None = None  # UTC "HH:MM" of the requests, where rates depend on it
    fine_tuned: bool | None = None  # the rates of a fine-tuned model of this name
    pricing_id: str | None = None  # the entry of the price file, exactly, whatever the model is called
    price_version: date | None = None  # the first day of the dated row whose prices hold
    default_region: str | None = None  # [defaults] region, which a model's name may contradict
    variables_from: str | None = None  # a file of sample values for the variables
    images: tuple[tuple[int, int, str], ...] = ()  # that one call sends: width, height, detail
    training_tokens: int | None = None  # of the examples that a run of training goes through
    training_calls: int | None = None  # runs of training per budget period
    calls_per_example: int | None = None  # how often one run goes through each example: epochs

    def over(self, defaults: Assumptions) -> Assumptions:
        """These, completed by `defaults`. An output size stated here hides both forms of it below."""
        merged = [own if own not in (None, ()) else below for own, below in zip(self, defaults, strict=True)]
        result = Assumptions._make(merged)
        if self.model is not None:  # another model, as --model asks for, has another price
            result = result._replace(
                fine_tuned=self.fine_tuned, pricing_id=self.pricing_id, price_version=self.price_version
            )
        if self.output_tokens is not None:
            return result._replace(output_ratio=None)
        return result._replace(output_tokens=None) if self.output_ratio is not None else result


class PromptEntry(NamedTuple):
    path: str
    prompt_id: str | None
    assumptions: Assumptions
    tags: Mapping[str, str]
    limits: Limits = Limits()
    max_tokens: int | None = None  # of input


class Manifest(NamedTuple):
    """One manifest; that of the top holds those of the directories below it, which they govern."""

    origin: str
    defaults: Assumptions = Assumptions()
    budget: Budget = Budget()
    tags: Mapping[str, str] = {}
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    formats: tuple[tuple[Globs, str], ...] = ()  # of the prompts that a pattern matches
    prompts: tuple[PromptEntry, ...] = ()
    prices: OwnPrices | None = None  # None: neither [prices] nor [tokens]; their modules are loaded only for those
    directory: str = ""  # that it governs, "" or ending in "/"; patterns are relative to it, paths are not
    nested: tuple[tuple[str, Manifest], ...] = ()  # (directory, manifest), sorted
    there: bool = True  # False: only the `nested` ones are; nothing governs what lies outside of them
    policy: Policy = Policy()
    quality: Mapping[str, Decimal] = {}  # of models, by name, as the project judges them on a scale of its own

    def path(self) -> str:
        """Where it lies in the repository."""
        return self.directory + NAME

    def limits_increase(self) -> bool:
        return self.budget.limits_increase() or any(entry.limits.limits_increase() for entry in self.prompts)

    def every(self) -> tuple[Manifest, ...]:
        """This manifest and the nested ones."""
        return ((self,) if self.there else ()) + tuple(manifest for _, manifest in self.nested)


def parse_manifest(data: bytes, *, origin: str = NAME) -> Manifest:
    """Read a manifest's bytes. `origin` is named in messages: a path, or "main:llm-cost.toml".

    Raises ConfigError with file and line for whatever is not in the grammar.
    """
    import tomli

    source = Source(origin, data)
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{origin}: larger than {MAX_BYTES // 1024} KiB")
    try:
        document = tomli.loads(source.text(), parse_float=Decimal)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{origin}:{line}: not UTF-8 (at byte {error.start})", "Save it as UTF-8 text.") from None
    except tomli.TOMLDecodeError as error:
        raise _toml_error(str(error), source) from None
    except (RecursionError, ValueError, ArithmeticError):
        raise ConfigError(f"{origin}: nested too deeply, or a number too large to read") from None
    return _manifest(document, source)


def _toml_error(text: str, source: Source) -> ConfigError:
    """tomli's "… (at line 3, column 5)" or "… (at end of document)" with the line in front."""
    what, _, at = text.rpartition(" (at ")
    line = re.match(r"line (\d+),", at)
    number = line[1] if line else len(source.text().rstrip("\n").split("\n"))
    return ConfigError(f"{source.origin}:{number}: {what}", _TOML)


_TOML = 'There, or in the line above it, it is no TOML: model = "gpt-4o", limit = 10.00'


def _manifest(document: dict[str, Any], source: Source) -> Manifest:
    check_keys(document, _TOP, (), source)
    version = document.get("version")
    if type(version) is not int or version != 1:
        raise source.error(("version",), "version = 1 is required", "Write it on the first line.")
    budget = read_budget(document.get("budget", {}), source)
    money = Money(budget.currency, budget.usd_rate, source)
    discover = read_table(document.get("discover", {}), _DISCOVER, ("discover",), source)
    prompts = document.get("prompts", [])
    if not isinstance(prompts, list):
        raise source.error(("prompts",), "prompts must be written as [[prompts]]")
    entries = tuple(_entry(table, ("prompts", n), money) for n, table in enumerate(prompts))
    _refuse_duplicates(entries, source)
    return Manifest(
        source.origin,
        _assumptions(read_table(document.get("defaults", {}), _DEFAULTS, ("defaults",), source), ("defaults",), source),
        budget,
        read_value(read_tags, document.get("tags", {}), ("tags",), source),
        tuple(discover.get("include", ())),
        tuple(discover.get("exclude", ())),
        tuple(discover.get("formats", ())),
        entries,
        _prices(document, source) if "prices" in document or "tokens" in document else None,
        policy=read_policy(document["policy"], source) if "policy" in document else Policy(),
        quality=read_value(read_quality, document.get("quality", {}), ("quality",), source),
    )


def _prices(document: Mapping[str, Any], source: Source) -> OwnPrices:
    from .manifest_prices import read_prices

    prices = read_prices(document.get("prices", {}), source)
    if "tokens" not in document:
        return prices
    from .manifest_tokens import read_tokens

    return prices._replace(ratios=read_tokens(document["tokens"], source))


def _entry(table: object, path: KeyPath, money: Money) -> PromptEntry:
    source = money.source
    values = read_table(table, _PROMPT, path, source)
    if "path" not in values:
        raise source.error(path, "a [[prompts]] entry needs a path", 'For example: path = "prompts/search.txt"')
    tags, max_tokens = values.pop("tags", {}), values.pop("max_tokens", None)
    amounts = {key: values.pop(key) for key in OF_PROMPT if key in values}
    limits = Limits(**money.limits(amounts, path)) if amounts else Limits()
    place, prompt_id = values.pop("path"), values.pop("prompt_id", None)
    return PromptEntry(place, prompt_id, _assumptions(values, path, source), tags, limits, max_tokens)


def _assumptions(values: dict[str, Any], path: KeyPath, source: Source) -> Assumptions:
    if "output_tokens" in values and "output_ratio" in values:
        raise source.error((*path, "output_ratio"), "output_tokens and output_ratio are both given", "Keep one.")
    for key in ("training_calls", "calls_per_example"):
        if key in values and "training_tokens" not in values:
            raise source.error((*path, key), f"{key} is given without training_tokens", "Write training_tokens too.")
    return Assumptions(**values)


def _refuse_duplicates(entries: tuple[PromptEntry, ...], source: Source) -> None:
    """A path is one prompt, an id names one prompt; an entry without an id is known by its path."""
    _refuse_repeated("path", [entry.path for entry in entries], source)
    _refuse_repeated("prompt_id", [entry.prompt_id or entry.path for entry in entries], source)


def _refuse_repeated(key: str, values: list[str], source: Source) -> None:
    seen: dict[str, int] = {}
    for n, value in enumerate(values):
        if value in seen:
            first = source.line(("prompts", seen[value], key))
            raise source.error(("prompts", n, key), f'{key} "{value}" is used twice (first on line {first})')
        seen[value] = n


_TOP = dict.fromkeys(
    ("version", "defaults", "budget", "tags", "discover", "prompts", "prices", "tokens", "policy", "quality")
)
_ASSUMPTIONS: dict[str, Callable[[object], Any]] = {
    "model": read_string,
    "calls": read_count,
    "output_tokens": read_count,
    "output_ratio": read_number,
    "cache_hit_ratio": read_share,
    "cache_write_ratio": read_share,
    "avg_input_tokens": read_count,
    "scenario": one_of(SCENARIOS),
    "format": one_of(FORMATS),
    "service_tier": one_of(SERVICE_TIERS),
    "region": read_string,
    "time_of_day": read_time,
}
_DEFAULTS = _ASSUMPTIONS
_PROMPT = {
    **_ASSUMPTIONS,
    "fine_tuned": read_boolean,
    "pricing_id": read_string,
    "price_version": read_day,
    "path": read_path,
    "prompt_id": read_prompt_id,
    "tags": read_tags,
    "variables": read_variables,
    "variables_from": read_path,
    "images": read_images,
    "max_tokens": read_count,
    "training_tokens": read_count,
    "training_calls": read_count,
    "calls_per_example": read_count,
    **OF_PROMPT,
}
_DISCOVER = {"include": read_patterns, "exclude": read_patterns, "formats": read_formats}
