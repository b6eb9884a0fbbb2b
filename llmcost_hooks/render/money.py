"""Numbers as people read them. The only place where money is rounded."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context, Decimal

_CENT = Decimal("0.01")
_WIDE = Context(prec=100, rounding=ROUND_HALF_EVEN)
_TWO_DIGITS = Context(prec=2, rounding=ROUND_HALF_EVEN)


def format_money(amount: Decimal) -> str:
    """USD: `$1,234.50`; under one cent two significant digits, so that nothing but 0 reads `$0.00`."""
    sign = "-" if amount < 0 else ""
    size = amount.copy_abs()
    rounded = _TWO_DIGITS.plus(size)
    last = Decimal(1).scaleb(rounded.adjusted() - 1) if 0 < rounded < _CENT else _CENT
    return f"{sign}${size.quantize(last, context=_WIDE):,f}"


def format_up(amount: Decimal) -> str:
    """The least amount to write down that is not below: to a cent, under one cent to two digits, without commas."""
    last = _CENT if amount >= _CENT else Decimal(1).scaleb(amount.adjusted() - 1) if amount > 0 else _CENT
    return f"${amount.quantize(last, rounding=ROUND_CEILING, context=_WIDE):f}"


def format_limit(amount: Decimal) -> str:
    """A limit as it was written: cents, and more digits where it has more."""
    return format_money(amount) if amount == amount.quantize(_CENT, context=_WIDE) else f"${amount.normalize(_WIDE):,f}"


def format_over(amount: Decimal, limit: Decimal) -> tuple[str, str]:
    """An amount and the limit that it is above, rounded; whole where they would read alike."""
    shown = format_money(amount), format_money(limit)
    return shown if shown[0] != shown[1] else (format_limit(amount), format_limit(limit))


def format_delta(amount: Decimal) -> str:
    """A change: `+$0.50`, `-$0.20`; `—` for none."""
    return "—" if amount == 0 else ("+" if amount > 0 else "") + format_money(amount)


def format_percent(percent: Decimal) -> str:
    """`+13%`; under ten percent one decimal, so that a small change does not read as none."""
    digits = Decimal(1) if abs(percent) >= 10 else Decimal("0.1")
    rounded = percent.quantize(digits, context=_WIDE)
    if rounded == 0 and percent != 0:
        return "+<0.1%" if percent > 0 else "-<0.1%"
    return f"{rounded:+,f}%".replace(".0%", "%")


def format_share(part: Decimal, whole: Decimal) -> str:
    """`57%` of a total; `<1%` for what is not nothing."""
    percent = (part / whole * 100).quantize(Decimal(1), context=_WIDE)
    return "<1%" if percent == 0 and part else f"{percent}%"


def format_exact(amount: Decimal) -> str:
    """For documents: every digit, no exponent, no trailing zeros: `9.8475`."""
    text = f"{amount:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def format_document_percent(percent: Decimal) -> str:
    """For documents: two decimals."""
    return f"{percent.quantize(_CENT, context=_WIDE):f}"
