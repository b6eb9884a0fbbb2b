"""Nodes and values -> text: a second reading of what nodes mean, for comparison with real template engines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llmcost_hooks.prompts.nodes import ELSE, Block, Choice, Include, Loop, Nodes, Variable

Resolve = Callable[[str], "Nodes | None"]


def no_files(ref: str) -> Nodes | None:
    raise AssertionError(f"includes {ref}")


def render(nodes: Nodes, values: Mapping[str, Any], resolve: Resolve = no_files) -> str:
    return _Renderer(values, resolve).nodes(nodes)


class _Item:
    def __init__(self, called: str, value: Any, index: int, length: int, key: Any) -> None:
        self.called, self.value, self.index, self.length, self.key = called, value, index, length, key


class _Renderer:
    def __init__(self, values: Mapping[str, Any], resolve: Resolve) -> None:
        self.values = values
        self.resolve = resolve
        self.items: list[_Item] = []
        self.blocks: list[dict[str, Nodes]] = []
        self.above: Sequence[Nodes] = ()

    def nodes(self, nodes: Nodes) -> str:
        return "".join(self.node(node) for node in nodes)

    def node(self, node: Any) -> str:
        if isinstance(node, str):
            return node
        if isinstance(node, Variable):
            if node.name == "super()":
                return self.one_of(self.above)
            value = self.find(node.name)
            return "" if value is None else str(value)
        if isinstance(node, Choice):
            return next((self.nodes(body) for condition, body in node.branches if self.holds(condition)), "")
        if isinstance(node, Loop):
            return self.loop(node)
        if isinstance(node, Include):
            found = self.resolve(node.ref)
            if found is None:
                assert node.optional, node.ref
                return ""
            self.blocks.append(dict(node.blocks))
            text = self.nodes(found)
            self.blocks.pop()
            return text
        assert isinstance(node, Block)
        return self.one_of([*(blocks[node.name] for blocks in self.blocks if node.name in blocks), node.body])

    def one_of(self, bodies: Sequence[Nodes]) -> str:
        outer, self.above = self.above, bodies[1:]
        text = self.nodes(bodies[0]) if bodies else ""
        self.above = outer
        return text

    def holds(self, condition: str) -> bool:
        assert condition != "", "a condition that cannot be read off"
        if condition == ELSE:
            return True
        return bool(self.find(condition.removeprefix("!"))) != condition.startswith("!")

    def loop(self, loop: Loop) -> str:
        value = self.find(loop.over)
        keys: list[Any] = []
        if isinstance(value, Mapping) and loop.item:
            keys, items = list(value), list(value.values())
        elif isinstance(value, (list, tuple)):
            items = list(value)
        else:
            items = [value] if value else []
        if not items:
            return self.nodes(loop.otherwise)
        parts = []
        for index, item in enumerate(items):
            self.items.append(_Item(loop.item, item, index, len(items), keys[index] if keys else None))
            parts.append(self.nodes(loop.body))
            self.items.pop()
        return "".join(parts)

    def find(self, name: str) -> Any:
        items = self.items
        if name.startswith("@"):
            name = name[1:]
            while name.startswith("../"):
                name, items = name[3:], items[:-1]
            return _counted(items[-1], name)
        while name.startswith("../"):
            name, items = name[3:], items[:-1]
        path = name.split(".")
        if path[0] == "loop" and items:
            return items[-1].index + 1 if path[1] == "index" else _counted(items[-1], path[1])
        for item in reversed(items):
            found = _in_item(item, path)
            if found is not None:
                return found
        return _at(self.values, path)


def _counted(item: _Item, name: str) -> Any:
    return {"index": item.index, "index0": item.index, "first": item.index == 0, "last": item.index == item.length - 1,
            "length": item.length, "key": item.key, "revindex": item.length - item.index}[name]  # fmt: skip


def _in_item(item: _Item, path: list[str]) -> Any:
    names = item.called.split(",")
    if len(names) > 1 and path[0] in names:
        pair = item.value if item.key is None else (item.key, item.value)
        return _at(pair[names.index(path[0])], path[1:])
    if path[0] == (item.called or "this"):
        return _at(item.value, path[1:])
    return None if item.called else _at(item.value, path)


def _at(value: Any, path: Sequence[str]) -> Any:
    for key in path:
        if isinstance(value, Mapping) and key in value:
            value = value[key]
        elif isinstance(value, (list, tuple)) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif key == "length" and isinstance(value, (list, str, Mapping)):
            value = len(value)
        else:
            return None
    return value
