"""`.prompt` files: dotprompt, and the other kinds of file that go by this ending, told apart by what they hold.

- KePrompt: lines with commands (`.prompt`, `.system`, ...); read by its own format.
- dotprompt: front matter, perhaps behind a licence in comments, and Handlebars with `{{role "system"}}`.
- Continue: the settings stand first and a `---` line ends them; `<system>` holds the system message. Humanloop has
  such tags for every role, behind front matter.
- No settings at all: text in the language that it seems to be written in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from . import Message, Prompt, read_as
from .bodies import at_line, template_nodes
from .declared import declared_cap, declared_model
from .front_matter import LONG_BLOCK, Cut, cut_front_matter, read_block
from .keprompt import is_keprompt
from .nodes import Nodes, Variable
from .picoschema import json_schema
from .sniffed import sniffed
from .values import compact_json, samples_of

_HANDLEBARS = re.compile(r"\{\{[{#~]*\s*(?:role|history|media|section|json)\b")
_TAG = re.compile(r"<(system|user|assistant)>")
_MEDIA = "media()"
_CONTINUE = {"name", "version", "description", "model", "temperature", "maxTokens", "schema", "topP", "topK", "stop"}


def parse_dotprompt(text: str, member: str | None) -> Prompt:
    """One `.prompt` file of any kind."""
    if is_keprompt(text):
        return read_as(text, "keprompt", member)
    cut = cut_front_matter(text, comments_first=True, longest=LONG_BLOCK)
    if cut.block is None:
        cut = _continue(text)
    if cut.block is None and not _HANDLEBARS.search(text):
        return Prompt((Message(None, sniffed(text)),))
    read = read_block(cut.block)
    facts = read if isinstance(read, dict) else {}
    messages = tuple(_messages(cut))
    kept = tuple(message._replace(body=_without_media(message.body)) for message in messages)
    tools, more = _described(facts)
    return Prompt(
        (*kept, *more),
        tools,
        declared_model(facts),
        declared_cap(facts),
        samples_of(facts["input"].get("default")) if isinstance(facts.get("input"), dict) else {},
        (*cut.not_sent, *(("images",) if kept != messages else ())),
    )


def _continue(text: str) -> Cut:
    """Settings with a `---` line behind them only. A text of paragraphs and rules is more often something else."""
    cut = cut_front_matter(text, opened=True)
    facts = read_block(cut.block)
    return cut if isinstance(facts, dict) and facts.keys() & _CONTINUE else Cut(None, text)


def _messages(cut: Cut) -> Iterator[Message]:
    body = cut.body.strip() if cut.block is not None else cut.body  # as dotprompt does
    line = cut.line + cut.body[: cut.body.find(body)].count("\n")
    if not _TAG.match(body):
        yield from _marked(body, line)
        return
    for role, part in _tagged(body):
        if part.strip():
            blank = part[: len(part) - len(part.lstrip())].count("\n")
            yield Message(role or "user", template_nodes(part.strip(), "handlebars", line + blank))
        line += part.count("\n")


def _tagged(body: str) -> Iterator[tuple[str | None, str]]:
    """What stands in `<system>` and the like, and what stands outside of them."""
    done = 0
    while opened := _TAG.search(body, done):
        closed = body.find(f"</{opened[1]}>", opened.end())
        if closed < 0:
            break
        yield None, body[done : opened.start()]
        yield opened[1], body[opened.end() : closed]
        done = closed + len(opened[0]) + 1
    yield None, body[done:]


def _marked(body: str, line: int) -> Iterator[Message]:
    """The messages that `{{role}}` begins. Text before the first one is the user's."""
    from .templates.handlebars import parse_messages

    parts = at_line(line, lambda: parse_messages(body))  # blank ones are dropped, as dotprompt does
    if all(role is None for role, _ in parts):
        yield Message(None, parts[0][1] if parts else ())
        return
    yield from (Message(role or "user", nodes) for role, nodes in parts)


def _without_media(nodes: Nodes) -> Nodes:
    return tuple(node for node in nodes if not (isinstance(node, Variable) and node.name == _MEDIA))


def _described(facts: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[Message, ...]]:
    """What is sent beside the messages: the schema of the answer, and tools. Names of either say no size."""
    known = []
    unknown = []
    output = facts.get("output")
    schema = output.get("schema") if isinstance(output, dict) else None
    written = json_schema(schema) if isinstance(schema, dict) else None
    if written is not None:
        known.append(compact_json(written))
    elif schema:
        unknown.append("output.schema")
    tools = facts.get("tools")
    for tool in tools if isinstance(tools, list) else [tools] if tools else []:
        if isinstance(tool, dict):
            known.append(compact_json(tool))
        elif "tools" not in unknown:
            unknown.append("tools")
    return tuple(known), tuple(Message(None, (Variable(name),)) for name in unknown)
