"""What `{{ ctx.output_format }}` of a BAML function becomes: its return type, written for the model.

Written from what BAML renders for common types; close to it, not promised to be equal. Classes that hold themselves
are named and defined before the rest, and so are enums with descriptions or more than six values.
"""

from __future__ import annotations

from ..errors import ParseError
from .baml_source import Definition, Source, Type

MAX_DEPTH = 32
MAX_LENGTH = 1_000_000  # classes inside of classes can double the text with each level
MAX_INLINE = 6  # values of an enum that is written where it is used

_PRIMITIVES = ("string", "int", "float", "bool", "null")


def output_format(source: Source, type: Type, prefix: str | None = None) -> str | None:
    """The text, or None where the type has a part that this file does not define. "" replaces no prefix."""
    type = _without_alias(source, type)
    if type == "string" and prefix is None:
        return ""
    hoisted = _Hoisted(source)
    written = hoisted.written(type, 0)
    if written is None:
        return None
    target = source.enums.get(type) if isinstance(type, str) else None
    parts = [_enum(source.enums[name]) for name in hoisted.enums if source.enums[name] is not target]
    parts += [f"{name} {hoisted.classes[name]}" for name in hoisted.classes]
    if target is not None:
        written = _enum(target)
    parts.append((_prefix(source, type, hoisted) if prefix is None else prefix) + written)
    return "\n\n".join(parts)


def _prefix(source: Source, type: Type, hoisted: _Hoisted) -> str:
    if isinstance(type, str):
        if type in _PRIMITIVES:
            return f"Answer as {'an' if type[0] in 'aeiou' else 'a'} "
        if type in source.enums:
            return "Answer with any of the categories:\n"
        return "Answer in JSON using this schema:" + (" " if type in hoisted.classes else "\n")
    if type[0] == "list":
        return "Answer with a JSON Array using this schema:\n"
    if type[0] == "literal":
        return "Answer using this specific value:\n"
    several = type[0] == "union" and len([each for each in type[1:] if each != "null"]) > 1
    return "Answer in JSON using any of these schemas:\n" if several else "Answer in JSON using this schema:\n"


def _enum(enum: Definition) -> str:
    values = (f"\n- {each.name}" + (f": {each.description}" if each.description else "") for each in enum.fields)
    return f"{enum.name}\n----{''.join(values)}"


def _without_alias(source: Source, type: Type) -> Type:
    for _ in range(MAX_DEPTH):
        if not (isinstance(type, str) and type in source.aliases):
            break
        type = source.aliases[type]
    return type


class _Hoisted:
    """Types written in place, and what of them has to be defined before: found while writing."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._done: dict[str, str | None] = {}
        self._open: list[str] = []
        self.enums: dict[str, None] = {}
        self.classes: dict[str, str] = {}  # those that hold themselves, by name

    def written(self, type: Type, depth: int) -> str | None:
        if depth > MAX_DEPTH:
            raise ParseError("has a return type that is nested too deeply")
        type = _without_alias(self._source, type)
        if isinstance(type, str):
            return self._named(type, depth)
        kind, *inner = type
        if kind == "literal":
            return str(inner[0])
        parts = [self.written(each, depth + 1) for each in inner]
        texts = [part for part in parts if part is not None]
        if len(texts) < len(parts):
            return None
        if kind == "map":
            return f"map<{texts[0]}, {texts[1]}>"
        if kind == "union":
            return " or ".join(dict.fromkeys(texts))
        return self._list(_without_alias(self._source, inner[0]), texts[0])

    def _list(self, item: Type, text: str) -> str:
        if isinstance(item, str):
            short = item in _PRIMITIVES or item in self.classes or (item in self._source.enums and len(text) <= 15)
            short = short or text == item  # a class that is being defined
        else:
            short = item[0] == "union" and any(each in _PRIMITIVES for each in item[1:])
            text = f"({text})" if short else text
        return f"{text}[]" if short else "[\n  " + text.replace("\n", "\n  ") + "\n]"

    def _named(self, name: str, depth: int) -> str | None:
        if name in _PRIMITIVES:
            return name
        if enum := self._source.enums.get(name):
            if len(enum.fields) > MAX_INLINE or any(each.description for each in enum.fields):
                self.enums[name] = None
                return enum.name
            return " or ".join(f"'{each.name}'" for each in enum.fields)
        if name in self._open:
            self.classes[name] = ""
            return name
        if name not in self._done:
            self._open.append(name)
            text = self._class(name, depth)
            self._open.pop()
            if name in self.classes and text is not None:
                self.classes[name] = text
                text = name
            self._done[name] = text
        return self._done[name]

    def _class(self, name: str, depth: int) -> str | None:
        definition = self._source.classes.get(name)
        if definition is None:
            return None
        lines = ["{"]
        if definition.description:
            lines += [f"  // {line}" for line in definition.description.strip().split("\n")] + [""]
        for field in definition.fields:
            written = self.written(field.type, depth + 1)
            if written is None:
                return None
            if field.description:
                lines.append("  // " + field.description.replace("\n", "\n  // "))
            lines.append(f"  {field.name}: " + written.replace("\n", "\n  ") + ",")
        text = "\n".join([*lines, "}"])
        if len(text) > MAX_LENGTH:
            raise ParseError("has a return type that is too large when written out")
        return text
