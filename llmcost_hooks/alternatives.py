"""The same prompts priced as other models, and which of those can be chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal, localcontext
from typing import NamedTuple

from .call_costs import ZERO, per_request
from .estimate import Estimate
from .manifest import Assumptions
from .models import Model
from .prices.exact import EXACT
from .pricing import PromptEstimate, Row, Unpriced
from .render.money import format_exact, format_over
from .snapshot import Snapshot


class Alternative(NamedTuple):
    """A side as it would be on one model."""

    name: str  # of the model, as it was asked for
    estimate: Estimate

    def cost(self) -> Decimal | None:
        """USD of all prompts; None where a part of it is unknown."""
        return self.estimate.known_cost() if self.estimate.rows and self.estimate.complete() else None

    def per_call(self) -> Decimal | None:
        """USD of one call of every prompt; None where one has no price."""
        rows = list(self.estimate.priced())
        with localcontext(EXACT):
            return sum((row.per_call for row in rows), ZERO) if len(rows) == len(self.estimate.rows) else None


def as_model(snapshot: Snapshot, name: str) -> Snapshot:
    """The side with every prompt on that model, as `--model` would have it."""
    typed = Assumptions(model=name)
    return snapshot._replace(
        files=tuple([file._replace(assumptions=typed.over(file.assumptions)) for file in snapshot.files])
    )


def cheapest(alternatives: Iterable[Alternative]) -> Alternative | None:
    """Of those whose whole cost is known; None where that of one with a price is not: a lower bound ranks nothing."""
    priced = [each for each in alternatives if any(True for _ in each.estimate.priced())]
    if any(row.bounded() for each in priced for row in each.estimate.priced()):
        return None
    known = [(cost, each) for each in priced if (cost := each.cost()) is not None]
    return min(known, key=lambda pair: pair[0])[1] if known else None


def may_be_cheaper(best: Alternative, alternatives: Iterable[Alternative]) -> list[str]:
    """The other models whose band reaches down to the upper end of the cheapest one's."""
    band = best.estimate.cost_band()
    others = [(each.name, each.estimate.cost_band()) for each in alternatives if each is not best]
    return [name for name, other in others if band and other and other[0] < band[1]]


class Candidate(NamedTuple):
    """A model that the project has judged, for one prompt."""

    name: str
    quality: Decimal  # as the project declares it, on its own scale
    row: Row
    refused: str  # why it cannot be chosen; "" where it can


def candidate(
    name: str, quality: Decimal, row: Row, model: Model | None, least: Decimal | None, most: Decimal | None
) -> Candidate:
    """`least` is the quality that is asked for, `most` the USD that it may cost. What is not known is refused."""
    if least is not None and quality < least:
        return Candidate(name, quality, row, f"quality {format_exact(quality)} is below {format_exact(least)}")
    if isinstance(row, Unpriced) or model is None:
        return Candidate(name, quality, row, row.problem.reason if isinstance(row, Unpriced) else "is not known")
    return Candidate(name, quality, row, _too_long(row, model) or _too_dear(row, most))


def _too_long(row: PromptEstimate, model: Model) -> str:
    """Whether a call does not fit at the upper end of its band."""
    window, longest = model.row.context_window, model.row.max_output_tokens
    asked = per_request(row.input_high, row.requests)
    output = row.output_tokens if row.output_high is None else row.output_high
    answered = per_request(output or 0, row.requests)
    if window is None:
        return "its context window is not known"
    if asked + answered > window:
        return f"{asked:,} input and {answered:,} output tokens do not fit its context window of {window:,}"
    if longest is not None and answered > longest:
        return f"{answered:,} output tokens are more than the {longest:,} that it gives"
    return ""


def _too_dear(row: PromptEstimate, most: Decimal | None) -> str:
    if row.bounded():
        what = "its output size" if row.output_tokens is None else ", ".join(row.undeclared)
        return f"its cost is a lower bound: {what} is unknown"
    if most is not None and row.effective_cost > most:
        return "costs {}, more than {}".format(*format_over(row.effective_cost, most))
    return ""


def chosen(candidates: Sequence[Candidate]) -> Candidate | None:
    """The cheapest that can be chosen; of several the better one."""
    able = [each for each in candidates if not each.refused and isinstance(each.row, PromptEstimate)]
    return min(able, key=_price_and_rank, default=None)


def _price_and_rank(each: Candidate) -> tuple[Decimal, Decimal, str]:
    assert isinstance(each.row, PromptEstimate)
    return each.row.effective_cost, -each.quality, each.name
