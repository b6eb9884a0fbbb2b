"""Why a prompt's cost changed: its difference as text, model, assumptions and prices, exactly and in that order.

A chain of prices leads from base to head, each with one thing more of head: base; head's text with base's model,
assumptions and prices; head's model; head's assumptions; head. The differences between neighbours are the parts, so
they sum to the difference to the last digit. A part is None where one of its two neighbours has no price.

- text: the file, and what it pulls in: includes, settings, samples.
- model: its name, the channel and the region, whether it is fine-tuned; with it a dated row that is named for it.
- assumptions: all else that says how a prompt is used; also the cap on answers that the file itself states, and the
  ratio of tokens that a project measured.
- prices: of the manifest and of the day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import localcontext
from itertools import pairwise
from typing import NamedTuple

from .call_costs import ZERO
from .compare import Comparison, PromptDelta, Split, cost_delta
from .linking import Facts, pulls_in
from .lookup import Resolve
from .manifest import Assumptions
from .prices.exact import EXACT
from .prices.own import NO_PRICES, OwnPrices
from .pricing import PromptEstimate, Row, Unpriced, facts_of, model_name, price_known
from .prompts import Problem
from .snapshot import PromptFile

_OF_MODEL = ("model", "fine_tuned", "pricing_id", "region", "default_region")


class Step(NamedTuple):
    """A prompt between base and head."""

    file: PromptFile  # its model is stated in its assumptions, whoever named it
    side: str  # the key of the side whose files it pulls in
    cap: int | None  # output tokens, as the file itself limits them


Chain = tuple[Step, ...]  # base, text, model, assumptions, head


def chains(comparison: Comparison, facts: Facts, base_key: str, head_key: str) -> dict[str, Chain]:
    """By head's prompt_id, what lies between the two sides of each row whose difference can have several reasons."""
    rows = [row for row in comparison.rows if row.split is None and row.cost is not None]
    if not rows:
        return {}
    before, after = ({file.prompt_id: file for file in each.files} for each in (comparison.base, comparison.head))
    mixed: dict[tuple[int, int], OwnPrices | None] = {}
    found = {}
    for row in rows:
        assert row.base is not None and row.head is not None  # what is new or gone is split already
        base = _named(before[row.base.prompt_id], facts, base_key)
        head = _named(after[row.head.prompt_id], facts, head_key)
        if base is not None and head is not None:
            found[row.prompt_id] = tuple(_chain(base, head, mixed))
    return found


def steps_between(found: Mapping[str, Chain]) -> tuple[PromptFile, ...]:
    """The files of head's side that have to be counted as their models count."""
    return tuple(step.file for chain in found.values() for step in chain[1:4])


def split_deltas(comparison: Comparison, found: Mapping[str, Chain], facts: Facts, resolve: Resolve) -> Comparison:
    """The comparison with the parts of each row that has a chain. `facts` has counts for `steps_between`."""

    period = comparison.head.period

    def price(step: Step) -> Row:
        known = facts_of(step.file, facts, step.side)
        assert not isinstance(known, Problem)  # it is the same text as head's, which has a price
        return price_known(step.file, known._replace(output_cap=step.cap), facts, resolve, period, step.side)

    with localcontext(EXACT):
        rows = [
            row._replace(split=_split(row, found[row.prompt_id], facts, price)) if row.prompt_id in found else row
            for row in comparison.rows
        ]
    return comparison._replace(rows=tuple(rows))


def _named(file: PromptFile, facts: Facts, side: str) -> Step | None:
    known = facts_of(file, facts, side)
    if isinstance(known, Problem):
        return None
    named = file.assumptions._replace(model=model_name(file, known))
    return Step(file._replace(assumptions=named, default_model=None), side, known.output_cap)


def _chain(base: Step, head: Step, mixed: dict[tuple[int, int], OwnPrices | None]) -> Iterator[Step]:
    """`mixed` keeps base's prices with head's ratios of tokens, one object for each pair."""
    before, after = base.file.assumptions, head.file.assumptions
    prices, own = base.file.prices, head.file.prices
    yield base
    text = before._replace(variables_from=after.variables_from)
    yield Step(head.file._replace(assumptions=text, prices=prices), head.side, base.cap)
    bought = {name: getattr(after, name) for name in _OF_MODEL}
    moved = any(getattr(before, name) != value for name, value in bought.items())
    version = after.price_version if moved else before.price_version
    model = text._replace(**bought, price_version=version)
    yield Step(head.file._replace(assumptions=model, prices=prices), head.side, base.cap)
    if (id(prices), id(own)) not in mixed:
        mixed[id(prices), id(own)] = _with_ratios(prices, own)
    rest: Assumptions = after._replace(price_version=version)
    yield Step(head.file._replace(assumptions=rest, prices=mixed[id(prices), id(own)]), head.side, head.cap)
    yield head


def _with_ratios(prices: OwnPrices | None, own: OwnPrices | None) -> OwnPrices | None:
    ratios = (own or NO_PRICES).ratios
    return prices if (prices or NO_PRICES).ratios == ratios else (prices or NO_PRICES)._replace(ratios=ratios)


def _split(row: PromptDelta, chain: Chain, facts: Facts, price: Callable[[Step], Row]) -> Split:
    base, head = row.base, row.head
    assert isinstance(base, PromptEstimate) and isinstance(head, PromptEstimate)
    pulls = pulls_in(chain[0].file, facts) or pulls_in(chain[4].file, facts)
    priced: list[Row] = [base]
    for before, step in pairwise(chain[:4]):
        if _alike(before, step, pulls):
            priced.append(priced[-1])
        else:
            priced.append(head if _alike(step, chain[4], pulls) else price(step))
    priced.append(priced[-1] if _alike(chain[3], chain[4], pulls) else head)
    text, model, assumptions, prices = (
        ZERO if one is other else cost_delta(one, other) for one, other in pairwise(priced)
    )
    lost = [each for each in priced if isinstance(each, Unpriced)]
    why = lost[0].problem.reason if lost else ""
    found = Split(text, model, assumptions, prices, why)
    return found if why or found.whole() else found._replace(why="it leaves other sizes unknown than the two sides do")


def _alike(one: Step, other: Step, pulls: bool) -> bool:
    """Whether two steps cost the same for having the same in all that a price depends on."""
    return (
        (one.file.oid, one.file.format) == (other.file.oid, other.file.format)
        and (one.side == other.side or not pulls)
        and one.cap == other.cap
        and one.file.assumptions == other.file.assumptions
        and one.file.prices == other.file.prices
    )
