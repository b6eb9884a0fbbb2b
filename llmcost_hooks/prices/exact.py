"""Arithmetic of money: exact, or an exception."""

from __future__ import annotations

from decimal import Context, Inexact, InvalidOperation, Overflow

EXACT = Context(prec=100, traps=[Inexact, InvalidOperation, Overflow])  # an operation that would round raises
