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
    seen: dict[int, int] = {}  # digests of ids and of what was said: of a million requests no text is kept
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


def spans_above(links: Iterable[tuple[str, str, bool]]) -> set[int]:
    """Digests of the spans that have a call with tokens below them, however deep: what they count is counted there.

    `links`: (a span, the one above it, whether it is such a call), in any order.
    """
    above: set[int] = set()
    passed: dict[int, int] = {}  # spans between, which are no calls
    for own, parent, is_call in links:
        if is_call:
            above.add(_digest(parent, 8))
        else:
            passed[_digest(own, 8)] = _digest(parent, 8)
    for each in list(above):
        while (up := passed.get(each)) is not None and up not in above:
            above.add(up)
            each = up
    return above


def without_above(reads: Iterable[Read], above: set[int]) -> Iterator[Read]:
    """`reads` with (place, ABOVE) for each span of `above`."""
    for read in reads:
        record = read.record
        is_above = record is not None and record.source == "otel" and record.request_id is not None
        if is_above and record is not None and _digest(record.request_id or "", 8) in above:
            yield Read(read.place, left_out=ABOVE)
        else:
            yield read


def _identity(record: Usage) -> str:
    """Servers that offer OpenAI's interface draw their ids from few: the second belongs to them."""
    if record.request_id is None:
        return ""
    at = str(record.start) if record.source == "openai" else ""
    return f"{record.source} {at} {record.request_id}"


def _once(read: Read, identity: str, seen: dict[int, int]) -> Read:
    assert read.record is not None
    key, said = _digest(identity, 8), _digest(_said(read.record), 4)
    before = seen.get(key)
    if before is None:
        seen[key] = said
        return read
    if before == said:
        return Read(read.place, left_out=COUNTED)
    return Read(read.place, None, "has the id of an earlier request and other counts: log a request once, at its end")


def _said(record: Usage) -> str:
    return f"{record.requests} {record.input_tokens} {record.output_tokens} {record.cache_read_tokens}"


def _digest(text: str, size: int) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest(), "big")
