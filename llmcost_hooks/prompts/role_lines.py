"""Messages told apart by lines of the text itself, as in Prompty: `system:` alone on a line begins one."""

from __future__ import annotations

import re

from .nodes import Node, Nodes, Variable

# Bounded, so that no line makes the search slow.
_MARK = re.compile(
    r"^[ \t]{0,20}(?:#?[ \t]{0,20}(system|user|assistant|developer|function|tools?)[ \t]{0,20}(?:\[[^\]\n]{0,200}\])?"
    r"[ \t]{0,20}:[ \t]*|!\[thread\][^\n]*)\r?(?:\n|\Z)",
    re.IGNORECASE | re.MULTILINE,
)


def split_at_roles(nodes: Nodes) -> list[tuple[str | None, list[Node]]]:
    """The text before the first role line, with None for its role, and the message behind each.

    A role line is one of the text only: no variable and no block stands in it. Those inside of blocks are text, as
    nobody knows how often they are there.
    """
    parts: list[tuple[str | None, list[Node]]] = [(None, [])]
    for at, node in enumerate(nodes):
        if not isinstance(node, str):
            parts[-1][1].append(node)
            continue
        done = 0
        for mark in _MARK.finditer(node):
            if (mark.start() == 0 and at > 0) or (not mark[0].endswith("\n") and at < len(nodes) - 1):
                continue  # something else stands in this line
            parts[-1][1].append(node[done : mark.start()])
            done = mark.end()
            if mark[1]:
                parts.append((mark[1].lower(), []))
            else:
                parts[-1][1].append(Variable("thread"))  # Prompty's place for a conversation
        parts[-1][1].append(node[done:])
    return parts
