"""What genai-prices states: dated prices, variants and matchers, in Decimals per million tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from tools.price_channels import PROFILES, bedrock_profile, bedrock_stem, undated
from tools.price_sources import DIRECT, Key, LeftOut, Row, Statement, Tariff, drop_storage

# provider -> channel. Google's list is the Gemini API's, and has Claude on Vertex AI.
CHANNELS = {
    "openai": "openai", "anthropic": "anthropic", "google": "google", "mistral": "mistral", "cohere": "cohere",
    "deepseek": "deepseek", "x-ai": "xai", "azure": "azure", "aws": "bedrock", "meta": "meta", "groq": "groq",
    "together": "together_ai", "fireworks": "fireworks_ai", "openrouter": "openrouter", "cerebras": "cerebras",
    "novita": "novita",
}  # fmt: skip
_DIMENSIONS = {
    "input_mtok": "input",
    "output_mtok": "output",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write_5m",
    "cache_write_1h_mtok": "cache_write_1h",
    "input_audio_mtok": "input_audio",
    "output_audio_mtok": "output_audio",
    "cache_audio_read_mtok": "cache_read_audio",
    "input_image_mtok": "input_image",
    "output_image_mtok": "output_image",
    "output_reasoning_mtok": "output_reasoning",
}
_FEES = {"web_searches_kcount": "web_search", "storage_searches_kcount": "file_search"}
# what asks for a variant -> its name in the file; an empty one is the standard price, a route is another host's price
_VARIANTS = {
    ("processing", "batch"): "batch",
    ("service_tier", "flex"): "flex",
    ("service_tier", "priority"): "priority",
    ("service_tier", "fast"): "fast",
    ("speed", "fast"): "fast",
}


def genai_statements(asked: Iterable[Key], version: str) -> tuple[dict[Key, Statement], list[LeftOut]]:
    """What genai-prices says of the `asked` ids and of every name that it spells out itself."""
    from genai_prices.data import providers  # type: ignore[import-not-found]

    source, found, out = f"genai-prices@{version}", dict[Key, Statement](), list[LeftOut]()
    keys = sorted(asked, key=lambda key: (key[0], key[1] or ""))
    for provider in providers:
        channel = CHANNELS.get(provider.id)
        if channel is None:
            continue
        claude = [model for model in provider.models if channel == "google" and model.id.startswith("claude")]
        rest = [model for model in provider.models if model not in claude]
        for part, models in ((channel, rest), ("vertex_ai", claude)):
            if models:
                _statements(part, models, keys, source, found, out)
    return found, out


def _statements(
    channel: str, models: list[Any], keys: list[Key], source: str, found: dict[Key, Statement], out: list[LeftOut]
) -> None:
    rows = {model.id: _rows(model) for model in models}
    for model in models:
        if not any("input" in row.variants["standard"].base for row in rows[model.id]):
            out.append(LeftOut(source, channel, model.id, "no price per text token"))
    usable = [model for model in models if "input" in rows[model.id][-1].variants["standard"].base]
    for key, model, own in _named(channel, models, keys):
        if model in usable and key not in found:
            found[key] = Statement(
                source, channel, *key, sku=_sku(channel, key[0]), model=model.id, rows=tuple(rows[model.id]), own=own,
                context_window=model.context_window,
            )  # fmt: skip


def _sku(channel: str, name: str) -> str:
    return name if channel in DIRECT else name.partition("/")[2]


# --- names -------------------------------------------------------------------------------------------------------


def _named(channel: str, models: list[Any], keys: list[Key]) -> Iterator[tuple[Key, Any, bool]]:
    """(key, model, whether the model is of this very name), the asked keys first."""
    if channel == "bedrock":
        yield from _bedrock(models, keys)
    elif channel == "vertex_ai":
        yield from _vertex(models, keys)
    elif channel in DIRECT:
        asked = [name for name, _ in keys if "/" not in name]
        spelled = [name for model in models for name in _spelled(model.match) if "/" not in name]
        for name in sorted({*asked, *spelled, *(model.id for model in models)}):
            model = next((model for model in models if model.is_match(name)), None)
            if model is not None:
                yield (name, None), model, is_own(name, model.id)
    else:
        yield from _hosted(channel, models, keys)


def is_own(name: str, model: str) -> bool:
    """Whether the model of this id is of this name, or of this name less its date."""
    known = model.removesuffix("-latest").removesuffix("-0")  # claude-3-opus-latest, claude-opus-4-0
    rest = name.removeprefix(known).replace("-", "")
    return name in (model, known) or (rest != name and rest.isdecimal())


def _spelled(match: Any) -> list[str]:
    """Names that a matcher spells out whole."""
    if hasattr(match, "equals"):
        return [match.equals]
    return [name for part in getattr(match, "or_", []) for name in _spelled(part)]


def _hosted(channel: str, models: list[Any], keys: list[Key]) -> Iterator[tuple[Key, Any, bool]]:
    """A host's models by the names that are spelled out, and by nothing that a pattern happens to fit."""
    prefix = f"{channel}/"
    asked = {name.removeprefix(prefix).lower(): name for name, region in keys if name.startswith(prefix) and not region}
    for model in models:
        for name in [model.id, *_spelled(model.match)]:
            short = name.removeprefix("accounts/fireworks/models/")
            if not model.is_match(name) and not model.is_match(short):
                continue
            yield (asked.get(short.lower(), prefix + short), None), model, short.lower() == model.id.lower()


def _vertex(models: list[Any], keys: list[Key]) -> Iterator[tuple[Key, Any, bool]]:
    """Claude on Vertex AI: the id and its dated forms, in both word orders; patterns there fit too much."""
    by_stem = {_claude_stem(model.id): model for model in models}
    asked = [name for name, region in keys if name.startswith("vertex_ai/claude") and region is None]
    for name in [*asked, *(f"vertex_ai/{stem}" for stem in by_stem)]:
        model = by_stem.get(_claude_stem(name.removeprefix("vertex_ai/")))
        if model is not None:
            yield (name, None), model, True


def _claude_stem(name: str) -> str:
    plain = re.sub(r"@.*|-\d{8}$", "", name)
    turned = re.fullmatch(r"claude-(4(?:-\d+)?)-([a-z]+)", plain)
    return f"claude-{turned[2]}-{turned[1]}" if turned else plain


def _bedrock(models: list[Any], keys: list[Key]) -> Iterator[tuple[Key, Any, bool]]:
    """One statement per region that a matcher spells; a model without region class speaks of the bare id alone."""
    names = {name for name, _ in keys if name.startswith("bedrock/") and "claude_platform" not in name}
    asked: dict[str, list[str]] = {}
    for name in sorted(names):
        stem = bedrock_stem(name.removeprefix("bedrock/"))
        for form in {stem, undated(stem)}:  # a model without a date may be asked for with one, not the other way round
            asked.setdefault(form, []).append(name)
    for model in models:
        scope, _, rest = model.id.partition(".")
        plain = rest if scope in ("global", "regional") else model.id
        stem = bedrock_stem(plain)
        for name in asked.get(stem) or [f"bedrock/{plain}"]:
            for region in _bedrock_regions(model, scope, stem):
                yield (name, region), model, True


def _bedrock_regions(model: Any, scope: str, stem: str) -> list[str | None]:
    if scope == "global":
        return ["global"]
    if scope != "regional":
        return [None]
    regions: set[str | None] = set()
    for text in _texts(model.match):
        profile, rest = bedrock_profile(text.removeprefix("/"))
        if profile in PROFILES and profile != "global":
            regions.add(profile)
        elif rest.startswith((stem, stem.partition(".")[2])):
            regions.add(None)
    return sorted(regions, key=lambda region: region or "")


def _texts(match: Any) -> list[str]:
    parts = getattr(match, "or_", None) or getattr(match, "and_", None)
    if parts:
        return [text for part in parts for text in _texts(part)]
    return [str(value) for value in vars(match).values()]


# --- prices ------------------------------------------------------------------------------------------------------


def _rows(model: Any) -> list[Row]:
    """A row for every day on which a price changes."""
    result: list[Row] = []
    previous: Row | None = None
    for start in _starts(model):
        row = _row(model, start)
        if previous is None or row[1:] != previous[1:]:
            result.append(row if previous is None else _without_stale(row, previous))
        previous = row
    result[-1] = result[-1]._replace(windows=_windows(model))  # windows have no dates: they are the newest row's
    return result


def _without_stale(row: Row, previous: Row) -> Row:
    """A variant's price that stays while the standard price moves was not restated: unknown from there on."""
    if row.variants["standard"] == previous.variants["standard"]:
        return row
    kept = {
        name: tariff
        for name, tariff in row.variants.items()
        if name == "standard" or tariff != previous.variants.get(name)
    }
    return row._replace(variants=kept)


def _starts(model: Any) -> list[str | None]:
    dated = [*(model.prices if isinstance(model.prices, list) else []), *(model.price_variants or ())]
    days = {start.isoformat() for item in dated if (start := getattr(item.constraint, "start_date", None))}
    return [None, *sorted(days)]


def _row(model: Any, start: str | None) -> Row:
    standard = model.prices
    if isinstance(standard, list):
        standard = next((p for p in reversed(standard) if _active(p.constraint, start)), standard[0]).prices
    variants = {"standard": _tariff(vars(standard))}
    stated: dict[str, dict[str, Any]] = {}
    for variant in model.price_variants or ():
        name = _VARIANTS.get(next(iter(variant.when.items()))) if len(variant.when) == 1 else None
        if name and _active(variant.constraint, start):
            stated.setdefault(name, {})  # an empty one says that the variant costs the standard price
            for key, price in vars(variant.prices).items():
                if price is not None:
                    stated.setdefault(name, {}).setdefault(key, price)  # the first one counts
    variants.update({name: _tariff(prices) for name, prices in stated.items()})
    fees = {
        name: (vars(standard)[key] / 1000).normalize()
        for key, name in _FEES.items()
        if vars(standard).get(key) is not None
    }
    return Row(start, variants, per_request=fees)


def _active(constraint: Any, start: str | None) -> bool:
    if constraint is None:
        return True
    return hasattr(constraint, "start_date") and constraint.start_date.isoformat() <= (start or "")


def _windows(model: Any) -> dict[tuple[str, str], dict[str, Decimal]]:
    prices = model.prices if isinstance(model.prices, list) else []
    return {
        (f"{c.start_time:%H:%M}", f"{c.end_time:%H:%M}"): _tariff(vars(p.prices)).base
        for p in prices
        if (c := p.constraint) is not None and hasattr(c, "start_time")
    }


def _tariff(prices: Mapping[str, Any]) -> Tariff:
    tariff = Tariff({}, {})
    for key, dimension in _DIMENSIONS.items():
        value = prices.get(key)
        if value is not None:
            tariff.base[dimension] = getattr(value, "base", value).normalize()
            for tier in getattr(value, "tiers", []):
                tariff.tiers.setdefault(tier.start, {})[dimension] = tier.price.normalize()
    for rates in (tariff.base, *tariff.tiers.values()):
        drop_storage(rates)
    return tariff
