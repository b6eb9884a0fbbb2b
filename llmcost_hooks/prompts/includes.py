"""Where an include may lie: the paths that a template's reference can mean, likeliest first.

Which of them is there, and so is meant, is for the snapshot to say.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import format_of
from .nodes import Include

MAX_PATHS = 64  # looked for per include
_PARTIALS = ("", "partials/", "_partials/")
# What a bare partial name stands for, by format.
_ENDINGS = {
    "handlebars": (".handlebars", ".hbs", ".mustache"),
    "mustache": (".mustache", ".hbs", ".handlebars"),
    "dotprompt": (".prompt",),
}
_TEMPLATES = ("jinja2", "handlebars", "mustache", "f-string", "dollar", "angle", "semantic-kernel", "dotprompt")
_BESIDE = ("claude-md", "fabric", "promptfoo")  # what these name lies where they say, seen from their own directory


def candidates(path: str, include: Include, format: str) -> tuple[str, ...]:
    """The paths, relative to the top of the repository, that `include` in the file at `path` may mean.

    A template engine has a root directory that no file names: so beside the file, then in each directory above it, in
    the `templates/` and `prompts/` there, up to the top. Nothing outside of the repository is ever meant.
    """
    name = format.partition("::")[0]
    if name in _BESIDE:
        beside = None if include.ref.startswith("/") else inside(path.rpartition("/")[0], include.ref)
        return () if beside is None else (beside,)
    found = dict.fromkeys(_paths(path, include.ref, _engine(include, name)))
    return tuple(each for each in found if each is not None)[:MAX_PATHS]


def included_format(include: Include, format: str) -> str:
    """The format that an included file is read in.

    That of the including file, where it is a template's; else what that file says; else what its own name says.
    """
    engine = _engine(include, format.partition("::")[0])
    return engine if engine in _TEMPLATES else include.format or format_of(include.ref)


def _engine(include: Include, name: str) -> str:
    """The template language that `include` is written in, or the format `name` of its file where it is none."""
    return name if name in _TEMPLATES or not include.format else include.format


def _paths(path: str, ref: str, format: str) -> Iterator[str | None]:
    directory = path.rpartition("/")[0]
    names = list(_names(ref, format))
    while True:
        for below in ("", "templates/", "prompts/") if format == "jinja2" else ("",):
            for name in names:
                yield inside(directory, below + name)
        if not directory:
            return
        directory = directory.rpartition("/")[0]


def _names(ref: str, format: str) -> Iterator[str]:
    endings = _ENDINGS.get(format)
    if endings is None:
        yield ref
        return
    above, _, name = ref.rpartition("/")
    for folder in _PARTIALS:
        for ending in endings if not ref.endswith(endings) else ("",):
            for mark in ("_", ""):
                yield f"{folder}{above + '/' if above else ''}{mark}{name}{ending}"


def inside(directory: str, ref: str) -> str | None:
    """`ref`, as seen from `directory`, as a path from the top; None where it leads out of the repository."""
    parts = directory.split("/") if directory and not ref.startswith("/") else []
    for part in ref.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts) or None
