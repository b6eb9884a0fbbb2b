"""One side, priced: every prompt's row, and their total."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import NamedTuple

from .call_costs import ZERO
from .linking import Facts, pulls_in
from .lookup import Resolve, error_of, make_resolver
from .prices.book import PriceBook
from .prices.freshness import FRESH, Freshness, freshness, refuse_too_old
from .prices.offers import EXACT
from .prices.own import OwnPrices
from .pricing import (
    PromptEstimate,
    Row,
    Unpriced,
    at_upper_bound,
    price_prompt,
    worst_grade,
)
from .snapshot import PromptFile, Snapshot
from .stated import mistake_in


class PriceInfo(NamedTuple):
    """Which price file was used, and for which day."""

    version: str
    published: date
    valid_until: date
    as_of: date | None = None  # the day that the manifest pins all prices to
    freshness: Freshness | None = None  # None where it is no question: the pinned day is covered by the data

    def expired(self) -> bool:
        return self.freshness is not None and self.freshness.state != FRESH


class Estimate(NamedTuple):
    """One side, priced. Rows are sorted by prompt_id."""

    label: str
    commit: str | None
    period: str | None
    rows: tuple[Row, ...]
    prices: PriceInfo
    notes: tuple[str, ...] = ()  # what is wrong with the side's own prices, where another side is judged

    def priced(self) -> Iterable[PromptEstimate]:
        return (row for row in self.rows if isinstance(row, PromptEstimate))

    def unpriced(self) -> Iterable[Unpriced]:
        return (row for row in self.rows if isinstance(row, Unpriced))

    def known_cost(self) -> Decimal:
        """USD of what is known: the total where `complete`, otherwise a lower bound of it."""
        with localcontext(EXACT):
            return sum([row.effective_cost for row in self.rows if isinstance(row, PromptEstimate)], ZERO)

    def known_list_cost(self) -> Decimal:
        with localcontext(EXACT):
            return sum((row.list_cost for row in self.priced()), ZERO)

    def complete(self) -> bool:
        """Whether every part of the total is known: each prompt priced, each size in it stated."""
        return all(isinstance(row, PromptEstimate) and not row.bounded() for row in self.rows)

    def price_estimated(self) -> bool:
        """Whether a price in the total is somebody's estimate."""
        return any(row.price_estimated for row in self.priced())

    def cost_band(self) -> tuple[Decimal, Decimal] | None:
        """USD of all rows at both ends of their inputs' bands; None where a part of the total is unknown."""
        lower, upper = ([row.lower for row in self.priced()], [row.upper for row in self.priced()])
        if not self.complete():
            return None
        lows, highs = ([each.effective for each in ends if each is not None] for ends in (lower, upper))
        if len(lows) != len(self.rows) or len(highs) != len(self.rows):
            return None
        with localcontext(EXACT):
            return sum(lows, ZERO), sum(highs, ZERO)

    def at_upper_bound(self) -> Estimate:
        """The side with every input at the upper end of its band."""
        return self._replace(rows=tuple([at_upper_bound(row) for row in self.rows]))

    def grade(self) -> str:
        """The worst grade of the rows' counts; "exact" for no rows."""
        return worst_grade(row.grade for row in self.rows if row.grade)


def estimate_snapshot(
    snapshot: Snapshot, facts: Facts, book: PriceBook, on: date, *, force_stale: bool = False
) -> Estimate:
    """Price every prompt of `snapshot` at the prices of the day `on`, or of the day that its manifest pins.

    `facts` has an entry for every file that is there. PricingError where prices are too old, unless `force_stale`.
    """
    return estimate_snapshots((snapshot,), facts, book, on, force_stale=force_stale)[0]


def estimate_snapshots(
    snapshots: Sequence[Snapshot], facts: Facts, book: PriceBook, on: date, *, force_stale: bool = False
) -> list[Estimate]:
    """Price several sides; a prompt that is the same as on a side before is priced once, and its row shared."""
    price, known = _pricer(facts, make_resolver(book, on)), dict[str, tuple[PromptFile, str | None, Row]]()
    estimates = []
    with localcontext(EXACT):
        for snapshot in snapshots:
            period = snapshot.manifest.budget.period if snapshot.manifest else None
            for file in snapshot.files:
                same = known.get(file.prompt_id)
                if same is None or same[0] != file or same[1] != period or pulls_in(file, facts):
                    known[file.prompt_id] = file, period, price(file, period, snapshot.key())
            rows = tuple([known[file.prompt_id][2] for file in snapshot.files])
            own = snapshot.manifest.prices if snapshot.manifest else None
            prices = price_info(book, on, own.as_of if own else None)
            notes = _notes(own, book, is_judged=snapshot is snapshots[-1])
            estimates.append(Estimate(snapshot.label, snapshot.commit, period, rows, prices, notes))
    for estimate in estimates:
        if estimate.prices.freshness and not force_stale and any(True for _ in estimate.priced()):
            refuse_too_old(estimate.prices.freshness)
    return estimates


def _notes(own: OwnPrices | None, book: PriceBook, *, is_judged: bool) -> tuple[str, ...]:
    """A mistake in a side's own prices: of the side that is judged an error, of one before it a note."""
    mistake = mistake_in(own, book) if own is not None else None
    if mistake is not None and is_judged:
        raise error_of(mistake)
    return () if mistake is None else (mistake.reason,)


def _pricer(facts: Facts, resolve: Resolve) -> Callable[[PromptFile, str | None, str], Row]:
    """`price_prompt`, computing once for prompts that are equal in all that a price depends on.

    Of ten thousand prompts most share their assumptions, and many their length: the memo gives those one and the same
    facts. Identity is enough to know them by, since facts and files live as long as this.
    """
    computed: dict[tuple[int, int, str | None, int, str | None], PromptEstimate] = {}

    def price(file: PromptFile, period: str | None, side: str) -> Row:
        known = facts.blobs.get((file.format, file.oid)) if file.oid is not None and file.problem is None else None
        if known is None or pulls_in(file, facts):
            return price_prompt(file, facts, resolve, period, side)
        key = (id(known), id(file.assumptions), file.default_model, id(file.prices), period)
        if key in computed:
            own = (file.prompt_id, file.path, str(file.oid), file.named, file.tags)
            return PromptEstimate._make((*own, *computed[key][len(own) :]))
        row = price_prompt(file, facts, resolve, period, side)
        if isinstance(row, PromptEstimate):
            computed[key] = row
        return row

    return price


def price_info(book: PriceBook, on: date, as_of: date | None = None) -> PriceInfo:
    """The price file as a report names it. A pinned day up to the file's own is covered by it, however old it is."""
    covered = as_of is not None and as_of <= book.generated_at
    state = None if covered else freshness(book.valid_until, on, as_of)
    return PriceInfo(book.version, book.generated_at, book.valid_until, as_of, state)
