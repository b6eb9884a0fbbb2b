"""A calculator for the formulas that are printed: digits, + - * / and parentheses, min, floor and ceil."""

from __future__ import annotations

import ast
import math
from fractions import Fraction


def calculate(formula: str) -> Fraction:
    """The exact value of a formula; ValueError for what a pocket calculator has no key for."""
    return _value(ast.parse(formula, mode="eval").body, formula)


def _value(node: ast.expr, formula: str) -> Fraction:
    if isinstance(node, ast.BinOp):
        left, right = _value(node.left, formula), _value(node.right, formula)
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Sub):
            return left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.Div):
            return left / right
    if isinstance(node, ast.Constant):
        return Fraction(ast.get_source_segment(formula, node) or "")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        arguments = [_value(each, formula) for each in node.args]
        if node.func.id == "min":
            return min(arguments)
        if node.func.id in ("floor", "ceil"):
            (number,) = arguments
            return Fraction(math.floor(number) if node.func.id == "floor" else math.ceil(number))
    raise ValueError(f"{ast.unparse(node)} is no arithmetic")
