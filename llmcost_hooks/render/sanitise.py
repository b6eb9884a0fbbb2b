"""Text that others chose (paths, ids, branch and model names) made harmless for where it is shown."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 200
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 /.-")
_BLOCK = re.compile(r"[- ]|\d{1,9}\.(?: |$)")  # begins a list or a block of code where it begins a line


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
    """For Markdown tables and comments: every character with a meaning becomes a decimal entity.

    Names such as `prompts/search-v2.txt` stay readable; where `.` or `-` could start a link (`www.`, `GH-1`) they are
    written as entities too. A mention or a reference (`@ada`, `#7`) is broken up by a space of no width.
    """
    shown = terminal_name(text, limit)
    plain = _PLAIN - {".", "-"} if any(start in shown.lower() for start in ("www.", "gh-", "http")) else _PLAIN
    first = f"&#{ord(shown[0])};" if _BLOCK.match(shown) else ""
    rest = shown[1:] if first else shown
    escaped = first + "".join(c if c in plain or not c.isascii() else f"&#{ord(c)};" for c in rest)
    return escaped.replace("&#64;", "&#64;&#8203;").replace("&#35;", "&#35;&#8203;")


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
}


def ascii_symbols(text: str) -> str:
    """Our own symbols in ASCII, for outputs that cannot show them."""
    for symbol, plain in _ASCII.items():
        text = text.replace(symbol, plain)
    return text
