"""A prompt file's bytes -> what is sent to the model, and what the file itself says of model and output size."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..errors import ConfigError, ExitCode, ParseError
from .agent_names import WITHOUT_ENDING, markdown_format
from .classes import ALL_PROSE, Mix
from .nodes import Nodes
from .readers import FORMATS as FORMATS
from .readers import READERS, WITH_MEMBERS

if TYPE_CHECKING:
    from .images import Image
    from .parts import Parts

MAX_BYTES = 10_000_000  # a larger prompt is refused (exit 3): no model takes it, and a mistake is likelier
FACTS_VERSION = 5  # raised whenever parsing or counting of the same bytes may give other facts


class Message(NamedTuple):
    role: str | None  # "system", "user", ...; None where the file declares no roles (no framing is counted)
    body: Nodes
    name: str | None = None  # of who speaks, which is sent too


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
    images: tuple[Image, ...] = ()  # those of which the file states a size or a detail
    forces_tool: bool = False  # whether the model has to call a tool


# A value for a variable, as JSON has them. A number or a date is the text that is written; 0 is one that is false.
Sample: TypeAlias = "str | bool | int | list[Sample] | dict[str, Sample] | None"


class PromptFacts(NamedTuple):
    """What is known of one blob read in one format; holds no text of the prompt."""

    model: str | None
    output_cap: int | None
    messages: int  # messages that the file declares; 0 = plain text
    tokens: dict[str, int]  # of all texts together, by encoding
    not_sent: tuple[str, ...] = ()
    parts: Parts | None = None  # None: all texts are sent as they stand
    systems: int = 0  # of `messages`, those of the system or the developer
    mix: Mix = ALL_PROSE  # the classes of all texts together, where `parts` is None


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
    return read_as(text, format or format_of(place), member or None)


def read_as(text: str, format: str, member: str | None = None) -> Prompt:
    """Read a prompt's text in `format`."""
    if format not in READERS:
        raise ConfigError(f'unknown format "{format}"', "Known formats: " + ", ".join(FORMATS) + ".")
    if member is not None and format not in WITH_MEMBERS:
        from .nearness import refuse_member

        refuse_member(member)
    return READERS[format](text, member)


def too_large(size: int) -> ParseError:
    return ParseError(f"has {size:,} bytes; a prompt may have {MAX_BYTES:,}", "Exclude it if it is not a prompt.")


def format_of(path: str) -> str:
    """The format that a path's name says."""
    name = path.rpartition("/")[2].lower()
    if name.endswith((".md", ".mdc")) or name in WITHOUT_ENDING:
        return markdown_format(path)
    for ending, format in _BY_ENDING:
        if name.endswith(ending):
            return format
    return "text"


_BY_ENDING = (  # the commonest first
    ("skprompt.txt", "semantic-kernel"),
    (".prompt.yml", "github-models"),
    (".prompt.yaml", "github-models"),
    (".prompt", "dotprompt"),
    (".prompty", "prompty"),
    (".j2", "jinja2"),
    (".jinja", "jinja2"),
    (".jinja2", "jinja2"),
    (".hbs", "handlebars"),
    (".handlebars", "handlebars"),
    (".mustache", "mustache"),
    ("promptfooconfig.yaml", "promptfoo"),
    ("promptfooconfig.yml", "promptfoo"),
    (".json", "messages"),
    (".jsonl", "messages"),
    (".baml", "baml"),
    (".py", "python"),
    *((ending, "typescript") for ending in (".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx")),
)


def plain(text: str) -> Prompt:
    """A text without roles, sent as it stands."""
    return Prompt((Message(None, (text,) if text else ()),))
