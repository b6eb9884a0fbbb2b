"""Handlebars and dotprompt: a template's tree -> nodes.

Contexts are kept track of, so that a name means the same in the nodes as in the template. What is put in is not
escaped for HTML; an indented partial keeps the indentation of its first line only.
"""

from __future__ import annotations

from typing import NamedTuple

from ...errors import ParseError
from ..nodes import ELSE, UNKNOWN, Block, Choice, Include, Loop, Nodes, Variable
from . import handlebars_tree as tree
from .handlebars_space import strip_space
from .handlebars_tree import Call, Literal, Path, Word
from .reading import MAX_DEPTH, broken, joined, refuse_many_tags

MAX_INLINED = 100_000  # nodes of inline partials, each counted where it is used
_PARTIAL_BLOCK = "@partial-block"


class _Context(NamedTuple):
    """What names are looked up in: the root, or a loop's item."""

    item: str = ""  # what the item is called; "" = its members are named directly
    counter: str = ""  # and its number
    alias: str = ""  # another name for the context as a whole, of `{{#with user as |alias|}}`


def parse_handlebars(text: str) -> Nodes:
    """The nodes of a template."""
    return joined(_Writer(text).body(_stripped(text), (_Context(),)))


def parse_messages(text: str) -> tuple[tuple[str | None, Nodes], ...]:
    """The messages of a dotprompt text: a `{{role "..."}}` outside of all blocks begins one.

    What stands before the first has no role. As in dotprompt, blank messages are dropped.
    """
    refuse_many_tags(text, "handlebars")
    writer = _Writer(text)
    body = _stripped(text)
    messages: list[tuple[str | None, tree.Body]] = [(None, tree.Body())]
    for node in body.nodes:
        role = _role(node)
        if role is not None:
            messages.append((role, tree.Body()))
        else:
            messages[-1][1].nodes.append(node)
    with_nodes = ((role, joined(writer.body(each, (_Context(),)))) for role, each in messages)
    return tuple((role, nodes) for role, nodes in with_nodes if not _blank(nodes))


def _stripped(text: str) -> tree.Body:
    body = tree.parse_tree(text)
    strip_space(body)
    return body


def _role(node: tree.Text | tree.Tag | tree.Block) -> str | None:
    if not isinstance(node, tree.Tag) or node.kind or _name(node.call.head) != "role" or len(node.call.args) != 1:
        return None
    role = node.call.args[0]
    return role.text if isinstance(role, Literal) else None


def _blank(nodes: Nodes) -> bool:
    return all(isinstance(node, str) and not node.strip() for node in nodes)


def _name(word: Word) -> str:
    """The bare name that a helper or a partial is called by."""
    if isinstance(word, Literal):
        return word.text
    if isinstance(word, Path):
        return ("@" if word.data else "") + "/".join(word.parts)
    return ""


_Contexts = tuple[_Context, ...]


class _Writer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.inlines: list[dict[str, tree.Body]] = []  # inline partials, by where they are known
        self.partial_blocks: list[Nodes] = []
        self.inside: list[str] = []  # the inline partials that are being put in
        self.inlined = 0
        self.depth = 0

    def broken(self, at: int, problem: str, hint: str = "") -> ParseError:
        return broken("Handlebars", self.text, at, problem, hint)

    def body(self, body: tree.Body | None, contexts: _Contexts) -> Nodes:
        if body is None:
            return ()
        inlines = {
            _name(node.call.args[0]): node.program
            for node in body.nodes
            if isinstance(node, tree.Block) and node.kind == "#*" and node.call.args and node.program
        }
        self.inlines.append(inlines)
        self.depth += 1
        if self.inside:
            self.inlined += len(body.nodes) + 1
        nodes = joined(part for node in body.nodes for part in self.node(node, contexts))
        self.inlines.pop()
        self.depth -= 1
        return nodes

    def node(self, node: tree.Text | tree.Tag | tree.Block, contexts: _Contexts) -> Nodes:
        if isinstance(node, tree.Text):
            return (node.value,)
        if isinstance(node, tree.Block):
            return self.block(node, contexts)
        if node.kind == ">":
            return (node.indent, *self.partial(node.call, node.at, contexts, ()))
        return () if node.kind == "!" else self.value(node.call, contexts)

    # --- tags -----------------------------------------------------------------------------------------------------

    def value(self, call: Call, contexts: _Contexts) -> Nodes:
        """What `{{name}}` or `{{helper argument}}` writes."""
        name = _name(call.head)
        if not call.args and not call.named:
            return (Variable(_resolved(call.head, contexts)),)
        if name == "role":
            return ()  # a mark between messages
        if name in ("json", "lookup") and call.args and isinstance(call.args[0], Path):
            return (Variable(_resolved(call if name == "lookup" else call.args[0], contexts)),)
        return (Variable(name.replace("/", ".") + "()"),)

    def partial(self, call: Call, at: int, contexts: _Contexts, blocks: tuple[tuple[str, Nodes], ...]) -> Nodes:
        if isinstance(call.head, Call):
            raise self.broken(at, "a partial whose name is known only when it is sent", "Name the file.")
        name = _name(call.head)
        if name == _PARTIAL_BLOCK:
            return self.partial_blocks[-1] if self.partial_blocks else (Block(name, ()),)
        over = _resolved(call.args[0], contexts) if call.args else None
        inline = next((known[name] for known in reversed(self.inlines) if name in known), None)
        if inline is None:
            nodes: Nodes = (Include(name, blocks),)
        else:
            inner = contexts if over is None else (*contexts, _Context())
            nodes = self.inline(name, inline, at, inner, dict(blocks).get(_PARTIAL_BLOCK, ()))
        return nodes if over is None else (Loop("", over, nodes),)

    def inline(self, name: str, body: tree.Body, at: int, contexts: _Contexts, partial_block: Nodes) -> Nodes:
        if name in self.inside or self.depth > MAX_DEPTH:
            raise self.broken(at, "an inline partial that includes itself, or too deep")
        self.inside.append(name)
        self.partial_blocks.append(partial_block)
        nodes = self.body(body, contexts)
        self.partial_blocks.pop()
        self.inside.pop()
        if self.inlined > MAX_INLINED:
            raise self.broken(at, "inline partials that are used too often")
        return nodes

    # --- blocks ---------------------------------------------------------------------------------------------------

    def block(self, block: tree.Block, contexts: _Contexts) -> Nodes:
        name, call = _name(block.call.head), block.call
        if block.kind == "#*":
            return ()  # known to `body`
        if block.kind == "{{{{":
            return self.body(block.program, contexts)
        if block.kind == "#>":
            return self.partial(call, block.at, contexts, self.stand_ins(block, contexts))
        if name in ("if", "unless") and len(call.args) == 1:
            return self.choice(block, contexts)
        if name in ("each", "with") and len(call.args) == 1:
            context = _Context(*call.params[:2]) if name == "each" else _Context(alias="".join(call.params[:1]))
            return self.loop(block, call.args[0], context, contexts)
        if not call.args and not call.named:
            if block.program is None:
                return (Choice((("!" + _resolved(call.head, contexts), self.body(block.inverse, contexts)),)),)
            return self.loop(block, call.head, _Context(), contexts)
        branches = [(UNKNOWN, self.body(block.program, contexts))]
        if block.inverse is not None:
            branches.append((ELSE, self.body(block.inverse, contexts)))
        return (Choice(tuple(branches)),)

    def stand_ins(self, block: tree.Block, contexts: _Contexts) -> tuple[tuple[str, Nodes], ...]:
        """What a partial block hands to its partial: its body, and the inline partials in it."""
        inner = (
            (_name(node.call.args[0]), self.body(node.program, contexts))
            for node in (block.program.nodes if block.program else ())
            if isinstance(node, tree.Block) and node.kind == "#*" and node.call.args
        )
        return ((_PARTIAL_BLOCK, self.body(block.program, contexts)), *inner)

    def choice(self, block: tree.Block, contexts: _Contexts) -> Nodes:
        """An `if` or `unless`, and its `else if` branches."""
        branches: list[tuple[str, Nodes]] = []
        last: tree.Block | None = block
        while last is not None:
            condition = _condition(last.call.args[0], contexts, _name(last.call.head) == "unless")
            branches.append((condition, self.body(last.program, contexts)))
            inverse, last = last.inverse, None
            if inverse is None:
                break
            below = inverse.nodes[0] if inverse.chained else None
            if isinstance(below, tree.Block) and _name(below.call.head) in ("if", "unless") and below.call.args:
                last = below
            else:
                branches.append((ELSE, self.body(inverse, contexts)))
        return (Choice(tuple(branches)),)

    def loop(self, block: tree.Block, over: Word, context: _Context, contexts: _Contexts) -> Nodes:
        body = self.body(block.program, (*contexts, context))
        return (Loop(context.item, _resolved(over, contexts), body, self.body(block.inverse, contexts)),)


def _condition(word: Word, contexts: _Contexts, negated: bool) -> str:
    if isinstance(word, Literal):
        return ELSE if word.true != negated else UNKNOWN
    if isinstance(word, Call):
        if _name(word.head) == "not" and len(word.args) == 1:
            return _condition(word.args[0], contexts, not negated)
        return UNKNOWN
    return ("!" if negated else "") + _resolved(word, contexts)


def _resolved(word: Word, contexts: _Contexts) -> str:
    """The variable that a word means, seen from the innermost of `contexts`."""
    if isinstance(word, Call):
        of = word.args[0] if word.args else word
        if _name(word.head) != "lookup" or not isinstance(of, Path):
            return _name(word.head).replace("/", ".") + "()"
        key = word.args[1] if len(word.args) > 1 else None
        return _resolved(of._replace(parts=(*of.parts, key.text)) if isinstance(key, Literal) else of, contexts)
    if isinstance(word, Literal):
        return word.text
    parts, up, this = word.parts, word.up, word.this
    if word.data and parts[:1] != ("root",):
        return "@" + "../" * up + ".".join(parts)
    if word.data:
        parts, up = parts[1:], len(contexts) - 1
    elif parts and not this:
        for out, context in enumerate(reversed(contexts)):
            if parts[0] == context.item:
                return ".".join(parts)
            if parts[0] == context.counter:
                return "@" + "../" * out + "index"
            if parts[0] == context.alias:
                parts, up, this = parts[1:], out, True
                break
    up = min(up, len(contexts) - 1)
    item = contexts[-1 - up].item
    if item:
        return ".".join([item, *parts])
    named = ".".join(parts)
    if this and not up and len(contexts) > 1 and parts:
        named = "this." + named
    return "../" * up + (named or "this")
