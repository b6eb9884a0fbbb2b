"""Saved DSPy programs."""

from __future__ import annotations

import json
from typing import Any

from llmcost_hooks.prompts import Message
from llmcost_hooks.prompts.nodes import Variable

from .asking import prompt_of, refused

FIELDS = [{"prefix": "Question:", "description": "${question}"}, {"prefix": "Answer:", "description": "one word"}]


def state(**more: Any) -> dict[str, Any]:
    return {"demos": [], "signature": {"instructions": "Answer.", "fields": FIELDS}, **more}


SYSTEM = Message("system", ("Answer.\nQuestion:\nAnswer: one word",))
ASKED = Message("user", ("question: ", Variable("question")))


def test_a_predictor() -> None:
    for program in (state(), {"predict": state()}):
        prompt = prompt_of(json.dumps(program), "messages")
        assert prompt.messages == (SYSTEM, ASKED)
        assert prompt.requests == 1


def test_demos_are_sent_each_time() -> None:
    demo = {"augmented": True, "question": "q", "answer": ["a", 1]}
    prompt = prompt_of(json.dumps({"p": state(demos=[demo])}), "dspy")
    shown = (Message("user", ("question: q",)), Message("assistant", ('answer: ["a",1]',)))
    assert prompt.messages == (SYSTEM, *shown, ASKED)


def test_a_field_without_its_own_description_is_named_by_its_prefix() -> None:
    fields = [{"prefix": "Search Query:", "description": "what to look for"}, {"prefix": "Hits:"}]
    prompt = prompt_of(json.dumps({"p": {"signature": {"instructions": "Find.", "fields": fields}}}), "dspy")
    assert prompt.messages[1].body == ("search_query: ", Variable("search_query"))


def test_models_and_members() -> None:
    program = {
        "a": state(lm={"model": "openai/gpt-4o", "max_tokens": 10}),
        "b": state(lm={"model": "openai/o3", "max_tokens": 20}),
    }
    text = json.dumps(program)
    assert refused(text, "dspy") == "names different models (predictor 1 and predictor 2)"
    prompt = prompt_of(text, "dspy", "b")
    assert (prompt.model, prompt.output_cap, prompt.requests) == ("openai/o3", 20, 1)
    assert prompt_of(text, "messages", "a").model == "openai/gpt-4o"
    assert refused(text, "dspy", "c") == 'has no predictor "c"'
    both = prompt_of(json.dumps({"a": program["a"], "b": state()}), "dspy")
    assert (both.model, both.output_cap, both.requests) == ("openai/gpt-4o", None, 2)


def test_what_is_no_program() -> None:
    for text in ("{}", "[]", '{"signature": {}}', '{"p": {"signature": {"instructions": 7}}}'):
        assert refused(text, "dspy") == "has no predictor with a signature (line 1)"
    assert refused(json.dumps(state(demos=[7])), "dspy") == "has a demo that is no object (in `demos`)"


def test_other_shapes_inside_do_no_harm() -> None:
    odd = state(lm="gpt", demos={}, traces=[1])
    odd["signature"]["fields"] = [7, {}]
    prompt = prompt_of(json.dumps({"p": odd, "metadata": {}, "x": 7}), "dspy")
    assert prompt.not_sent == ("traces", "metadata")
    assert prompt.model is None
