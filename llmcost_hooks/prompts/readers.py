"""The table of formats: what each is called, and who reads it. A reader is loaded when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import Prompt


def _text(text: str, member: str | None) -> Prompt:
    from . import Message, Prompt
    from .sniffed import sniffed

    return Prompt((Message(None, sniffed(text)),))


def _literal(text: str, member: str | None) -> Prompt:
    from . import plain

    return plain(text)


def _in(engine: str) -> Callable[[str, str | None], Prompt]:
    def read(text: str, member: str | None) -> Prompt:
        from . import Message, Prompt
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
    from . import read_as
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
READERS: dict[str, Callable[[str, str | None], Prompt]] = {
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
FORMATS = tuple(READERS)
WITH_MEMBERS = ("messages", "dspy", "baml", "python", "typescript")  # files of several prompts, each with a name
