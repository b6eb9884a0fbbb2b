"""What a change does to the limits that it is judged by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from .limits import written
from .manifest import Manifest


def moved_limits(base: Manifest, head: Manifest | None) -> list[str]:
    """Every limit and rule that differs, as "limit 5 → 10"."""
    before, after = _stated(base), _stated(head) if head else {}
    order = {**after, **before} if len(after) > len(before) else {**before, **after}
    moved = (key for key in order if before.get(key) != after.get(key))
    return [f"{key} {_shown(before.get(key))} → {_shown(after.get(key))}" for key in moved]


def _stated(manifest: Manifest) -> Mapping[str, object]:
    """Each key and what it says; of a tag and of a prompt with its name in front."""
    return dict(_keys(manifest))


def _keys(manifest: Manifest) -> Iterator[tuple[str, object]]:
    budget = manifest.budget

    def amounts(values: NamedTuple, name: str = "") -> Iterator[tuple[str, object]]:
        """As the manifest states them."""
        for key, value in values._asdict().items():
            if budget.usd_rate is not None and isinstance(value, Decimal) and not key.endswith(("_percent", "_rate")):
                value = written(value, budget)
            if value is not None or not name:
                yield name + key, value

    yield from amounts(budget._replace(by_tag=()))
    for each in budget.by_tag:
        yield from amounts(each.limits, f"{each.tag()} ")
    yield from manifest.policy._asdict().items()
    for entry in manifest.prompts:
        name = entry.prompt_id or entry.path
        yield from amounts(entry.limits, f"{name} ")
        if entry.max_tokens is not None:
            yield f"{name} max_tokens", entry.max_tokens


def _shown(value: object) -> str:
    if value is None or value == ():
        return "unset"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
