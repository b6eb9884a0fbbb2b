"""A prompt file's bytes -> what is sent to the model, and what the file itself says of model and output size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from ..errors import ConfigError, ExitCode, ParseError
from .agent_names import WITHOUT_ENDING, markdown_format
from .nodes import Nodes

if TYPE_CHECKING:
    from .parts import Parts

MAX_BYTES = 10_000_000  # a larger prompt is refused (exit 3): no model takes it, and a mistake is likelier
FACTS_VERSION = 4  # raised whenever parsing or counting of the same bytes may give other facts


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
    if format not in _READERS:
        raise ConfigError(f'unknown format "{format}"', "Known formats: " + ", ".join(FORMATS) + ".")
    if member is not None and format not in WITH_MEMBERS:
        from .nearness import refuse_member

        refuse_member(member)
    return _READERS[format](text, member)


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


def _text(text: str, member: str | None) -> Prompt:
    from .sniffed import sniffed

    return Prompt((Message(None, sniffed(text)),))


def _literal(text: str, member: str | None) -> Prompt:
    return plain(text)


def _in(engine: str) -> Callable[[str, str | None], Prompt]:
    def read(text: str, member: str | None) -> Prompt:
        from .templates import parse_template

        return Prompt((Message(None, parse_template(text, engine)),))

    return read


def _front_matter(text: str, member: str | None) -> Prompt:
    from .front_matter import parse_front_matter

    return parse_front_matter(text)


def _agent(text: str, member: str | None) -> Prompt:
    from .agent_files import parse_agent

    return parse_agent(text)


def _command(text: str, member: str | None) -> Prompt:
    from .agent_files import parse_command

    return parse_command(text)


def _claude_md(text: str, member: str | None) -> Prompt:
    from .agent_files import parse_claude_md

    return parse_claude_md(text)


def _fabric(text: str, member: str | None) -> Prompt:
    from .agent_files import parse_fabric

    return parse_fabric(text)


def _prompty(text: str, member: str | None) -> Prompt:
    from .prompty import parse_prompty

    return parse_prompty(text)


def _dotprompt(text: str, member: str | None) -> Prompt:
    from .dotprompt import parse_dotprompt

    return parse_dotprompt(text, member)


def _github_models(text: str, member: str | None) -> Prompt:
    from .github_models import parse_github_models

    return parse_github_models(text)


def _langchain(text: str, member: str | None) -> Prompt:
    from .langchain import parse_langchain

    return parse_langchain(text)


def _semantic_kernel(text: str, member: str | None) -> Prompt:
    from .semantic_kernel import parse_skprompt

    return parse_skprompt(text)


def _sk_yaml(text: str, member: str | None) -> Prompt:
    from .semantic_kernel import parse_sk_yaml

    return parse_sk_yaml(text)


def _sk_config(text: str, member: str | None) -> Prompt:
    from .semantic_kernel import parse_sk_config

    return parse_sk_config(text)


def _promptfoo(text: str, member: str | None) -> Prompt:
    from .promptfoo import parse_promptfoo

    return parse_promptfoo(text)


def _promptfoo_text(text: str, member: str | None) -> Prompt:
    from .promptfoo import parse_promptfoo_text

    return parse_promptfoo_text(text)


def _messages(text: str, member: str | None) -> Prompt:
    from .json_prompt import format_of_json

    return read_as(text, format_of_json(text), member)


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


def _samples(text: str, member: str | None) -> Prompt:
    from .samples import parse_samples

    return parse_samples(text)


# A new format is one file and one line here. `member` is what a path names behind "::", a constant or a function.
_READERS: dict[str, Callable[[str, str | None], Prompt]] = {
    "text": _text,  # in the template language that it seems to be written in
    "literal": _literal,  # as it stands
    "jinja2": _in("jinja2"),
    "handlebars": _in("handlebars"),
    "mustache": _in("mustache"),
    "f-string": _in("f-string"),
    "dollar": _in("dollar"),
    "angle": _in("angle"),
    "front-matter": _front_matter,  # a leading `---` block is read, not sent; the rest as "text"
    "agent": _agent,  # the same block; the rest as it stands
    "command": _command,  # the same; `$ARGUMENTS` and `$1` are put in
    "claude-md": _claude_md,  # the same; `@path` imports a file
    "fabric": _fabric,  # a pattern's system.md, with the user.md beside it
    "prompty": _prompty,
    "dotprompt": _dotprompt,  # and the other kinds of `.prompt` file
    "github-models": _github_models,  # YAML with `messages`; and the other kinds of `.prompt.yml`
    "langchain": _langchain,
    "semantic-kernel": _semantic_kernel,  # skprompt.txt with a config.json beside it
    "sk-yaml": _sk_yaml,  # both in one file
    "sk-config": _sk_config,  # config.json alone: no messages
    "promptfoo": _promptfoo,
    "promptfoo-text": _promptfoo_text,  # prompts with `---` lines between them
    "messages": _messages,  # JSON: one of the next four by its content, else as it stands
    "openai": _requests,  # JSON requests: one, or one per line
    "anthropic": _requests,  # the same: the two APIs' keys do not collide
    "tools": _tools,  # JSON schemas of tools, nothing else
    "dspy": _dspy,  # a saved DSPy program
    "keprompt": _keprompt,  # lines that begin with a dot
    "baml": _baml,  # functions with a prompt
    "python": _python,  # string constants; not run
    "typescript": _typescript,  # the same, and for JavaScript
    "samples": _samples,  # values for variables: nothing of it is sent by itself
}
FORMATS = tuple(_READERS)
WITH_MEMBERS = ("messages", "dspy", "baml", "python", "typescript")  # files of several prompts, each with a name
