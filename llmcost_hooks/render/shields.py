"""A badge as the JSON that shields.io's endpoint badge reads."""

from __future__ import annotations

import json

from ..report_badge import Badge


def render_shields(badge: Badge) -> str:
    document = {"schemaVersion": 1, "label": badge.label, "message": badge.message, "color": badge.color}
    return json.dumps(document, ensure_ascii=True) + "\n"
