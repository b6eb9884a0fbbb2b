"""What the cells of one row of a FOCUS file say together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal, localcontext

from ..known.focus import (
    EMPTY_TOGETHER,
    EMPTY_WITHOUT,
    NOT_NEGATIVE,
    PRICED,
    PRODUCTS,
    SERVICE_CATEGORIES,
    SPANS,
)  # fmt: skip
from .cells import Value

Row = Mapping[str, "Value | None"]
Broken = tuple[str, str, str]  # rule, column, what is wrong
CLOSE = Decimal("1E-9")  # of a product: what binary fractions lose in writers that compute with them
DIGITS = 200  # of a product of two numbers that a cell can hold


def broken_rules(row: Row) -> Iterator[Broken]:
    """`row` has the columns that are there and could be read; what is not in it is not judged."""
    yield from _empty(row)
    yield from _by_category(row)
    yield from _numbers(row)
    for start, end in SPANS:
        first, last = row.get(start), row.get(end)
        if isinstance(first, datetime) and isinstance(last, datetime) and last <= first:
            yield "period", end, f"must be after {start}, and is not part of the period"
    category, below = row.get("ServiceCategory"), row.get("ServiceSubcategory")
    if isinstance(category, str) and isinstance(below, str) and below not in SERVICE_CATEGORIES[category]:
        yield "subcategory", "ServiceSubcategory", f"does not belong to the ServiceCategory {category}"


def _empty(row: Row) -> Iterator[Broken]:
    for name, other in EMPTY_TOGETHER:
        if name in row and other in row and (row[name] is None) != (row[other] is None):
            yield "empty-together", name, f"must be empty where {other} is, and only there"
    for name, other in EMPTY_WITHOUT:
        if row.get(name) is not None and other in row and row[other] is None:
            yield "empty-without", name, f"must be empty where {other} is"


def _by_category(row: Row) -> Iterator[Broken]:
    category, correction = row.get("ChargeCategory"), row.get("ChargeClass") == "Correction"
    for name in PRICED:
        if name in row and row[name] is None and category in ("Usage", "Purchase") and not correction:
            yield "not-null", name, f"may not be empty where ChargeCategory is {category}"
        if row.get(name) is not None and category == "Tax":
            yield "empty-on-tax", name, "must be empty where ChargeCategory is Tax"
    unused = row.get("CommitmentDiscountStatus") == "Unused"
    if "ConsumedQuantity" in row and category is not None:
        if row["ConsumedQuantity"] is None and category == "Usage" and not unused and not correction:
            yield "not-null", "ConsumedQuantity", "may not be empty where ChargeCategory is Usage"
        if row["ConsumedQuantity"] is not None and (category != "Usage" or unused):
            yield "empty-on-others", "ConsumedQuantity", "must be empty where nothing is consumed"
    if category == "Purchase" and row.get("ChargeFrequency") == "Usage-Based":
        yield "frequency", "ChargeFrequency", "cannot be Usage-Based where ChargeCategory is Purchase"
    for status, name in (("CommitmentDiscountStatus", "CommitmentDiscountId"),
                         ("CapacityReservationStatus", "CapacityReservationId")):  # fmt: skip
        if row.get(name) is not None and category == "Usage" and status in row and row[status] is None:
            yield "not-null", status, f"may not be empty where {name} is not and ChargeCategory is Usage"


def _numbers(row: Row) -> Iterator[Broken]:
    for name in NOT_NEGATIVE:
        price = row.get(name)
        if isinstance(price, Decimal) and price < 0:
            yield "not-negative", name, "a unit price may not be negative"
    quantity = row.get("PricingQuantity")
    for cost_name, price_name in PRODUCTS:
        cost, price = row.get(cost_name), row.get(price_name)
        numbers = [number for number in (cost, price, quantity) if isinstance(number, Decimal)]
        if len(numbers) == 3 and row.get("ChargeClass") != "Correction" and not _is_product(*numbers):
            yield "product", cost_name, f"must be {price_name} x PricingQuantity"


def _is_product(cost: Decimal, price: Decimal, quantity: Decimal) -> bool:
    with localcontext() as context:
        context.prec = DIGITS
        product = price * quantity
        return abs(cost - product) <= abs(product) * CLOSE
