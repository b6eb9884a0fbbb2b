"""Requests that a log holds more than once: each counts once.

A stream writes its request again and again with sums that grow, line after line: the last of them counts. A line that
comes again later is left out where it says the same, and is refused where it does not: none is to be believed then.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import blake2b

from .record import ABOVE, COUNTED, Read, Usage


def without_repeats(reads: Iterable[Read]) -> Iterator[Read]:
    """`reads` with (place, COUNTED) for each that is counted already. Some 130 bytes a request are remembered."""
    seen: dict[bytes, int] = {}  # digests of ids and of what was said: of a million requests no text is kept
    held: Read | None = None
    identity = ""
    for read in reads:
        record = read.record
        name = "" if record is None else _identity(record)
        if held is not None:
            if name == identity:
                yield Read(held.place, left_out=COUNTED)
                held = read
                continue
            yield _once(held, identity, seen)
            held = None
        if name:
            held, identity = read, name
        else:
            yield read
    if held is not None:
        yield _once(held, identity, seen)


def spans_above(links: Iterable[tuple[str, str, bool]]) -> set[bytes]:
    """Digests of the spans that have a call with tokens below them, however deep: what they count is counted there.

    `links`: (a span, the one above it, whether it is such a call), in any order.
    """
    above: set[bytes] = set()
    passed: dict[bytes, bytes] = {}  # spans between, which are no calls
    for own, parent, is_call in links:
        if is_call:
            above.add(_digest(parent))
        else:
            passed[_digest(own)] = _digest(parent)
    for each in list(above):
        while (up := passed.get(each)) is not None and up not in above:
            above.add(up)
            each = up
    return above


def without_above(reads: Iterable[Read], above: set[bytes]) -> Iterator[Read]:
    """`reads` with (place, ABOVE) for each span of `above`."""
    for read in reads:
        record = read.record
        name = record.request_id if record is not None and record.source == "otel" else None
        yield read if name is None or _digest(name) not in above else Read(read.place, left_out=ABOVE)


def _identity(record: Usage) -> str:
    """Servers that offer OpenAI's interface draw their ids from few: the second belongs to them."""
    if record.request_id is None:
        return ""
    at = str(record.start) if record.source == "openai" else ""
    return f"{record.source} {at} {record.request_id}"


def _once(read: Read, identity: str, seen: dict[bytes, int]) -> Read:
    assert read.record is not None
    key, said = _digest(identity), _said(read.record)
    before = seen.get(key)
    if before is None:
        seen[key] = said
        return read
    if before == said:
        return Read(read.place, left_out=COUNTED)
    return Read(read.place, None, "has the id of an earlier request and other counts: log a request once, at its end")


def _said(record: Usage) -> int:
    said = (record.requests, record.input_tokens, record.output_tokens, record.cache_read_tokens,
            record.cache_write_5m_tokens, record.cache_write_1h_tokens)  # fmt: skip
    return hash(said) & 0x3FFFFFFF  # what is compared in this run only, as a number of the smallest size


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
