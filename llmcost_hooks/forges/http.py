"""Requests to a forge's API: the one module that knows `requests`.

What that library would do by itself and this does not: follow a redirect with the token to another host, take
credentials out of ~/.netrc, wait without an end, read a body of any size.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from ..errors import ConfigError
from .waiting import MINUTE, Deadline, Wait, is_limit, wait_after

ATTEMPTS = 5
CONNECT_SECONDS, READ_SECONDS, REQUEST_SECONDS, TOTAL_SECONDS = 10.0, 30.0, 60.0, 180.0
MAX_BYTES = 64 * 1024 * 1024  # a page of a hundred long comments has a tenth of it
MAX_REDIRECTS = 3
LOOPBACK = ("localhost", "127.0.0.1", "::1")

pause = time.sleep  # between two attempts


class ForgeError(ConfigError):
    """The forge did not do what it was asked: exit 2, because nothing was posted and somebody has to act."""

    def __init__(self, message: str, hint: str = "", status: int | None = None) -> None:
        super().__init__(message, hint)
        self.status = status


class Unsure(ForgeError):
    """It may have done it all the same: the answer is lost."""


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]  # names in small letters
    body: bytes


def _no_limits(answer: Answer) -> bool:
    return False


class Client(NamedTuple):
    """Where a forge's API is and who asks."""

    forge: str  # "GitHub", in messages
    address: str  # of the API, without a slash at its end
    authorization: str  # the header, whole
    secrets: tuple[str, ...]  # texts that no message may show
    hints: Mapping[int, str]  # what to do about a status
    session: Any
    deadline: Deadline  # of all requests together
    limits: Callable[[Answer], bool] = _no_limits  # whether an answer says "slow down" in the forge's own way


def connect(
    forge: str, address: str, authorization: str, secrets: tuple[str, ...], hints: Mapping[int, str],
    limits: Callable[[Answer], bool] = _no_limits,
) -> Client:  # fmt: skip
    """A client for the API at `address`. Raises ConfigError for an address that a token must not be sent to."""
    try:
        import requests
    except ImportError:
        raise ConfigError("Comments need the package requests", "Run: pip install 'llmcost-hooks[comment]'") from None
    parts = _split(address)
    if parts is None or not parts.hostname or parts.username is not None or parts.query or parts.fragment:
        raise ConfigError(f"{address!r} is not the address of an API", "For example: --api-url https://git.example.com")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ConfigError(f"{address} is not an https address: the token would travel in the clear", "Use https.")
    session, deadline = requests.Session(), Deadline(TOTAL_SECONDS)
    return Client(forge, address.rstrip("/"), authorization, secrets, hints, session, deadline, limits)


def read_token(env: Mapping[str, str], names: tuple[str, ...], forge: str, hint: str) -> str:
    """The token in the first of these variables that is set. It comes from the environment and from nowhere else."""
    for name in names:
        if token := env.get(name, ""):
            if not token.isascii() or not token.isprintable() or " " in token:
                raise ConfigError(f"${name} does not hold a token: it has spaces or other signs", hint)
            return token
    variables = " or ".join(f"${name}" for name in names)
    raise ConfigError(f"No token for {forge}: {variables} is not set, or empty", hint)


def segment(text: str | int) -> str:
    """One segment of a path."""
    return quote(str(text), safe="")


def ask(
    client: Client, method: str, path: str, *, params: Mapping[str, str] | None = None, payload: object = None,
    once: bool = False,
) -> Answer:  # fmt: skip
    """The answer of `METHOD address/path`, or of the absolute `path`; attempted again where that may help.

    With `once`, for what must not happen twice, only where the forge cannot have done it; else Unsure. Raises
    ForgeError for an answer that is no success.
    """
    url = _url(client, path)
    for attempt in range(ATTEMPTS):
        try:
            answer = _follow(client, method, url, params, payload)
        except _Lost as lost:
            error: ForgeError = ForgeError(f"{client.forge} cannot be reached at {host_of(url)}: {lost}", _REACH)
            if once and not lost.unsent:
                raise Unsure(error.message, error.hint) from None
            wait: Wait | None = Wait(2.0**attempt, False)
        else:
            own = client.limits(answer)
            limited = own or is_limit(answer.status, answer.headers)
            if answer.status < 300 and not limited:
                return answer
            error = _refusal(client, method, url, answer, limited)
            wait = wait_after(answer.status, answer.headers, attempt, limited=limited, least=MINUTE if own else 0.0)
            if once and answer.status >= 500 and answer.status != 503:
                raise Unsure(error.message, error.hint, error.status)
        if wait is None or attempt == ATTEMPTS - 1:
            raise error
        if wait.seconds > client.deadline.left():
            late = f"it asks to wait {wait.seconds:,.0f} seconds" if wait.stated else "there is no time to try again"
            raise ForgeError(f"{error.message}; {late}", "Run this again then.", error.status)
        pause(wait.seconds)
    raise AssertionError("the last attempt returns or raises")


def _url(client: Client, path: str) -> str:
    """Below the API's address; or elsewhere on its host, and nowhere else: the token goes with it."""
    if not path.startswith(("https://", "http://")):
        return f"{client.address}{path}"
    if _origin(path) != _origin(client.address):
        raise ForgeError(
            f"{_address(path)} is not at {_address(client.address)}, where the API is: the token is not sent there",
            "Name the address of the API: --api-url. In a pipeline its variables have to name one host.",
        )
    return path


_REACH = "A proxy is named by $HTTPS_PROXY, a certificate authority of your own by $REQUESTS_CA_BUNDLE."


class _Lost(Exception):
    """No answer. `unsent`: the request did not leave."""

    def __init__(self, reason: str, unsent: bool = False) -> None:
        super().__init__(reason)
        self.unsent = unsent


def _follow(client: Client, method: str, url: str, params: Mapping[str, str] | None, payload: object) -> Answer:
    """One attempt, with redirects on the same host only: no other one may see the token."""
    origin = _origin(url)
    for _ in range(MAX_REDIRECTS + 1):
        answer = _bounded(client, method, url, params, payload)
        if answer.status not in (301, 302, 303, 307, 308):
            return answer
        target = urljoin(url, answer.headers.get("location", ""))
        if _origin(target) != origin:
            raise ForgeError(
                f"{client.forge} redirects to {host_of(target) or 'another host'}, where the token is not sent",
                client.hints.get(302, "Name the address of the API itself: --api-url"),
                answer.status,
            )
        if method != "GET" and answer.status not in (307, 308):
            break
        url, params = target, None
    raise ForgeError(f"{client.forge} redirects and never answers ({method} {_path(url)})")


def _bounded(client: Client, method: str, url: str, params: Mapping[str, str] | None, payload: object) -> Answer:
    """In a thread that is left behind when the time is over: a read's timeout does not bound headers that drip."""
    from threading import Thread

    found = list[Answer | BaseException]()

    def run() -> None:
        try:
            found.append(_send(client, method, url, params, payload))
        except BaseException as error:  # handed to whoever waits
            found.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    thread.join(max(0.1, min(REQUEST_SECONDS, client.deadline.left())))
    if not found:
        raise _Lost("it took too long")
    if isinstance(found[0], BaseException):
        raise found[0]
    return found[0]


def _send(client: Client, method: str, url: str, params: Mapping[str, str] | None, payload: object) -> Answer:
    import requests

    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = client.authorization  # set here, it also keeps ~/.netrc out
        return request

    headers = {"Accept": "application/json", "User-Agent": "llm-cost"}
    data = None if payload is None else json.dumps(payload).encode()
    if data is not None:
        headers["Content-Type"] = "application/json"
    try:
        with client.session.request(
            method, url, params=params, data=data, headers=headers, auth=sign, allow_redirects=False, stream=True,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
        ) as answer:  # fmt: skip
            body = bytearray()
            for part in answer.iter_content(64 * 1024):
                body += part
                if len(body) > MAX_BYTES:
                    raise ForgeError(f"{client.forge} answers with more than {MAX_BYTES >> 20} MiB", "")
            stated = {name.lower(): value for name, value in answer.headers.items()}
            return Answer(answer.status_code, stated, bytes(body))
    except requests.exceptions.ConnectTimeout:
        raise _Lost("it took too long", unsent=True) from None
    except requests.exceptions.ProxyError:
        raise _Lost("the proxy does not let it through", unsent=True) from None
    except requests.exceptions.SSLError as error:
        # Only of a certificate it is sure that it was refused before anything was sent.
        raise _Lost("no secure connection could be made", "SSLCertVerificationError" in repr(error)) from None
    except requests.exceptions.Timeout:
        raise _Lost("it took too long") from None
    except requests.exceptions.ConnectionError as error:
        unsent = "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)
        raise _Lost("no connection" if unsent else "the connection broke", unsent) from None
    except (requests.exceptions.RequestException, ValueError):
        raise _Lost("the answer is not HTTP") from None


def _refusal(client: Client, method: str, url: str, answer: Answer, limited: bool) -> ForgeError:
    said = _said(client, answer.body)
    what = f"{client.forge} answered {answer.status}{': ' + said if said else ''} ({method} {_path(url)})"
    if limited:  # whatever its status is, it says nothing of the token's rights
        return ForgeError(f"{client.forge} limits how often it is asked: {what}", "Run this again later.", 429)
    return ForgeError(what, client.hints.get(answer.status, ""), answer.status)


def _said(client: Client, body: bytes) -> str:
    """What the forge gives as its reason, in one line, without anything that is secret."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    for key in ("message", "error_description", "error", "errors"):
        value = found.get(key) if isinstance(found, dict) else None
        if isinstance(value, dict):
            value = value.get("message")
        if isinstance(value, list) and value and isinstance(value[0], dict):
            value = value[0].get("message")
        if isinstance(value, str) and value.strip():
            text = " ".join(value.split())
            for secret in client.secrets:
                text = text.replace(secret, "***")
            return text[:200]
    return ""


# --- addresses ---------------------------------------------------------------------------------------------------


def _split(url: str) -> Any:
    try:
        parts = urlsplit(url)
        return parts if parts.port is None or parts.port > 0 else None
    except ValueError:
        return None


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = _split(url)
    if parts is None:
        return "", "", None
    return parts.scheme, parts.hostname or "", parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def host_of(url: str) -> str:
    """The host that an address names, for messages; "" where it names none."""
    return _origin(url)[1][:100]


def _address(url: str) -> str:
    scheme, host, port = _origin(url)
    return f"{scheme}://{host[:100]}{'' if port in (None, 443) else f':{port}'}"


def _path(url: str) -> str:
    return urlsplit(url).path[:200]
