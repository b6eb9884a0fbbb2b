"""How many tokens one request of a prompt has: its text, its framing, and what the manifest or samples put in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from .errors import ExitCode, ParseError
from .families import ITSELF, Scale, scales
from .linking import Facts, Link, at, body_of, resolver, samples_link, settings_link
from .models import Model
from .prompts import Problem, PromptFacts
from .prompts.classes import Mix
from .prompts.measure import Measured, Part, Size, Stated, Value, measure, sized_values
from .snapshot import PromptFile

GRADES = ("exact", "calibrated", "heuristic")  # best first; a total carries its worst
UNKNOWN_MODEL_ENCODING = "o200k_base"  # what is counted where no model is named

# OpenAI cookbook, "How to count tokens with tiktoken": 3 tokens a message, 1 for its role, 3 that prime the reply.
PER_MESSAGE, PER_REPLY = 4, 3


Shares = tuple[tuple[str, str, int], ...]  # (kind, name, tokens): "roles", "text", "variable", "include", "tools"


class Input(NamedTuple):
    """The input of one call: of all requests that the file makes, where it makes several."""

    tokens: int
    low: int
    high: int
    grade: str
    framing: int = 0  # part of tokens
    requests: int = 1
    cacheable: int = 0  # part of tokens: what stands before the first thing that varies
    ends_at: str | None = None  # and that thing
    undeclared: tuple[str, ...] = ()  # variables of unknown size: tokens is then the least
    notes: tuple[str, ...] = ()
    parts: Shares = ()  # together `tokens`
    includes: tuple[tuple[str, str], ...] = ()  # (path, oid) of what was pulled in
    cost_limit: Decimal | None = None  # USD of one call, as the file itself limits it


Values = Callable[[str], Mapping[str, Value]]  # an encoding -> values of variables, counted in it


def input_of(
    file: PromptFile, known: PromptFacts, model: Model | None, facts: Facts, side: str, values: Values | None = None
) -> Input | Problem:
    """The size of one call's input; a Problem where something it pulls in is missing or broken.

    `model` says how tokens are counted; None counts in UNKNOWN_MODEL_ENCODING.
    """
    assumed = file.assumptions
    if assumed.avg_input_tokens is not None:
        measured = assumed.avg_input_tokens
        return Input(
            measured, measured, measured, "calibrated", cacheable=measured, parts=(("measured", "", measured),)
        )
    encoding = model.encoding if model else UNKNOWN_MODEL_ENCODING
    if known.parts is None and not assumed.variables and assumed.variables_from is None:
        return _of_text(known, known.tokens[encoding], model)
    samples = _samples(file, known, facts, side, encoding)
    if isinstance(samples, Problem):
        return samples
    given = values(encoding) if values else {}
    stated = {name: Stated(typical, high) for name, typical, high in assumed.variables if name not in given}
    tools = [known.parts.counts[encoding][tool] for tool in known.parts.tools] if known.parts else []
    body = body_of(file.path, file.format, known, encoding)
    try:
        found = measure(body, tools, stated, {**samples, **given}, resolver(facts, side, encoding))
    except ParseError as error:
        return Problem(error.message, error.hint, ExitCode.PARSE_ERROR)
    return _of_parts(file, known, found, model, facts, side)


def _of_text(known: PromptFacts, counted: int, model: Model | None) -> Input:
    framing = _framing(known)
    low, tokens, high = (scale.tokens(counted) for scale in _scales(model, ((known.mix, counted),)))
    return Input(
        tokens + framing, low + framing, high + framing, _grade(model), framing, cacheable=tokens + framing,
        parts=_with_framing(framing, (("text", "", tokens),)),
    )  # fmt: skip


def _of_parts(
    file: PromptFile, known: PromptFacts, found: Measured, model: Model | None, facts: Facts, side: str
) -> Input:
    framing = _framing(known)
    low, ratio, high = _scales(model, found.mixed)
    filled = found.low != found.high or any(part.kind == "variable" for part in found.parts) or found.undeclared
    beside = facts.beside.get(side, {})
    links = [link for link in (_settings(file, known), samples_link(file)) if link]
    used = (*found.includes, *(place for link in links if (place := link.located(beside))))
    typical = _scaled(found.typical, ratio)
    requests = known.parts.requests if known.parts else 1
    cacheable = _scaled(found.cacheable, ratio) + (0 if found.ends_at else framing)
    return Input(
        typical + framing,
        _scaled(found.low, low) + framing,
        _scaled(found.high, high) + framing,
        max(_grade(model), "calibrated", key=GRADES.index) if filled else _grade(model),
        framing,
        requests,
        cacheable if requests == 1 else 0,  # what several requests have in common is not known
        found.ends_at if requests == 1 else None,
        found.undeclared,
        tuple(_notes(found)),
        _with_framing(framing, _shares(found.parts, ratio, typical)),
        tuple((path, str(beside[path])) for path in sorted(set(used))),
        known.parts.cost_limit if known.parts else None,
    )


def _samples(
    file: PromptFile, known: PromptFacts, facts: Facts, side: str, encoding: str
) -> Mapping[str, Value] | Problem:
    """Values for the variables: the file's own, under those of its settings file and of `variables_from`."""
    values: dict[str, Value] = {}
    links = [link for link in (_settings(file, known), samples_link(file)) if link]
    found = [known, *(at(link, facts, side) for link in links)]
    for each in found:
        if isinstance(each, Problem):
            return each
        if each is not None and each.parts is not None:
            values.update(sized_values(each.parts.samples, each.parts.counts[encoding], each.parts.mixes))
    if file.assumptions.variables_from is not None and found[-1] is None:
        return Problem(
            f"has variables_from = {file.assumptions.variables_from}, which is not there",
            "Restore that file, or mend the path; it is relative to the top of the repository.",
            ExitCode.CONFIG_ERROR,
        )
    return values


def _settings(file: PromptFile, known: PromptFacts) -> Link | None:
    ref = known.parts.settings if known.parts else None
    return None if ref is None else settings_link(file.path, ref, file.format)


def _framing(known: PromptFacts) -> int:
    """Tokens that roles and messages add; 0 for a file that declares no messages."""
    requests = known.parts.requests if known.parts else 1
    return known.messages * PER_MESSAGE + requests * PER_REPLY if known.messages else 0


def _scales(model: Model | None, mixed: Iterable[tuple[Mix, int]]) -> tuple[Scale, Scale, Scale]:
    """Model's tokens per token counted: low, typical, high."""
    return scales(model.ratios if model else ITSELF, mixed)


def _grade(model: Model | None) -> str:
    return model.grade if model else "exact"


def _scaled(size: Size, ratio: Scale) -> int:
    return ratio.tokens(size.counted) + size.stated


def cached_share(tokens: int, cacheable: int, least: int, ratio: Decimal) -> int:
    """Input tokens that a cache serves: a share of the input, never more than its prefix that can be cached.

    Nothing where that prefix is shorter than the provider's least.
    """
    return 0 if cacheable < least else min(int(tokens * ratio), cacheable)


def ceiling(number: Decimal) -> int:
    return int(number.to_integral_value(ROUND_CEILING))


def _with_framing(framing: int, parts: Shares) -> Shares:
    return (("roles", "", framing), *parts) if framing else parts


def _shares(parts: tuple[Part, ...], ratio: Scale, whole: int) -> Shares:
    """Whole tokens of each part, which together are `whole`: what rounding leaves goes to the largest part."""
    if not parts:
        return ()
    rows = [(part.kind, part.name, part.size.counted * ratio.over // ratio.under + part.size.stated) for part in parts]
    largest = max(range(len(rows)), key=lambda n: rows[n][2])
    kind, name, tokens = rows[largest]
    rows[largest] = kind, name, tokens + whole - sum(row[2] for row in rows)
    return tuple(rows)


def _notes(found: Measured) -> list[str]:
    notes = []
    if found.undeclared:
        names = ", ".join(found.undeclared)
        notes.append(f"size of {names} unknown (name it in variables): the cost is a lower bound")
    if found.unused:
        notes.append(f"{', '.join(found.unused)}: stated in variables and no variable of the template; added to it")
    if found.once:
        notes.append(f"the text around each item of {', '.join(found.once)} is counted once")
    return notes
