"""One prompt, priced: the arithmetic from tokens to money.

Money is USD as Decimal and exact: nothing is rounded here, and an operation that would have to round raises.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import ROUND_CEILING, Context, Decimal, Inexact, InvalidOperation, Overflow
from typing import NamedTuple

from .errors import ExitCode
from .manifest import Assumptions
from .models import Model, near_names, resolve_model
from .prices.book import Offer, PriceBook
from .prompts import Problem, PromptFacts
from .snapshot import MISSING, PromptFile

EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow])
ZERO = Decimal(0)
GRADES = ("exact", "calibrated", "heuristic")  # best first; a total carries its worst
UNKNOWN_MODEL_ENCODING = "o200k_base"  # what is counted where no model is named

# OpenAI cookbook, "How to count tokens with tiktoken": 3 tokens a message, 1 for its role, 3 that prime the reply.
PER_MESSAGE, PER_REPLY = 4, 3

Facts = Mapping[tuple[str, str], PromptFacts | Problem]  # by (format, oid)


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
    effective_cost: Decimal  # USD in the scenario
    input_cost: Decimal  # USD in the scenario, the input's part of it
    notes: tuple[str, ...]


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

    def missing(self) -> bool:
        """Whether the file is listed and not there; otherwise it is there and cannot be read or priced."""
        return self.problem == MISSING


Row = PromptEstimate | Unpriced


def worst_grade(grades: Iterable[str]) -> str:
    return max(set(grades), key=GRADES.index, default="exact")


def model_name(file: PromptFile, facts: PromptFacts) -> str | None:
    """Decision 10: stated for the prompt, else named by its file, else the manifest's default."""
    return file.assumptions.model or facts.model or file.default_model


Priced = tuple[Model, Offer, tuple[str, ...]]  # and what must be said of the model on that day
Resolve = Callable[[str], "Priced | Problem"]


def make_resolver(book: PriceBook, on: date) -> Resolve:
    """name -> (model, offer) or the Problem with it; each name is resolved once."""
    known: dict[str, Priced | Problem] = {}

    def resolve(name: str) -> Priced | Problem:
        if name not in known:
            known[name] = _resolve(name, book, on)
        return known[name]

    return resolve


def _resolve(name: str, book: PriceBook, on: date) -> Priced | Problem:
    model = resolve_model(name, book)
    offer = book.offer(model.row, on) if model else None
    if model and offer:
        retired = model.row.retires_at is not None and model.row.retires_at <= on
        return model, offer, (f"{model.id} was retired on {model.row.retires_at}",) if retired else ()
    if model:
        return Problem(f'"{name}" has no price on {on}', "Run: llm-cost models " + model.id, ExitCode.PRICING_ERROR)
    return unknown_model(name, book)


def unknown_model(name: str, book: PriceBook) -> Problem:
    """The problem of a model that the price file does not have, with names that come near."""
    near = near_names(name, book)
    hint = "Near names: " + ", ".join(near) + "." if near else "Run: llm-cost models"
    return Problem(f'no price is known for the model "{name}"', hint, ExitCode.PRICING_ERROR)


def price_prompt(file: PromptFile, facts: Facts, resolve: Resolve, period: str | None) -> Row:
    """The row of one file. `facts` has an entry for it if it is there; `period` is the budget's.

    To be called within the context EXACT.
    """
    if file.problem is not None or file.oid is None:
        return _unpriced(file, file.problem or MISSING)
    known = facts[file.format, file.oid]
    if isinstance(known, Problem):
        return _unpriced(file, known)
    name = model_name(file, known)
    if name is None:
        _, _, tokens, _ = _input(known, None, file.assumptions)
        problem = NO_RATIO if _lacks_ratio(file.assumptions) else NO_MODEL
        return _unpriced(file, problem, None, _grade(None, file.assumptions), tokens)
    priced = resolve(name)
    if isinstance(priced, Problem):
        return _unpriced(file, priced, name)
    return _priced(file, known, *priced, period)


NO_MODEL = Problem(
    "no model is named for it",
    'Name one: --model gpt-4o, or [defaults] model = "gpt-4o" in llm-cost.toml.',
    ExitCode.CONFIG_ERROR,
)
NO_RATIO = Problem(
    "has no cache hit ratio, which the cached scenario needs (there is no default)",
    "Add --cache-hit-ratio 0.6, or cache_hit_ratio = 0.6 in llm-cost.toml, with the ratio that you measure.",
    ExitCode.CONFIG_ERROR,
)


def _unpriced(
    file: PromptFile, problem: Problem, model: str | None = None, grade: str | None = None, tokens: int | None = None
) -> Unpriced:
    return Unpriced(
        file.prompt_id, file.path, file.oid, file.named, file.tags, model, grade, tokens, problem
    )  # fmt: skip


def _priced(
    file: PromptFile, facts: PromptFacts, model: Model, offer: Offer, retired: tuple[str, ...], period: str | None
) -> Row:
    assumed = file.assumptions
    framing, low, tokens, high = _input(facts, model, assumed)
    grade = _grade(model, assumed)
    output, basis = _output(facts, model, assumed, tokens)
    calls = assumed.calls if assumed.calls is not None else None if period else 1
    if calls is None:
        hint = f"Write calls = N (requests per {period}) for it, or in [defaults]."
        problem = Problem(f"has no calls, and costs are per {period}", hint, ExitCode.CONFIG_ERROR)
        return _unpriced(file, problem, model.id, grade, tokens)
    if _lacks_ratio(assumed):
        return _unpriced(file, NO_RATIO, model.id, grade, tokens)
    scenario = assumed.scenario or "default"
    cached = int(tokens * (assumed.cache_hit_ratio or ZERO)) if scenario == "cached" else 0
    parts = call_parts(offer, scenario, tokens, cached, output or 0)
    effective = None if parts is None else parts[0] + parts[1]
    listed = effective if scenario == "default" else call_cost(offer, "default", tokens, 0, output or 0)
    if listed is None or effective is None or parts is None:
        tier = f" above {tokens - 1:,} input tokens" if offer.standard.at(tokens) != offer.standard.rates else ""
        what = (
            f"standard price{tier}" if listed is None else f"{'batch' if scenario == 'batch' else 'cached input'} price"
        )
        problem = Problem(f"{model.id} has no {what}", f"Run: llm-cost models {model.id}", ExitCode.PRICING_ERROR)
        return _unpriced(file, problem, model.id, grade, tokens)
    return PromptEstimate(
        file.prompt_id, file.path, str(file.oid), file.named, file.tags, model.id, grade,
        tokens, low, high, framing, cached, output, basis, calls, scenario,
        listed * calls, effective * calls, parts[0] * calls,
        (*retired, *_notes(model, offer, tokens, scenario, assumed)),
    )  # fmt: skip


def _lacks_ratio(assumed: Assumptions) -> bool:
    return assumed.scenario == "cached" and assumed.cache_hit_ratio is None


def _grade(model: Model | None, assumed: Assumptions) -> str:
    """How good the input size is: a measured one owes nothing to the model's tokenizer."""
    if assumed.avg_input_tokens is not None:
        return "calibrated"
    return model.grade if model else "exact"


def _framing(facts: PromptFacts) -> int:
    """Tokens that roles and messages add; 0 for a file that declares no messages."""
    return facts.messages * PER_MESSAGE + PER_REPLY if facts.messages else 0


def _input(facts: PromptFacts, model: Model | None, assumed: Assumptions) -> tuple[int, int, int, int]:
    """(framing, low, tokens, high) of one call's input. A share of a token is a whole one: never too low."""
    framing = _framing(facts)
    if assumed.avg_input_tokens is not None:
        return 0, assumed.avg_input_tokens, assumed.avg_input_tokens, assumed.avg_input_tokens
    counted = facts.tokens[model.encoding if model else UNKNOWN_MODEL_ENCODING]
    beside = framing + sum(size for _, size in assumed.variables)
    if model is None or model.grade == "exact":
        return framing, counted + beside, counted + beside, counted + beside
    low, tokens, high = (_ceiling(counted * ratio) + beside for ratio in (model.low, model.ratio, model.high))
    return framing, low, tokens, high


def _output(facts: PromptFacts, model: Model, assumed: Assumptions, input_tokens: int) -> tuple[int | None, str]:
    """Decision 8: declared, else a ratio of the input, else the file's own cap, else unknown."""
    if assumed.output_tokens is not None:
        return assumed.output_tokens, "declared"
    if assumed.output_ratio is not None:
        return _ceiling(input_tokens * assumed.output_ratio), "ratio"
    if facts.output_cap is None:
        return None, "unknown"
    return min(facts.output_cap, model.row.max_output_tokens or facts.output_cap), "cap"


def call_cost(offer: Offer, scenario: str, tokens: int, cached: int, output: int) -> Decimal | None:
    """USD of one call, or None where a rate is unknown: the sum of `call_parts`."""
    parts = call_parts(offer, scenario, tokens, cached, output)
    return None if parts is None else EXACT.add(*parts)


def call_parts(offer: Offer, scenario: str, tokens: int, cached: int, output: int) -> tuple[Decimal, Decimal] | None:
    """USD of one call's input and of its output, or None where a rate is unknown.

    `cached` is a part of `tokens`, the input. Input: (uncached x input + cached x cache_read) / 1e6; output:
    output x output / 1e6; both at the tier that the whole input reaches.
    """
    tariff = offer.batch if scenario == "batch" else offer.standard
    if tariff is None:
        return None
    rates = tariff.at(tokens)
    costs = []
    for amount, rate in ((tokens - cached, rates.input), (cached, rates.cache_read), (output, rates.output)):
        if amount and rate is None:
            return None
        costs.append(EXACT.multiply(amount, rate) if amount and rate else ZERO)
    plain, from_cache, answer = costs
    return EXACT.scaleb(EXACT.add(plain, from_cache), -6), EXACT.scaleb(answer, -6)


def _ceiling(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))


def _notes(model: Model, offer: Offer, tokens: int, scenario: str, assumed: Assumptions) -> tuple[str, ...]:
    measured = assumed.avg_input_tokens is not None
    notes = [] if model.grade == "exact" or measured else [f"{model.id}: {model.basis}"]
    if model.row.context_window is not None and tokens > model.row.context_window:
        notes.append(f"{tokens:,} input tokens do not fit {model.id}'s context window of {model.row.context_window:,}")
    if scenario == "cached" and offer.standard.rates.cache_write_5m is not None:
        notes.append(f"{model.id} charges for cache writes; they are not in this estimate")
    if measured:
        notes.append("its input is avg_input_tokens: edits of its text do not move its cost")
    return tuple(notes)
