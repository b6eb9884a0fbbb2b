"""Text whose parts may be somebody else's, as one line of what is drawn."""

from __future__ import annotations

from ..report import Name, Text
from .sanitise import MAX_NAME, terminal_name, xml_name, xml_text

MAX_PATH = 4096


def plain_line(text: Text, limit: int = MAX_NAME) -> str:
    """For JSON, logs and agents. It has no control character, and no line break."""
    return "".join(terminal_name(part, limit) if isinstance(part, Name) else part for part in text)


def xml_line(text: Text) -> str:
    """For XML, SVG and HTML."""
    return "".join(xml_name(part) if isinstance(part, Name) else xml_text(part) for part in text)


def path_line(path: str) -> str:
    """A path as a program compares it with its own: whole, and as it is wherever it can be shown."""
    return terminal_name(path, MAX_PATH)


def uri_of(path: str) -> str:
    """A path as a relative URI reference: UTF-8, percent-encoded; bytes that are none stay what they are."""
    return "".join(map(_quoted, path))


def _quoted(char: str) -> str:
    if char.isascii() and (char.isalnum() or char in "-._~/"):
        return char
    escaped = "\udc80" <= char <= "\udcff"
    data = bytes([ord(char) - 0xDC00]) if escaped else char.encode("utf-8", "surrogatepass")
    return "".join(f"%{byte:02X}" for byte in data)
