"""A badge as SVG, in the flat form that people know."""

from __future__ import annotations

from ..report_badge import Badge
from .sanitise import xml_text

_COLORS = {  # dark enough for white text
    "brightgreen": "#2e7d32",
    "blue": "#0b63a5",
    "yellow": "#8a6d00",
    "orange": "#b34700",
    "red": "#b3261e",
    "lightgrey": "#616161",
}
_NARROW, _WIDE = set(" .,:;'!|()[]/ijlftrI$"), set("mwMW%~≥@→")


def render_badge(badge: Badge) -> str:
    """Its words come from this program alone: an amount, a unit, no name."""
    left, right = _width(badge.label), _width(badge.message)
    label, message = xml_text(badge.label), xml_text(badge.message)
    both, size = f"{label}: {message}", f'width="{left + right}" height="20"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{both}">',
            f"  <title>{both}</title>",
            f'  <clipPath id="r"><rect {size} rx="3" fill="#fff"/></clipPath>',
            '  <g clip-path="url(#r)">',
            f'    <rect width="{left}" height="20" fill="#444"/>',
            f'    <rect x="{left}" width="{right}" height="20" fill="{_COLORS[badge.color]}"/>',
            "  </g>",
            '  <g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11">',
            f'    <text x="{left / 2:g}" y="14" textLength="{left - 10}">{label}</text>',
            f'    <text x="{left + right / 2:g}" y="14" textLength="{right - 10}">{message}</text>',
            "  </g>",
            "</svg>",
        ]
    ) + "\n"  # fmt: skip


def _width(text: str) -> int:
    """About what Verdana takes at 11 pixels, and five on both sides; `textLength` makes it fit exactly."""
    return 10 + sum(4 if char in _NARROW else 10 if char in _WIDE else 7 for char in text)
