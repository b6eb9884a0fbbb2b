"""A prompt file's bytes -> what is sent to the model, and what the file itself says of model and output size."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..errors import ConfigError, ExitCode, ParseError

MAX_BYTES = 10_000_000  # a larger prompt is refused (exit 3): no model takes it, and a mistake is likelier
FACTS_VERSION = 2  # raised whenever parsing or counting of the same bytes may give other facts


class Prompt(NamedTuple):
    """One parsed prompt file."""

    texts: tuple[str, ...]  # what is sent; one text per message where the file declares messages
    roles: tuple[str, ...] = ()  # the messages' roles; empty where the file declares none (no framing is counted)
    model: str | None = None  # as the file names it
    output_cap: int | None = None  # the file's own limit on output tokens


class PromptFacts(NamedTuple):
    """What is known of one blob read in one format; holds no text of the prompt."""

    model: str | None
    output_cap: int | None
    messages: int  # messages that the file declares; 0 = plain text
    tokens: dict[str, int]  # of all texts together, by encoding


class Problem(NamedTuple):
    """Why one prompt has no facts or no price. The run goes on; `code` joins its exit code."""

    reason: str
    hint: str
    code: ExitCode


def parse_prompt(data: bytes, *, path: str, format: str | None = None) -> Prompt:
    """Read one prompt file. `format` is one of `FORMATS`; None chooses by `path`.

    Raises ParseError (exit 3) for an LFS pointer, binary or undecodable bytes, too large or broken files. Messages
    name places, never text of the prompt.
    """
    if len(data) > MAX_BYTES:
        raise too_large(len(data))
    if data.startswith(b"version https://git-lfs.github.com/spec/") and len(data) < 1024:
        raise ParseError("is a Git LFS pointer, not the prompt itself", "Keep prompts out of LFS, or exclude the file.")
    if (nul := data.find(b"\0")) >= 0:
        raise ParseError(f"is binary (NUL byte at offset {nul})", "Exclude it, or save the prompt as UTF-8 text.")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise ParseError(f"is not UTF-8 (byte at offset {error.start})", "Save the prompt as UTF-8 text.") from None
    return _reader(format or format_of(path))(text)


def too_large(size: int) -> ParseError:
    return ParseError(f"has {size:,} bytes; a prompt may have {MAX_BYTES:,}", "Exclude it if it is not a prompt.")


def format_of(path: str) -> str:
    """The format that a path's name says."""
    name = path.rpartition("/")[2].lower()
    for ending, format in _BY_ENDING:
        if name.endswith(ending):
            return format
    return "text"


_BY_ENDING = (  # the commonest first; none of them is the end of another
    (".md", "front-matter"),
    (".prompt.yml", "github-models"),
    (".prompt.yaml", "github-models"),
    (".prompt", "dotprompt"),
    (".prompty", "front-matter"),
    (".mdc", "front-matter"),
)


def _text(text: str) -> Prompt:
    return Prompt((text,))


def _front_matter(text: str) -> Prompt:
    from .front_matter import parse_front_matter

    return parse_front_matter(text)


def _dotprompt(text: str) -> Prompt:
    from .front_matter import parse_front_matter

    return parse_front_matter(text, comments_first=True)


def _github_models(text: str) -> Prompt:
    from .github_models import parse_github_models

    return parse_github_models(text)


# A new format is one file and one line here.
_READERS: dict[str, Callable[[str], Prompt]] = {
    "text": _text,  # as it stands
    "front-matter": _front_matter,  # a leading `---` block is read, not sent
    "dotprompt": _dotprompt,  # the same; `#` comment lines may stand before the block
    "github-models": _github_models,  # YAML with `messages`
}
FORMATS = tuple(_READERS)


def _reader(format: str) -> Callable[[str], Prompt]:
    if format not in _READERS:
        raise ConfigError(f'unknown format "{format}"', "Known formats: " + ", ".join(FORMATS) + ".")
    return _READERS[format]
