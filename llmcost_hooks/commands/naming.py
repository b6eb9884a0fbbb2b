"""Which prompt a command line names."""

from __future__ import annotations

import difflib

from ..errors import ConfigError
from ..snapshot import PromptFile, Snapshot


def find_prompt(asked: str, prefix: str, snapshot: Snapshot) -> PromptFile:
    """By id, else by path, as it is typed below `prefix` or from the top of the repository.

    Raises ConfigError with near names where there is none.
    """
    by_id = {file.prompt_id: file for file in snapshot.files}
    by_path = {file.path: file for file in snapshot.files}
    for found in (by_id.get(asked), by_path.get(prefix + asked.removeprefix("./")), by_path.get(asked)):
        if found is not None:
            return found
    near = difflib.get_close_matches(asked, sorted({*by_id, *by_path}), 3, 0.5)
    hint = f"Did you mean: {', '.join(near)}" if near else "llm-cost estimate lists them all."
    raise ConfigError(f'There is no prompt "{asked}" ({snapshot.label})', hint)
