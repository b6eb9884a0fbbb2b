"""The man pages of this release, and copies of them where `man` looks."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Iterator

from .errors import ConfigError
from .whole_file import replacing

PAGES = ("llm-cost.1", "git-llm-cost.1")
_TITLE = b"\n.TH LLM-COST 1 ", b"\n.TH GIT-LLM-COST 1 "


def default_directory() -> str:
    """Of the user's own pages, which man-db finds for every program in ~/.local/bin."""
    data = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return os.path.join(data, "man")


def copy_man_pages(directory: str) -> list[str]:
    """Put the pages into `directory`/man1; the paths. ConfigError where one cannot be written or is another's."""
    source, target = _source(), os.path.join(directory, "man1")
    copied = []
    path = target
    try:
        os.makedirs(target, exist_ok=True)
        for name in PAGES:
            path = os.path.join(target, name)
            _refuse_foreign(path)
            with open(os.path.join(source, name), "rb") as page, replacing(path, mode=0o644) as file:
                file.write(page.read())
            copied.append(path)
    except OSError as error:
        raise ConfigError(f"Cannot write {path}: {error.strerror}") from None
    return copied


def _source() -> str:
    """Where an installed package has its pages, or a checkout of the source."""
    for folder in _folders():
        if all(os.path.isfile(os.path.join(folder, name)) for name in PAGES):
            return folder
    raise ConfigError("The man pages are not in this installation", "They are docs/man/*.1 of the source.")


def _folders() -> Iterator[str]:
    above = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    yield os.path.join(above, "docs", "man")
    for place in (sysconfig.get_path("data"), sysconfig.get_path("data", f"{os.name}_user"), above):
        yield os.path.join(place, "share", "man", "man1")


def _refuse_foreign(path: str) -> None:
    if not os.path.lexists(path):
        return
    with open(path, "rb") as file:
        start = b"\n" + file.read(1000)
    if not any(title in start for title in _TITLE):
        raise ConfigError(f"{path} is there already and is no page of llm-cost", "Move it away, or name another DIR.")
