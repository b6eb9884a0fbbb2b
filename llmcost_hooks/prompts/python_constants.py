"""String constants of a Python file, read off its syntax tree; never imported, never run.

Read are literals beside each other or joined by `+` or `join`, f-strings, `textwrap.dedent`, `strip`, `format`,
template classes around one of these, and lists of message dictionaries. What a constant takes from elsewhere is a
Variable.
"""

from __future__ import annotations

import ast
import re
import warnings

from ..errors import ParseError
from . import Prompt
from .constants import MAX_SOURCE, Constant, Named, Part, constants_prompt, refuse_unnamed
from .dedenting import cleaned, dedented, stripped
from .nodes import Nodes, Variable
from .sniffed import sniffed
from .templates import parse_template

MAX_TOKENS = 100_000  # marks, strings, comments and lines of a file: twice of what the longest modules have
MAX_CHAIN = 2_000  # operators in one expression; the interpreter's own parser recurses over them
MAX_DEPTH = 32

_FIELD = re.compile(r"(?<!\{)\{[A-Za-z_]\w*\}(?!\})")
_STRIPS = {"strip": (True, True), "lstrip": (True, False), "rstrip": (False, True)}
_DEDENTS = ("dedent", "cleandoc")
# Strings and comments first, so that what is in them does not count.
_TOKEN = re.compile(
    r"'''[^'\\]*(?:(?:\\.|'(?!''))[^'\\]*)*(?:'''|\Z)|\"\"\"[^\"\\]*(?:(?:\\.|\"(?!\"\"))[^\"\\]*)*(?:\"\"\"|\Z)"
    r"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'?|\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\"?|#[^\n]*"
    r"|\\\n|\n|[(\[{]|[)\]}]|[,;:]|[-+*/%@&|^~<>.]|\b(?:not|lambda|await|if)\b",
    re.DOTALL,
)


def parse_python(text: str, member: str | None) -> Prompt:
    """The constant `member` ("NAME" or "Class.NAME"), or every long one whose name says that it is a prompt."""
    if len(text) > MAX_SOURCE:
        raise ParseError(f"has {len(text):,} characters of Python; {MAX_SOURCE:,} are read")
    refuse_unnamed(text, member, "py")
    _refuse_long_chains(text)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they would print lines of the file
            tree = ast.parse(text.removeprefix("\ufeff"))
    except SyntaxError as error:
        raise ParseError(f"is not valid Python (line {error.lineno or 1})") from None
    except (RecursionError, MemoryError, ValueError):
        raise ParseError("is not Python that can be read (line 1)") from None
    constants: dict[str, Constant] = {}
    _collect(tree.body, "", constants)
    return constants_prompt(constants, member, _text, "py")


def _refuse_long_chains(text: str) -> None:
    """Before the parser: a chain of thousands of operators is deep in its tree and can end the process."""
    chains = [0]  # operators of the expression inside of each open bracket
    total = 0
    for count, found in enumerate(_TOKEN.finditer(text)):
        token = found[0]
        if token in ("\n", ",", ";", ":") and (token != "\n" or len(chains) == 1):
            total -= chains[-1]
            chains[-1] = 0
        elif token in ("(", "[", "{"):
            chains[-1] += 1
            total += 1
            chains.append(0)
        elif token in (")", "]", "}"):
            total -= chains.pop() if len(chains) > 1 else 0
        elif token[0] not in "'\"#\\\n":
            chains[-1] += 1
            total += 1
        if total > MAX_CHAIN or len(chains) > 256 or count >= MAX_TOKENS:
            line = text.count("\n", 0, found.start()) + 1
            long = "holds too much" if count >= MAX_TOKENS else "has an expression that is too long to be read"
            raise ParseError(f"{long} (line {line})")


def _collect(body: list[ast.stmt], prefix: str, constants: dict[str, Constant]) -> None:
    for statement in body:
        if isinstance(statement, ast.ClassDef) and prefix.count(".") < MAX_DEPTH:
            _collect(statement.body, f"{prefix}{statement.name}.", constants)
        elif isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    constants[prefix + target.id] = _constant(statement.lineno, statement.value, prefix)
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name) and statement.value:
            constants[prefix + statement.target.id] = _constant(statement.lineno, statement.value, prefix)
        elif isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Name):
            more = _parts(statement.value, 0) if isinstance(statement.op, ast.Add) else None
            known = constants.get(prefix + statement.target.id)
            if known and known.messages and more is not None and known.messages[0][0] is None:
                known.messages[0][1].extend(more)
            elif known:
                known.messages.clear()


def _constant(line: int, value: ast.expr, scope: str) -> Constant:
    messages = _messages(value)
    if messages:
        return Constant(line, messages, scope)
    texts = (each.value for each in ast.walk(value) if isinstance(each, ast.Constant))
    return Constant(line, [], scope, sum(len(text) for text in texts if isinstance(text, str)))


def _messages(value: ast.expr) -> list[tuple[str | None, list[Part]]]:
    if isinstance(value, ast.List | ast.Tuple) and value.elts:
        messages = [_message(each) for each in value.elts]
        return [each for each in messages if each is not None] if None not in messages else []
    parts = _parts(value, 0)
    return [] if parts is None else [(None, parts)]


def _message(value: ast.expr) -> tuple[str | None, list[Part]] | None:
    """A dictionary with a constant `role` and a `content`."""
    if not isinstance(value, ast.Dict):
        return None
    given = {
        key.value: each for key, each in zip(value.keys, value.values, strict=True) if isinstance(key, ast.Constant)
    }
    role, content = given.get("role"), given.get("content")
    if not (isinstance(role, ast.Constant) and isinstance(role.value, str) and content):
        return None
    parts = _parts(content, 0)
    return None if parts is None else (role.value, parts)


def _parts(value: ast.expr, depth: int) -> list[Part] | None:
    """What a text is made of; None where the expression is no text that can be read."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, ast.Constant):
        return [value.value] if isinstance(value.value, str) else None
    if isinstance(value, ast.Name | ast.Attribute):
        return [Named(_name(value))]
    if isinstance(value, ast.JoinedStr):
        return [_formatted(each) for each in value.values]
    if isinstance(value, ast.BinOp):
        return _sum(value, depth)
    return _called(value, depth) if isinstance(value, ast.Call) else None


def _sum(value: ast.BinOp, depth: int) -> list[Part] | None:
    operands: list[ast.expr] = []
    left: ast.expr = value
    while isinstance(left, ast.BinOp) and isinstance(left.op, ast.Add):
        operands.append(left.right)
        left = left.left
    if left is value:
        return None
    parts: list[Part] = []
    for operand in (left, *reversed(operands)):
        found = _parts(operand, depth + 1)
        if found is None:
            return None
        parts += found
    return parts if any(isinstance(part, str) for part in parts) else None  # else it may be a sum of numbers


def _called(call: ast.Call, depth: int) -> list[Part] | None:
    function = call.func
    name = (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )
    if name in _DEDENTS and len(call.args) == 1:
        inner = _parts(call.args[0], depth + 1)
        if inner is None:
            return None
        return cleaned(inner) if name == "cleandoc" else dedented(inner)
    if name == "from_template" or name.endswith("PromptTemplate"):
        return _template(call, depth)
    if not isinstance(function, ast.Attribute):
        return None
    if name == "join" and len(call.args) == 1 and isinstance(call.args[0], ast.List | ast.Tuple):
        return _joined(function.value, call.args[0].elts, depth)
    inner = _parts(function.value, depth + 1)
    if inner is None or not any(isinstance(part, str) for part in inner):
        return None
    if name in _STRIPS and not call.args:
        return stripped(inner, *_STRIPS[name])
    if name == "format" and len(inner) == 1 and isinstance(inner[0], str):
        try:
            nodes = parse_template(inner[0], "f-string")
        except ParseError:
            return None
        return [node for node in nodes if isinstance(node, str | Variable)]
    return None


def _template(call: ast.Call, depth: int) -> list[Part] | None:
    """The text in a template class of LangChain or LlamaIndex: `PromptTemplate("...")`, or as its `template`."""
    named = next((each.value for each in call.keywords if each.arg == "template"), None)
    value = named or (call.args[0] if call.args else None)
    return None if value is None or isinstance(value, ast.List) else _parts(value, depth + 1)


def _joined(separator: ast.expr, items: list[ast.expr], depth: int) -> list[Part] | None:
    between = _parts(separator, depth + 1)
    parts: list[Part] = []
    for at, item in enumerate(items):
        found = _parts(item, depth + 1)
        if found is None or between is None:
            return None
        parts += [*(between if at else ()), *found]
    return parts


def _formatted(value: ast.expr) -> Part:
    """A piece of an f-string."""
    inner = value.value if isinstance(value, ast.FormattedValue) else value
    if isinstance(inner, ast.Constant):
        return str(inner.value)
    return Named(_name(inner)) if isinstance(inner, ast.Name | ast.Attribute) else Variable(_name(inner))


def _name(value: ast.expr) -> str:
    """What an expression is called: `user.name`, `docs.0`, `load()`; else the first name in it."""
    path: list[str] = []
    inner, call = value, ""
    while isinstance(inner, ast.Call):
        inner, call = inner.func, "()"
    while len(path) < MAX_DEPTH:
        if isinstance(inner, ast.Attribute):
            path.append(inner.attr)
            inner = inner.value
        elif isinstance(inner, ast.Subscript) and isinstance(inner.slice, ast.Constant):
            key = str(inner.slice.value)
            path.append(key if key.isidentifier() or key.isdigit() else "item")
            inner = inner.value
        else:
            break
    if isinstance(inner, ast.Name):
        return ".".join([inner.id, *reversed(path)]) + call
    return next((each.id for each in ast.walk(value) if isinstance(each, ast.Name)), "expression")


def _text(text: str) -> Nodes:
    """A plain constant: `{name}` is a field where the whole text reads as an f-string template, else as sniffed."""
    if _FIELD.search(text):
        try:
            nodes = parse_template(text, "f-string")
        except ParseError:
            nodes = ()
        if nodes and all(node.name.isidentifier() for node in nodes if isinstance(node, Variable)):
            return nodes
    return sniffed(text)
