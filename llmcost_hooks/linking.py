"""What a prompt pulls in from other files of its side: partials, settings, samples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .errors import ParseError
from .prompts import Problem, PromptFacts
from .prompts.includes import candidates, included_format, inside
from .prompts.measure import Body, Resolve
from .prompts.nodes import Include, includes
from .snapshot import PromptFile

SAMPLES = "samples"  # the format of a file of sample values
SETTINGS = {"semantic-kernel": "sk-config"}  # and of the file beside a prompt that holds its settings

Key = tuple[str, str]  # (format, oid)


class Facts(NamedTuple):
    """What is known of the prompts of one or two sides, and of what they pull in."""

    blobs: Mapping[Key, PromptFacts | Problem]
    beside: Mapping[str, Mapping[str, str | Problem]] = {}  # by `Snapshot.key()`: path -> oid of what is pulled in


class Link(NamedTuple):
    """One file that another pulls in: the first of `paths` that is there."""

    paths: tuple[str, ...]
    format: str

    def located(self, beside: Mapping[str, str | Problem]) -> str | None:
        return next((path for path in self.paths if path in beside), None)


def links(path: str, format: str, facts: PromptFacts) -> Iterator[Link]:
    """What the file at `path` itself pulls in."""
    if facts.parts is None:
        return
    for include in includes(facts.parts.messages):
        yield _include_link(path, include, format)
    if facts.parts.settings is not None:
        yield settings_link(path, facts.parts.settings, format)


def _include_link(path: str, include: Include, format: str) -> Link:
    return Link(candidates(path, include, format), included_format(include, format))


def settings_link(path: str, ref: str, format: str) -> Link:
    found = inside(path.rpartition("/")[0], ref)
    return Link((found,) if found else (), SETTINGS[format.partition("::")[0]])


def samples_link(file: PromptFile) -> Link | None:
    """The sample values that the manifest names for a prompt."""
    place = file.assumptions.variables_from
    return None if place is None else Link((place,), SAMPLES)


def pulls_in(file: PromptFile, facts: Facts) -> bool:
    """Whether a prompt's size depends on other files of its side."""
    known = facts.blobs.get((file.format, file.oid or ""))
    parts = known.parts if isinstance(known, PromptFacts) else None
    if file.assumptions.variables_from is not None:
        return True
    return parts is not None and (parts.settings is not None or any(True for _ in includes(parts.messages)))


def pulled_in(file: PromptFile, facts: Facts, side: str) -> Iterator[tuple[Link, str | None]]:
    """(link, the path that it leads to) of everything that a prompt pulls in, directly or not, as far as is known."""
    beside = facts.beside.get(side, {})
    samples = samples_link(file)
    todo = [(file.path, file.format, facts.blobs.get((file.format, file.oid or "")))]
    seen: set[tuple[str, str]] = set()
    first = [samples] if samples else []
    while todo:
        path, format, known = todo.pop()
        for link in (*first, *(links(path, format, known) if isinstance(known, PromptFacts) else ())):
            place = link.located(beside)
            yield link, place
            if place is not None and (place, link.format) not in seen:
                seen.add((place, link.format))
                todo.append((place, link.format, facts.blobs.get((link.format, str(beside[place])))))
        first = []


def completed(file: PromptFile, known: PromptFacts, facts: Facts, side: str) -> PromptFacts | Problem:
    """A prompt's own facts, with what its settings file says where it says nothing itself."""
    if known.parts is None or known.parts.settings is None:
        return known
    link = settings_link(file.path, known.parts.settings, file.format)
    found = at(link, facts, side)
    if found is None or isinstance(found, Problem):
        return found or known
    return known._replace(model=known.model or found.model, output_cap=known.output_cap or found.output_cap)


def at(link: Link, facts: Facts, side: str) -> PromptFacts | Problem | None:
    """What a link leads to; None where nothing is there, or not yet read; a Problem that names the path."""
    beside = facts.beside.get(side, {})
    place = link.located(beside)
    if place is None:
        return None
    oid = beside[place]
    found = oid if isinstance(oid, Problem) else facts.blobs.get((link.format, oid))
    return found._replace(reason=f"{place} {found.reason}") if isinstance(found, Problem) else found


def resolver(facts: Facts, side: str, encoding: str) -> Resolve:
    """(file, include in it) -> the included file, its texts counted in `encoding`."""
    known: dict[tuple[str, str, str, str | None], Body | None] = {}

    def resolve(body: Body, include: Include) -> Body | None:
        key = (body.path, body.format, include.ref, include.format)
        if key not in known:
            known[key] = found_by(body, include)
        return known[key]

    def found_by(body: Body, include: Include) -> Body | None:
        link = _include_link(body.path, include, body.format)
        found = at(link, facts, side)
        if isinstance(found, Problem):
            raise ParseError(f"includes a file that cannot be read: {found.reason}", found.hint)
        place = link.located(facts.beside.get(side, {}))
        return None if found is None or place is None else body_of(place, link.format, found, encoding)

    return resolve


def body_of(path: str, format: str, facts: PromptFacts, encoding: str) -> Body:
    """A file's texts and their counts."""
    if facts.parts is None:
        return Body(path, format, ((0,),), (facts.tokens[encoding],))
    return Body(path, format, facts.parts.messages, facts.parts.counts[encoding])
