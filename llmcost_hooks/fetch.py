"""Price files from outside: over HTTPS, strictly, or from a file that the user names. Reached by `update-db` alone.

What the standard library's opener would do by itself and this one does not: follow a redirect to plain HTTP, open
`file:` and `data:`, ask a proxy for anything but a tunnel, decode a compressed body, read without an end.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, Request

from .errors import PricingError
from .prices.price_file import MAX_BYTES, Refused

READ_SECONDS, TOTAL_SECONDS = 10.0, 60.0
MAX_REDIRECTS = 3
_CHUNK = 64 * 1024
Progress = Callable[[int, "int | None"], None]  # bytes read, and of how many if that is known


def fetch(
    url: str, progress: Progress, *, read_seconds: float = READ_SECONDS, total_seconds: float = TOTAL_SECONDS
) -> bytes:
    """The bytes at an https address. Refused: E_INSECURE, E_FETCH, E_SIZE.

    In a thread of its own, which is left behind when the time is over: names are looked up, certificates shown and
    headers sent at a pace that no timeout of a single read bounds.
    """
    from threading import Thread

    host, found = host_of(url), list[bytes | BaseException]()

    def run() -> None:
        try:
            found.append(_fetch(url, host, progress, read_seconds, time.monotonic() + total_seconds))
        except BaseException as error:  # handed to whoever waits
            found.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(total_seconds)
    if not found:
        raise failed(host, "it took too long")
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]


def _fetch(url: str, host: str, progress: Progress, read_seconds: float, deadline: float) -> bytes:
    import ssl

    opener = OpenerDirector()
    opener.add_handler(ProxyHandler())  # HTTPS_PROXY: a tunnel, TLS goes through it to the host itself
    opener.add_handler(HTTPSHandler(context=ssl.create_default_context()))
    what = "is not an https address"
    for _ in range(MAX_REDIRECTS + 1):
        if _scheme(url) != "https":
            raise Refused("E_INSECURE", f"Refused: {host or 'the address'} {what}.", "Only https is used.")
        try:
            found = _ask(opener, url, host, progress, read_seconds, deadline)
        except HTTPException as error:
            raise failed(host, f"the answer is not HTTP ({type(error).__name__})") from None
        except URLError as error:
            raise failed(host, _reason(error.reason)) from None
        except (OSError, ValueError) as error:
            raise failed(host, _reason(error)) from None
        if isinstance(found, bytes):
            return found
        url, what = found, "redirected to an insecure address"
    raise failed(host, f"more than {MAX_REDIRECTS} redirects")


def _ask(
    opener: OpenerDirector, url: str, host: str, progress: Progress, read_seconds: float, deadline: float
) -> bytes | str:
    """The body, or where a redirect leads."""
    answer = opener.open(Request(url, headers=_HEADERS), timeout=read_seconds)
    assert answer is not None
    with answer:
        if answer.status in (301, 302, 303, 307, 308):
            return _next(url, answer.headers.get("Location"), host)
        if answer.status != 200:
            raise failed(host, f"the server answered {answer.status}")
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            raise failed(host, "the answer is compressed, which was not asked for")
        return _body(answer, answer.headers.get("Content-Length"), progress, deadline, host)


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""


_HEADERS = {"User-Agent": "llm-cost", "Accept": "application/json", "Accept-Encoding": "identity"}


def host_of(url: str) -> str:
    """The host that messages name: no path, no user, no password."""
    try:
        return (urlsplit(url).hostname or "")[:100]
    except ValueError:
        return ""


def failed(host: str, reason: str) -> PricingError:
    return Refused(
        "E_FETCH",
        f"Could not fetch prices from {host or 'there'}: {reason}. Installed prices are unchanged.",
        "Without a network: fetch the file elsewhere, then run llm-cost update-db --file prices.json",
    )


def _reason(error: object) -> str:
    """In our words or the system's, never in the server's."""
    import socket
    import ssl

    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({error.verify_message})"
    if isinstance(error, ssl.SSLError):
        return "no secure connection could be made"
    if isinstance(error, socket.gaierror):
        return "the name of the host is not known"
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    return "the address or the answer is not valid"


def _next(url: str, location: str | None, host: str) -> str:
    from urllib.parse import urljoin

    if not location or len(location) > 2000:
        raise failed(host, "a redirect leads nowhere")
    return urljoin(url, location)


def _body(answer: Any, length: str | None, progress: Progress, deadline: float, host: str) -> bytes:
    total = int(length) if length and length.isascii() and length.isdigit() else None
    if total is not None and total > MAX_BYTES:
        raise Refused("E_SIZE", "Price file is larger than 8 MiB.")
    parts, read = [], 0
    while part := answer.read1(_CHUNK):
        parts.append(part)
        read += len(part)
        if read > MAX_BYTES:
            raise Refused("E_SIZE", "Price file is larger than 8 MiB.")
        if time.monotonic() > deadline:
            raise failed(host, "it took too long")
        progress(read, total)
    if total is not None and read != total:
        raise failed(host, f"the answer ended after {read:,} of {total:,} bytes")
    return b"".join(parts)


# --- a file ------------------------------------------------------------------------------------------------------


def read_file(path: str) -> bytes:
    """The bytes of a regular file, opened once: what is verified is what is installed. Refused: E_FETCH, E_SIZE."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        descriptor = os.open(path, flags)
    except (OSError, ValueError) as error:
        raise Refused("E_FETCH", f"Cannot read {path}: {_reason(error)}.", "Name the price file.") from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Refused("E_FETCH", f"Cannot read {path}: it is not a regular file.", "Name the price file.")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refused("E_FETCH", f"Cannot read {path}: {_reason(error)}.", "Name the price file.") from None
    finally:
        os.close(descriptor)
    if len(data) > MAX_BYTES:
        raise Refused("E_SIZE", "Price file is larger than 8 MiB.")
    return data
