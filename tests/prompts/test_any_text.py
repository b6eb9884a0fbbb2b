"""Whatever a file holds, in whatever format it is read: a prompt or a ParseError, and no secret in what is said."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from llmcost_hooks.errors import ParseError
from llmcost_hooks.prompts import FORMATS, parse_prompt
from llmcost_hooks.prompts.nodes import texts

PIECES = (
    "---\n",
    "\n",
    "model: gpt-4o\n",
    "max_tokens: 5\n",
    "messages:\n",
    "- role: user\n",
    "  content: hi\n",
    "template: ",
    "_type: few_shot\n",
    "prompts:\n",
    "- a\n",
    "- file://a.txt\n",
    "tests:\n",
    "- vars: {x: a}\n",
    "sample: {x: a}\n",
    "inputs:\n",
    "tools:\n",
    "output: {schema: {a: b}}\n",
    "input_variables:\n",
    "- name: x\n",
    "examples: []\n",
    "suffix: a\n",
    "{{x}}",
    "{{#x}}",
    "{{/x}}",
    "{% if x %}",
    "{% endif %}",
    "{x}",
    "${x}",
    "<<x>>",
    "{{$x}}",
    '{{role "user"}}',
    "system:\n",
    "user[a=b]:\n",
    "![thread]\n",
    "![a](b)",
    "<message role='a'>",
    "</message>",
    "<system>",
    "</system>",
    "`",
    "```\n",
    "@a.md ",
    "$ARGUMENTS",
    "$1",
    ".user a\n",
    ".prompt\n",
    "{",
    "}",
    "[",
    "]",
    '"a": ',
    '"b"',
    ",",
    "'",
    "&a ",
    "*a",
    "# c\n",
    "\ufeff",
    "\r\n",
    "\u2028",
    "secret ",
    "\\ud800",
    "null",
    "true",
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join), st.sampled_from(FORMATS))
@example("{{role", "dotprompt")
@example("---\n---\n", "prompty")
@example("messages:\n- content: {}\n", "github-models")
@example('{"a": "\\ud800"}', "sk-config")
@example('{"messages": [{"prompt": {"prompt": 5}}]}', "langchain")
@example('{"messages": [{"lc": 1, "id": [], "kwargs": {"prompt": []}}]}', "langchain")
def test_a_prompt_or_a_refusal(text: str, format: str) -> None:
    try:
        prompt = parse_prompt(text.encode(), path="a", format=format)
    except ParseError as error:
        assert "secret" not in error.message + error.hint
        return
    assert all(text.encode() or not text for message in prompt.messages for text in texts(message.body))
    assert all(tool.encode() for tool in prompt.tools)
    assert prompt.output_cap is None or prompt.output_cap > 0
    assert prompt.model is None or prompt.model.isprintable()
    assert prompt.requests >= 1
