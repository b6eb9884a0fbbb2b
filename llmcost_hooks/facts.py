"""Facts about every prompt of one or two sides: git reads, a format parses, an encoding counts, the memo remembers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

from . import __version__
from .data import open_data
from .errors import LlmCostError
from .git.objects import Unread, read_blobs
from .lookup import find_model
from .memo import Key, Memo
from .prices.book import PriceBook
from .pricestore import load_installed, store_directory
from .pricing import UNKNOWN_MODEL_ENCODING, Facts, model_name
from .prompts import MAX_BYTES, Problem, Prompt, PromptFacts, parse_prompt
from .prompts.nodes import texts
from .reading import Side
from .snapshot import PromptFile
from .tokens import ENCODINGS, Counter, Encoding
from .unread import as_problem, unread_problem

BATCH_BYTES = 32_000_000  # texts held in memory at once


def read_facts(cwd: str, sides: Sequence[Side], memo: Memo, book: PriceBook) -> Facts:
    """What is known of every prompt of `sides`: each distinct blob is read, parsed and counted at most once."""
    files: dict[Key, list[PromptFile]] = {}
    for side in sides:
        for file in side.snapshot.files:
            if file.oid is not None:
                files.setdefault((file.format, file.oid), []).append(file)
    encoding_of = _encodings(book)
    facts: dict[Key, PromptFacts | Problem] = dict(memo.load(files))
    todo = [key for key, users in files.items() if _lacking(facts.get(key), users, encoding_of)]
    if todo:
        contents = {oid: data for side in sides for oid, data in side.contents.items()}
        fresh = dict(_read(cwd, todo, files, contents, encoding_of))
        facts.update((key, _merged(facts.get(key), new)) for key, new in fresh.items())
        memo.save({key: known for key in fresh if isinstance(known := facts[key], PromptFacts)})
    return facts


def _merged(known: PromptFacts | Problem | None, new: PromptFacts | Problem) -> PromptFacts | Problem:
    """The same blob counted in one more encoding."""
    if isinstance(known, PromptFacts) and isinstance(new, PromptFacts):
        return new._replace(tokens={**known.tokens, **new.tokens})
    return new


_EncodingOf = Callable[[PromptFile, PromptFacts], str]


def _encodings(book: PriceBook) -> _EncodingOf:
    """A prompt and what its file says -> the encoding that its text is counted in."""
    known: dict[tuple[object, ...], str] = {}

    def encoding_of(file: PromptFile, facts: PromptFacts) -> str:
        name = model_name(file, facts)
        if name is None:
            return UNKNOWN_MODEL_ENCODING
        key = (name, file.assumptions.pricing_id, id(file.prices))
        if key not in known:
            model = find_model(name, file.assumptions, book, file.prices)
            known[key] = model.encoding if model else UNKNOWN_MODEL_ENCODING
        return known[key]

    return encoding_of


def _lacking(facts: PromptFacts | Problem | None, users: list[PromptFile], encoding_of: _EncodingOf) -> bool:
    if not isinstance(facts, PromptFacts):
        return True
    return not {encoding_of(file, facts) for file in users} <= facts.tokens.keys()


def _read(
    cwd: str,
    todo: list[Key],
    files: Mapping[Key, list[PromptFile]],
    contents: Mapping[str, bytes],
    encoding_of: _EncodingOf,
) -> Iterable[tuple[Key, PromptFacts | Problem]]:
    keys_of: dict[str, list[Key]] = {}
    for key in todo:
        keys_of.setdefault(key[1], []).append(key)
    batch: list[tuple[Key, Prompt, set[str]]] = []
    held = 0
    for oid, data in _bytes(cwd, keys_of, contents):
        for key in keys_of[oid]:
            prompt = unread_problem(data) if isinstance(data, Unread) else _parse(data, files[key][0])
            if isinstance(prompt, Problem):
                yield key, prompt
                continue
            named = PromptFacts(prompt.model, prompt.output_cap, _roles(prompt), {})
            batch.append((key, prompt, {encoding_of(file, named) for file in files[key]}))
            held += len(data) if isinstance(data, bytes) else 0
        if held > BATCH_BYTES:
            yield from _counted(batch)
            batch, held = [], 0
    yield from _counted(batch)


def _bytes(
    cwd: str, keys_of: Mapping[str, list[Key]], contents: Mapping[str, bytes]
) -> Iterable[tuple[str, bytes | Unread]]:
    yield from ((oid, contents[oid]) for oid in keys_of if oid in contents)
    if rest := [oid for oid in keys_of if oid not in contents]:
        yield from read_blobs(cwd, rest, MAX_BYTES)


def _parse(data: bytes, file: PromptFile) -> Prompt | Problem:
    try:
        return parse_prompt(data, path=file.path, format=file.format)
    except LlmCostError as error:
        return as_problem(error)


def _counted(batch: list[tuple[Key, Prompt, set[str]]]) -> Iterable[tuple[Key, PromptFacts]]:
    tokens: dict[Key, dict[str, int]] = {key: {} for key, _, _ in batch}
    for encoding in sorted({encoding for _, _, encodings in batch for encoding in encodings}):
        texts = [(key, text) for key, prompt, encodings in batch if encoding in encodings for text in _texts(prompt)]
        counts = _counter(encoding).count_many([text for _, text in texts])
        for (key, _), count in zip(texts, counts, strict=True):
            tokens[key][encoding] = tokens[key].get(encoding, 0) + count
    for key, prompt, encodings in batch:
        counted = {encoding: tokens[key].get(encoding, 0) for encoding in encodings}
        yield key, PromptFacts(prompt.model, prompt.output_cap, _roles(prompt), counted)


def _texts(prompt: Prompt) -> Iterable[str]:
    for message in prompt.messages:
        yield from texts(message.body)
    yield from prompt.tools


def _roles(prompt: Prompt) -> int:
    return sum(message.role is not None for message in prompt.messages)


@cache
def _counter(encoding: str) -> Counter:
    return Counter(load_encoding(encoding))


def load_encoding(name: str) -> Encoding:
    """The bundled encoding `name`: memory-mapped, nothing is parsed here."""
    return Encoding(name, open_data(f"{name}.tbl"), open_data("classes.bin"))


def count_tokens(text: str, encoding: str) -> int:
    """Tokens of `text` in the bundled encoding "o200k_base" or "cl100k_base", exactly as tiktoken counts them.

    Text that looks like a special token is counted as text. Raises ValueError for an unknown encoding.
    """
    if encoding not in ENCODINGS:
        raise ValueError(f"unknown encoding {encoding!r}")
    return _counter(encoding).count(text)


@cache
def load_price_book() -> PriceBook:
    """The prices in use: what `update-db` installed for this user, else the bundled file, else the newer of both.

    PricingError where an installed file is there and cannot be believed.
    """
    installed, bundled = load_installed(store_directory(os.environ), __version__), load_bundled_book()
    if installed is None:
        return bundled
    book = PriceBook(installed)
    return book if book.generated_at >= bundled.generated_at else bundled


@cache
def load_bundled_book() -> PriceBook:
    """The price file of this release."""
    return PriceBook(open_data("prices.json"))
