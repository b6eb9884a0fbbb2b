"""One side of a comparison: its manifest, and its prompts as (prompt_id, path, oid)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from .attributes import NOTHING_SAID, Attributes, directory_of
from .errors import ConfigError, ExitCode
from .globs import Globs
from .manifest import Assumptions, Manifest, PromptEntry
from .nested import governing, manifest_directory
from .prompts import Problem, format_of
from .prompts.discovery import EXCLUDE, INCLUDE

if TYPE_CHECKING:
    from .prices.own import OwnPrices


class PromptFile(NamedTuple):
    prompt_id: str
    path: str
    oid: str | None  # None where `problem` says why its content is not known
    format: str
    assumptions: Assumptions  # of this prompt; its model is the one stated for it, not the default one
    default_model: str | None  # of `llmcost-model` in .gitattributes, else the manifest's
    tags: Mapping[str, str]
    named: bool  # prompt_id comes from the manifest; otherwise it is the path
    problem: Problem | None = None
    prices: OwnPrices | None = None  # of its side's manifest


MISSING = Problem(
    "is listed in llm-cost.toml and is not there",
    "Restore the file, or remove its [[prompts]] entry.",
    ExitCode.CONFIG_ERROR,
)
NO_MODEL_NAMED = Problem(
    "has the attribute llmcost-model without a value",
    "Write llmcost-model=gpt-4o in .gitattributes, or -llmcost-model.",
    ExitCode.CONFIG_ERROR,
)


class Snapshot(NamedTuple):
    label: str  # what a person calls this side: "main", "worktree"
    commit: str | None
    manifest: Manifest | None  # None: this side has no llm-cost.toml
    files: tuple[PromptFile, ...]  # sorted by prompt_id
    as_of: date | None = None  # the day whose prices were asked for, whatever the manifest pins

    def key(self) -> str:
        """What tells this side from another one."""
        return self.commit or self.label


def at_prices_of(snapshot: Snapshot, day: date) -> Snapshot:
    """The side with every price as it was on `day`, whatever its manifest pins."""
    from .prices.own import NO_PRICES

    pinned: dict[int, OwnPrices] = {}
    for file in snapshot.files:
        pinned.setdefault(id(file.prices), (file.prices or NO_PRICES)._replace(as_of=day))
    files = tuple([file._replace(prices=pinned[id(file.prices)]) for file in snapshot.files])
    return snapshot._replace(files=files, as_of=day)


class Selection(NamedTuple):
    """What a command line says about which files are prompts and how they are used."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()  # files and directories, relative to the top of the repository
    as_text: bool = False
    assumptions: Assumptions = Assumptions()  # for all prompts, above the manifest's


class Finder:
    """Decides which paths of one side are prompts. Also says which directories a walk can skip."""

    def __init__(self, manifest: Manifest | None, selection: Selection, attributes: Attributes = NOTHING_SAID) -> None:
        """Raises ConfigError for a malformed pattern."""
        self._attributes = attributes
        nested = manifest.nested if manifest else ()
        self._nested = {directory: Finder(below, selection, attributes) for directory, below in nested}
        self._directory = manifest.directory if manifest else ""
        self._listed = {place_of(entry.path) for entry in manifest.prompts} if manifest else set()
        self._ad_hoc = bool(selection.include)
        include: tuple[str, ...]
        exclude: tuple[str, ...]
        if selection.include:
            include, exclude = selection.include, ()
        elif manifest is not None and not manifest.there:
            include, exclude = (), ()
        elif manifest is None or not (manifest.prompts or manifest.include):  # it says nothing of where prompts are
            include, exclude = INCLUDE, (*EXCLUDE, *(manifest.exclude if manifest else ()))
        else:
            include, exclude = manifest.include, manifest.exclude
        self._include = Globs(include)
        self._exclude = Globs(exclude) if exclude else None
        self._refused = Globs(selection.exclude) if selection.exclude else None
        self._paths = tuple(place_of(path) for path in selection.paths)
        self._directories = {
            path[: cut + 1] for path in (*self._listed, *self._paths) for cut in range(len(path)) if path[cut] == "/"
        }

    def finds(self, path: str) -> bool:
        """Whether the file at `path` is a prompt that was asked for."""
        if self._nested and (directory := governing(path, self._nested)):
            return self._nested[directory].finds(path)
        if self._paths and not any(path == wanted or path.startswith(wanted + "/") for wanted in self._paths):
            return False
        if self._refused is not None and self._refused.matches(path):
            return False
        if path in self._paths or (path in self._listed and not self._ad_hoc):
            return True
        if self._attributes.rules and not self._ad_hoc:
            given = self._attributes.of(path)
            if given.prompt is not None or given.vendored:
                return bool(given.prompt) and directory_of(path) is None and manifest_directory(path) is None
        inner = path if self._ad_hoc else path[len(self._directory) :]
        if not self._include.matches(inner) or directory_of(path) is not None:
            return False
        return self._exclude is None or not self._exclude.matches(inner)

    def enters(self, directory: str) -> bool:
        """Whether a prompt can lie below `directory` ("" or ending in "/")."""
        if not self._ad_hoc and self._attributes.name_prompts:
            return True
        if self._nested:
            if any(below.startswith(directory) for below in self._nested):
                return True
            if inside := governing(directory, self._nested):
                return self._nested[inside].enters(directory)
        inner = directory if self._ad_hoc else directory[len(self._directory) :]
        return directory in self._directories or self._include.enters(inner) or bool(self._paths)

    def roots(self) -> tuple[str, ...]:
        """Directories that together hold every prompt; () for the whole repository."""
        if self._nested or (not self._ad_hoc and self._attributes.name_prompts):
            return ()
        if self._paths or any(part in "*?[" for part in "".join(p.split("/")[0] for p in self._include.patterns)):
            return ()
        paths = (*self._include.patterns, *(self._listed if not self._ad_hoc else ()))
        roots = {path.split("/")[0] for path in paths if "/" in path}
        return tuple(sorted(roots)) if len(roots) and all("/" in path for path in paths) else ()


def make_snapshot(
    label: str,
    commit: str | None,
    manifest: Manifest | None,
    selection: Selection,
    found: Mapping[str, str | Problem],
    *,
    borrowed: bool = False,
    attributes: Attributes = NOTHING_SAID,
    like: Snapshot | None = None,
) -> Snapshot:
    """One side from the prompts that were found there (`found`: path -> oid, or why it cannot be read).

    A listed prompt that was not found keeps its place as MISSING, so that it is reported; where the manifest is
    `borrowed` from the other side it is simply not there. What `like`, a side with the same manifest, selection and
    attributes, has of the same content is taken from it. Raises ConfigError where two prompts share an id.
    """
    if not borrowed and not selection.include:
        finder = Finder(manifest, selection)
        places = {place_of(entry.path) for each in _every(manifest) for entry in each.prompts}
        found = {**found, **{path: MISSING for path in places - found.keys() if finder.finds(path)}}
    files, rest = _kept(like, found) if like else ([], found)
    for each, its_found in _by_manifest(manifest, rest):
        files += _files(each, selection, its_found, attributes)
    files.sort(key=itemgetter(0))  # prompt_id
    _refuse_shared_ids(files)
    return Snapshot(label, commit, manifest, tuple(files))


def _kept(like: Snapshot, found: Mapping[str, str | Problem]) -> tuple[list[PromptFile], Mapping[str, str | Problem]]:
    """(the prompts whose content is found where they are, what else is found)."""
    rest, files = dict(found), []
    for file in like.files:
        place = place_of(file.path)
        if file.oid is not None and found.get(place) == file.oid:
            files.append(file)
            rest.pop(place, None)  # a file can hold several
    return files, rest


def _every(manifest: Manifest | None) -> tuple[Manifest, ...]:
    return manifest.every() if manifest else ()


def _by_manifest(
    manifest: Manifest | None, found: Mapping[str, str | Problem]
) -> list[tuple[Manifest | None, Mapping[str, str | Problem]]]:
    """What was found, with the manifest that governs it."""
    if manifest is None or not manifest.nested:
        return [(manifest, found)]
    nested = dict(manifest.nested)
    shares: dict[str, dict[str, str | Problem]] = {}
    for path, content in found.items():
        shares.setdefault(governing(path, nested), {})[path] = content
    return [(nested.get(directory, manifest), share) for directory, share in shares.items()]


def _files(
    manifest: Manifest | None, selection: Selection, found: Mapping[str, str | Problem], attributes: Attributes
) -> list[PromptFile]:
    """The prompts that one manifest governs."""
    listed = _entries(manifest, selection)
    defaults = manifest.defaults if manifest else Assumptions()
    below = defaults._replace(model=None, format=None, region=None, default_region=defaults.region)
    tags = manifest.tags if manifest else {}
    prices = manifest.prices if manifest else None
    shared = selection.assumptions.over(below)  # of every prompt that has no entry of its own
    of_globs = manifest.formats if manifest else ()
    directory = manifest.directory if manifest else ""
    files = []
    for place, content in found.items():
        said = attributes.of(place).model if attributes.rules else None
        if said == "" and isinstance(content, str):
            content = NO_MODEL_NAMED
        for entry in listed.get(place, (None,)):
            path = entry.path if entry else place
            own = selection.assumptions.over(entry.assumptions).over(below) if entry else shared
            inner = path[len(directory) :]
            files.append(
                PromptFile(
                    full_id(directory, entry.prompt_id) if entry and entry.prompt_id else path,
                    path,
                    content if isinstance(content, str) else None,
                    "literal" if selection.as_text else _format(inner, own.format, of_globs, defaults.format),
                    own,
                    said or defaults.model,
                    {**tags, **entry.tags} if entry else tags,
                    entry is not None and entry.prompt_id is not None,
                    None if isinstance(content, str) else content,
                    prices,
                )
            )
    return files


def full_id(directory: str, prompt_id: str) -> str:
    """A prompt's id in the whole repository: a nested manifest's directory stands before its ids."""
    return f"{directory[:-1]}:{prompt_id}" if directory else prompt_id


# Names of files that no prompt is taken to include: source code, and what is no text. Any other may be part of one.
_CODE = (
    ".c .cc .cfg .class .clj .cpp .cs .css .csv .dart .dll .ex .exe .gif .go .gz .h .hpp .ico .ini .ipynb "
    ".java .jar .jpeg .jpg .js .jsx .kt .less .lock .lua .map .mjs .mp3 .mp4 .pdf .php .pl .png .proto .py "
    ".pyi .r .rb .rs .scala .scss .sh .so .sql .sum .svg .swift .tf .toml .ts .tsx .ttf .vue .wasm .webp .woff "
    ".woff2 .xls .xlsx .yaml .yml .zip dockerfile makefile license notice .gitignore .gitattributes "
    ".gitmodules .editorconfig"
)
_NOT_PULLED_IN = tuple(_CODE.split())


def may_be_pulled_in(path: str, manifest: Manifest | None) -> bool:
    """Whether a prompt may include the file, by its name: which one does is known only when prompts are read."""
    samples = {entry.assumptions.variables_from for each in _every(manifest) for entry in each.prompts}
    return not path.lower().endswith(_NOT_PULLED_IN) or path in samples


def place_of(path: str) -> str:
    """The file that a prompt lies in: its path without the member behind "::"."""
    return path.partition("::")[0]


def _entries(manifest: Manifest | None, selection: Selection) -> dict[str, list[PromptEntry]]:
    """By file, the entries of the manifest and of members that the command line names."""
    entries: dict[str, list[PromptEntry]] = {}
    for entry in manifest.prompts if manifest else ():
        entries.setdefault(place_of(entry.path), []).append(entry)
    for place in {place_of(path) for path in selection.paths if "::" in path}:
        known = {entry.path: entry for entry in entries.get(place, ())}
        asked = [path for path in selection.paths if place_of(path) == place]
        entries[place] = [known.get(path) or PromptEntry(path, None, Assumptions(), {}) for path in asked]
    return entries


def _format(path: str, stated: str | None, of_globs: Sequence[tuple[Globs, str]], default: str | None) -> str:
    """The format of a prompt's own entry, else of the first glob that matches, the default one, what its name says."""
    place, _, member = path.partition("::")
    by_glob = next((format for globs, format in of_globs if globs.matches(place)), None) if of_globs else None
    format = stated or by_glob or default or format_of(place)
    return f"{format}::{member}" if member else format


def _refuse_shared_ids(files: list[PromptFile]) -> None:
    for one, other in pairwise(files):
        if one.prompt_id == other.prompt_id:
            raise ConfigError(
                f'"{one.prompt_id}" is the prompt_id of {one.path} and of {other.path}',
                "A prompt without an id is known by its path: give one of the two another prompt_id.",
            )
