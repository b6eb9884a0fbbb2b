"""What a change does to the limits that it is judged by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from .limits import written
from .manifest import NAME, Manifest
from .nested import governing


def moved_limits(base: Manifest, head: Manifest | None) -> list[str]:
    """Every limit and rule that differs, as "limit 5 → 10"."""
    before, after = _stated(base), _stated(head) if head else {}
    order = {**after, **before} if len(after) > len(before) else {**before, **after}
    moved = (key for key in order if before.get(key) != after.get(key))
    return [f"{key} {_shown(before.get(key))} → {_shown(after.get(key))}" for key in moved]


def handed_over(before: Mapping[str, Manifest], after: Mapping[str, Manifest], directory: str) -> list[str]:
    """What holds no longer in `directory` because prompts change hands, as "prompts/llm-cost.toml (new): limit 5 → 10".

    A manifest that base lacks takes prompts from the one above it; one that is gone leaves them to it. `before` and
    `after` are the manifests of each side by the directory that they govern.
    """
    found = []
    if directory in after and directory not in before:
        above = before.get(governing(directory, before))
        if above is not None:
            found += [f"{after[directory].path()} (new): {moved}" for moved in _between(above, after[directory])]
    for gone in before.keys() - after.keys():
        if gone and governing(gone, after) == directory:
            moves = _between(before[gone], after.get(directory))
            found += [f"{before[gone].path()} (gone): {moved}" for moved in moves]
    return sorted(found)


def _between(base: Manifest, head: Manifest | None) -> list[str]:
    """Without what is stated of single prompts: that stands in the manifest which lists them."""
    return moved_limits(base._replace(prompts=()), (head or Manifest(NAME))._replace(prompts=()))


def _stated(manifest: Manifest) -> Mapping[str, object]:
    """Each key and what it says; of a tag and of a prompt with its name in front."""
    found: dict[str, object] = {}
    for key, value in _keys(manifest):  # a share and an amount are the two forms of one key
        found[key] = found.get(key) if value is None else value
    return found


def _keys(manifest: Manifest) -> Iterator[tuple[str, object]]:
    budget = manifest.budget

    def amounts(values: NamedTuple, name: str = "") -> Iterator[tuple[str, object]]:
        """As the manifest states them."""
        for key, value in values._asdict().items():
            if key.endswith("_percent"):
                key, value = key.removesuffix("_percent"), _share(value)
            elif budget.usd_rate is not None and isinstance(value, Decimal) and key != "usd_rate":
                value = written(value, budget)
            if value is not None or not name:
                yield name + key, value

    yield from amounts(budget._replace(by_tag=()))
    for each in budget.by_tag:
        yield from amounts(each.limits, f"{each.tag()} ")
    for key, value in manifest.policy._asdict().items():
        yield key, _share(value) if key == "headroom" else value
    for entry in manifest.prompts:
        name = entry.prompt_id or entry.path
        yield from amounts(entry.limits, f"{name} ")
        if entry.max_tokens is not None:
            yield f"{name} max_tokens", entry.max_tokens


def _share(percent: Decimal | None) -> str | None:
    return None if percent is None else f"{percent:f}%"


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()  # as TOML has it
    if value is None or value == ():
        return "unset"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
