"""Fit the ratios of llmcost_hooks/known/ratios.py to the published figures, and say how far they are off.

    python -m tools.check_calibration > docs/evidence/calibration.txt
    python -m tools.check_calibration --table      the rows of known/ratios.py

A ratio is the mean of the "fit" figures of a class. Its band is their least and most, and those of the "range" figures,
with a margin. Figures that are "held" out are in neither. Because somebody chose those, each source is also left out in
turn and held against what the others give. Exits with 1 where the package's table is another one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from llmcost_hooks.known.ratios import RATIOS
from llmcost_hooks.prompts.classes import CLASSES
from tools.calibration_figures import (
    ASSUMED,
    BASES,
    BY_OTHERS,
    FIGURES,
    HELD,
    MARGINS,
    ONE_SET,
    OWN_MARGIN,
    RANGE,
    SOURCES,
    Figure,
)

ONE = Decimal(1)
Interval = tuple[Decimal, Decimal, Decimal]


class Miss(NamedTuple):
    """A held-out figure over the family's encoding, and what the table says."""

    figure: Figure
    value: Decimal
    interval: Interval

    def percent(self) -> Decimal:
        return (self.interval[1] / self.value - 1) * 100

    def inside(self) -> bool:
        return self.interval[0] <= self.value <= self.interval[2]


def fitted(family: str, text: str) -> Interval:
    """(low, typical, high) of one class, to two digits behind the point, over the family's encoding."""
    step, base = step_of(family, text), BASES.get(family)
    below = fitted(base, text) if base else (ONE, ONE, ONE)
    low, typical, high = (own * under for own, under in zip(step, below, strict=True))
    return round(low, 2), round(typical, 2), round(high, 2)


def step_of(family: str, text: str) -> Interval:
    """The same over what the figures are over: an encoding, or another family."""
    if family in ASSUMED:
        low, typical, high = map(Decimal, ASSUMED[family][1].split())
        return low, typical, high
    return _fit([each for each in FIGURES if each.family == family and each.text == text and each.role != HELD])


def _fit(figures: list[Figure]) -> Interval:
    """The ratio that figures of one family and class give, and its band."""
    family = figures[0].family
    fit = [Decimal(each.value) for each in figures if each.role != RANGE]
    every = [Decimal(each.value) for each in figures]
    margin = Decimal(BY_OTHERS if family in ONE_SET else MARGINS.get(family, OWN_MARGIN)) / 100
    return min(every) * (1 - margin), sum(fit, Decimal(0)) / len(fit), max(every) * (1 + margin)


def families() -> list[str]:
    return [*dict.fromkeys(figure.family for figure in FIGURES), *ASSUMED]


def rows() -> Iterator[tuple[str, str]]:
    """The table as the package has it: "low typical high" of each class."""
    for family in families():
        cells = [" ".join(map(str, fitted(family, text))) for text in CLASSES]
        yield family, "; ".join(cells if len(set(cells)) > 1 else cells[:1])


def misses() -> list[Miss]:
    """Held-out figures against the table; those over another family times the typical ratio of that one."""
    return [Miss(each, _absolute(each), fitted(each.family, each.text)) for each in FIGURES if each.role == HELD]


def left_out() -> Iterator[Miss]:
    """Every figure that stands for a whole text, against the ratio that the other sources of its class give.

    No choice of ours is in it: each source in turn is the one that was not used.
    """
    for each in FIGURES:
        others = [
            other
            for other in FIGURES
            if (other.family, other.text) == (each.family, each.text) and other.source != each.source
        ]
        if each.role != RANGE and any(other.role != RANGE for other in others):
            yield Miss(each, Decimal(each.value), _fit(others))


def _absolute(figure: Figure) -> Decimal:
    base = BASES.get(figure.family)
    return Decimal(figure.value) * (fitted(base, figure.text)[1] if base else ONE)


def report() -> Iterator[str]:
    yield "Ratios by class of text (low typical high), and what they are over:"
    for family, row in rows():
        yield f"  {family:12} {RATIOS[family].encoding:12} " + row
    yield ""
    yield f"Classes: {', '.join(CLASSES)}."
    yield ""
    yield "Fitted from:"
    for family in families():
        sources = dict.fromkeys(each.source for each in FIGURES if each.family == family and each.role != HELD)
        yield f"  {family}: {'; '.join(SOURCES[key] for key in sources or ['assumed'])}"
    yield ""
    yield "Held out, in neither ratio nor band:"
    yield f"  {'family':12} {'class':11} {'figure':>6}  {'table':>6}  {'off':>5}  in band  what was published"
    found = misses()
    for miss in found:
        figure, (_, typical, _) = miss.figure, miss.interval
        over = f" over {BASES[figure.family]}" if figure.family in BASES else ""
        yield (
            f"  {figure.family:12} {figure.text:11} {miss.value:6.2f}  {typical:6.2f}  {miss.percent():+4.0f}%  "
            f"{'yes' if miss.inside() else 'no':7}  {figure.value}{over}: {figure.what} ({figure.source})"
        )
    yield ""
    off = sorted(abs(miss.percent()) for miss in found)
    yield (
        f"{len(found)} held-out figures: median off {off[len(off) // 2]:.0f} %, most {off[-1]:.0f} %; "
        f"{sum(miss.inside() for miss in found)} in their band."
    )
    yield ""
    yield "Each source left out in turn: its figures, against the ratio and the band of the other sources' figures:"
    yield f"  {'family':12} {'figures':>7} {'sources':>7}  {'median off':>10}  {'most':>5}  in band"
    turns = list(left_out())
    for family in dict.fromkeys(miss.figure.family for miss in turns):
        own = [miss for miss in turns if miss.figure.family == family]
        names = {miss.figure.source for miss in own}
        yield f"  {family:12} {len(own):7} {len(names):7}  {_off(own)}"
    yield f"  {'all':12} {len(turns):7} {'':7}  {_off(turns)}"


def _off(misses: list[Miss]) -> str:
    off = sorted(abs(miss.percent()) for miss in misses)
    return f"{off[len(off) // 2]:8.0f} %  {off[-1]:3.0f} %  {sum(miss.inside() for miss in misses)}"


def wrong() -> list[str]:
    """Families whose row in the package is not the fit."""
    return [family for family, row in rows() if family not in RATIOS or RATIOS[family].values != row]


def main() -> int:
    if "--table" in sys.argv:
        for family, row in rows():
            encoding, *_ = ASSUMED.get(family, ("o200k_base",))
            print(f'    "{family}": Table("{encoding}", "{row}"),')
        return 0
    print(*report(), sep="\n")
    return 1 if wrong() or set(RATIOS) != set(families()) else 0


if __name__ == "__main__":
    sys.exit(main())
