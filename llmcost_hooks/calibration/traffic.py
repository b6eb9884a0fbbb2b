"""Records of usage -> sums by prompt and day: what is fitted, in memory that does not grow with the records."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from ..call_costs import ZERO
from ..prices.exact import EXACT
from ..usage.costs import Pricer, Tokens, usage_cost
from ..usage.record import Usage

NO_DAY = date.min  # of records that name no time


class Day:
    """Sums of one prompt's requests of one day (UTC). Made by `gather`; nobody changes it afterwards."""

    __slots__ = (
        "answer", "asked", "cached", "cost", "input", "largest", "output", "output_requests", "priced", "question",
        "requests", "shares", "shares_of", "smallest", "tells_cache", "tells_writes", "unknown_cache", "unpriced",
        "written",
    )  # fmt: skip

    def __init__(self) -> None:
        self.requests = 0
        self.asked = 0  # requests whose input is known
        self.input = 0
        self.cached = 0  # part of input
        self.tells_cache = False  # whether any record of `input` says how much of it was cached
        self.written = 0  # part of input, and none of cached: to the cache, for either life
        self.tells_writes = False  # likewise
        self.unknown_cache = 0  # requests of `asked` that do not say how much of them was cached
        self.output = 0
        self.output_requests = 0  # requests whose output is known
        self.question = self.answer = 0  # input and output of records that state both
        self.shares: Decimal = ZERO  # requests x cache hit ratio, where a source states no tokens
        self.shares_of = 0
        self.smallest = self.largest = -1  # input of a single request; -1: there was none
        self.cost: Decimal = ZERO  # USD
        self.priced = 0  # requests in `cost` that are priced by us
        self.unpriced = 0  # requests that are not in `cost`


class PromptTraffic(NamedTuple):
    """What was used of one prompt."""

    days: dict[date, Day]
    first: datetime | None
    last: datetime | None
    models: dict[str, int]  # requests by model, as the source names it
    untimed: int  # requests whose record names no time
    uncounted: int  # records that do not say how many requests they stand for

    def requests(self) -> int:
        """Those that are known: more where `uncounted` records do not say theirs."""
        return sum(day.requests for day in self.days.values())

    def window(self) -> timedelta | None:
        """From the first to the last; None where a record names no time."""
        return None if self.first is None or self.last is None or self.untimed else self.last - self.first


class Traffic(NamedTuple):
    prompts: dict[str, PromptTraffic]
    unnamed: int  # records that name no prompt
    local: int  # requests that a cache of the caller's own answered
    estimates: int  # records that are estimates, and no usage
    records: int


def gather(records: Iterable[Usage], pricer: Pricer, prompt_id: str | None = None) -> Traffic:
    """The sums of `records`. Those that name no prompt are of `prompt_id`, where that is given."""
    days: dict[str, dict[date, Day]] = {}
    bulk: dict[tuple[str, date, str | None, str | None, int], list[int]] = {}
    ends: dict[str, tuple[datetime, datetime]] = {}
    models: dict[str, dict[str, int]] = {}
    untimed: dict[str, int] = {}
    uncounted: dict[str, int] = {}
    unnamed = local = estimates = total = 0
    steps: dict[tuple[str | None, str | None], tuple[int, ...] | None] = {}
    for record in records:
        total += 1
        name = record.prompt_id or prompt_id
        if record.is_estimate:
            estimates += 1
            continue
        if record.is_local:
            local += record.requests or 1
            continue
        if name is None:
            unnamed += 1
            continue
        start = record.start
        at = NO_DAY if start is None else start.date()
        of_prompt = days.get(name)
        if of_prompt is None:
            of_prompt = days[name] = {}
        day = of_prompt.get(at)
        if day is None:
            day = of_prompt[at] = Day()
        requests = record.requests
        if requests is None:
            uncounted[name] = uncounted.get(name, 0) + 1
            requests = 0
        if start is None:
            untimed[name] = untimed.get(name, 0) + requests
        else:
            end = record.end or start
            seen = ends.get(name)
            if seen is None:
                ends[name] = start, end
            elif start < seen[0] or end > seen[1]:
                ends[name] = min(start, seen[0]), max(end, seen[1])
        if record.model:
            named = models.setdefault(name, {})
            named[record.model] = named.get(record.model, 0) + requests
        _add(day, record, requests)
        if record.cost is not None:
            day.cost = EXACT.add(day.cost, record.cost)
        else:
            _add_unpriced(day, record, requests, (name, at), bulk, steps, pricer)
    for (name, at, model, tier, step), sums in bulk.items():
        _price(days[name][at], sums, model, tier, step, pricer)
    prompts = {}
    for name, of_prompt in days.items():
        first, last = ends.get(name, (None, None))
        prompts[name] = PromptTraffic(
            of_prompt, first, last, models.get(name, {}), untimed.get(name, 0), uncounted.get(name, 0)
        )
    return Traffic(prompts, unnamed, local, estimates, total)


def _add(day: Day, record: Usage, requests: int) -> None:
    day.requests += requests
    asked, answered = record.input_tokens, record.output_tokens
    if asked is not None:
        day.asked += requests
        day.input += asked
        if record.cache_read_tokens is None:
            day.unknown_cache += requests
        else:
            day.cached += record.cache_read_tokens
            day.tells_cache = True
        short, long = record.cache_write_5m_tokens, record.cache_write_1h_tokens
        if short is not None or long is not None:
            day.written += (short or 0) + (long or 0)
            day.tells_writes = True
        if requests == 1:
            if day.smallest < 0 or asked < day.smallest:
                day.smallest = asked
            if asked > day.largest:
                day.largest = asked
    elif record.cache_hit_ratio is not None:
        day.shares = EXACT.add(day.shares, EXACT.multiply(record.cache_hit_ratio, requests))
        day.shares_of += requests
    if answered is not None:
        day.output += answered
        day.output_requests += requests
        if asked is not None:
            day.question += asked
            day.answer += answered


def _add_unpriced(
    day: Day, record: Usage, requests: int, where: tuple[str, date],
    bulk: dict[tuple[str, date, str | None, str | None, int], list[int]],
    steps: dict[tuple[str | None, str | None], tuple[int, ...] | None], pricer: Pricer,
) -> None:  # fmt: skip
    """Into the sum of all records that have the same rates, which is priced at the end."""
    model, tier = record.model, record.service_tier
    if (model, tier) not in steps:
        prices = pricer(model, tier)
        steps[model, tier] = None if prices is None else tuple(each.above_input_tokens for each in prices.tariff.tiers)
    limits, asked, answered = steps[model, tier], record.input_tokens, record.output_tokens
    if limits is None or asked is None or answered is None or not requests:
        day.unpriced += requests or 1
        return
    step = sum(asked > limit * requests for limit in limits) if limits else 0
    key = (*where, model, tier, step)
    sums = bulk.get(key)
    if sums is None:
        sums = bulk[key] = [0, 0, 0, 0, 0, 0]
    read, short = record.cache_read_tokens or 0, record.cache_write_5m_tokens or 0
    long = record.cache_write_1h_tokens or 0
    sums[0] += asked - read - short - long
    sums[1] += read
    sums[2] += short
    sums[3] += long
    sums[4] += answered
    sums[5] += requests


def _price(day: Day, sums: list[int], model: str | None, tier: str | None, step: int, pricer: Pricer) -> None:
    prices = pricer(model, tier)
    assert prices is not None  # else it is in `unpriced`
    rates = prices.tariff.tiers[step - 1].rates if step else prices.tariff.rates
    cost = usage_cost(Tokens(*sums[:5]), rates)
    if cost is None:
        day.unpriced += sums[5]
        return
    day.cost = EXACT.add(day.cost, EXACT.add(cost, EXACT.multiply(prices.fee, sums[5])))
    day.priced += sums[5]
