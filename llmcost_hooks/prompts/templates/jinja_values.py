"""What a Jinja expression is worth before anything is sent: a constant, another name of a variable, or neither."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from ..nodes import ELSE, UNKNOWN, Nodes
from .expressions import Call, Const, Expression, Filter, Member, Name, Operation, Row, Table, Test
from .jinja_tree import Macro

MAX_TEXT = 100_000  # characters of a text, items of a list that is worked out here
MAX_NUMBER = 10**15
MAX_CONDITIONS = 3  # of `a and b and c`, which are a choice each


class Constant(NamedTuple):
    value: object  # a str, int, float, bool, None, or a list or dict of them


class Alias(NamedTuple):
    """Another name for a variable."""

    name: str
    loops: int  # how many loops were around where it got that name


class Written(NamedTuple):
    """What an expression or a block writes."""

    nodes: Nodes


class Bound(NamedTuple):
    """A macro, with the names that it sees."""

    macro: Macro
    scopes: tuple[Scope, ...]


class Own(NamedTuple):
    """A name that the template makes and whose value only its engine knows: a loop's item, another file's macro."""

    item: bool


Meaning: TypeAlias = "Constant | Alias | Written | Bound | Own"
Scope: TypeAlias = dict[str, Meaning]

# These change how a text looks, hardly its size.
_METHODS = ("strip", "lstrip", "rstrip", "upper", "lower", "title", "capitalize", "replace", "split", "splitlines",
            "items", "values", "keys", "copy")  # fmt: skip
SIZES = ("length", "count", "size")


class Names:
    """What names mean at one place of a template."""

    def __init__(self) -> None:
        self.scopes: list[Scope] = [{}]
        self.loops: list[tuple[str, ...]] = []  # the items of the loops around

    def find(self, name: str) -> Meaning | None:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        return None

    def set_here(self) -> dict[str, Meaning]:
        """All names that are set, the nearest meaning of each."""
        return {name: meaning for scope in self.scopes for name, meaning in scope.items()}

    # --- constants ------------------------------------------------------------------------------------------------

    def constant(self, of: Expression) -> Constant | None:
        """The value of an expression that is the same in every request."""
        if isinstance(of, Const):
            return Constant(of.value)
        if isinstance(of, Name):
            found = self.find(of.name)
            return found if isinstance(found, Constant) else None
        if isinstance(of, Member):
            return self._member(of)
        if isinstance(of, Row):
            items = self._all(of.items)
            return None if items is None else Constant(items)
        if isinstance(of, Table):
            keys, values = self._all([key for key, _ in of.pairs]), self._all([value for _, value in of.pairs])
            if keys is None or values is None or not all(isinstance(key, (str, int)) for key in keys):
                return None
            return Constant(dict(zip(keys, values, strict=True)))
        if isinstance(of, Test) and of.name in ("defined", "undefined", "none"):
            value = self.constant(of.of)
            return (
                None
                if value is None
                else Constant((value.value is None) if of.name == "none" else of.name == "defined")
            )
        if isinstance(of, Filter) and of.name in SIZES:
            value = self.constant(of.of)
            return Constant(len(value.value)) if value and isinstance(value.value, (str, list, dict)) else None
        if isinstance(of, Call):
            return self._called(of)
        return self._worked_out(of) if isinstance(of, Operation) else None

    def _all(self, of: Sequence[Expression]) -> list[object] | None:
        values: list[object] = []
        for each in of:
            value = self.constant(each)
            if value is None:
                return None
            values.append(value.value)
        return values

    def _member(self, of: Member) -> Constant | None:
        whole = self.constant(of.of)
        key = self.constant(of.key) if whole and of.key else None
        if whole is None or key is None:
            return None
        if isinstance(whole.value, dict) and isinstance(key.value, (str, int)) and key.value in whole.value:
            return Constant(whole.value[key.value])
        if isinstance(whole.value, list) and isinstance(key.value, (str, int)):
            index = int(key.value) if isinstance(key.value, int) or key.value.isdecimal() else len(whole.value)
            return Constant(whole.value[index]) if -len(whole.value) <= index < len(whole.value) else None
        return None

    def _called(self, of: Call) -> Constant | None:
        """`range(3)`, and the views of a table."""
        if isinstance(of.of, Name) and of.of.name == "range" and self.find("range") is None:
            args = self._all(of.args)
            if not args or len(args) > 2 or not all(isinstance(arg, int) and abs(arg) < MAX_TEXT for arg in args):
                return None
            return Constant(list(range(*(int(str(arg)) for arg in args))))
        if (
            isinstance(of.of, Member)
            and isinstance(of.of.key, Const)
            and of.of.key.value in ("items", "values", "keys")
        ):
            table = self.constant(of.of.of)
            if table and isinstance(table.value, dict):
                view = {"items": [list(pair) for pair in table.value.items()], "values": list(table.value.values())}
                return Constant(view.get(str(of.of.key.value), list(table.value)))
        return None

    def _worked_out(self, of: Operation) -> Constant | None:
        if of.sign in ("and", "or"):
            return self._either(of)
        values = self._all(of.of[:1] if of.sign == "if" else of.of)
        if values is None:
            return None
        if of.sign == "if":
            return self.constant(of.of[1] if values[0] else of.of[2])
        first, last = values[0], values[-1]
        if of.sign == "not":
            return Constant(not first)
        if of.sign == "~":
            return _limited("".join(map(str, values)) if sum(len(str(each)) for each in values) <= MAX_TEXT else None)
        if len(values) != 2:
            return None
        if of.sign in ("==", "!="):
            return Constant((first == last) == (of.sign == "=="))
        if of.sign in ("in", "not in"):
            holds = (isinstance(last, list) and first in last) or (
                isinstance(last, (str, dict)) and isinstance(first, str) and first in last
            )
            return Constant(holds == (of.sign == "in")) if isinstance(last, (str, list, dict)) else None
        return _arithmetic(of.sign, first, last)

    def _either(self, of: Operation) -> Constant | None:
        value: Constant | None = None
        for each in of.of:
            value = self.constant(each)
            if value is None or bool(value.value) == (of.sign == "or"):
                return value
        return value

    # --- variables ------------------------------------------------------------------------------------------------

    def path(self, of: Expression) -> str | None:
        """The variable that an expression is, or is a part of; None where it is none."""
        keys: list[str] = []
        while not isinstance(of, Name):
            if isinstance(of, Member):
                key = self._key(of.key)
                if key is None:
                    keys.clear()  # which member is not known: the whole stands for it
                else:
                    keys.append(key)
                of = of.of
            elif isinstance(of, Filter):
                if of.name in SIZES:
                    keys.append("length")
                of = of.of
            elif isinstance(of, Call) and isinstance(of.of, Member) and isinstance(of.of.key, Const):
                method, value = of.of.key.value, of.of.of
                if method != "get" and method not in _METHODS:
                    return None
                of = Member(value, of.args[0]) if method == "get" and of.args else value
            else:
                return None
        root, found = of.name, self.find(of.name)
        if isinstance(found, Alias):
            if not any(found.name.partition(".")[0] in items for items in self.loops[found.loops :]):
                root = found.name
        elif found is not None and not isinstance(found, Own):
            return None
        return ".".join([root, *reversed(keys)])

    def _key(self, of: Expression | None) -> str | None:
        key = self.constant(of) if of else None
        if key is None or not isinstance(key.value, (str, int)):
            return None
        name = str(key.value)
        return name if 0 < len(name) <= 64 and name.replace("_", "a").replace("-", "a").strip("-").isalnum() else None

    def condition(self, of: Expression | None) -> bool | str:
        """What decides a branch: known already, a condition as in `Choice`, or UNKNOWN."""
        if of is None:
            return True
        if constant := self.constant(of):
            return bool(constant.value)
        if isinstance(of, Operation):
            return self._compared(of)
        if isinstance(of, Test):
            if of.name not in ("defined", "undefined", "none"):
                return UNKNOWN
            value = self.condition(of.of)
            return _not(value) if of.name != "defined" else value
        if isinstance(of, Filter) and of.name in (*SIZES, "default", "d"):
            if of.args and not self._empty(of.args[0]):
                return UNKNOWN
            return self.condition(of.of)
        if isinstance(of, (Name, Member)):
            if isinstance(of, Name) and isinstance(written := self.find(of.name), Written):
                return True if any(isinstance(node, str) for node in written.nodes) else UNKNOWN
            name = self.path(of)
            found = self.find(name.partition(".")[0]) if name else None
            return UNKNOWN if name is None or (isinstance(found, Own) and not found.item) else name
        return UNKNOWN

    def _compared(self, of: Operation) -> bool | str:
        """`not x`, and comparisons that ask whether there is something: `x != ""`, `x | length > 0`."""
        if of.sign == "not":
            return _not(self.condition(of.of[0]))
        if len(of.of) == 2 and of.sign in ("==", "!=", ">") and self._empty(of.of[1]):
            if of.sign == ">" and not (isinstance(of.of[0], Filter) and of.of[0].name in SIZES):
                return UNKNOWN
            value = self.condition(of.of[0])
            return _not(value) if of.sign == "==" else value
        return UNKNOWN

    def _empty(self, of: Expression) -> bool:
        return isinstance(of, Const) and not of.value and not isinstance(of.value, bool)

    def conditions(self, of: Expression | None) -> list[bool | str]:
        """The conditions that all have to hold for `of`: more than one for `a and b`."""
        if isinstance(of, Operation) and of.sign == "and" and len(of.of) <= MAX_CONDITIONS:
            return [self.condition(each) for each in of.of]
        return [self.condition(of)]


def _not(condition: bool | str) -> bool | str:
    if isinstance(condition, bool):
        return not condition
    if condition in (ELSE, UNKNOWN):
        return UNKNOWN
    return condition[1:] if condition.startswith("!") else "!" + condition


def _limited(value: object) -> Constant | None:
    if isinstance(value, (int, float)) and not -MAX_NUMBER < value < MAX_NUMBER:
        return None
    return None if value is None or (isinstance(value, (str, list)) and len(value) > MAX_TEXT) else Constant(value)


def _arithmetic(sign: str, first: object, last: object) -> Constant | None:
    numbers = isinstance(first, (int, float)) and isinstance(last, (int, float))
    if sign in ("<", ">", "<=", ">=") and (numbers or (isinstance(first, str) and isinstance(last, str))):
        below, same = first < last, first == last  # type: ignore[operator]
        return Constant({"<": below, ">": not below and not same, "<=": below or same, ">=": not below}[sign])
    if sign == "+" and (numbers or (type(first) is type(last) and isinstance(first, (str, list)))):
        return _limited(first + last)  # type: ignore[operator]
    if sign == "-" and numbers:
        return _limited(first - last)  # type: ignore[operator]
    if sign == "*" and numbers:
        return _limited(first * last)  # type: ignore[operator]
    if sign == "*" and isinstance(first, str) and isinstance(last, int) and len(first) * last <= MAX_TEXT:
        return Constant(first * last)
    return None
