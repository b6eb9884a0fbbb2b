"""What the two public price libraries state, in one shape. Development time only: the package never imports this.

`genai-prices` has history, variants and matchers; `litellm` has one current price per exact name, in floats per token.
Both become `Statement`: rows by date, each with a standard and (where stated) a batch tariff in USD per million tokens.
What a source does not state is absent, never zero.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

DIMENSIONS = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
CHANNELS = {
    "openai": "openai",
    "text-completion-openai": "openai",
    "anthropic": "anthropic",
    "gemini": "google",
}
MAP_NAME = "model_prices_and_context_window_backup.json"

Rates = dict[str, Decimal]  # dimension -> USD per 1e6 tokens


class Tariff(NamedTuple):
    """One way to be billed: base rates, and rates above a total number of input tokens."""

    base: Rates
    tiers: dict[int, Rates]


class Row(NamedTuple):
    """Prices from `start` on (None: since before the source's records)."""

    start: str | None
    standard: Tariff
    batch: Tariff | None


class Statement(NamedTuple):
    """All that one source says about one name."""

    source: str  # "genai-prices@0.2.3"
    channel: str  # "openai", "anthropic", "google": the provider's own API
    model: str  # the source's own id for it
    rows: tuple[Row, ...]  # oldest first
    context_window: int | None = None
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    retires_at: str | None = None

    def on(self, day: str) -> Row:
        """The row in force on `day`."""
        return [row for row in self.rows if row.start is None or row.start <= day][-1]


# --- litellm -----------------------------------------------------------------------------------------------------

_LITELLM_KEYS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write_5m",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
}
_LITELLM_KEY = re.compile(rf"({'|'.join(sorted(_LITELLM_KEYS, reverse=True))})(?:_above_(\d+)k_tokens)?(_batches)?")
_TEXT_MODES = {"chat", "responses", "completion"}


def read_litellm_map(path: str) -> dict[str, Any]:
    """The price map of an installed litellm (path of its JSON file) or of a wheel (`*.whl`)."""
    if path.endswith(".whl"):
        with zipfile.ZipFile(path) as wheel:
            data = wheel.read(f"litellm/{MAP_NAME}")
    else:
        with open(path, "rb") as file:
            data = file.read()
    result: dict[str, Any] = json.loads(data)
    return result


def litellm_statements(prices: dict[str, Any], version: str) -> dict[str, Statement]:
    """Names of the three providers' own APIs with text prices, without litellm's channel prefix."""
    result = {}
    for key, entry in prices.items():
        channel = CHANNELS.get(entry.get("litellm_provider", ""))
        if channel and entry.get("mode") in _TEXT_MODES:
            result[key.removeprefix("gemini/")] = _litellm_statement(key, channel, entry, f"litellm@{version}")
    return result


def _litellm_statement(key: str, channel: str, entry: dict[str, Any], source: str) -> Statement:
    return Statement(
        source,
        channel,
        key,
        (Row(None, _litellm_tariff(entry, batch=False) or Tariff({}, {}), _litellm_tariff(entry, batch=True)),),
        max_input_tokens=_whole(entry.get("max_input_tokens")),
        max_output_tokens=_whole(entry.get("max_output_tokens")),
        retires_at=entry.get("deprecation_date"),
    )


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value).split(".")[0])


def _litellm_tariff(entry: dict[str, Any], *, batch: bool) -> Tariff | None:
    tariff = Tariff({}, {})
    for key, value in entry.items():
        match = _LITELLM_KEY.fullmatch(key)
        if match and bool(match[3]) == batch and value is not None:
            rates = tariff.tiers.setdefault(int(match[2]) * 1000, {}) if match[2] else tariff.base
            # repr of a float is the shortest decimal that names it: the figure its author typed
            rates[_LITELLM_KEYS[match[1]]] = Decimal(repr(value)) * 1_000_000
    return tariff if tariff.base else None


# --- genai-prices ------------------------------------------------------------------------------------------------

_Dated = tuple[str | None, Any]  # (start, prices)
_GENAI_KEYS = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write_5m",
    "cache_write_1h_mtok": "cache_write_1h",
}


def genai_statements(names: Iterable[str], version: str) -> dict[str, Statement]:
    """What genai-prices says of `names` and of every name that it spells out itself."""
    from genai_prices.data import providers  # type: ignore[import-not-found]

    result = {}
    for provider in providers:
        if provider.id not in ("openai", "anthropic", "google"):
            continue
        spelled = {name for model in provider.models for name in _spelled(model.match)}
        for name in sorted(spelled | set(names)):
            model = next((model for model in provider.models if model.is_match(name)), None)
            # Google's list has Claude on Vertex: another channel
            foreign = provider.id == "google" and "claude" in name
            if model is not None and not foreign and name not in result:
                result[name] = _genai_statement(model, provider.id, f"genai-prices@{version}")
    return result


def _spelled(match: Any) -> list[str]:
    """Names that a matcher spells out whole."""
    if hasattr(match, "equals"):
        return [match.equals]
    return [name for part in getattr(match, "or_", []) for name in _spelled(part)]


def _genai_statement(model: Any, channel: str, source: str) -> Statement:
    rows: list[Row] = []
    previous = Row(None, Tariff({}, {}), None)
    for start, standard, batch in _genai_rows(model):
        row = Row(start, _genai_tariff(standard), _genai_tariff(batch) if batch else None)
        if row[1:] != previous[1:]:  # a row that changes only a fee is no change of a token price
            # a batch price that stays while the standard price moves was not restated: unknown from there on
            stale = row.standard != previous.standard and row.batch == previous.batch
            rows.append(row._replace(batch=None) if stale else row)
        previous = row
    return Statement(source, channel, model.id, tuple(rows), context_window=model.context_window)


def _genai_rows(model: Any) -> list[tuple[str | None, Any, Any]]:
    """(start, standard prices, batch prices) for every date on which one of them changes."""
    standard: list[_Dated] = _dated(model.prices) if isinstance(model.prices, list) else [(None, model.prices)]
    batch = _dated([v for v in model.price_variants or () if v.when == {"processing": "batch"}])
    starts = sorted({start for start, _ in standard + batch}, key=lambda start: start or "")
    return [(start, _in_force(standard, start), _in_force(batch, start)) for start in starts]


def _dated(items: list[Any]) -> list[_Dated]:
    for item in items:
        if item.constraint is not None and not hasattr(item.constraint, "start_date"):
            raise ValueError(f"a price that depends on the time of day: {item}")
    return [(item.constraint and item.constraint.start_date.isoformat(), item.prices) for item in items]


def _in_force(rows: list[_Dated], start: str | None) -> Any:
    found = [prices for since, prices in rows if (since or "") <= (start or "")]
    return found[-1] if found else None


def _genai_tariff(prices: Any) -> Tariff:
    tariff = Tariff({}, {})
    for key, dimension in _GENAI_KEYS.items():
        value = getattr(prices, key, None)
        if value is not None:
            tariff.base[dimension] = getattr(value, "base", value)
            for tier in getattr(value, "tiers", []):
                tariff.tiers.setdefault(tier.start, {})[dimension] = tier.price
    return tariff
