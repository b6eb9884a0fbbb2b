"""A prompt file's bytes -> what is sent to the model, and what the file itself says of model and output size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from ..errors import ConfigError, ExitCode, ParseError
from .nodes import Nodes

MAX_BYTES = 10_000_000  # a larger prompt is refused (exit 3): no model takes it, and a mistake is likelier
FACTS_VERSION = 2  # raised whenever parsing or counting of the same bytes may give other facts


class Message(NamedTuple):
    role: str | None  # "system", "user", ...; None where the file declares no roles (no framing is counted)
    body: Nodes


class Prompt(NamedTuple):
    """One parsed prompt file."""

    messages: tuple[Message, ...]
    tools: tuple[str, ...] = ()  # schemas of tools and functions that are sent along, each as compact JSON
    model: str | None = None  # as the file names it
    output_cap: int | None = None  # the file's own limit on output tokens
    samples: Mapping[str, Sample] = {}  # the file's own values for its variables
    not_sent: tuple[str, ...] = ()  # what else the file holds: "front matter", "comments", "testData"
    cost_limit: Decimal | None = None  # USD of one request, as the file itself limits it
    requests: int = 1  # requests that the messages make together: lines of a batch, functions of a file
    settings: str | None = None  # a file beside this one that holds its model, output cap and samples


# A value for a variable, as JSON has them. A number or a date is the text that is written.
Sample: TypeAlias = "str | bool | list[Sample] | dict[str, Sample] | None"


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

    Behind "::" a path names one of several prompts in the file: `prompts.py::SYSTEM`, `resume.baml::Extract`.

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
    place, _, member = path.partition("::")
    return _reader(format or format_of(place))(text, member or None)


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
    (".json", "messages"),
    (".jsonl", "messages"),
    (".baml", "baml"),
    (".py", "python"),
    *((ending, "typescript") for ending in (".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx")),
)


def plain(text: str) -> Prompt:
    """A text without roles, sent as it stands."""
    return Prompt((Message(None, (text,)),))


def _text(text: str, member: str | None) -> Prompt:
    return plain(text)


def _front_matter(text: str, member: str | None) -> Prompt:
    from .front_matter import parse_front_matter

    return parse_front_matter(text)


def _dotprompt(text: str, member: str | None) -> Prompt:
    from .front_matter import parse_front_matter

    return parse_front_matter(text, comments_first=True)


def _github_models(text: str, member: str | None) -> Prompt:
    from .github_models import parse_github_models

    return parse_github_models(text)


def _messages(text: str, member: str | None) -> Prompt:
    from .json_prompt import format_of_json

    return _reader(format_of_json(text))(text, member)


def _requests(text: str, member: str | None) -> Prompt:
    from .json_prompt import parse_requests
    from .nearness import refuse_member

    refuse_member(member)
    return parse_requests(text)


def _tools(text: str, member: str | None) -> Prompt:
    from .nearness import refuse_member
    from .tool_schemas import parse_tools

    refuse_member(member)
    return parse_tools(text)


def _dspy(text: str, member: str | None) -> Prompt:
    from .dspy_program import parse_dspy

    return parse_dspy(text, member)


def _keprompt(text: str, member: str | None) -> Prompt:
    from .keprompt import parse_keprompt
    from .nearness import refuse_member

    refuse_member(member)
    return parse_keprompt(text)


def _baml(text: str, member: str | None) -> Prompt:
    from .baml import parse_baml

    return parse_baml(text, member)


def _python(text: str, member: str | None) -> Prompt:
    from .python_constants import parse_python

    return parse_python(text, member)


def _typescript(text: str, member: str | None) -> Prompt:
    from .typescript_constants import parse_typescript

    return parse_typescript(text, member)


# A new format is one file and one line here. `member` is what a path names behind "::", a constant or a function.
_READERS: dict[str, Callable[[str, str | None], Prompt]] = {
    "text": _text,  # as it stands
    "front-matter": _front_matter,  # a leading `---` block is read, not sent
    "dotprompt": _dotprompt,  # the same; `#` comment lines may stand before the block
    "github-models": _github_models,  # YAML with `messages`
    "messages": _messages,  # JSON: one of the next four by its content, else as it stands
    "openai": _requests,  # JSON requests: one, or one per line
    "anthropic": _requests,  # the same: the two APIs' keys do not collide
    "tools": _tools,  # JSON schemas of tools, nothing else
    "dspy": _dspy,  # a saved DSPy program
    "keprompt": _keprompt,  # lines that begin with a dot
    "baml": _baml,  # functions with a prompt
    "python": _python,  # string constants; not run
    "typescript": _typescript,  # the same, and for JavaScript
}
FORMATS = tuple(_READERS)


def _reader(format: str) -> Callable[[str, str | None], Prompt]:
    if format not in _READERS:
        raise ConfigError(f'unknown format "{format}"', "Known formats: " + ", ".join(FORMATS) + ".")
    return _READERS[format]
