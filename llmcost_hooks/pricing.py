"""One prompt, priced: the arithmetic from tokens to money.

Money is USD as Decimal and exact: nothing is rounded here, and an operation that would have to round raises.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .call_costs import ZERO, call_cost, call_parts, charges_writes, per_request
from .errors import ExitCode
from .linking import Facts, completed
from .lookup import Paid, Resolve, add_price, quoted
from .manifest import Assumptions
from .models import FINE_TUNED, Model
from .prices.exact import EXACT
from .prices.offers import STANDARD, Offer
from .prices.own import STATED
from .prompts import Problem, PromptFacts
from .sizing import GRADES, Input, Shares, Values, cached_share, ceiling, input_of
from .snapshot import MISSING, PromptFile
from .training import NO_PERIOD, no_rate, training_cost


class Costs(NamedTuple):
    """USD of a prompt at one end of its input's band."""

    effective: Decimal  # as in PromptEstimate: of all calls, in the scenario
    input: Decimal
    per_call: Decimal


class PromptEstimate(NamedTuple):
    """What one prompt costs: `calls` requests in the budget's period."""

    prompt_id: str
    path: str
    content_hash: str
    named: bool
    tags: Mapping[str, str]
    model: str
    grade: str
    input_tokens: int  # per call: text, framing, variables
    input_low: int  # the grade's band
    input_high: int
    framing_tokens: int  # part of input_tokens: roles and message overhead
    cached_input_tokens: int  # part of input_tokens
    output_tokens: int | None  # per call; None: unknown, and the costs below are of the input only
    output_basis: str  # "declared", "ratio", "cap" (an upper bound) or "unknown"
    calls: int
    scenario: str
    list_cost: Decimal  # USD at standard uncached prices
    effective_cost: Decimal  # USD in the scenario, training included
    input_cost: Decimal  # USD in the scenario, without the output's part of it
    notes: tuple[str, ...]
    pricing_id: str = ""  # the entry of the price file that it is priced with, and the region: "azure/gpt-4o#eu"
    price_version: date = date.min  # the first day of the dated row; date.min where the manifest states no day
    variant: str = "standard"  # how it is billed
    price_estimated: bool = False  # a person's guess stands for a price list
    fine_tuned: bool = False  # nothing that is sold can stand in for it
    cacheable_tokens: int = 0  # part of input_tokens: the prefix that a provider's prompt cache can reuse
    prefix_ends_at: str | None = None  # the variable that ends it
    undeclared: tuple[str, ...] = ()  # variables of unknown size: the costs are of the rest
    parts: Shares = ()  # of input_tokens
    includes: tuple[tuple[str, str], ...] = ()  # (path, oid) of what the prompt pulls in
    cost_limit: Decimal | None = None  # USD of one call, as the file itself limits it
    requests: int = 1  # that one call makes
    cache_min_tokens: int | None = None  # the shortest prefix that the provider caches
    cache_discount: Decimal | None = None  # USD per million input tokens that the cache serves
    cache_hit_ratio: Decimal | None = None  # as stated, whatever the scenario
    per_call: Decimal = ZERO  # USD of one call in the scenario
    lower: Costs | None = None  # at the lower and the upper end of the input's band;
    upper: Costs | None = None  # None: nobody lists a price for inputs of that size
    training_cost: Decimal = ZERO  # USD, part of the costs: training that the prompt declares
    output_high: int | None = None  # output_tokens at the upper end of the input's band
    context_window: int | None = None  # tokens
    stated_model: str = ""  # the model as it is written
    paid: Paid | None = None  # what it is priced with; None in a row that nothing priced
    uses: tuple[tuple[str, int], ...] = ()  # how often each of `undeclared` is put in; () where nobody can say
    cache_write_tokens: int = 0  # part of input_tokens, and none of the cached: billed as written to the cache

    def inference_cost(self) -> Decimal:
        """USD in the scenario, of the calls alone."""
        return EXACT.subtract(self.effective_cost, self.training_cost)

    def bounded(self) -> bool:
        """Whether the costs are a lower bound: an output size or a variable's size is unknown."""
        return self.output_tokens is None or bool(self.undeclared)


class Unpriced(NamedTuple):
    """A prompt whose cost is unknown, and why."""

    prompt_id: str
    path: str
    content_hash: str | None
    named: bool
    tags: Mapping[str, str]
    model: str | None
    grade: str | None
    input_tokens: int | None
    problem: Problem
    sized: Input | None = None  # what was counted, where only money is unknown

    @property
    def undeclared(self) -> tuple[str, ...]:
        """Variables of unknown size: they are not in `input_tokens`."""
        return self.sized.undeclared if self.sized else ()

    @property
    def includes(self) -> tuple[tuple[str, str], ...]:
        """(path, oid) of what the prompt pulls in, as far as it was counted."""
        return self.sized.includes if self.sized else ()

    @property
    def parts(self) -> Shares:
        """Of `input_tokens`."""
        return self.sized.parts if self.sized else ()

    def missing(self) -> bool:
        """Whether the file is listed and not there; otherwise it is there and cannot be read or priced."""
        return self.problem == MISSING


Row = PromptEstimate | Unpriced


def at_upper_bound(row: Row) -> Row:
    """The row as it would cost with an input at the upper end of its band."""
    if isinstance(row, Unpriced):
        return row
    if row.upper is None:
        own = (row.prompt_id, row.path, row.content_hash, row.named, row.tags)
        return Unpriced(*own, row.model, row.grade, row.input_high, NO_UPPER)
    effective, of_input, per_call = row.upper
    return row._replace(
        input_tokens=row.input_high, output_tokens=row.output_high, effective_cost=effective, input_cost=of_input,
        per_call=per_call, lower=row.upper,
    )  # fmt: skip


def worst_grade(grades: Iterable[str]) -> str:
    return max(set(grades), key=GRADES.index, default="exact")


def model_name(file: PromptFile, facts: PromptFacts) -> str | None:
    """Decision 10: stated for the prompt, else named by its file, else the manifest's default, else its price's id."""
    return file.assumptions.model or facts.model or file.default_model or file.assumptions.pricing_id


def price_prompt(
    file: PromptFile, facts: Facts, resolve: Resolve, period: str | None, side: str, values: Values | None = None
) -> Row:
    """The row of one file of the side with that key. `facts` has an entry for it if it is there.

    `period` is the budget's; `values` are of this one call, above all samples. To be called within the context EXACT.
    """
    known = facts_of(file, facts, side)
    if isinstance(known, Problem):
        return _unpriced(file, known)
    return price_known(file, known, facts, resolve, period, side, values)


def facts_of(file: PromptFile, facts: Facts, side: str) -> PromptFacts | Problem:
    """What a file and its settings file say, or why nobody knows."""
    if file.problem is not None or file.oid is None:
        return file.problem or MISSING
    own = facts.blobs[file.format, file.oid]
    return own if isinstance(own, Problem) else completed(file, own, facts, side)


def price_known(
    file: PromptFile, known: PromptFacts, facts: Facts, resolve: Resolve, period: str | None, side: str,
    values: Values | None = None,
) -> Row:  # fmt: skip
    """`price_prompt` of a file that says what `known` says."""
    name = model_name(file, known)
    paid = None if name is None else resolve(name, file.assumptions, file.prices)
    if isinstance(paid, Problem):
        return _unpriced(file, paid, name)
    sized = input_of(file, known, paid.model if paid else None, facts, side, values, paid.day if paid else date.max)
    if isinstance(sized, Problem):
        return _unpriced(file, sized, name)
    if paid is None:
        return _unpriced(file, NO_RATIO if _lacks_ratio(file.assumptions) else NO_MODEL, None, sized)
    return _priced(file, known, sized, paid, period, str(name))


NO_MODEL = Problem(
    "no model is named for it",
    'Name one: --model gpt-4o, or [defaults] model = "gpt-4o" in llm-cost.toml.',
    ExitCode.CONFIG_ERROR,
)
NO_UPPER = Problem(
    "has no price for an input as large as the upper end of its band",
    'Judge the budget at typical sizes, [budget] judge = "typical", or state that price.',
    ExitCode.PRICING_ERROR,
)
BATCH_TIER = Problem(
    "has both scenario batch and a service_tier",
    "Batches are billed in their own way: keep one of the two.",
    ExitCode.CONFIG_ERROR,
)
NO_RATIO = Problem(
    "has no cache hit ratio, which the cached scenario needs (there is no default)",
    "Add --cache-hit-ratio 0.6, or cache_hit_ratio = 0.6 in llm-cost.toml, with the ratio that you measure.",
    ExitCode.CONFIG_ERROR,
)


def _unpriced(file: PromptFile, problem: Problem, model: str | None = None, sized: Input | None = None) -> Unpriced:
    grade, tokens = (sized.grade, sized.tokens) if sized else (None, None)
    return Unpriced(file.prompt_id, file.path, file.oid, file.named, file.tags, model, grade, tokens, problem, sized)


def _priced(
    file: PromptFile, facts: PromptFacts, sized: Input, paid: Paid, period: str | None, stated: str
) -> Row:  # fmt: skip
    assumed, model, tokens = file.assumptions, paid.model, sized.tokens

    def unpriced(problem: Problem) -> Unpriced:
        return _unpriced(file, problem, model.id, sized)

    output, basis = _output(facts, model, assumed, tokens)
    calls = assumed.calls if assumed.calls is not None else None if period else 1
    if calls is None:
        hint = f"Write calls = N (requests per {period}) for it, or in [defaults]."
        return unpriced(Problem(f"has no calls, and costs are per {period}", hint, ExitCode.CONFIG_ERROR))
    if _lacks_ratio(assumed):
        return unpriced(NO_RATIO)
    if assumed.scenario == "batch" and assumed.service_tier is not None:
        return unpriced(BATCH_TIER)
    if assumed.training_tokens is not None and not period:
        return unpriced(NO_PERIOD)
    trained, listed_training = training_cost(assumed, paid.offer), _listed_training(paid, assumed)
    if trained is None or listed_training is None:
        return unpriced(no_rate(model.id, add_price(stated, bool(assumed.fine_tuned))))
    cached = _cached(model, assumed, sized)
    written = _written(paid.offer, model, assumed, sized, cached)
    variant = variant_of(assumed)
    time, requests = assumed.time_of_day, sized.requests

    def output_of(size: int) -> int | None:
        return output if basis != "ratio" else _output(facts, model, assumed, size)[0]

    def costs(size: int) -> Costs | None:
        """For an input of this size; an output that is a ratio of it grows along, what the cache serves or takes does
        not."""
        read = min(cached, size)
        taken = min(written, size - read)
        of_call = call_parts(paid.offer, variant, size, read, output_of(size) or 0, time, requests, taken)
        if of_call is None:
            return None
        asked, answered = of_call
        return Costs((asked + answered) * calls + trained, asked * calls + trained, asked + answered)

    parts = costs(tokens)
    listed = _list_cost(paid, variant, tokens, output or 0, time, requests)
    if parts is None or listed is None:
        what = _what_is_missing(paid, variant, per_request(tokens, requests), cached, written, parts is not None)
        hint = f"Run: llm-cost prices show {quoted(model.row.id)}"
        return unpriced(Problem(f"{model.id} has no {what}", hint, ExitCode.PRICING_ERROR))
    return PromptEstimate(
        file.prompt_id, file.path, str(file.oid), file.named, file.tags, model.id, sized.grade,
        tokens, sized.low, sized.high, sized.framing, cached, output, basis, calls, assumed.scenario or "default",
        listed * calls + listed_training, parts.effective, parts.input,
        (*paid.notes, *sized.notes, *_notes(paid, sized, assumed, written)),
        paid.pricing_id, paid.offer.effective_from, variant, paid.offer.estimated,
        bool(assumed.fine_tuned) or model.id.startswith(FINE_TUNED),
        sized.cacheable, sized.ends_at, sized.undeclared, sized.parts, sized.includes, sized.cost_limit, sized.requests,
        model.row.cache_min_tokens, _cache_discount(paid.offer, variant, per_request(tokens, requests)),
        assumed.cache_hit_ratio, parts.per_call,
        parts if sized.low == tokens else costs(sized.low), parts if sized.high == tokens else costs(sized.high),
        trained, output_of(sized.high), model.row.context_window, stated, paid, sized.uses, written,
    )  # fmt: skip


def _list_cost(paid: Paid, variant: str, tokens: int, output: int, time: str | None, requests: int) -> Decimal | None:
    """At standard uncached prices; where nobody lists it and no standard price is stated, at those that are paid."""
    standard = call_cost(paid.listed, STANDARD, tokens, 0, output, time, requests)
    if standard is None and paid.listed is paid.offer and paid.offer.origin == STATED:
        return call_cost(paid.offer, variant, tokens, 0, output, time, requests)
    return standard


def _listed_training(paid: Paid, assumed: Assumptions) -> Decimal | None:
    """At the public price; where there is none, at the one that is paid."""
    listed = training_cost(assumed, paid.listed)
    return training_cost(assumed, paid.offer) if listed is None else listed


def variant_of(assumed: Assumptions) -> str:
    """How the requests are billed, in the price file's words."""
    return "batch" if assumed.scenario == "batch" else assumed.service_tier or STANDARD


def _cached(model: Model, assumed: Assumptions, sized: Input) -> int:
    if assumed.scenario != "cached":
        return 0
    least, ratio = model.row.cache_min_tokens or 0, assumed.cache_hit_ratio or ZERO
    return cached_share(sized.tokens, sized.cacheable, least, ratio)


def _written(offer: Offer, model: Model, assumed: Assumptions, sized: Input, cached: int) -> int:
    """Input tokens that are billed as written to the cache: of what can be cached a request reads or writes each, so
    that they are never more than what is left of that. None where writes have no price of their own."""
    if assumed.scenario != "cached" or not assumed.cache_write_ratio:
        return 0
    if not charges_writes(offer, variant_of(assumed), assumed.time_of_day):
        return 0
    least = model.row.cache_min_tokens or 0
    share = cached_share(sized.tokens, sized.cacheable, least, assumed.cache_write_ratio)
    return min(share, sized.cacheable - cached)


def _cache_discount(offer: Offer, variant: str, tokens: int) -> Decimal | None:
    """USD per million input tokens that the cache serves; None where a rate is unknown."""
    tariff = offer.tariff(variant)
    rates = tariff.at(tokens) if tariff else None
    return None if rates is None or rates.input is None or rates.cache_read is None else rates.input - rates.cache_read


def _what_is_missing(paid: Paid, variant: str, tokens: int, cached: int, written: int, no_list_price: bool) -> str:
    offer, variant = (paid.listed, STANDARD) if no_list_price else (paid.offer, variant)
    tariff = offer.tariff(variant)
    if tariff is None:
        return f"{variant} price"
    reached = [tier.above_input_tokens for tier in tariff.tiers if tokens > tier.above_input_tokens]
    tier = f" above {reached[-1]:,} input tokens" if tariff.at(tokens) != tariff.rates else ""
    of_what = f"{variant} " if variant != STANDARD else ""
    if cached and not no_list_price and tariff.at(tokens).cache_read is None:
        return f"{of_what}cached input price{tier}"
    if written and not no_list_price and tariff.at(tokens).cache_write_5m is None:
        return f"{of_what}cache write price{tier}"
    return f"{variant} price{tier}"


def _lacks_ratio(assumed: Assumptions) -> bool:
    return assumed.scenario == "cached" and assumed.cache_hit_ratio is None


def _output(facts: PromptFacts, model: Model, assumed: Assumptions, input_tokens: int) -> tuple[int | None, str]:
    """Decision 8: declared, else a ratio of the input, else the file's own cap, else unknown."""
    if assumed.output_tokens is not None:
        return assumed.output_tokens, "declared"
    if assumed.output_ratio is not None:
        return ceiling(input_tokens * assumed.output_ratio), "ratio"
    if facts.output_cap is None:
        return None, "unknown"
    return min(facts.output_cap, model.row.max_output_tokens or facts.output_cap), "cap"


def _of_writes(model: Model, assumed: Assumptions, sized: Input, written: int) -> list[str]:
    if assumed.cache_write_ratio is None:
        return [f"{model.id} charges for cache writes; without cache_write_ratio they are not in this estimate"]
    stated = int(sized.tokens * assumed.cache_write_ratio)
    if written == stated:
        return []
    return [f"of {stated:,} tokens by cache_write_ratio {written:,} count: the others are read, or cannot be cached"]


def _notes(paid: Paid, sized: Input, assumed: Assumptions, written: int) -> list[str]:
    model, offer, tokens = paid.model, paid.offer, per_request(sized.tokens, sized.requests)
    measured = assumed.avg_input_tokens is not None
    notes = [] if model.grade == "exact" or measured else [f"{model.id}: {model.basis}"]
    if model.row.context_window is not None and tokens > model.row.context_window:
        notes.append(f"{tokens:,} input tokens do not fit {model.id}'s context window of {model.row.context_window:,}")
    if assumed.scenario == "cached":
        least = model.row.cache_min_tokens or 0
        if sized.requests > 1:
            notes.append(
                f"{sized.requests:,} requests: what they have in common is not known, and nothing counts as cached"
            )
        elif sized.ends_at is not None and sized.cacheable < least <= tokens:
            notes.append(
                f"{model.id} caches {least:,} tokens and more, and {sized.ends_at} ends what can be cached "
                f"after {sized.cacheable:,}: nothing of this one is cached"
            )
        elif tokens < least:
            notes.append(f"{model.id} caches prompts of {least:,} tokens and more: nothing of this one is cached")
        elif charges_writes(offer, variant_of(assumed), assumed.time_of_day):
            notes += _of_writes(model, assumed, sized, written)
    if offer.windows and assumed.time_of_day is None:
        notes.append(f'{model.id}: the dearest rates of the day; time_of_day = "HH:MM" (UTC) names the hour')
    if model.row.mode in ("audio", "realtime"):
        notes.append(f"{model.id}: text tokens only; audio has prices of its own")
    if measured:
        notes.append("its input is avg_input_tokens: edits of its text do not move its cost")
    return notes
