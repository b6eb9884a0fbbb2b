"""Blobs, parsed and counted: what there is to know of each without knowing of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from .errors import LlmCostError
from .git.objects import Unread, read_blobs
from .linking import Key
from .prompts import MAX_BYTES, Problem, Prompt, PromptFacts, parse_prompt
from .prompts.classes import ALL_PROSE, mix_of
from .prompts.parts import Numbered, numbered
from .tokens import Counter
from .unread import as_problem, unread_problem

BATCH_BYTES = 32_000_000  # texts held in memory at once

Wanted = Mapping[Key, Callable[[PromptFacts], set[str]]]  # what a file says of itself -> the encodings to count it in


def count_blobs(
    cwd: str, wanted: Wanted, contents: Mapping[str, bytes], counter: Callable[[str], Counter]
) -> Iterable[tuple[Key, PromptFacts | Problem]]:
    """The facts of each wanted blob, or why there are none. `contents`, by oid, are bytes that git does not hold."""
    keys_of: dict[str, list[Key]] = {}
    for key in wanted:
        keys_of.setdefault(key[1], []).append(key)
    batch: list[tuple[Key, PromptFacts, Numbered, set[str]]] = []
    held = 0
    for oid, data in _bytes(cwd, keys_of, contents):
        for key in keys_of[oid]:
            prompt = unread_problem(data) if isinstance(data, Unread) else _parse(data, key[0])
            if isinstance(prompt, Problem):
                yield key, prompt
                continue
            said = _said(prompt)
            batch.append((key, said, numbered(prompt), wanted[key](said)))
            held += len(data) if isinstance(data, bytes) else 0
        if held > BATCH_BYTES:
            yield from _counted(batch, counter)
            batch, held = [], 0
    yield from _counted(batch, counter)


def _bytes(
    cwd: str, keys_of: Mapping[str, list[Key]], contents: Mapping[str, bytes]
) -> Iterable[tuple[str, bytes | Unread]]:
    yield from ((oid, contents[oid]) for oid in keys_of if oid in contents)
    if rest := [oid for oid in keys_of if oid not in contents]:
        yield from read_blobs(cwd, rest, MAX_BYTES)


def _parse(data: bytes, format: str) -> Prompt | Problem:
    """`format` may name a member of the file behind "::"."""
    name, _, member = format.partition("::")
    try:
        return parse_prompt(data, path=f"::{member}", format=name)
    except LlmCostError as error:
        return as_problem(error)


def _said(prompt: Prompt) -> PromptFacts:
    """What is known before anything is counted."""
    roles = sum(message.role is not None for message in prompt.messages)
    systems = sum(message.role in ("system", "developer") for message in prompt.messages)
    return PromptFacts(prompt.model, prompt.output_cap, roles, {}, prompt.not_sent, systems=systems)


def _counted(
    batch: list[tuple[Key, PromptFacts, Numbered, set[str]]], counter: Callable[[str], Counter]
) -> Iterable[tuple[Key, PromptFacts]]:
    counts: dict[Key, dict[str, tuple[int, ...]]] = {key: {} for key, _, _, _ in batch}
    for encoding in sorted({encoding for _, _, _, encodings in batch for encoding in encodings}):
        files = [(key, file.texts) for key, _, file, encodings in batch if encoding in encodings]
        counted = iter(counter(encoding).count_many([text for _, texts in files for text in texts]))
        for key, texts in files:
            counts[key][encoding] = tuple(next(counted) for _ in texts)
    for key, said, file, _ in batch:
        tokens = {encoding: sum(row) for encoding, row in counts[key].items()}
        if file.parts is None:
            yield key, said._replace(tokens=tokens, mix=mix_of(file.texts))
            continue
        mixes = tuple([mix_of((text,)) for text in file.texts])
        parts = file.parts._replace(counts=counts[key], mixes=mixes if any(mix != ALL_PROSE for mix in mixes) else ())
        yield key, said._replace(tokens=tokens, parts=parts)
