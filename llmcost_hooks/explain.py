"""One number, from blob to dollar: what it is made of, and the arithmetic that a reader can redo with a calculator."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, localcontext
from typing import NamedTuple

from .call_costs import ZERO, call_cost, call_parts, charges_writes, per_request
from .estimate import Estimate
from .lookup import Paid, Resolve
from .manifest import Assumptions
from .origins import Given, Origins, given_assumptions
from .prices.exact import EXACT
from .prices.offers import STANDARD, Offer, Rates
from .pricing import PromptEstimate, Row, model_name
from .prompts import Problem, PromptFacts
from .render.money import format_exact
from .snapshot import PromptFile
from .training import training_cost
from .what_if import Suggestion, call_formula

USD, TOKENS = "USD", "tokens"
MILLION = 1_000_000


class Line(NamedTuple):
    """One line of arithmetic: `formula` gives `result`, exactly."""

    what: str
    formula: str
    result: Decimal
    unit: str = USD


class Billed(NamedTuple):
    """The rates that a call is billed at, USD per million tokens."""

    variant: str
    above_input_tokens: int | None  # of the tier that the input reaches; None: the base rates
    rates: Rates


class Explanation(NamedTuple):
    """Everything about one prompt of one side."""

    estimate: Estimate  # of this prompt alone
    row: Row
    file: PromptFile
    stated_model: tuple[str, str] | None  # as it is written, and where
    paid: Paid | None
    billed: Billed | None
    given: tuple[Given, ...]
    arithmetic: tuple[Line, ...]
    suggestions: tuple[Suggestion, ...]


def explain(
    estimate: Estimate, facts: PromptFacts | Problem, resolve: Resolve, origins: Origins,
    suggestions: tuple[Suggestion, ...],
) -> Explanation:  # fmt: skip
    """The explanation of an estimate of one prompt. `facts` is what the file, with its settings, says."""
    (row,), (file,) = estimate.rows, estimate.files
    known = facts if isinstance(facts, PromptFacts) else None
    name = model_name(file, known) if known else file.assumptions.model
    stated = None if name is None else (name, origins.of_model(known))
    found = None if name is None else resolve(name, file.assumptions, file.prices)
    paid = found if isinstance(found, Paid) else None
    given = tuple(given_assumptions(file, known, estimate.period, origins))
    if not isinstance(row, PromptEstimate) or paid is None or known is None:
        return Explanation(estimate, row, file, stated, paid, None, given, (), ())
    with localcontext(EXACT):
        lines = tuple(_arithmetic(row, file, known, paid, estimate.period))
    return Explanation(
        estimate, row, file, stated, paid, _billed(row, file, paid.offer, row.variant), given, lines, suggestions
    )


def _billed(row: PromptEstimate, file: PromptFile, offer: Offer, variant: str) -> Billed:
    tariff = offer.tariff(variant, file.assumptions.time_of_day)
    assert tariff is not None  # it has a cost
    tokens = per_request(row.input_tokens, row.requests)
    reached = [tier.above_input_tokens for tier in tariff.tiers if tokens > tier.above_input_tokens]
    return Billed(variant, reached[-1] if reached else None, tariff.at(tokens))


def _arithmetic(
    row: PromptEstimate, file: PromptFile, facts: PromptFacts, paid: Paid, period: str | None
) -> Iterator[Line]:
    """The chain from tokens to the total. To be called within the context EXACT."""
    yield from _tokens(row, file, facts, paid)
    rates, output = _billed(row, file, paid.offer, row.variant).rates, row.output_tokens
    parts = call_parts(
        paid.offer, row.variant, row.input_tokens, row.cached_input_tokens, output or 0, file.assumptions.time_of_day,
        row.requests, row.cache_write_tokens,
    )  # fmt: skip
    assert parts is not None
    asked, answered = parts
    yield Line(
        "input of a call",
        call_formula(rates, row._replace(output_tokens=0), row.cached_input_tokens, paid.offer, row.cache_write_tokens),
        asked,
    )
    if output is not None:
        yield Line("output of a call", f"{output} * {format_exact(rates.output or ZERO)} / 1000000", answered)
    call = asked + answered
    yield Line("one call", f"{format_exact(asked)} + {format_exact(answered)}", call)
    yield Line("a million calls", f"{format_exact(call)} * 1000000", call * MILLION)
    total = call * row.calls
    yield Line(
        f"{row.calls:,} {'call' if row.calls == 1 else 'calls'}" + (f" a {period}" if period else ""),
        f"{format_exact(call)} * {row.calls}",
        total,
    )
    if file.assumptions.training_tokens is not None:
        yield _training(file, paid.offer, "training" + (f" a {period}" if period else ""))
        yield Line("total", f"{format_exact(total)} + {format_exact(row.training_cost)}", total + row.training_cost)
        total += row.training_cost
    yield _listed(row, file, paid)
    assert (call, total) == (row.per_call, row.effective_cost)  # nothing is explained that is not what was priced


def _tokens(row: PromptEstimate, file: PromptFile, facts: PromptFacts, paid: Paid) -> Iterator[Line]:
    assumed, tokens = file.assumptions, row.input_tokens
    if len(row.parts) > 1:
        yield Line("input tokens", " + ".join(str(part[2]) for part in row.parts), Decimal(tokens), TOKENS)
    if row.scenario == "cached" and assumed.cache_hit_ratio is not None:
        yield from _cached(row, assumed, paid.offer)
    output = None if row.output_tokens is None else Decimal(row.output_tokens)
    if output is not None and row.output_basis == "ratio" and assumed.output_ratio is not None:
        yield Line("output tokens", f"ceil({tokens} * {format_exact(assumed.output_ratio)})", output, TOKENS)
    most = paid.model.row.max_output_tokens
    if output is not None and row.output_basis == "cap" and most:
        yield Line("output tokens", f"min({facts.output_cap}, {most})", output, TOKENS)


def _cached(row: PromptEstimate, assumed: Assumptions, offer: Offer) -> Iterator[Line]:
    """What the cache serves and, where the provider charges for it, what is written to it."""
    long_enough, cached = row.cacheable_tokens >= (row.cache_min_tokens or 0), row.cached_input_tokens
    shares = ((assumed.cache_hit_ratio, str(row.cacheable_tokens)),
              (assumed.cache_write_ratio, f"{row.cacheable_tokens} - {cached}"))  # fmt: skip
    served, written = (
        f"min(floor({row.input_tokens} * {format_exact(ratio or ZERO)}), {most})" if long_enough else "0"
        for ratio, most in shares
    )
    yield Line("cached tokens", served, Decimal(cached), TOKENS)
    if assumed.cache_write_ratio is not None and charges_writes(offer, row.variant, assumed.time_of_day):
        yield Line("cache write tokens", written, Decimal(row.cache_write_tokens), TOKENS)


def _training(file: PromptFile, offer: Offer, what: str) -> Line:
    assumed = file.assumptions
    factors = (assumed.training_tokens, assumed.calls_per_example, assumed.training_calls)
    numbers = " * ".join(str(each) for each in factors if each is not None)
    cost = training_cost(assumed, offer)
    assert cost is not None and offer.training is not None
    return Line(what, f"{numbers} * {format_exact(offer.training)} / 1000000", cost)


def _listed(row: PromptEstimate, file: PromptFile, paid: Paid) -> Line:
    """At standard uncached list prices; where nobody lists it, at those that are paid."""
    offer, time = paid.listed, file.assumptions.time_of_day
    standard = call_cost(offer, STANDARD, row.input_tokens, 0, row.output_tokens or 0, time, row.requests)
    rates = _billed(row, file, offer, row.variant if standard is None else STANDARD).rates
    formula = f"{call_formula(rates, row, 0, offer)} * {row.calls}"
    if file.assumptions.training_tokens is not None:
        trained = _training(file, offer if offer.training is not None else paid.offer, "")
        formula = f"{formula} + {trained.formula}"
    return Line("at list prices", formula, row.list_cost)
