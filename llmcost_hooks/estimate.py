"""One side, priced: every prompt's row, and their total."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal, localcontext
from typing import NamedTuple

from .call_costs import ZERO
from .errors import ConfigError
from .families import ITSELF
from .linking import Facts, pulls_in
from .lookup import Resolve, error_of, make_resolver
from .manifest import Manifest
from .nested import governing
from .prices.book import PriceBook
from .prices.exact import EXACT
from .prices.freshness import FRESH, Freshness, freshness, refuse_too_old
from .pricing import (
    PromptEstimate,
    Row,
    Unpriced,
    at_upper_bound,
    price_prompt,
    worst_grade,
)
from .prompts import PromptFacts
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


NO_MANIFEST = "no manifest"


class Governed(NamedTuple):
    """What holds for the prompts of one manifest."""

    directory: str  # "" or ending in "/"
    path: str | None  # of the manifest; None where there is none
    period: str | None
    prices: PriceInfo


class Estimate(NamedTuple):
    """One side, priced. Rows are sorted by prompt_id."""

    label: str
    commit: str | None
    period: str | None
    rows: tuple[Row, ...]
    prices: PriceInfo
    notes: tuple[str, ...] = ()  # what is wrong with the side's own prices, where another side is judged
    manifests: tuple[Governed, ...] = ()  # that govern its prompts, by directory
    files: tuple[PromptFile, ...] = ()  # what the rows are of, in the same order

    def parts(self) -> list[Estimate]:
        """The estimate of each manifest, with the rows that it governs; one that finds none has its part too."""
        if len(self.manifests) < 2:
            return [self]
        rows: dict[str, list[Row]] = {each.directory: [] for each in self.manifests}
        for row in self.rows:
            rows.setdefault(governing(row.path, rows), []).append(row)
        return [
            self._replace(period=each.period, rows=tuple(rows[each.directory]), prices=each.prices, manifests=(each,))
            for each in self.manifests
        ]

    def directory(self) -> str:
        """Of a part: what its manifest governs."""
        return self.manifests[0].directory if self.manifests else ""

    def manifest_path(self) -> str | None:
        """Of a part: where its manifest lies; None where there is none."""
        return self.manifests[0].path if self.manifests else None

    def manifest_of(self, row: Row) -> str | None:
        """Where the manifest lies that governs a row."""
        paths = {each.directory: each.path for each in self.manifests}
        return paths.get(governing(row.path, paths))

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

    def training_cost(self) -> Decimal:
        """USD of training, part of the total."""
        with localcontext(EXACT):
            return sum((row.training_cost for row in self.priced()), ZERO)

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
    resolve = make_resolver(book, on)
    price, known = _pricer(facts, resolve), dict[str, _Priced]()
    estimates = []
    with localcontext(EXACT):
        for snapshot in snapshots:
            judged = snapshot is snapshots[-1]
            governed = _governed(snapshot.manifest, book, on, snapshot.as_of)
            periods = {each.directory: each.period for each in governed}
            rows, side, several = [], snapshot.key(), len(governed) > 1
            for file in snapshot.files:
                period = periods.get(governing(file.path, periods)) if several else governed[0].period
                same = known.get(file.prompt_id)
                if same is None or same.pulls or same.file != file or same.period != period:
                    pulls = pulls_in(file, facts)
                    row = price_prompt(file, facts, resolve, period, side) if pulls else price(file, period)
                    known[file.prompt_id] = same = _Priced(file, period, pulls, row)
                rows.append(same.row)
            notes = _notes(snapshot.manifest, book, is_judged=judged)
            prices, period = _together(governed), governed[0].period
            whole = Estimate(
                snapshot.label, snapshot.commit, period, tuple(rows), prices, notes, tuple(governed), snapshot.files
            )
            estimates.append(whole._replace(period=_common_period(whole, is_judged=judged)))
    for part in (part for estimate in estimates for part in estimate.parts()):
        if part.prices.freshness and not force_stale and any(True for _ in part.priced()):
            refuse_too_old(part.prices.freshness)
    return estimates


def _governed(manifest: Manifest | None, book: PriceBook, on: date, as_of: date | None) -> list[Governed]:
    """Each manifest of a side, and what holds without one where the top has none. `as_of` is above what they pin."""
    found = manifest.every() if manifest else ()
    ungoverned = [] if manifest and manifest.there else [Governed("", None, None, price_info(book, on, as_of))]
    return ungoverned + [
        Governed(
            each.directory,
            each.path(),
            each.budget.period,
            price_info(book, on, as_of or (each.prices.as_of if each.prices else None)),
        )
        for each in found
    ]


def _together(governed: Sequence[Governed]) -> PriceInfo:
    """The prices of several manifests as one: a day that all of them pin, and the worst age."""
    infos = [each.prices for each in governed]
    days = {info.as_of for info in infos}
    oldest = max(infos, key=lambda info: info.freshness.days_over if info.freshness else -1)
    return oldest._replace(as_of=days.pop() if len(days) == 1 else None)


def _common_period(estimate: Estimate, *, is_judged: bool) -> str | None:
    """The period that all costs are quoted for. ConfigError where the judged side has several: they cannot be added."""
    parts = [part for part in estimate.parts() if part.rows] or estimate.parts()[-1:]
    periods = {part.period: part for part in reversed(parts)}
    if len(periods) == 1:
        return next(iter(periods))
    stated = [f"{part.period or 'none'} ({part.manifest_path() or NO_MANIFEST})" for part in periods.values()]
    if is_judged:
        raise ConfigError(
            f"[budget] period differs between manifests: {', '.join(stated)}; their costs cannot be added",
            "Give all of them the same period, or name the directory of one: llm-cost estimate DIR",
        )
    return " and ".join(sorted(period or "call" for period in periods))


def _notes(manifest: Manifest | None, book: PriceBook, *, is_judged: bool) -> tuple[str, ...]:
    """A mistake in a side's own prices: of the side that is judged an error, of one before it a note."""
    own = [each.prices for each in manifest.every() if each.prices] if manifest else []
    mistakes = [mistake for prices in own if (mistake := mistake_in(prices, book))]
    if mistakes and is_judged:
        raise error_of(mistakes[0])
    return tuple(mistake.reason for mistake in mistakes)


class _Priced(NamedTuple):
    """A prompt of a side before, by what its row depends on."""

    file: PromptFile
    period: str | None
    pulls: bool  # something in from other files of its side
    row: Row


_OWN = 5  # fields of a row that are the prompt's own; all else of it is the same for equal prompts


def _pricer(facts: Facts, resolve: Resolve) -> Callable[[PromptFile, str | None], Row]:
    """`price_prompt` of prompts that pull in nothing, once for those that are equal in all that a price depends on.

    Of ten thousand prompts most share their assumptions, and many their length. That is enough where the model's own
    tokenizer counted; where a ratio is applied, the mix of classes has to be the same too.
    """
    computed: dict[tuple[object, ...], dict[tuple[object, ...], PromptEstimate]] = {}

    def price(file: PromptFile, period: str | None) -> Row:
        prompt_id, path, oid, format, assumed, default_model, tags, named, problem, prices = file
        known = facts.blobs.get((format, oid)) if oid is not None and problem is None else None
        if not isinstance(known, PromptFacts):
            return price_prompt(file, facts, resolve, period, "")
        # Files live as long as this, so that identity is enough to know by what is stated for them.
        rows = computed.setdefault((id(assumed), default_model, id(prices), period), {})
        size = _size(known)
        row = rows.get(size) or rows.get((size, known.mix))
        if row is not None:
            return PromptEstimate._make((prompt_id, path, oid, named, tags, *row[_OWN:]))
        priced = price_prompt(file, facts, resolve, period, "")
        if isinstance(priced, PromptEstimate):
            exact = priced.paid is not None and priced.paid.model.ratios == ITSELF
            rows[size if exact else (size, known.mix)] = priced
        return priced

    return price


def _size(known: PromptFacts) -> tuple[object, ...]:
    """What of a text's facts a price depends on where no ratio is applied: all but its mix of classes.

    A prompt of parts, whose sizes are apart, is known by its identity alone.
    """
    model, cap, messages, tokens, not_sent, parts, systems, _ = known
    if parts is not None:
        return (id(known),)
    return model, cap, messages, systems, not_sent, *tokens.items()


def price_info(book: PriceBook, on: date, as_of: date | None = None) -> PriceInfo:
    """The price file as a report names it. A pinned day up to the file's own is covered by it, however old it is."""
    covered = as_of is not None and as_of <= book.generated_at
    state = None if covered else freshness(book.valid_until, on, as_of)
    return PriceInfo(book.version, book.generated_at, book.valid_until, as_of, state)
