"""How many tokens one request of a prompt has: its text, its framing, and what the manifest or samples put in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from .errors import ExitCode, ParseError
from .families import ITSELF, Scale, scales
from .framing import NONE, Extra, Tools, chat_overhead, image_tokens, tool_prompt, tool_tokens
from .linking import Facts, Link, at, body_of, resolver, samples_link, settings_link
from .models import Model
from .prompts import Problem, PromptFacts
from .prompts.classes import Mix
from .prompts.images import Image
from .prompts.measure import Measured, measure
from .prompts.sized import Stated, Value, sized_values
from .prompts.tally import Part, Size
from .snapshot import PromptFile

GRADES = ("exact", "calibrated", "heuristic")  # best first; a total carries its worst
UNKNOWN_MODEL_ENCODING = "o200k_base"  # what is counted where no model is named
IMAGES = "images"  # among what is not known: those whose tokens nobody can say
NO_SIZE = 'tokens of its images unknown (state images = ["1024x768"] for it): the cost is a lower bound'

Shares = tuple[tuple[str, str, int], ...]  # (kind, name, tokens): "roles", "text", "variable", "include", "tools", ...


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
    uses: tuple[tuple[str, int], ...] = ()  # how often each of `undeclared` is put in; () where nobody can say


Values = Callable[[str], Mapping[str, Value]]  # an encoding -> values of variables, counted in it


def input_of(
    file: PromptFile, known: PromptFacts, model: Model | None, facts: Facts, side: str, values: Values | None = None,
    on: date = date.max,
) -> Input | Problem:  # fmt: skip
    """The size of one call's input; a Problem where something it pulls in is missing or broken.

    `model` says how tokens are counted; None counts in UNKNOWN_MODEL_ENCODING. `on` is the day whose framing holds.
    """
    assumed = file.assumptions
    if assumed.avg_input_tokens is not None:
        measured = assumed.avg_input_tokens
        return Input(
            measured, measured, measured, "calibrated", cacheable=measured, parts=(("measured", "", measured),)
        )
    encoding = model.encoding if model else UNKNOWN_MODEL_ENCODING
    only_text = known.parts is None and IMAGES not in known.not_sent
    if only_text and not assumed.variables and assumed.variables_from is None and not assumed.images:
        return _of_text(known, known.tokens[encoding], model)
    samples = _samples(file, known, facts, side, encoding)
    if isinstance(samples, Problem):
        return samples
    given = values(encoding) if values else {}
    stated = {name: Stated(typical, high) for name, typical, high in assumed.variables if name not in given}
    tools = tool_tokens(model, known.parts, known.parts.counts[encoding]) if known.parts else Tools(())
    body = body_of(file.path, file.format, known, encoding)
    try:
        found = measure(body, tools.counts, stated, {**samples, **given}, resolver(facts, side, encoding))
    except ParseError as error:
        return Problem(error.message, error.hint, ExitCode.PARSE_ERROR)
    return _of_parts(file, known, found, tools, model, facts, side, on)


def _of_text(known: PromptFacts, counted: int, model: Model | None) -> Input:
    framing = _framing(known, model)
    low, tokens, high = (scale.tokens(counted) for scale in _scales(model, ((known.mix, counted),)))
    return Input(
        tokens + framing.typical, low + framing.low, high + framing.high, _worst(_grade(model), framing.grade),
        framing.typical, cacheable=tokens + framing.typical,
        parts=_with_framing(framing.typical, (("text", "", tokens),)),
    )  # fmt: skip


def _of_parts(
    file: PromptFile, known: PromptFacts, found: Measured, tools: Tools, model: Model | None, facts: Facts, side: str,
    on: date,
) -> Input:  # fmt: skip
    low, ratio, high = _scales(model, found.mixed)
    names, framing = _names(known, model), _framing(known, model)
    beside = _beside(file, known, model, on)
    lacks_images = _lacks_images(file, known, model)
    schemas = sum(tools.counts)
    requests = known.parts.requests if known.parts else 1
    typical = _scaled(found.typical, ratio)
    extra = NONE
    for _, each in beside:
        extra = extra.plus(each)
    first = sum(each.typical for kind, each in beside if kind == "tool_prompt")  # tools come before all messages
    around = framing.typical + ratio.tokens(names)
    prefix = first if found.ends_at else around + extra.typical
    cacheable = _scaled(found.cacheable, ratio) + prefix
    return Input(
        typical + around + extra.typical,
        _scaled(found.low, low)
        - low.tokens(schemas) * (100 - tools.low) // 100
        + framing.low
        + low.tokens(names)
        + extra.low,
        _scaled(found.high, high)
        + high.tokens(schemas) * (tools.high - 100) // 100
        + framing.high
        + high.tokens(names)
        + extra.high,
        _grade_of(found, model, [tools.grade, framing.grade, *(each.grade for _, each in beside)]),
        around,
        requests,
        cacheable if requests == 1 else 0,  # what several requests have in common is not known
        found.ends_at if requests == 1 else None,
        (*found.undeclared, *([IMAGES] if lacks_images and IMAGES not in found.undeclared else [])),
        (*_notes(found), *([NO_SIZE] if lacks_images else [])),
        _with_framing(around, (*_shares(found.parts, ratio, typical), *_named_extras(beside))),
        _used(file, known, found, facts, side),
        known.parts.cost_limit if known.parts else None,
        () if lacks_images else found.uses,
    )


def _grade_of(found: Measured, model: Model | None, grades: list[str]) -> str:
    filled = found.low != found.high or any(part.kind == "variable" for part in found.parts) or found.undeclared
    return _worst(_grade(model), *grades, *(["calibrated"] if filled else []))


def _worst(*grades: str) -> str:
    return max(grades, key=GRADES.index)


def _named_extras(beside: list[tuple[str, Extra]]) -> Shares:
    return tuple((kind, "", extra.typical) for kind, extra in beside)


def _names(known: PromptFacts, model: Model | None) -> int:
    """Tokens, as counted, of the names of those who speak."""
    if known.parts is None or not known.parts.names:
        return 0
    counts = known.parts.counts[model.encoding if model else UNKNOWN_MODEL_ENCODING]
    return sum(counts[name] for name in known.parts.names)


def _used(
    file: PromptFile, known: PromptFacts, found: Measured, facts: Facts, side: str
) -> tuple[tuple[str, str], ...]:
    """(path, oid) of all that was pulled in."""
    beside = facts.beside.get(side, {})
    links = [link for link in (_settings(file, known), samples_link(file)) if link]
    used = (*found.includes, *(place for link in links if (place := link.located(beside))))
    return tuple((path, str(beside[path])) for path in sorted(set(used)))


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


def _framing(known: PromptFacts, model: Model | None) -> Extra:
    """Tokens that roles and messages add; none for a file that declares no messages."""
    requests, names = (known.parts.requests, len(known.parts.names)) if known.parts else (1, 0)
    return chat_overhead(model, known.messages, known.systems, names, requests) if known.messages else NONE


def _beside(file: PromptFile, known: PromptFacts, model: Model | None, on: date) -> list[tuple[str, Extra]]:
    """What a provider adds besides text and roles, by its kind; without images whose tokens are unknown."""
    found = []
    if known.parts and known.parts.tools:
        requests = known.parts.requests
        prompt = tool_prompt(model, known.parts.forces_tool, on)
        found.append(("tool_prompt", prompt.times(requests)))
    sizes = [image_tokens(model, image) for image in _images(file, known)]
    if any(sizes):
        together = NONE
        for size in sizes:
            together = together.plus(size) if size else together
        grade = _worst(*(size.grade for size in sizes if size))
        found.append(("images", together._replace(grade=grade)))
    return [(kind, extra) for kind, extra in found if extra.high]


def _images(file: PromptFile, known: PromptFacts) -> tuple[Image, ...]:
    """The images that the manifest states, else those of the file."""
    stated = tuple(Image(*image) for image in file.assumptions.images)
    return stated or (known.parts.images if known.parts else ())


def _lacks_images(file: PromptFile, known: PromptFacts, model: Model | None) -> bool:
    """Whether an image is sent whose tokens nobody can say."""
    unread = IMAGES in known.not_sent and not file.assumptions.images
    return unread or any(image_tokens(model, image) is None for image in _images(file, known))


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
