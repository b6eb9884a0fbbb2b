"""Jinja, and what Nunjucks and Liquid share with it: a template's tree -> nodes.

What the template itself settles is settled here: constants that it sets, lists that it writes out, macros that it
calls. What depends on values stays: variables, choices, loops. Another file's text is an include.
"""

from __future__ import annotations

from collections.abc import Iterable

from ...errors import ParseError
from ..nodes import ELSE, UNKNOWN, Block, Choice, Include, Loop, Node, Nodes, Variable, below
from .expressions import Call, Const, Expression, Filter, Member, Name, Operation, Row, Table
from .jinja_tree import (
    LANGUAGE,
    Body,
    CallBlock,
    Cases,
    Extends,
    For,
    If,
    Insert,
    Known,
    Macro,
    Output,
    Part,
    Set,
    Statement,
    With,
    parse_tree,
)
from .jinja_values import MAX_CONDITIONS, Alias, Bound, Constant, Meaning, Names, Own, Scope, Written
from .reading import MAX_DEPTH, broken, joined

MAX_GROWTH = 2_000_000  # characters and places that macros, constants and written-out loops may add to a template
MAX_UNROLLED = 1_000  # items of a list that the template writes out itself


def parse_jinja(text: str) -> Nodes:
    """The nodes of a template, as it is rendered with Jinja's default settings."""
    nodes = _Writer(text).template(parse_tree(text))
    if _too_deep(nodes):
        raise ParseError(f"is not a valid {LANGUAGE} template: it is nested too deeply")
    return nodes


class _Writer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.names = Names()
        self.parts: dict[str, Nodes] = {}  # blocks of a template that extends another one
        self.seen: dict[str, Part] = {}
        self.unrolling = 0
        self.extends = False
        self.depth = 0
        self.calls: list[Macro] = []  # that are being put in
        self.growth = 0

    def template(self, tree: Body) -> Nodes:
        at = next((i for i, each in enumerate(tree) if isinstance(each, Extends)), None)
        if at is None:
            return self.body(tree)
        extends = tree[at]
        assert isinstance(extends, Extends)
        before = self.body(tree[:at])
        self.extends = True
        self.body(tree[at + 1 :])  # only what it sets and its blocks count
        ref = self.names.constant(extends.ref)
        if ref is None or not isinstance(ref.value, str) or not ref.value:
            raise self.dynamic(extends.at)
        return joined([*before, Include(ref.value, tuple(self.parts.items()), names=self.handed_on())])

    def dynamic(self, at: int) -> ParseError:
        return broken(LANGUAGE, self.text, at, "a file whose name is known only when it is sent", "Name the file.")

    def grow(self, by: int) -> None:
        self.growth += by
        if self.growth > MAX_GROWTH:
            raise ParseError("is a template that grows too large by its own macros and loops")

    # --- statements -----------------------------------------------------------------------------------------------

    def body(self, body: Body) -> Nodes:
        self.depth += 1
        nodes = joined(node for each in body for node in self.statement(each))
        self.depth -= 1
        return nodes

    def scoped(self, body: Body, scope: Scope) -> Nodes:
        """What a body writes with the names of `scope`, which also takes what the body sets."""
        self.names.scopes.append(scope)
        nodes = self.body(body)
        self.names.scopes.pop()
        return nodes

    def statement(self, of: Statement) -> Nodes:
        if self.calls or self.unrolling:
            self.grow(40 + (len(of) if isinstance(of, str) else 0))
        if isinstance(of, str):
            return (of,)
        if isinstance(of, Output):
            return self.written(of.value)
        if isinstance(of, If):
            return self.choice(of)
        if isinstance(of, For):
            return self.loop(of)
        if isinstance(of, Part):
            return self.part(of)
        if isinstance(of, Insert):
            return self.include(of.ref, of)
        if isinstance(of, Cases):
            branches = [(UNKNOWN, self.scoped(each, {})) for each in of.bodies]
            if of.otherwise is not None:
                branches.append((ELSE, self.scoped(of.otherwise, {})))
            return (Choice(tuple(branches)),)
        if isinstance(of, With):
            return self.scoped(of.body, {name: self.meaning(value) for name, value in of.pairs})
        if isinstance(of, CallBlock):
            body = self.scoped(of.body, {})
            call = of.call if isinstance(of.call, Call) else Call(of.call, (), ())
            followed = self.macro(call, Written(body))
            return (*self.called(call), *body) if followed is None else followed
        self.define(of)
        return ()

    def define(self, of: Statement) -> None:
        """Statements that write nothing."""
        scope = self.names.scopes[-1]
        if isinstance(of, Macro):
            scope[of.name] = Bound(of, tuple(self.names.scopes))
        elif isinstance(of, Known):
            scope.update((name, Own(item=False)) for name in of.names)
        elif isinstance(of, Set):
            values: list[Meaning]
            if of.value is None:
                values = [self.sized(Written(self.scoped(of.body, {})))]
            elif len(of.targets) > 1 and isinstance(of.value, Row):
                values = [self.meaning(each) for each in of.value.items]
            else:
                values = [self.meaning(of.value)]
            if len(values) != len(of.targets):
                values = [Own(item=False)] * len(of.targets)
            scope.update((name, value) for name, value in zip(of.targets, values, strict=True) if "." not in name)

    def choice(self, of: If) -> Nodes:
        branches: list[tuple[str, Nodes]] = []
        scopes: list[Scope] = []
        for head, body in of.branches:
            conditions = [each for each in self.names.conditions(head) if each is not True]
            if False in conditions:
                continue
            one_of = [str(each) for each in conditions]
            scopes.append({})
            nodes = self.scoped(body, scopes[-1])
            if len(of.branches) == 1:
                for each in reversed(one_of[1:]):
                    nodes = (Choice(((each, nodes),)),)
                branches.append((one_of[0] if one_of else ELSE, nodes))
            else:
                branches.append((UNKNOWN if len(one_of) > 1 else one_of[0] if one_of else ELSE, nodes))
            if not one_of:
                break
        self.merge([condition for condition, _ in branches], scopes)
        if branches and branches[0][0] == ELSE:
            return branches[0][1]
        return (Choice(tuple(branches)),) if any(nodes for _, nodes in branches) else ()

    def merge(self, conditions: list[str], scopes: list[Scope]) -> None:
        """What branches have set is, behind them, one of several."""
        around = self.names.scopes[-1]
        if conditions[:1] == [ELSE]:
            around.update(scopes[0])
            return
        for name in dict.fromkeys(name for scope in scopes for name in scope):
            before = self.names.find(name)
            meanings = [scope.get(name, before) for scope in scopes]
            special = next((each for each in meanings if isinstance(each, (Bound, Own))), None)
            if special is not None:
                around[name] = special
                continue
            branches = [
                (condition, self.told(name, each)) for condition, each in zip(conditions, meanings, strict=True)
            ]
            if conditions[-1] != ELSE:
                branches.append((ELSE, self.told(name, before)))
            around[name] = self.sized(Written((Choice(tuple(branches)),)))

    def loop(self, of: For) -> Nodes:
        items = self.items(of.over)
        if items is not None and len(items) <= MAX_UNROLLED:
            return self.unrolled(of, items)
        self.names.loops.append((*of.targets, "loop"))
        scope: Scope = {name: Own(item=True) for name in (*of.targets, "loop")}
        self.names.scopes.append(scope)
        only = self.names.conditions(of.only)
        self.names.scopes.pop()
        body = _only(only, self.scoped(of.body, scope))
        self.names.loops.pop()
        return (Loop(",".join(of.targets), self.list_name(of.over), body, self.body(of.otherwise)),)

    def items(self, of: Expression) -> list[Meaning] | None:
        """The items of a list that the template itself holds."""
        known = self.names.constant(of)
        if known is not None:
            return [Constant(item) for item in known.value] if isinstance(known.value, (list, dict)) else None
        return [self.meaning(each) for each in of.items[: MAX_UNROLLED + 1]] if isinstance(of, Row) else None

    def list_name(self, of: Expression) -> str:
        name = self.names.path(of)
        if name is None:
            name = next((node.name for node in self.written(of) if isinstance(node, Variable)), "loop")
        return name

    def unrolled(self, of: For, items: list[Meaning]) -> Nodes:
        scopes = [self.item(of, item) for item in items]
        conditions = []
        for scope in scopes:
            self.names.scopes.append(scope)
            conditions.append(self.names.conditions(of.only))
            self.names.scopes.pop()
        taken = [(scope, each) for scope, each in zip(scopes, conditions, strict=True) if False not in each]
        sure = all(set(each) == {True} for _, each in taken)
        nodes: list[Node] = []
        self.unrolling += 1
        for index, (scope, each) in enumerate(taken):
            scope["loop"] = Constant(_counters(index, len(taken))) if sure else Own(item=True)
            nodes += _only(each, self.scoped(of.body, scope))
        self.unrolling -= 1
        return tuple(nodes) if taken else self.body(of.otherwise)

    def item(self, of: For, item: Meaning) -> Scope:
        if len(of.targets) == 1:
            return {of.targets[0]: item}
        parts = item.value if isinstance(item, Constant) else None
        if not isinstance(parts, list) or len(parts) != len(of.targets):
            return {name: Own(item=True) for name in of.targets}
        return {name: Constant(part) for name, part in zip(of.targets, parts, strict=True)}

    def part(self, of: Part) -> Nodes:
        if self.seen.setdefault(of.name, of) is not of:
            raise broken(LANGUAGE, self.text, of.at, "a second block of the same name")
        nodes = self.scoped(of.body, {})
        if not self.extends:
            return (Block(of.name, nodes),)
        self.parts[of.name] = nodes
        return (Block(of.name, ()),)  # within another block: what it holds is handed over by its name

    def include(self, ref: Expression, of: Insert) -> Nodes:
        known = self.names.constant(ref)
        if known is None and isinstance(ref, Operation) and ref.sign == "if":
            condition = self.names.condition(ref.of[0])
            return (Choice(((str(condition), self.include(ref.of[1], of)), (ELSE, self.include(ref.of[2], of)))),)
        name = known.value if known else None
        if isinstance(name, list) and name:
            name = name[0]
        if not isinstance(name, str) or not name:
            raise self.dynamic(of.at)
        return (Include(name, (), of.optional, names=self.handed_on() if of.context else ()),)

    def handed_on(self) -> tuple[tuple[str, Nodes], ...]:
        """What an included file sees of the names that are set: texts and other names of variables.

        A list that the template writes out, a macro and what cannot be followed are not known there. What is false
        writes nothing there, so that a condition on it does not hold.
        """
        names = {}
        for name, meaning in self.names.set_here().items():
            if isinstance(meaning, Constant):
                if isinstance(meaning.value, list | dict):
                    continue
                nodes: Nodes = self.told(name, meaning) if meaning.value else ()
            elif isinstance(meaning, Alias) and self.names.path(Name(name)) == name:
                continue  # a loop's item has taken the name
            elif isinstance(meaning, Alias | Written):
                nodes = self.told(name, self.sized(meaning) if isinstance(meaning, Written) else meaning)
            else:
                continue
            names[name] = nodes
        return tuple(names.items())

    # --- values ---------------------------------------------------------------------------------------------------

    def meaning(self, of: Expression) -> Meaning:
        """What a name means that is set to `of`."""
        if known := self.names.constant(of):
            return known
        if isinstance(of, Call) and isinstance(of.of, Name) and of.of.name == "namespace":
            return Own(item=False)
        if name := self.names.path(of):
            return Alias(name, len(self.names.loops))
        return self.sized(Written(self.written(of)))

    def sized(self, of: Written) -> Written:
        """The same. What is set again and again in terms of itself ends here."""
        self.grow(_extent(of.nodes, MAX_GROWTH - self.growth))
        return of

    def told(self, name: str, meaning: Meaning | None) -> Nodes:
        """What a name writes."""
        if isinstance(meaning, Constant):
            text = str(meaning.value)
            self.grow(len(text))
            return (text,) if text else ()
        if isinstance(meaning, Written):
            self.grow(_extent(meaning.nodes, MAX_GROWTH - self.growth))
            return meaning.nodes
        return (Variable(meaning.name if isinstance(meaning, Alias) else name),)

    def written(self, of: Expression) -> Nodes:
        """What `{{ of }}` writes."""
        return joined(self.parts_of(of))

    def parts_of(self, of: Expression) -> Nodes:
        if isinstance(of, Const):
            return (str(of.value),)
        if known := self.names.constant(of):
            return self.told("", known)
        if name := self.names.path(of):
            return (Variable(name),)
        if isinstance(of, Name):
            return self.told(of.name, self.names.find(of.name))
        if isinstance(of, Filter):
            return self.all([of.of, *of.args] if of.name == "format" else [of.of])
        if isinstance(of, Call):
            followed = self.macro(of, None)
            return self.called(of) if followed is None else followed
        if isinstance(of, Row):
            return self.all(of.items)
        if isinstance(of, Table):
            return self.all([value for _, value in of.pairs])
        if isinstance(of, Operation):
            return self.operation(of)
        return self.all([of.of])

    def all(self, of: Iterable[Expression]) -> Nodes:
        """Texts and variables one behind the other. Numbers are worked with, not written."""
        return tuple(
            node
            for each in of
            if not isinstance(each, Const) or isinstance(each.value, str)
            for node in self.written(each)
        )

    def operation(self, of: Operation) -> Nodes:
        if of.sign == "if":
            condition = self.names.condition(of.of[0])
            return (Choice(((str(condition), self.written(of.of[1])), (ELSE, self.written(of.of[2])))),)
        if of.sign in ("or", "and"):
            *firsts, last = of.of
            if of.sign == "and":
                return _only([self.names.condition(each) for each in firsts[:MAX_CONDITIONS]], self.written(last))
            branches = [(str(self.names.condition(each)), self.written(each)) for each in firsts]
            return (Choice((*branches, (ELSE, self.written(last)))),)
        if of.sign == "~":
            return tuple(node for each in of.of for node in self.written(each))
        return self.all(of.of if of.sign == "+" else [each for each in of.of if not isinstance(each, Const)])

    def called(self, of: Call) -> Nodes:
        """A call that is not followed. Of texts, `", ".join(names)`, the parts are known."""
        names: list[str] = []
        head = of.of
        while isinstance(head, Member) and isinstance(head.key, Const):
            names.append(str(head.key.value))
            head = head.of
        if isinstance(head, Name):
            return (Variable(".".join([head.name, *reversed(names)]) + "()"),)
        return self.all(of.args if names == ["join"] else [head, *of.args])

    def macro(self, of: Call, caller: Written | None) -> Nodes | None:
        """What a macro of this template writes; None where it is not followed."""
        bound = self.names.find(of.of.name) if isinstance(of.of, Name) else None
        if isinstance(bound, Written) and isinstance(of.of, Name) and of.of.name == "caller":
            return self.told("caller", bound)
        if (
            not isinstance(bound, Bound)
            or any(each is bound.macro for each in self.calls)
            or self.depth > MAX_DEPTH // 2
        ):
            return None
        params = [name for name, _ in bound.macro.params]
        given = dict(zip(params, of.args, strict=False)) | dict(of.named)
        if len(of.args) > len(params) or not given.keys() <= set(params):
            return None
        scope: Scope = {name: self.meaning(value) for name, value in given.items()}
        if caller is not None:
            scope["caller"] = caller
        outside, self.names.scopes = self.names.scopes, [*bound.scopes, scope]
        for name, default in bound.macro.params:
            if name not in scope:
                scope[name] = self.meaning(default) if default else Constant("")
        self.calls.append(bound.macro)
        nodes = self.body(bound.macro.body)
        self.calls.pop()
        self.names.scopes = outside
        return nodes


def _only(conditions: list[bool | str], nodes: Nodes) -> Nodes:
    """The nodes if all conditions hold."""
    for condition in reversed(conditions):
        if condition is False:
            return ()
        if condition is not True:
            nodes = (Choice(((str(condition), nodes),)),)
    return nodes


def _counters(index: int, length: int) -> dict[str, object]:
    """`loop` within a list of known length."""
    return {"index": index + 1, "index0": index, "first": index == 0, "last": index == length - 1, "length": length,
            "revindex": length - index, "revindex0": length - index - 1}  # fmt: skip


def _extent(nodes: Nodes, limit: int) -> int:
    """How much the nodes hold, at least up to `limit`; more than that where they are nested deeply."""
    size, todo = 0, [(nodes, 0)]
    while todo and size <= limit:
        some, depth = todo.pop()
        if depth > MAX_DEPTH:
            return limit + 1
        for node in some:
            size += len(node) if isinstance(node, str) else 8
            todo += [(inner, depth + 1) for inner in below(node)]
    return size


def _too_deep(nodes: Nodes) -> bool:
    todo = [(nodes, 0)]
    while todo:
        some, depth = todo.pop()
        if depth > 2 * MAX_DEPTH:
            return True
        todo += [(inner, depth + 1) for node in some if not isinstance(node, (str, Variable)) for inner in below(node)]
    return False
