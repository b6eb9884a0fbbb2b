"""The updates of `llm-cost calibrate`, written into the manifests that they are of."""

from __future__ import annotations

import os
from collections.abc import Sequence
from decimal import Decimal

from ..calibration.advice import Update
from ..calibration.ratios import TokenRatio
from ..clock import today
from ..errors import ConfigError
from ..manifest import Manifest
from ..manifest_file import edit_manifest
from ..manifest_values_edit import NewValue, set_values
from ..prices.own import OwnRatio


def write_updates(top: str, manifest: Manifest, updates: Sequence[Update], ratios: Sequence[TokenRatio]) -> list[str]:
    """Each manifest once; ratios of tokens into that at the top, or the first. Returns the paths that were written.

    Raises ConfigError where one is not there any more, or cannot be edited.
    """
    paths = [each.path() for each in manifest.every()]
    if gone := sorted({update.manifest for update in updates} - set(paths)):
        raise ConfigError(f"There is no {', '.join(gone)} any more: nothing was applied", "Estimate again.")
    written = []
    for each in manifest.every():
        path = each.path()
        new = {
            (update.prompt_id, key): value  # the size of an input may be of two updates, and is the same in both
            for update in updates
            if update.manifest == path
            for key, value in ((update.key, update.value), *update.also)
        }
        values = [NewValue(_in_manifest(name, each), key, value) for (name, key), value in new.items()]
        stated = [_stated(ratio) for ratio in ratios] if path == paths[0] else []
        if values or stated:
            directory = os.path.join(top, os.path.dirname(path))
            edit_manifest(directory, lambda text, new=values, own=stated: set_values(text or "", new, own))  # type: ignore[misc]
            written.append(path)
    return written


def _in_manifest(name: str | None, manifest: Manifest) -> str | None:
    """As its text names an entry: an id as it is, a path from its own directory."""
    if name is None or any(entry.prompt_id == name for entry in manifest.prompts):
        return name
    return name.removeprefix(manifest.directory)


def _stated(ratio: TokenRatio) -> OwnRatio:
    low, typical, high = (Decimal(f"{number:.3f}") for number in (ratio.low, ratio.ratio, ratio.high))
    return OwnRatio(ratio.model, low, typical, high, today())
