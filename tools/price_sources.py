"""What the two public price libraries state, in one shape. Development time only: the package never imports this.

`price_genai` and `price_litellm` make it: rows by date, each with its variants ("standard", "batch", ...) in USD per
million tokens. What a source does not state is absent, never zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

TEXT = ("input", "output", "cache_read", "cache_write_5m", "cache_write_1h")
OTHER = ("input_audio", "output_audio", "cache_read_audio", "input_image", "output_image", "output_reasoning")
DIMENSIONS = TEXT + OTHER
VARIANTS = ("standard", "batch", "flex", "priority", "fast", "ultrafast", "balanced", "decisions")
DIRECT = ("openai", "anthropic", "google", "mistral", "cohere", "deepseek", "xai")  # own APIs: ids without a prefix

Rates = dict[str, Decimal]  # dimension -> USD per 1e6 tokens
Key = tuple[str, "str | None"]  # id in the price file, region
Flat = dict[str, Decimal]  # "batch.input", "standard>200000.output", "time 01:00-04:00.input", "per_request.web_search"


class Tariff(NamedTuple):
    """One way to be billed: base rates, and rates above a total number of input tokens."""

    base: Rates
    tiers: dict[int, Rates]


class Row(NamedTuple):
    """Prices from `start` on (None: since before the source's records)."""

    start: str | None
    variants: dict[str, Tariff]
    windows: Mapping[tuple[str, str], Rates] = {}  # (from, to) in UTC -> the standard rates then
    per_request: Mapping[str, Decimal] = {}  # USD each
    weekdays: bool = False  # the windows hold from Monday to Friday only


class Statement(NamedTuple):
    """All that one source says about one name in one region."""

    source: str  # "genai-prices@0.2.3"
    channel: str  # a member of the file's `channels`
    id: str  # its name in the price file
    region: str | None
    sku: str  # the channel's own name for it
    model: str  # the source's own id for it
    rows: tuple[Row, ...]  # oldest first
    own: bool = True  # False: the name is only filed under `model`, so that its extras may be another model's
    mode: str | None = None
    context_window: int | None = None
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    cache_min_tokens: int | None = None
    retires_at: str | None = None
    multipliers: Mapping[str, Decimal] = {}  # region -> factor
    elsewhere: Mapping[str, str] = {}  # variant -> the source's own id that states it, where that is another one

    @property
    def key(self) -> Key:
        return self.id, self.region

    def on(self, day: str) -> Row:
        """The row in force on `day`."""
        return [row for row in self.rows if row.start is None or row.start <= day][-1]


class LeftOut(NamedTuple):
    """A name that does not get into the file, and why."""

    source: str
    channel: str
    name: str
    reason: str


def drop_storage(rates: Rates) -> None:
    """Writing into a cache costs at least the input price: what is less there is a price of storing, or none."""
    for key in ("cache_write_5m", "cache_write_1h"):
        if key in rates and rates[key] < rates.get("input", Decimal("Infinity")):
            del rates[key]


def flat(row: Row) -> Flat:
    """All prices of a row by path."""
    return dict(_paths(row))


def _paths(row: Row) -> Iterator[tuple[str, Decimal]]:
    for variant, tariff in row.variants.items():
        yield from ((f"{variant}.{key}", price) for key, price in tariff.base.items())
        for start, rates in sorted(tariff.tiers.items()):
            yield from ((f"{variant}>{start}.{key}", price) for key, price in rates.items())
    for (begin, end), rates in row.windows.items():
        yield from ((f"time {begin}-{end}.{key}", price) for key, price in rates.items())
    yield from ((f"per_request.{fee}", price) for fee, price in row.per_request.items())
