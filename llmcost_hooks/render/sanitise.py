"""Text that others chose (paths, ids, branch and model names) made harmless for where it is shown."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 200
# Underscores within a word emphasise nothing, and a colon before a space begins neither an address nor an emoji.
_KEPT = r"(?P<kept>(?<=[A-Za-z0-9])_+(?=[A-Za-z0-9])|:(?= ))"
# What forges take for a reference, when entities are characters again: somebody, an issue, a merge request, a snippet,
# an epic, a milestone, a label, an iteration, and whatever else has its kind in brackets. An amount stays an amount.
_REFERENCE = r"(?P<reference>[@#]|[!&](?=\d)|\$(?=\d+(?!\d|[.,]\d))|[%~](?=[\w\"])|\*(?=iteration:)|\[(?=\w+:))"
_SPECIAL = re.compile(rf"{_KEPT}|{_REFERENCE}|[&<|*`_~\[\]\\$:]")
_SPECIAL_IN_LINKS = re.compile(rf"{_KEPT}|{_REFERENCE}|[&<|*`_~\[\]\\$:.-]")
_BLOCK = re.compile(r"[-+=> ]|\d{1,9}[.)](?: |$)")  # begins a list, a quote, a heading's line or code, in its line


def terminal_name(text: str, limit: int = MAX_NAME) -> str:
    """For terminals and logs: no control, format or surrogate character survives, so nothing can move the cursor,
    reorder text or start a line of its own."""
    shown = "".join(map(_visible, text[:limit]))
    return shown + "…" if len(text) > limit else shown


def _visible(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    if "\udc80" <= char <= "\udcff":  # a byte of a name that is not UTF-8
        return f"\\x{ord(char) - 0xDC00:02x}"
    if unicodedata.category(char)[0] in "LMNPS":
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def markdown_name(text: str, limit: int = MAX_NAME) -> str:
    """For Markdown tables and comments: every character that would mean something there becomes a decimal entity.

    Names such as `prompts/search-v2.txt` and `max_tokens (typical)` stay readable; where `.` or `-` could start a link
    (`www.`, `GH-1`) they are written as entities too. A mention or a reference (`@ada`, `#7`, `!7`, `~label`) is
    broken up by a space of no width.
    """
    shown = terminal_name(text, limit)
    links = any(start in shown.lower() for start in ("www.", "gh-", "http"))
    escaped = (_SPECIAL_IN_LINKS if links else _SPECIAL).sub(_entity, shown)
    if _BLOCK.match(shown) and escaped[0] == shown[0]:
        escaped = _numbered(shown[0]) + escaped[1:]
    return escaped


def xml_name(text: str, limit: int = MAX_NAME) -> str:
    """For XML, SVG and HTML, between tags and in quoted attributes alike: no markup, no character that XML forbids."""
    return xml_text(terminal_name(text, limit))


def xml_text(text: str) -> str:
    """Our own words there."""
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(char, entity)
    return text


_FORMULA = re.compile(r"(^|[;,|])([ \"']*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def csv_name(text: str, limit: int = MAX_NAME) -> str:
    """For a cell of CSV that is text: nothing in it begins a formula, also where a spreadsheet cuts cells at `;`."""
    return _FORMULA.sub(r"\1\2'", terminal_name(text, limit))


_COMMAND = re.compile(r"(?m)^([ \t]*):(?=:)|#(?=#)")


def log_text(text: str) -> str:
    """Whole lines for the log of a CI service: none begins a workflow command (`::error::`, `##[add-path]`)."""
    return _COMMAND.sub(lambda found: "\\x23" if found[0] == "#" else f"{found[1]}\\x3a", text)


def _entity(found: re.Match[str]) -> str:
    if found["kept"]:
        return found[0]
    shown = found[0] if found[0] in "!%" else _numbered(found[0])  # these two mean nothing by themselves
    return f"{shown}&#8203;" if found["reference"] else shown


def _numbered(char: str) -> str:
    return f"&#{ord(char)};"


_ASCII = {
    "📊 ": "",
    "❌": "x",
    "✅": "ok:",
    "✓": "ok:",
    "⚠️": "!",
    "Δ": "delta",
    "→": "->",
    "←": "<-",
    "—": "-",
    "≥": ">=",
    "≤": "<=",
    "↑": "^",
    "↓": "v",
    "•": "*",
    "…": "...",
    "×": "x",
    "±": "+-",
    "€": "EUR ",
    "£": "GBP ",
    "¥": "JPY ",
    "₹": "INR ",
}


def ascii_symbols(text: str) -> str:
    """Our own symbols in ASCII, for outputs that cannot show them."""
    for symbol, plain in _ASCII.items():
        text = text.replace(symbol, plain)
    return text
