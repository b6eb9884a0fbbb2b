"""The wording of why a cost changed: text, model, assumptions, prices."""

from __future__ import annotations

from collections.abc import Iterable

from .compare import Comparison, PromptDelta, Split
from .render.money import format_delta
from .report import Text, grouped_notes
from .report_parts import inexact

NAMES = Split._fields[:4]


def worth_saying(rows: Iterable[PromptDelta]) -> bool:
    """Whether anything but a text changed; otherwise the difference itself says it all."""
    return any(row.split is not None and any((*row.split.parts()[1:], not row.split.whole())) for row in rows)


def why(row: PromptDelta) -> str:
    """ "model", or "text +$0.08, model -$3.20" where several things changed; nothing for what is new or gone."""
    if row.split is None or row.base is None or row.head is None:
        return ""
    moved = _moved(row.split)
    if len(moved) == 1 and row.split.whole():
        return moved[0]
    return _parts(row.split, "~" if any(map(inexact, (row.base, row.head))) else "")


def why_total(comparison: Comparison) -> Text:
    """The same of the whole difference."""
    found = comparison.split()
    if found is None or not _moved(found):
        return ()
    rows = [row for side in (comparison.base, comparison.head) for row in side.rows]
    return ("Of which: " + _parts(found, "~" if any(map(inexact, rows)) else ""),)


def split_notes(comparison: Comparison) -> tuple[Text, ...]:
    """Which parts are not known, and why."""
    pairs = []
    for row in comparison.rows:
        if row.split is not None and not row.split.whole():
            lost = " and ".join(name for name, part in zip(NAMES, row.split.parts(), strict=True) if part is None)
            pairs.append((row.prompt_id, f"what {lost} alone cost is not known: {row.split.why}"))
    return grouped_notes(pairs)


def _moved(split: Split) -> list[str]:
    return [name for name, part in zip(NAMES, split.parts(), strict=True) if part is None or part]


def _parts(split: Split, mark: str) -> str:
    pairs = [(name, part) for name, part in zip(NAMES, split.parts(), strict=True) if part is None or part]
    return ", ".join(f"{name} ?" if part is None else f"{name} {mark}{format_delta(part)}" for name, part in pairs)
