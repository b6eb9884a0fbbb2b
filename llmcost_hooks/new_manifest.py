"""A project's first `llm-cost.toml`: what `llm-cost init` proposes, and its text. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from .errors import ConfigError
from .globs import Globs
from .manifest_edit import quoted
from .manifest_values import Wrong, read_path
from .prompts.discovery import EXCLUDE, INCLUDE

MODEL = "gpt-4o"  # that is proposed

_ALWAYS_LEFT_OUT = ("**/README*",)  # from what lies beside prompts, the one that comes later
_ENDINGS = (".prompt", ".instructions", ".agent", ".chatmode")  # before the last one
_SAYING_NOTHING = ("index", "main", "prompt", "skill", "skprompt", "system", "user")  # names of files
_ID_LENGTH = 100


def can_be_listed(path: str) -> bool:
    """Whether a manifest can name the file: TOML and the grammar of paths know no other names."""
    try:
        path.encode()
        return read_path(path) == path and "::" not in path
    except (UnicodeEncodeError, Wrong):
        return False


def proposed_patterns(paths: Collection[str]) -> tuple[str, ...]:
    """The well-known patterns that find `paths`, each as narrow as finds the same. () for what none of them finds."""
    left, patterns = set(paths), []
    for pattern in INCLUDE:
        found = {path for path in left if Globs([pattern]).matches(path)}
        if found:
            narrow = pattern.removeprefix("**/")
            patterns.append(narrow if all(map(Globs([narrow]).matches, found)) else pattern)
            left -= found
    return tuple(patterns)


def left_out(paths: Iterable[str]) -> tuple[str, ...]:
    """The patterns of what is no prompt that are needed to leave `paths` out, and those that come to be needed."""
    listed = list(paths)
    return (*_ALWAYS_LEFT_OUT, *(pattern for pattern in EXCLUDE if any(map(Globs([pattern]).matches, listed))
                                 and pattern not in _ALWAYS_LEFT_OUT))  # fmt: skip


def split_patterns(text: str, is_directory: Collection[str]) -> tuple[str, ...]:
    """What a person types for "where": patterns with commas between them; a directory is everything below it.

    Raises ConfigError for what is no pattern.
    """
    patterns = []
    for word in filter(None, (part.strip().removeprefix("./") for part in text.split(","))):
        bare = word.rstrip("/")
        patterns.append("**" if bare in ("", ".") else f"{bare}/**" if word != bare or bare in is_directory else word)
    if not patterns:
        raise ConfigError("A pattern is needed", "For example: prompts/**/*.md")
    return Globs(patterns).patterns


def proposed_ids(paths: Sequence[str]) -> dict[str, str]:
    """An id for each path: the file's name with as many directories before it as tell it from the others."""
    words = {path: _words(path) for path in paths}
    depth = dict.fromkeys(paths, 1)
    while True:
        ids = {path: "-".join(words[path][-depth[path] :])[-_ID_LENGTH:].strip("-.") for path in paths}
        sharing: dict[str, list[str]] = {}
        for path, prompt_id in ids.items():
            sharing.setdefault(prompt_id, []).append(path)
        deeper = [
            path for group in sharing.values() if len(group) > 1 for path in group if depth[path] < len(words[path])
        ]
        if not deeper:
            return _numbered(ids)
        for path in deeper:
            depth[path] += 1


def _words(path: str) -> list[str]:
    """The parts of an id, the last one for the file."""
    *directories, name = path.split("/")
    stem = re.sub(r"(?<=.)\.[^.]*$", "", name)
    for ending in _ENDINGS:
        stem = stem.removesuffix(ending) or stem
    words = [word for word in map(_slug, directories) if word and word != "prompts"]
    last = _slug(stem)
    if words and (not last or last in _SAYING_NOTHING):
        return words
    return [*words, last or "prompt"]


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9._-]+", "-", plain).strip("-.")


def _numbered(ids: Mapping[str, str]) -> dict[str, str]:
    """Files that have nothing else to tell them apart get numbers."""
    taken, result = set(ids.values()), {}
    used: set[str] = set()
    for path, prompt_id in ids.items():
        number, own = 1, prompt_id
        while own in used or (number > 1 and own in taken):
            number += 1
            own = f"{prompt_id}-{number}"
        used.add(own)
        result[path] = own
    return result


def manifest_text(
    model: str, output_ratio: Decimal | None, include: Sequence[str], exclude: Sequence[str], ids: Mapping[str, str]
) -> str:
    """The text of a manifest that lists the prompts of `ids` (path -> prompt_id)."""
    ratio = "# output_ratio = 0.5" if output_ratio is None else f"output_ratio = {output_ratio:f}"
    discover = ""
    if include:
        discover = f"""
[discover]                     # a new prompt counts at once, by its path; an entry below gives it an id that lasts
include = [{_listed(include)}]
exclude = [{_listed(exclude)}]
"""
    prompts = "".join(f"\n[[prompts]]\npath = {quoted(path)}\nprompt_id = {quoted(own)}\n" for path, own in ids.items())
    return f"""\
# What the prompts of this project are, what they are used for and what they may cost.
# llm-cost estimate, diff, check and the git hooks read it. A line behind "# " is a proposal.
version = 1

[defaults]
{_commented(f"model = {quoted(model)}", "of every prompt that names no other one")}
{_commented(ratio, "output tokens per input token; where unknown, costs are lower bounds (≥)")}
# calls = 1000                 # requests per [budget] period, of each prompt

# [budget]                     # what check and the hooks hold costs against
# limit = 10.00                # USD per period
# currency = "USD"
# period = "month"             # with a period every prompt needs calls
# max_increase = "25%"         # what one change may add

# [tags]                       # any keys; they travel into reports
# team = "platform"
{discover}
# prompt_id is the key that costs are tracked by: rename files freely, but keep it.
{prompts.removeprefix(chr(10))}"""


def _commented(line: str, comment: str) -> str:
    return f"{line:<30} # {comment}"


def _listed(patterns: Sequence[str]) -> str:
    return ", ".join(map(quoted, patterns))
