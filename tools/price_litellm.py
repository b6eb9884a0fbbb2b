"""What litellm's price map states: one current price per exact name, in floats per token."""

from __future__ import annotations

import json
import re
import zipfile
from decimal import Context, Decimal
from itertools import pairwise
from typing import Any, NamedTuple

from tools.price_channels import litellm_name
from tools.price_sources import Key, LeftOut, Rates, Row, Statement, Tariff, drop_storage, flat

MAP_NAME = "model_prices_and_context_window_backup.json"
MODES = {"chat", "completion", "responses", "embedding", "realtime"}

_DIMENSIONS = {
    "input_cost_per_token": "input",
    "output_cost_per_token": "output",
    "cache_read_input_token_cost": "cache_read",
    "cache_creation_input_token_cost": "cache_write_5m",
    "cache_creation_input_token_cost_above_1hr": "cache_write_1h",
    "input_cost_per_audio_token": "input_audio",
    "output_cost_per_audio_token": "output_audio",
    "cache_read_input_audio_token_cost": "cache_read_audio",
    "input_cost_per_image_token": "input_image",
    "output_cost_per_image_token": "output_image",
    "output_cost_per_reasoning_token": "output_reasoning",
}
_VARIANTS = {"batches": "batch", **{name: name for name in ("flex", "priority", "ultrafast", "balanced", "decisions")}}
_KEY = re.compile(
    rf"({'|'.join(sorted(_DIMENSIONS, reverse=True))})(?:_above_(\d+)k_tokens)?(?:_({'|'.join(_VARIANTS)}))?"
)
_TWELVE = Context(prec=12)
_PROCESSING = "regional_processing_uplift_multiplier_"


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


class LitellmSays(NamedTuple):
    """Its statements, other names for their ids, and what is left out."""

    statements: dict[Key, Statement]
    doors: dict[str, str]
    left_out: list[LeftOut]


def litellm_statements(prices: dict[str, Any], version: str) -> LitellmSays:
    """Every model with text prices on a channel of ours, and the names that are left out.

    Where two keys are one name of ours, the one that spells the channel counts, and a twin that says otherwise is
    listed as left out.
    """
    source, found, out = f"litellm@{version}", dict[Key, Statement](), list[LeftOut]()
    for key, entry in sorted(prices.items(), key=_spelled_first):
        name = litellm_name(key, str(entry.get("litellm_provider")))
        if name is None:
            continue
        channel, model, region = name
        reason = _not_text(entry) or (None if model else "a price class or commitment, no model")
        if reason:
            out.append(LeftOut(source, channel, key, reason))
            continue
        statement = _statement(key, channel, model, region, entry, source)
        known = found.setdefault(statement.key, statement)
        if known is not statement and known.rows != statement.rows:
            out.append(LeftOut(source, channel, key, f"another price than its twin {known.model}, which counts"))
    statements, doors = _at_home(found, out)
    return LitellmSays(statements, doors, out)


_SERVICES = {"azure_ai/": "azure/", "bedrock_mantle/": "bedrock/"}  # second doors to a channel


def _at_home(found: dict[Key, Statement], out: list[LeftOut]) -> tuple[dict[Key, Statement], dict[str, str]]:
    """What a channel's second door sells is the channel's own: the first door's word counts, the second one's adds.

    And the other names that this makes: "azure_ai/x" -> "azure/x".
    """
    home = {(s.id.lower(), s.region): s for s in found.values() if not s.id.startswith(tuple(_SERVICES))}
    doors = dict[str, str]()
    for statement in found.values():
        door = next((door for door in _SERVICES if statement.id.startswith(door)), None)
        if door is None:
            continue
        name = _SERVICES[door] + statement.id.removeprefix(door)
        known = home.get((name.lower(), statement.region)) or statement._replace(id=name)
        home[name.lower(), statement.region] = _with_more(known, statement)
        doors[statement.id] = known.id
        mine, theirs = flat(known.rows[0]), flat(statement.rows[0])
        if any(theirs[path] != mine[path] for path in theirs.keys() & mine.keys()):
            reason = f"another price than its twin {known.model}, which counts"
            out.append(LeftOut(statement.source, statement.channel, statement.model, reason))
    return {statement.key: statement for statement in home.values()}, doors


def _with_more(known: Statement, other: Statement) -> Statement:
    """The statement and those ways to be billed of another one that it does not speak of."""
    (row,), (more,) = known.rows, other.rows
    added = {variant: other.model for variant in more.variants if variant not in row.variants}
    rows = (row._replace(variants={**more.variants, **row.variants}),)
    return known._replace(rows=rows, elsewhere={**known.elsewhere, **added})


def _spelled_first(item: tuple[str, dict[str, Any]]) -> tuple[bool, str]:
    key, entry = item
    return not key.startswith(f"{entry.get('litellm_provider')}/"), key


def _not_text(entry: dict[str, Any]) -> str | None:
    """Why the entry is no text model with token prices."""
    mode = entry.get("mode")
    if mode not in MODES:
        return f"mode {mode}"
    if not (entry.get("input_cost_per_token") or entry.get("output_cost_per_token")):
        return "no token price (litellm writes 0 where it has none)"
    return None


def _statement(key: str, channel: str, name: str, region: str | None, entry: dict[str, Any], source: str) -> Statement:
    # xAI's tiers begin at their number of tokens, as litellm's own calculator has it: above 199,999
    row = _row(entry, first_dear=1 if channel == "xai" else 0)
    factors = {
        code.removeprefix(_PROCESSING): Decimal(repr(value))
        for code, value in entry.items()
        if code.startswith(_PROCESSING) and value
    }
    special = entry.get("provider_specific_entry") or {}
    if "us" in special:
        factors["us"] = Decimal(repr(special["us"]))
    if entry.get("regional_endpoint_uplift_multiplier"):
        factors["regional"] = Decimal(repr(entry["regional_endpoint_uplift_multiplier"]))
    if "fast" in special:
        row.variants["fast"] = _times(row.variants["standard"], Decimal(repr(special["fast"])))
    return Statement(
        source,
        channel,
        name,
        region,
        sku=key.split("/")[-1] if channel in ("azure", "bedrock") else key.partition("/")[2] or key,
        model=key,
        rows=(row,),
        mode="audio" if entry["mode"] == "chat" and "audio" in name else entry["mode"],
        max_input_tokens=_whole(entry.get("max_input_tokens")),
        max_output_tokens=_whole(entry.get("max_output_tokens")) or None,
        cache_min_tokens=_whole(entry.get("prompt_cache_min_tokens")),
        retires_at=entry.get("deprecation_date"),
        multipliers=factors,
    )


def _row(entry: dict[str, Any], first_dear: int) -> Row:
    variants: dict[str, Tariff] = {"standard": Tariff({}, {})}
    for key, value in entry.items():
        match = _KEY.fullmatch(key)
        if match and value is not None:
            tariff = variants.setdefault(_VARIANTS[match[3]] if match[3] else "standard", Tariff({}, {}))
            rates = tariff.tiers.setdefault(int(match[2]) * 1000 - first_dear, {}) if match[2] else tariff.base
            rates[_DIMENSIONS[match[1]]] = _per_million(value)
    for tariff in variants.values():
        for rates in (tariff.base, *tariff.tiers.values()):
            drop_storage(rates)
    # a tier of a variant that has no base price says nothing that can be used
    variants = {name: tariff for name, tariff in variants.items() if tariff.base}
    variants.setdefault("standard", Tariff({}, {}))
    row = Row(None, variants, per_request=_fees(entry))
    return _with_off_peak(row, entry["off_peak_pricing"]) if "off_peak_pricing" in entry else row


def _per_million(value: float) -> Decimal:
    # repr of a float is the shortest decimal that names it: the figure its author typed
    # (a product like 0.1 * 3 leaves noise in the 16th digit: twelve are more than any price list has)
    return _TWELVE.create_decimal(Decimal(repr(value)) * 1_000_000).normalize()


def _fees(entry: dict[str, Any]) -> dict[str, Decimal]:
    """USD of a search, by its context size where that matters."""
    search = {
        key.rpartition("_")[2]: Decimal(repr(value)).normalize()
        for key, value in (entry.get("search_context_cost_per_query") or {}).items()
    }
    fees = {f"web_search_{size}": price for size, price in search.items()}
    if len(set(search.values())) == 1:
        fees = {"web_search": next(iter(search.values()))}
    if entry.get("google_maps_grounding_cost_per_query"):
        fees["maps_grounding"] = Decimal(repr(entry["google_maps_grounding_cost_per_query"])).normalize()
    return fees


def _with_off_peak(row: Row, off_peak: dict[str, Any]) -> Row:
    """The same prices the other way round: off-peak rates as the standard ones, and windows of the peak ones.

    litellm's weekends are off-peak: `weekdays`.
    """
    hours: list[str] = []
    for window in off_peak["windows"]:
        if window.get("weekdays") != [6, 7]:
            hours += window["hours_utc"] if isinstance(window["hours_utc"], list) else [window["hours_utc"]]
    ends = sorted(tuple(hour.split("-")) for hour in hours)
    peak = [(a[1], b[0]) for a, b in pairwise(ends) if a[1] != b[0]]
    cheap: Rates = {_DIMENSIONS[key]: _per_million(v) for key, v in off_peak.items() if key in _DIMENSIONS}
    dear = row.variants["standard"].base
    variants = {**row.variants, "standard": Tariff({**dear, **cheap}, {})}
    return row._replace(variants=variants, windows={hours_: dict(dear) for hours_ in peak}, weekdays=True)


def _times(tariff: Tariff, factor: Decimal) -> Tariff:
    def times(rates: Rates) -> Rates:
        return {key: (price * factor).normalize() for key, price in rates.items()}

    return Tariff(times(tariff.base), {start: times(rates) for start, rates in tariff.tiers.items()})


def _whole(value: object) -> int | None:
    return None if value is None else int(str(value).split(".")[0])
