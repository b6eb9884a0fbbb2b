"""A column of money: exact, and without an object for each amount."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, MutableSequence
from decimal import Decimal

from ..prices.exact import EXACT
from .reading import DECIMALS

_USUAL = 12  # decimals that nearly every cost has at most


class Amounts:
    """Sums by place. Machine words of 10^-12 as long as all amounts fit into them, then whole numbers of 10^-30, into
    which everything fits that `read_amount` reads."""

    def __init__(self) -> None:
        self._units: MutableSequence[int] = array("q")
        self._decimals = _USUAL

    def append_nothing(self) -> None:
        self._units.append(0)

    def add(self, at: int, amount: Decimal) -> None:
        scaled = amount.scaleb(self._decimals, EXACT)
        units = int(scaled)
        if units == scaled:
            try:
                self._units[at] += units
                return
            except OverflowError:
                pass
        if self._decimals == DECIMALS:
            raise ArithmeticError(f"{amount} has more decimals than are read")
        wider = 10 ** (DECIMALS - _USUAL)
        self._units = [each * wider for each in self._units]
        self._decimals = DECIMALS
        self.add(at, amount)

    def __iter__(self) -> Iterator[Decimal]:
        return (Decimal(units).scaleb(-self._decimals, EXACT) for units in self._units)
