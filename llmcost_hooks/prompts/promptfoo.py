"""`promptfooconfig.yaml`: the prompts that an evaluation compares, with test cases that say how large variables are.

An evaluation sends every prompt to every provider for every test case. Here each prompt is one request; a single
provider is its model. Templates are Nunjucks, which is written like Jinja.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import ParseError
from . import Message, Prompt
from .bodies import template_nodes
from .declared import declared_cap, named_model
from .nodes import Include
from .values import median_samples
from .yaml_text import parse_yaml

_FILE = re.compile(r"(?:file://)?([^\s{}]+\.(?:txt|md|j2|jinja2?|json|jsonl|ya?ml|csv|[cm]?js|[cm]?ts|py))(?::\w+)?")
_PROGRAM = re.compile(r"\.(?:[cm]?js|[cm]?ts|py)\Z")
_ELSEWHERE = re.compile(r"(?:exec|https?|langfuse|portkey|helicone|huggingface):")
_RULE = re.compile(r"^---[ \t]*\r?(?:\n|\Z)", re.MULTILINE)
_KINDS = ("chat", "completion", "responses", "messages", "assistant")
_NO_MODELS = ("azure", "exec:", "python:", "file:", "http:", "https:", "ws:", "wss:", "package:")
_OUT = "Name each prompt by its file, or write it out."


def parse_promptfoo(text: str) -> Prompt:
    """Every prompt of the configuration."""
    facts = parse_yaml(text)
    prompts = facts.get("prompts") if isinstance(facts, dict) else None
    if not isinstance(facts, dict) or not prompts:
        raise ParseError("has no `prompts`", "Write a list of texts or file:// names.")
    if isinstance(prompts, dict):
        prompts = list(prompts)  # file names with labels, as older versions have them
    messages = tuple(_message(prompt) for prompt in (prompts if isinstance(prompts, list) else [prompts]))
    model, cap = _provider(facts.get("providers", facts.get("targets")))
    return Prompt(
        messages,
        model=model,
        output_cap=cap,
        samples=median_samples(_cases(facts)),
        not_sent=tuple(key for key in ("tests", "defaultTest", "scenarios") if facts.get(key)),
        requests=len(messages),
    )


def parse_promptfoo_text(text: str) -> Prompt:
    """A `.txt` file of prompts, with lines of `---` between them."""
    messages = []
    start, line = 0, 1
    for rule in [*_RULE.finditer(text), None]:
        part = text[start : rule.start() if rule else len(text)]
        if part.strip():
            blank = part[: len(part) - len(part.lstrip())].count("\n")
            messages.append(Message(None, template_nodes(part.strip(), "jinja2", line + blank)))
        start, line = rule.end() if rule else start, line + part.count("\n") + 1
    return Prompt(tuple(messages) or (Message(None, ()),), requests=max(1, len(messages)))


def _message(prompt: object) -> Message:
    if isinstance(prompt, dict):
        prompt = next((prompt[key] for key in ("raw", "id", "file") if isinstance(prompt.get(key), str)), prompt)
    if not isinstance(prompt, str):
        raise ParseError("has a prompt that is neither a text nor has an `id` or `raw`", _OUT)
    line = getattr(prompt, "line", 1)
    if _ELSEWHERE.match(prompt):
        raise ParseError(f"has a prompt in line {line} that is not countable: it is not in the repository", _OUT)
    file = _FILE.fullmatch(prompt.strip())
    if file is None and not prompt.startswith("file://"):
        return Message(None, template_nodes(prompt, "jinja2", line))
    if file is None or "*" in file[1]:
        raise ParseError(f"has a prompt in line {line} that is not countable: it names no single file", _OUT)
    if _PROGRAM.search(file[1]):
        raise ParseError(f"has a prompt in line {line} that is not countable: a program writes it", _OUT)
    return Message(None, (Include(file[1], format=_format(file[1])),))


def _format(path: str) -> str | None:
    if path.endswith(".txt"):
        return "promptfoo-text"
    return "jinja2" if path.endswith((".md", ".j2", ".jinja", ".jinja2")) else None


def _cases(facts: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The variables of the test cases; each value of a list is tried in a case of its own."""
    tests = facts.get("tests")
    for case in [facts.get("defaultTest"), *(tests if isinstance(tests, list) else [])]:
        for name, value in _vars(case).items():
            yield from ({name: each} for each in (value if isinstance(value, list) else [value]))


def _vars(case: object) -> Mapping[str, Any]:
    variables = case.get("vars") if isinstance(case, dict) else None
    return variables if isinstance(variables, dict) else {}


def _provider(providers: object) -> tuple[str | None, int | None]:
    """Model and output cap of the only provider; several are a comparison, which names none."""
    if isinstance(providers, list):
        providers = providers[0] if len(providers) == 1 else None
    if isinstance(providers, dict) and len(providers) == 1 and isinstance(next(iter(providers.values())), dict):
        (name, described), *_ = providers.items()  # `- openai:gpt-4o: {config: ...}`
        providers = {"id": name, **described}
    if isinstance(providers, dict):
        name = providers.get("id")
        config = providers.get("config")
        return _model(name), declared_cap(config) if isinstance(config, dict) else None
    return _model(providers), None


def _model(name: object) -> str | None:
    """`openai:chat:gpt-4o` -> `openai/gpt-4o`. Azure has deployments there, and a program or a URL is no model."""
    if not isinstance(name, str) or ":" not in name or name.startswith(_NO_MODELS):
        return None
    provider, _, rest = name.partition(":")
    kind, more, model = rest.partition(":")
    return named_model(f"{provider}/{model if more and kind in _KINDS else rest}")
