"""How large a prompt is once its variables are filled in and its includes are in place. Nothing is rendered.

Static text is counted, a value is as large as the manifest or a sample says, and the size of the whole is their sum. At
each place where two texts meet, tokens of the one may join tokens of the other: that is the band around the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from ..errors import ParseError
from .classes import ALL_PROSE, ALL_STRUCTURED, Mix
from .nodes import ELSE, UNKNOWN, Block, Choice, Include, Loop, Nodes, Variable
from .sized import Leaf, Stated, Value, is_true, leaves_in, mixed_in, tokens_in, value_at, value_of_key
from .tally import NOTHING, Part, Size, Tally

SEAM = 1  # tokens that a seam of two texts may add or save
MAX_STEPS = 200_000  # nodes that are walked: loops within loops over long samples end here, and includes that double
MAX_DEPTH = 20  # includes within includes
MAX_NESTING = 160  # statements and includes within each other, which the interpreter recurses over
IMPORTS = "claude-md"  # imports of this format end silently where they meet themselves, or at
MAX_IMPORTS = 5  # files within each other
_INCLUDE_STEPS = 10  # what an include counts as


class Body(NamedTuple):
    """A file's nodes, and the tokens of their texts."""

    path: str
    format: str
    messages: tuple[Nodes, ...]
    counts: Sequence[int]
    mixes: Sequence[Mix] = ()  # the classes of each text; () where all are prose


class Measured(NamedTuple):
    low: Size
    typical: Size
    high: Size
    cacheable: Size  # what stands before the first thing that varies
    ends_at: str | None  # and that thing
    undeclared: tuple[str, ...]  # variables whose size nobody says: they are not in the sizes
    unused: tuple[str, ...]  # sizes that the manifest states and no place of the template asks for
    once: tuple[str, ...]  # lists whose length nobody says: the text around their items is counted once
    parts: tuple[Part, ...]
    includes: tuple[str, ...]  # paths
    mixed: tuple[tuple[Mix, int], ...] = ()  # what was counted, by its classes: their tokens
    uses: tuple[tuple[str, int], ...] = ()  # how often each of `undeclared` is put in; () where that depends on values


_Found = TypeVar("_Found")
_Owned = tuple[Nodes, Body, str]  # nodes, their file, and the included path that their text counts to
Resolve = Callable[[Body, Include], "Body | None"]  # (file, include in it) -> the included file, if it is there


def measure(
    body: Body, tools: Sequence[int], stated: Mapping[str, Stated], samples: Mapping[str, Value], resolve: Resolve
) -> Measured:
    """The size of `body` with the values that are known of its variables; `stated` goes before `samples`.

    Raises ParseError where an include is missing or includes itself, naming the chain.
    """
    walk = _Walk(stated, samples, resolve)
    for tool in tools:
        walk.tally.text("tools", "", tool, ALL_STRUCTURED)
    for nodes in body.messages:
        walk.nodes(nodes, body)
    tally = walk.tally
    unused = tuple(sorted(stated.keys() - walk.used))
    extra = [stated[name] for name in unused]
    for name, value in zip(unused, extra, strict=True):
        tally.put("variable", name, Size(0, value.typical), Size(0, value.high))
    seams = 0 if tally.prefix else max(0, tally.pieces - 1) * SEAM
    return Measured(
        Size(max(0, tally.low.counted - seams), tally.low.stated),
        tally.typical,
        Size(tally.high.counted + seams, tally.high.stated),
        tally.cacheable,
        tally.ends_at,
        tuple(tally.undeclared),
        unused,
        tuple(tally.once),
        tuple(Part(kind, name, size) for (kind, name), size in tally.parts.items()),
        tuple(tally.includes),
        tuple(tally.mixed.items()),
        () if tally.how_often_varies else tuple(sorted(tally.undeclared.items())),
    )


class _Item(NamedTuple):
    """What a loop is at: None where that is not known."""

    called: str
    value: Value | None
    first: bool | None
    last: bool | None


def _not(true: bool | None) -> bool | None:
    return None if true is None else not true


class _Scope(NamedTuple):
    """What an included file sees of names that were set where it is included."""

    names: Mapping[str, _Owned]
    items: int  # loops around there
    above: _Scope | None


_StandIn = tuple[_Owned, "_Scope | None"]  # and what is set where it stands


class _Walk:
    """Adds up nodes in their order."""

    def __init__(self, stated: Mapping[str, Stated], samples: Mapping[str, Value], resolve: Resolve) -> None:
        self.tally = Tally(prefix=True)
        self.used: set[str] = set()
        self._values: dict[str, Value] = {**samples, **stated}
        self._resolve = resolve
        self._items: list[_Item] = []  # of the loops around
        self._chain: list[str] = []
        self._blocks: list[dict[str, _StandIn]] = []  # of the templates that extend this one
        self._above: Sequence[_StandIn] = ()  # what `super()` means
        self._scope: _Scope | None = None
        self._spent: set[str] = set()
        self._steps = 0
        self._nesting = 0

    def nodes(self, nodes: Nodes, body: Body, owner: str = "") -> None:
        """`owner` is the included file that the text belongs to, "" for the prompt itself."""
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            raise ParseError("is nested too deeply with what it includes", "Include files where less is around them.")
        for node in nodes:
            self._steps += _INCLUDE_STEPS if isinstance(node, Include) else 1
            if self._steps > MAX_STEPS:
                raise ParseError(
                    "has loops over so many items, or so many includes, that it is not measured",
                    "Use a smaller sample, or include less often.",
                )
            if isinstance(node, int):
                mix = body.mixes[node] if body.mixes else ALL_PROSE
                self.tally.text("include" if owner else "text", owner, body.counts[node], mix)
            elif isinstance(node, Variable):
                self._variable(node.name)
            elif isinstance(node, Choice):
                self._choice(node, body, owner)
            elif isinstance(node, Loop):
                self._loop(node, body, owner)
            elif isinstance(node, Include):
                self._include(node, body, owner)
            elif isinstance(node, Block):
                self._block(node, body, owner)
        self._nesting -= 1

    def _variable(self, name: str) -> None:
        if name == "super()" and self._above:
            return self._stand_in(self._above)
        scope = self._scope_of(name)
        if scope is not None and name in scope.names:
            return self._outside(scope, lambda: self.nodes(*scope.names[name]))
        self.tally.varies(name)
        value = self._find(name)
        if value is None:
            if not self._belongs_to_an_item(name):
                self.tally.undeclared[name] = self.tally.undeclared.get(name, 0) + 1
            self.tally.pieces += 1
        elif isinstance(value, Stated):
            root = self._root(name)
            if root != name and root in self._spent:
                return None  # its members share the size that is stated for the whole
            self._spent.add(root)
            self.tally.put("variable", root, Size(0, value.typical), Size(0, value.high))
        else:
            for mix, tokens in mixed_in(value):
                self.tally.mixed[mix] = self.tally.mixed.get(mix, 0) + tokens
            size = Size(tokens_in(value))
            if isinstance(value, Leaf):
                self.tally.put("variable", name, size, size)
            else:  # how it is written, as JSON or joined, nobody says
                self.tally.put("variable", name, size, Size(-(-size.counted * 5 // 4)), low=Size(leaves_in(value)))
        return None

    def _choice(self, choice: Choice, body: Body, owner: str) -> None:
        self.tally.varies(next((condition.lstrip("!") for condition, _ in choice.branches), "") or "a condition")
        open_branches: list[Nodes] = []
        for condition, nodes in choice.branches:
            holds = self._holds(condition)
            if holds and not open_branches:
                return self.nodes(nodes, body, owner)
            if holds is not False:
                open_branches.append(nodes)
            if holds:
                break
        else:
            open_branches.append(())
        if open_branches == [()]:
            return None
        tallies = [self._apart(nodes, body, owner) for nodes in open_branches]
        chosen, self._spent = max(tallies, key=lambda each: sum(each[0].typical))
        low = min((tally.low for tally, _ in tallies), key=sum)
        self.tally.join(chosen, low, [tally for tally, _ in tallies if tally is not chosen])
        return None

    def _apart(self, nodes: Nodes, body: Body, owner: str) -> tuple[Tally, set[str]]:
        """What `nodes` come to by themselves, and what is spent behind them."""
        outer, before = self.tally, self._spent
        self.tally, self._spent = Tally(prefix=False), set(before)
        self.nodes(nodes, body, owner)
        apart = self.tally, self._spent
        self.tally, self._spent = outer, before
        return apart

    def _loop(self, loop: Loop, body: Body, owner: str) -> None:
        self.tally.varies(loop.over)
        value = self._find(loop.over)
        if value is None or isinstance(value, Stated):
            return self._unknown_loop(loop, value, body, owner)
        items = list(value) if isinstance(value, list) else [value] if is_true(value) else []
        if isinstance(value, dict) and loop.item:
            items = [
                [value_of_key(key), inner] if "," in loop.item else value_of_key(key) for key, inner in value.items()
            ]
        if not items:
            return self.nodes(loop.otherwise, body, owner)
        for n, item in enumerate(items):
            self._items.append(_Item(loop.item, item, n == 0, n == len(items) - 1))
            self.nodes(loop.body, body, owner)
            self._items.pop()
        return None

    def _unknown_loop(self, loop: Loop, value: Stated | None, body: Body, owner: str) -> None:
        """The text around the items counts once; the items are as large as their list is stated to be."""
        self._items.append(_Item(loop.item, value, None, None))
        inner, self._spent = self._apart(loop.body, body, owner)
        self._items.pop()
        self.tally.join(inner, NOTHING if value is None else inner.low, ())
        self.tally.once[loop.over] = None
        if value is None:
            self.tally.how_often_varies = True
            if not self._belongs_to_an_item(loop.over):
                self.tally.undeclared[loop.over] = 1
        elif isinstance(value, Stated):
            self._variable(loop.over)

    def _include(self, include: Include, body: Body, owner: str) -> None:
        here = owner or body.path
        chain = [*self._chain, here] if not self._chain or self._chain[-1] != here else self._chain
        try:
            found = self._resolve(body, include)
        except ParseError as error:
            raise ParseError(f"{error.message} ({' → '.join([*chain, include.ref])})", error.hint) from None
        if found is None:
            if include.optional:
                return
            raise ParseError(
                f"includes {include.ref}, which is not there ({' → '.join([*chain, include.ref])})",
                "Restore that file, or mend the path. It is looked for in the same commit or index.",
            )
        met = found.path in chain
        if body.format == IMPORTS and (met or len(chain) > MAX_IMPORTS):
            return
        if met:
            raise ParseError(f"includes itself ({' → '.join([*chain, found.path])})", "Break the circle.")
        if len(chain) > MAX_DEPTH:
            raise ParseError(
                f"includes more than {MAX_DEPTH} files within each other ({' → '.join([*chain, found.path])})",
                "Include files where less is around them.",
            )
        self.tally.includes[found.path] = None
        outer, self._chain, scope = self._chain, chain, self._scope
        self._blocks.append({name: ((nodes, body, owner), scope) for name, nodes in include.blocks})
        if include.names:
            names = {name: (nodes, body, owner) for name, nodes in include.names}
            self._scope = _Scope(names, len(self._items), scope)
        for nodes in found.messages:
            self.nodes(nodes, found, found.path)
        self._blocks.pop()
        self._chain, self._scope = outer, scope

    def _block(self, block: Block, body: Body, owner: str) -> None:
        """What stands in for it in the template that extends this one the furthest out; else the part itself."""
        stand_ins = [blocks[block.name] for blocks in self._blocks if block.name in blocks]
        self._stand_in([*stand_ins, ((block.body, body, owner), self._scope)])

    def _stand_in(self, bodies: Sequence[_StandIn]) -> None:
        """The first of them; `super()` in it is the next one."""
        outer = self._above, self._scope
        owned, self._scope = bodies[0]
        self._above = bodies[1:]
        self.nodes(*owned)
        self._above, self._scope = outer

    def _holds(self, condition: str) -> bool | None:
        """Whether a condition holds; None where that is not known."""
        if condition == ELSE:
            return True
        name = condition.removeprefix("!")
        value = None if condition == UNKNOWN else self._find(name)
        if value is None:
            return None
        if isinstance(value, Stated):
            self.used.add(self._root(name))
        true = value.high > 0 if isinstance(value, Stated) else is_true(value)
        return true != condition.startswith("!")

    def _find(self, name: str) -> Value | None:
        """The value of a name, from the loops around outwards; what loops themselves count is one token."""
        if name.endswith(".length"):
            return self._find(name.removesuffix(".length")) and Leaf(1, True)
        scope = self._scope_of(name)
        if scope is not None:
            return self._set_value(scope, name)
        items = self._items
        if name.startswith(("loop.", "@", "forloop.")):
            here = items[-1] if items else _Item("", None, None, None)
            known = {"first": here.first, "last": here.last, "index0": _not(here.first), "index": True}
            true = known.get(name.lstrip("@").rpartition(".")[2], True)
            return None if true is None else Leaf(1, true)
        while name.startswith("../"):
            name, items = name[3:], items[:-1]
        path = name.split(".")
        for item, value, *_ in reversed(items):
            if value is None or isinstance(value, Stated):
                continue
            names = (item or "this").split(",")
            if path[0] in names:
                inner = path[1:] if len(names) == 1 else [str(names.index(path[0])), *path[1:]]
            elif item:
                continue
            else:
                inner = path
            found = value_at(value, inner)
            if found is not None:
                return found
        root = self._root(name)
        if root not in self._values:
            return None
        self.used.add(root)
        value = self._values[root]
        rest = name[len(root) + 1 :].split(".") if root != name else []
        return value if isinstance(value, Stated) else value_at(value, rest)

    def _scope_of(self, name: str) -> _Scope | None:
        """Where the first part of `name` was set for the file that is walked; None where a loop's item hides it."""
        scope, first, above = self._scope, name.partition(".")[0], len(self._items)
        while scope is not None:
            inner = self._items[scope.items : above]
            if any(first in item.called.split(",") for item in inner):
                return None
            if first in scope.names:
                return scope
            above, scope = scope.items, scope.above
        return None

    def _outside(self, scope: _Scope, do: Callable[[], _Found]) -> _Found:
        """What `do` finds with the names and loops of the place where those of `scope` were set."""
        outer = self._scope, self._items
        self._scope, self._items = scope.above, self._items[: scope.items]
        found = do()
        self._scope, self._items = outer
        return found

    def _set_value(self, scope: _Scope, name: str) -> Value | None:
        """The value of a name that was set: another variable's, a text's, or nothing; else it is not known."""
        first, dot, rest = name.partition(".")
        nodes, body, _ = scope.names[first]
        if not nodes:
            return Leaf(0, False)
        node = nodes[0]
        if len(nodes) == 1 and isinstance(node, Variable):
            return self._outside(scope, lambda: self._find(node.name + dot + rest))
        counts = [body.counts[each] if isinstance(each, int) else None for each in nodes]
        known = None if None in counts or rest else sum(filter(None, counts))
        return None if known is None else Leaf(known, True)

    def _root(self, name: str) -> str:
        """The longest beginning of a dotted name that has a value."""
        root = name
        while root not in self._values and "." in root:
            root = root.rpartition(".")[0]
        return root

    def _belongs_to_an_item(self, name: str) -> bool:
        """Whether it is a member of a loop's item whose size is not known by itself: the list's covers it."""
        first = name.split(".")[0]
        return any(
            (first in item.split(",") if item else True)
            for item, value, *_ in self._items
            if value is None or isinstance(value, Stated)
        )
