"""One side, priced: every prompt's row, and their total."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import NamedTuple

from .prices.book import PriceBook
from .pricing import EXACT, ZERO, Facts, PromptEstimate, Row, Unpriced, make_resolver, price_prompt, worst_grade
from .snapshot import PromptFile, Snapshot


class PriceInfo(NamedTuple):
    """Which price file was used."""

    version: str
    published: date
    valid_until: date


class Estimate(NamedTuple):
    """One side, priced. Rows are sorted by prompt_id."""

    label: str
    commit: str | None
    period: str | None
    rows: tuple[Row, ...]
    prices: PriceInfo

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
        """Whether every part of the total is known: each prompt priced, each output size stated."""
        return all(isinstance(row, PromptEstimate) and row.output_tokens is not None for row in self.rows)

    def grade(self) -> str:
        """The worst grade of the rows' counts; "exact" for no rows."""
        return worst_grade(row.grade for row in self.rows if row.grade)


def estimate_snapshot(snapshot: Snapshot, facts: Facts, book: PriceBook, on: date) -> Estimate:
    """Price every prompt of `snapshot` at the prices of the day `on`.

    `facts` has an entry for every file that is there.
    """
    return estimate_snapshots((snapshot,), facts, book, on)[0]


def estimate_snapshots(snapshots: Sequence[Snapshot], facts: Facts, book: PriceBook, on: date) -> list[Estimate]:
    """Price several sides; a prompt that is the same as on a side before is priced once, and its row shared."""
    resolve, known = make_resolver(book, on), dict[str, tuple[PromptFile, str | None, Row]]()
    estimates = []
    with localcontext(EXACT):
        for snapshot in snapshots:
            period = snapshot.manifest.budget.period if snapshot.manifest else None
            for file in snapshot.files:
                same = known.get(file.prompt_id)
                if same is None or same[0] != file or same[1] != period:
                    known[file.prompt_id] = file, period, price_prompt(file, facts, resolve, period)
            rows = tuple([known[file.prompt_id][2] for file in snapshot.files])
            estimates.append(Estimate(snapshot.label, snapshot.commit, period, rows, price_info(book)))
    return estimates


def price_info(book: PriceBook) -> PriceInfo:
    return PriceInfo(book.version, book.generated_at, book.valid_until)
