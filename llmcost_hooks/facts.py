"""Facts about every prompt of one or two sides: git reads, a format parses, an encoding counts, the memo remembers."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache

from . import __version__
from .beside import find_beside
from .counting import count_blobs
from .data import available, open_data, open_table
from .errors import ConfigError
from .linking import Facts, Key, completed, pulled_in
from .lookup import find_model
from .memo import Memo
from .prices.book import PriceBook
from .pricestore import load_installed, store_directory
from .pricing import model_name
from .prompts import Problem, Prompt, PromptFacts, Sample
from .prompts.classes import mix_of
from .prompts.parts import numbered
from .prompts.sized import Value, sized_values
from .reading import Side
from .sizing import UNKNOWN_MODEL_ENCODING
from .snapshot import PromptFile
from .tokens import KNOWN, Counter, Encoding


def read_facts(cwd: str, sides: Sequence[Side], memo: Memo, book: PriceBook, before: Facts | None = None) -> Facts:
    """What is known of every prompt of `sides`: each distinct blob is read, parsed and counted at most once.

    `before` is what is known already; what it says of prompts of other sides stays.

    What a prompt includes is known only when it has been read; so this goes in rounds, each for all of them.
    """
    contents = {oid: data for side in sides for oid, data in side.contents.items()}
    blobs: dict[Key, PromptFacts | Problem] = dict(before.blobs) if before else {}
    beside: dict[str, dict[str, str | Problem]] = {side.snapshot.key(): {} for side in sides}
    if before:
        beside |= {key: dict(found) for key, found in before.beside.items()}
    facts, encoding_of = Facts(blobs, beside), _encodings(book)
    looked: dict[str, set[str]] = {key: set() for key in beside}  # again after `before`: it has no contents
    asked = {(file.format, file.oid) for side in sides for file in side.snapshot.files if file.oid is not None}
    blobs.update(memo.load(asked - blobs.keys()))
    asked |= blobs.keys()
    while True:
        needs, paths = _needs(sides, facts, encoding_of)
        settled = True
        for side in sides:
            key = side.snapshot.key()
            if unseen := paths[key] - looked[key]:
                settled = False
                found, data = find_beside(cwd, side.source, unseen)
                looked[key] |= unseen
                beside[key].update(found)
                contents.update(data)
        unasked = needs.keys() - asked
        blobs.update(memo.load(unasked))
        lacking = [key for key, encodings in needs.items() if _lacks(blobs.get(key), encodings)]
        users = _users(sides) if lacking else {}
        todo = {key: _wanted(needs[key], users.get(key, ()), encoding_of) for key in lacking}
        fresh = dict(count_blobs(cwd, todo, contents, _counter))
        blobs.update((key, _merged(blobs.get(key), new)) for key, new in fresh.items())
        memo.save({key: known for key in fresh if isinstance(known := blobs[key], PromptFacts)})
        asked |= unasked
        if settled and not unasked and not fresh:
            return facts


_EncodingOf = Callable[[PromptFile, PromptFacts], str]


def _needs(
    sides: Sequence[Side], facts: Facts, encoding_of: _EncodingOf
) -> tuple[dict[Key, set[str]], dict[str, set[str]]]:
    """As far as is known now: (the encodings that each blob is needed in, the paths to look for on each side)."""
    needs: dict[Key, set[str]] = {}
    paths: dict[str, set[str]] = {}
    alone: set[int] = set()  # files that pull in nothing, and so need the same on each side
    for side in sides:
        here = side.snapshot.key()
        wanted = paths.setdefault(here, set())
        for file in side.snapshot.files:
            if file.oid is None or id(file) in alone:
                continue
            key = file.format, file.oid
            known, encodings = facts.blobs.get(key), needs.setdefault(key, set())
            if not isinstance(known, PromptFacts):
                continue
            if known.parts is None and file.assumptions.variables_from is None:
                encodings.add(encoding_of(file, known))
                alone.add(id(file))
                continue
            whole = completed(file, known, facts, here)
            encoding = encoding_of(file, whole if isinstance(whole, PromptFacts) else known)
            encodings.add(encoding)
            for link, place in pulled_in(file, facts, here):
                wanted.update(link.paths)
                oid = None if place is None else facts.beside[here][place]
                if isinstance(oid, str):
                    needs.setdefault((link.format, oid), set()).add(encoding)
    return needs, paths


def _users(sides: Sequence[Side]) -> dict[Key, list[PromptFile]]:
    """The prompts that each blob is the content of."""
    users: dict[Key, list[PromptFile]] = {}
    for side in sides:
        for file in side.snapshot.files:
            if file.oid is not None:
                users.setdefault((file.format, file.oid), []).append(file)
    return users


def _wanted(
    encodings: set[str], users: Sequence[PromptFile], encoding_of: _EncodingOf
) -> Callable[[PromptFacts], set[str]]:
    """What to count a blob in, once it is known what the file itself says of its model."""
    return lambda said: encodings | {encoding_of(file, said) for file in users}


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


def _lacks(known: PromptFacts | Problem | None, encodings: set[str]) -> bool:
    return known is None or (isinstance(known, PromptFacts) and not encodings <= known.tokens.keys())


def _merged(known: PromptFacts | Problem | None, new: PromptFacts | Problem) -> PromptFacts | Problem:
    """The same blob counted in one more encoding."""
    if not isinstance(known, PromptFacts) or not isinstance(new, PromptFacts):
        return new
    parts = new.parts
    if parts is not None and known.parts is not None:
        parts = parts._replace(counts={**known.parts.counts, **parts.counts})
    return new._replace(tokens={**known.tokens, **new.tokens}, parts=parts)


@cache
def _counter(encoding: str) -> Counter:
    opened = load_encoding(encoding)
    try:
        return Counter(opened)
    except ValueError as error:
        raise ConfigError(f"Tokens in {encoding} cannot be counted: {error}.", "Reinstall llmcost-hooks.") from None


def load_encoding(name: str) -> Encoding:
    """The encoding `name`: memory-mapped, nothing is parsed here.

    Raises ValueError if it is unknown, or comes with a package that is not installed; ConfigError if its table
    is damaged.
    """
    return Encoding(name, open_table(name), open_data("classes.bin"))


def count_tokens(text: str, encoding: str) -> int:
    """Tokens of `text` in `encoding` ("o200k_base", "cl100k_base", ...), exactly as its own tokenizer counts them.

    Text that looks like a special token is counted as text. Raises ValueError for an encoding that is unknown, or whose
    package is not installed.
    """
    return _counter(encoding).count(text)


def count_values(values: Mapping[str, Sample], encoding: str) -> Mapping[str, Value]:
    """Values of variables as their tokens."""
    found = numbered(Prompt((), samples=values))
    assert found.parts is not None
    mixes = [mix_of((text,)) for text in found.texts]
    return sized_values(found.parts.samples, _counter(encoding).count_many(found.texts), mixes)


@cache
def load_price_book() -> PriceBook:
    """The prices in use: what `update-db` installed for this user, else the bundled file, else the newer of both.

    PricingError where an installed file is there and cannot be believed.
    """
    installed, bundled = load_installed(store_directory(os.environ), __version__), load_bundled_book()
    if installed is None:
        return bundled
    book = PriceBook(installed, countable)
    return book if book.generated_at >= bundled.generated_at else bundled


def countable(encoding: str) -> bool:
    """Whether text can be counted in `encoding` with what is installed."""
    return encoding in KNOWN and available(encoding)


@cache
def load_bundled_book() -> PriceBook:
    """The price file of this release."""
    return PriceBook(open_data("prices.json"), countable)
