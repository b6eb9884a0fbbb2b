"""Several manifests in one repository: each governs its directory, as far as no deeper one does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from .errors import ConfigError
from .globs import Globs
from .manifest import NAME, Manifest, PromptEntry
from .prompts.discovery import EXCLUDE


def governing(path: str, directories: Collection[str]) -> str:
    """The deepest of `directories` (each ending in "/") that the file at `path` lies in; "" for none of them."""
    if directories:
        cut = path.rfind("/") + 1
        while cut:
            if path[:cut] in directories:
                return path[:cut]
            cut = path.rfind("/", 0, cut - 1) + 1
    return ""


def manifest_directory(path: str) -> str | None:
    """The directory ("" or ending in "/") that the manifest at `path` governs; None where it is no manifest."""
    directory = path.removesuffix(NAME)
    return None if directory == path or directory[-1:] not in ("", "/") else directory


def join_manifests(held: Mapping[str, bytes], parse: Callable[[str, bytes], Manifest]) -> Manifest | None:
    """The manifests of one side as one value: the top's with those below it. None where there is none.

    `held` is by path; `parse(path, data)` reads one. A manifest that the one above it excludes, or that lies where
    others' code lies (`node_modules`, `vendor`), governs nothing and is not read. Raises ConfigError for a broken one,
    and for one that lists a prompt in a directory which another one governs.
    """
    top = parse(NAME, held[NAME]) if NAME in held else None
    if held.keys() <= {NAME}:
        return top
    found: dict[str, Manifest] = {}
    for path in sorted(held, key=lambda path: (path.count("/"), path)):
        directory = manifest_directory(path)
        if not directory:
            continue
        above = found.get(governing(directory[:-1], found), top)
        if not _excluded(path, above):
            found[directory] = _below(directory, parse(path, held[path]))
    if not found:
        return top
    for manifest in (top, *found.values()):
        _refuse_strangers(manifest, found)
    return (top or Manifest(NAME, there=False))._replace(nested=tuple(sorted(found.items())))


def _excluded(path: str, above: Manifest | None) -> bool:
    if above is not None and above.exclude and Globs(above.exclude).matches(path[len(above.directory) :]):
        return True
    return Globs(EXCLUDE).matches(path)


def _below(directory: str, manifest: Manifest) -> Manifest:
    """The manifest with its paths seen from the top of the repository."""
    return manifest._replace(
        directory=directory, prompts=tuple(_entry_below(directory, entry) for entry in manifest.prompts)
    )


def _entry_below(directory: str, entry: PromptEntry) -> PromptEntry:
    samples = entry.assumptions.variables_from
    assumptions = entry.assumptions._replace(variables_from=None if samples is None else directory + samples)
    return entry._replace(path=directory + entry.path, assumptions=assumptions)


def _refuse_strangers(manifest: Manifest | None, found: Mapping[str, Manifest]) -> None:
    for entry in manifest.prompts if manifest else ():
        directory = governing(entry.path.partition("::")[0], found)
        if manifest is not None and directory != manifest.directory:
            raise ConfigError(
                f"{manifest.origin} lists {entry.path}, which {directory}{NAME} governs",
                "Move its [[prompts]] entry there: each manifest governs its own directory.",
            )
