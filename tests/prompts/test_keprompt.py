"""KePrompt: lines that begin with a dot."""

from __future__ import annotations

from decimal import Decimal

import pytest

from llmcost_hooks.prompts import Message
from llmcost_hooks.prompts.keprompt import MAX_HEADER, MAX_STATEMENTS, is_keprompt
from llmcost_hooks.prompts.nodes import Include, Variable

from .asking import only, prompt_of, refused


@pytest.mark.parametrize(
    ("text", "is_one"),
    [(".prompt x", True), ("\n\n  .# c", True), (".#c", True), ('.llm{"model": "x"}', True), (".system", True),
     ("\ufeff.user hi", True), (".systems", False), (".gitignore", False), ("...", False), (". user", False),
     ("---\nmodel: x\n---\n.user", False), ("", False), ("Hello\n.user", False), (".User", False)],
)  # fmt: skip
def test_detection(text: str, is_one: bool) -> None:
    assert is_keprompt(text) is is_one


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (".user hi", ("hi",)),
        (".user\nhi\n\nyou\n", ("hi\n\nyou",)),
        (".user hi\n.text  more\n.text\nlines", ("hi", "more", "lines")),
        (".text alone", ("alone",)),
        (".user a <<b>> c", ("a ", Variable("b"), " c")),
        (".user a\n.gitignore is a file", ("a\n.gitignore is a file",)),
        (".user a\n.include  x/y.md \nand\nmore", ("a", Include("x/y.md", format="angle"), "and\nmore")),
        (".user a\n.cmd f(1, 'x)')", ("a", Variable("f()"))),
        (".user a\n.cmd mod.f() as x", ("a",)),
        (".user a\n.print b\n.debug c\n.clear d\n.# e", ("a",)),
        (".user a\r\nb\r\n", ("a\nb",)),
        (".user a\n.exit\n.user b", ("a",)),
    ],
)
def test_what_a_message_is_made_of(text: str, body: tuple[object, ...]) -> None:
    prompt = prompt_of(text, "keprompt")
    assert only(prompt) == body
    assert prompt.requests == 1


def test_each_request_sends_the_history_again() -> None:
    prompt = prompt_of(".system s\n.user a\n.exec\n.user b\n.exec\n.user c\n", "keprompt")
    first = (Message("system", ("s",)), Message("user", ("a",)))
    answer = Message("assistant", (Variable("last_response"),))
    second = (*first, answer, Message("user", ("b",)))
    assert prompt.messages == (*first, *second, *second, answer, Message("user", ("c",)))
    assert prompt.requests == 3


def test_functions_are_sent_with_each_request() -> None:
    prompt = prompt_of(".functions a,b\n.user x\n.exec\n.functions\n.user y\n.exec\n", "keprompt")
    assert [message for message in prompt.messages if message.role is None] == [Message(None, (Variable("functions"),))]


def test_calls_in_the_history_are_text() -> None:
    prompt = prompt_of('.tool_call f({"a": 1})\n.tool_result 42\n.user q', "keprompt")
    assert prompt.messages[:2] == (Message("assistant", ('f({"a": 1})',)), Message("tool", ("42",)))


@pytest.mark.parametrize(
    ("header", "model", "cap", "limit"),
    [
        (
            '.prompt "name":"x", "params":{"model":"openai/gpt-4o","max_tokens":9,"max_cost":0.5}',
            "openai/gpt-4o",
            9,
            "0.5",
        ),
        ('.llm {"model": "gpt-4o", "max_tokens": 7}', "gpt-4o", 7, None),
        ('.llm "model": "gpt-4o"', "gpt-4o", None, None),
        ('.prompt name:"x", params:{"llm":"o3"}\n.llm "model": <<llm>>', "o3", None, None),
        ('.prompt "params":{"llm":"o3"}\n.llm {"model": "<<llm>>"}', "o3", None, None),
        ('.llm {"model": "<<unknown>>"}', None, None, None),
        ('.prompt "name":"x"\n.budget $0.25', None, None, "0.25"),
        (".budget 2 USD", None, None, "2"),
        ('.budget {"max_cost": "0.125"}', None, None, "0.125"),
        (".prompt\n", None, None, None),
    ],
)
def test_headers(header: str, model: str | None, cap: int | None, limit: str | None) -> None:
    prompt = prompt_of(f"{header}\n.user hi", "keprompt")
    assert (prompt.model, prompt.output_cap) == (model, cap)
    assert prompt.cost_limit == (limit if limit is None else Decimal(limit))
    assert only(prompt) == ("hi",)


def test_a_model_for_one_request() -> None:
    assert prompt_of(".user a\n.exec gpt-4o", "keprompt").model == "gpt-4o"
    assert prompt_of('.user a\n.exec {"model": "gpt-4o"}', "keprompt").model == "gpt-4o"
    text = '.llm "model":"o3"\n.user a\n.exec\n.user b\n.exec gpt-4o'
    assert refused(text, "keprompt") == "names different models (line 3 and line 5)"


def test_values_that_the_file_gives() -> None:
    text = '.prompt "name":"n","params":{"model":"m","size":3,"on":true,"list":["a",1.5]}\n.set who  Ann <<x>>\n.user a'
    assert prompt_of(text, "keprompt").samples == {"size": "3", "on": True, "list": ["a", "1.5"], "who": "Ann <<x>>"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no message (line 1)"),
        (".# nothing", "has no message (line 1)"),
        (".prompt {oops\n.user a", "is not valid JSON: line 1: Expecting property name enclosed in double quotes"),
        ('.# c\n.llm {"a": 1, "a": 2}\n.user a', "has a duplicate key (line 2)"),
        (".user a\n.include", "has an .include without a path (line 2)"),
        (".user a\n.cmd rm -rf", "has a .cmd that is no call (line 2)"),
        (".user a\n.budget much", "has a cost limit that is no amount (line 2)"),
        ('.llm "max_cost": -1\n.user a', "has a cost limit that is no amount (line 1)"),
        (".budget NaN\n.user a", "has a cost limit that is no amount (line 1)"),
        (".user a\n.exec\n" * 200, "has requests that are too large together (line 202)"),
        (f".user {'a' * 6_000_000}\n.exec\n.exec", "has requests that are too large together (line 3)"),
        (".user a\n.llm " + "a:1,\n" * MAX_HEADER, "has a header that is too long (line 2)"),
        (".# c\n" * (MAX_STATEMENTS + 1), f"holds too many statements (line {MAX_STATEMENTS + 1})"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_refused(text: str, message: str) -> None:
    assert refused(text, "keprompt") == message
