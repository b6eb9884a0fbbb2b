"""Scripts in a hooks directory: read, written as a whole, kept aside, put back."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

from .errors import ConfigError
from .hook_scripts import LEGACY, Hook, Step
from .whole_file import replacing

_LIMIT = 1_000_000  # a script of ours is far smaller
_MODE = 0o755


def read_hooks(directory: str, names: Sequence[str]) -> list[Hook]:
    """What the directory has of these hooks. ConfigError for what cannot be read, or is no file."""
    if os.path.lexists(directory) and not os.path.isdir(directory):
        raise ConfigError(f"{directory} is no directory: there is no place for hooks", "See: git config core.hooksPath")
    return [_read(os.path.join(directory, name), name) for name in names]


def _read(path: str, name: str) -> Hook:
    if not os.path.lexists(path):
        return Hook(name, None)
    if os.path.exists(path) and not os.path.isfile(path):
        raise ConfigError(f"{path} is no file", "Move it away.")
    script = b""  # of a link that leads nowhere
    try:
        with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
            script = file.read(_LIMIT)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None
    return Hook(name, script, os.access(path, os.X_OK), os.path.lexists(path + LEGACY))


def apply(directory: str, steps: Sequence[Step]) -> None:
    """Do what was planned, hook by hook, each as a whole. ConfigError where the system refuses."""
    path = directory
    try:
        os.makedirs(directory, exist_ok=True)
        for step in steps:
            path = os.path.join(directory, step.hook)
            if step.action in ("write", "chain"):
                _write(path, step.script, keeps=step.action == "chain")
            elif step.action == "restore":
                os.replace(path + LEGACY, path)
            elif step.action == "remove":
                os.unlink(path)
    except OSError as error:
        raise ConfigError(f"Cannot write {path}: {error.strerror}. That hook is what it was.") from None


def _write(path: str, script: bytes, *, keeps: bool) -> None:
    """At no moment is a hook that was there out of force: it gets its second name before it loses the first."""
    with replacing(path, mode=_MODE) as file:
        file.write(script)
        if keeps:
            file.flush()
            os.fsync(file.fileno())  # what could still fail does so before
            _keep(path)


def _keep(path: str) -> None:
    try:
        os.link(path, path + LEGACY, follow_symlinks=False)  # fails where the name is taken
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # a file system without second names
        os.rename(path, path + LEGACY)
