"""A DSPy program saved as JSON (`program.save("x.json")`): per predictor its instructions, fields and demos.

The file does not say which fields are inputs. They stand before the outputs, so all are inputs up to `Reasoning:` or
to the last field. An adapter puts scaffolding around what is read here (markers of fields, type hints), which depends
on DSPy's version and is not counted.
"""

from __future__ import annotations

import re
from typing import Any

from ..errors import ParseError
from . import Message, Prompt
from .declared import counted_cap, declared_model
from .json_text import compact, parse_json
from .nearness import no_such_member
from .nodes import Node, Variable
from .several import together

_OWN_NAME = re.compile(r"\$\{([A-Za-z_]\w*)\}")
_REASONING = ("reasoning", "rationale")
_ABOUT_A_DEMO = ("augmented",)


def parse_dspy(text: str, member: str | None) -> Prompt:
    """Every predictor's request, or that of the predictor `member`."""
    value = parse_json(text)
    predictors = predictors_in(value) if isinstance(value, dict) else {}
    if not predictors:
        raise ParseError("has no predictor with a signature (line 1)", "Save the program's state as JSON.")
    if member is not None:
        if member not in predictors:
            raise no_such_member(member, "predictor", predictors)
        predictors = {member: predictors[member]}
    held = [_prompt(state) for state in predictors.values()]
    places = [(f"predictor {number}", prompt) for number, prompt in enumerate(held, 1)]
    prompt = together(places, "List each predictor by itself: path = FILE.json::PREDICTOR.")
    return prompt._replace(not_sent=_not_sent(value, predictors))


def _prompt(state: dict[str, Any]) -> Prompt:
    lm = state.get("lm")
    lm = lm if isinstance(lm, dict) else {}
    cap = counted_cap(lm)
    return Prompt(tuple(_messages(state)), model=declared_model(lm), output_cap=cap)


def predictors_in(program: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The states of predictors by name; a single predictor saved by itself is called "predict"."""
    found = {name: state for name, state in program.items() if _is_predictor(state)}
    return {"predict": program} if not found and _is_predictor(program) else found


def _is_predictor(state: object) -> bool:
    signature = state.get("signature") if isinstance(state, dict) else None
    return isinstance(signature, dict) and isinstance(signature.get("instructions"), str)


def _messages(state: dict[str, Any]) -> list[Message]:
    signature = state["signature"]
    fields = [field for field in _list(signature.get("fields")) if isinstance(field, dict)]
    names = [_name(field) for field in fields]
    inputs = names[: next((at for at, each in enumerate(names) if each in _REASONING), len(names) - 1)]
    about = "".join(f"\n{_about(field)}" for field in fields)
    messages = [Message("system", (signature["instructions"] + about,))]
    for demo in _list(state.get("demos")):
        if not isinstance(demo, dict):
            raise ParseError("has a demo that is no object (in `demos`)")
        asked = "\n".join(f"{key}: {_text(demo[key])}" for key in inputs if key in demo)
        answered = "\n".join(
            f"{key}: {_text(value)}" for key, value in demo.items() if key not in (*inputs, *_ABOUT_A_DEMO)
        )
        messages += [Message("user", (asked,)), Message("assistant", (answered,))]
    asking: list[Node] = []
    for key in inputs:
        asking += [f"{key}: " if not asking else f"\n{key}: ", Variable(key)]
    return [*messages, Message("user", tuple(asking))]


def _about(field: dict[str, Any]) -> str:
    """A field's prefix and description; the default description only repeats the name and is not sent."""
    description = str(field.get("description", ""))
    return f"{field.get('prefix', '')} {'' if _OWN_NAME.fullmatch(description) else description}".strip()


def _name(field: dict[str, Any]) -> str:
    """A field's name: of its default description `${name}`, else as its prefix ("Search Query:") was made of it."""
    own = _OWN_NAME.fullmatch(str(field.get("description", "")))
    return own[1] if own else str(field.get("prefix", "")).rstrip(": ").lower().replace(" ", "_") or "field"


def _not_sent(program: dict[str, Any], predictors: dict[str, dict[str, Any]]) -> tuple[str, ...]:
    of_states = [key for key in ("traces", "train") if any(state.get(key) for state in predictors.values())]
    return (*of_states, *(("metadata",) if "metadata" in program else ()))


def _text(value: object) -> str:
    return value if isinstance(value, str) else compact(value)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
