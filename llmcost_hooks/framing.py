"""Tokens that a provider adds to the text of a request: around messages and tools, and for images.

The figures are in known/framing.py, and are loaded for requests that have messages, tools or images.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from .families import Scale, developer_name, fits
from .models import Model
from .prompts.images import Image

if TYPE_CHECKING:
    from .known.framing import Functions
    from .prompts.parts import Parts


class Extra(NamedTuple):
    """Tokens of the model itself that come on top of the text."""

    low: int
    typical: int
    high: int
    grade: str = "exact"  # how good that number is

    def plus(self, other: Extra) -> Extra:
        return Extra(self.low + other.low, self.typical + other.typical, self.high + other.high)

    def times(self, count: int) -> Extra:
        return Extra(self.low * count, self.typical * count, self.high * count, self.grade)


NONE = Extra(0, 0, 0)
OPENAI = ("openai", "openai_cl100k", "openai_new")  # families whose requests are framed as OpenAI publishes it


def chat_overhead(model: Model | None, messages: int, systems: int, names: int, requests: int) -> Extra:
    """Tokens around messages; none where a file declares none. `systems` and `names` are how many of each there are.

    Where nothing is published for a model it is OpenAI's, between the least and the most that is published of any.
    """
    if not messages:
        return NONE
    from .known.framing import CHAT, CHAT_OF_FAMILY, OPENAI_CHAT, ROLE, Chat

    def around(chat: Chat) -> int:
        return messages * (chat.message + ROLE) + systems * chat.system + names * chat.name + requests * chat.reply

    chat: Chat | None = OPENAI_CHAT
    if model is not None:
        name = developer_name(model.row)
        others = OPENAI_CHAT if model.family in OPENAI else None
        of_family = CHAT_OF_FAMILY.get(model.family, others)
        chat = next((chat for rule, chat in CHAT if fits(rule, name)), of_family)
    if chat is not None:
        return Extra(around(chat), around(chat), around(chat))
    published = [around(each) for each in (OPENAI_CHAT, *CHAT_OF_FAMILY.values())]
    return Extra(min(published), published[0], max(published), "heuristic")


class Tools(NamedTuple):
    """The schemas of a request as tokens counted, and how far off they may be in percent of that."""

    counts: tuple[int, ...]
    low: int = 100
    high: int = 100
    grade: str = "exact"


def tool_tokens(model: Model | None, parts: Parts, counts: Sequence[int]) -> Tools:
    """By the formula that is published for OpenAI's models, where a schema is flat; otherwise as compact JSON."""
    if not parts.tools:
        return Tools(())
    from .known.framing import FUNCTIONS, JSON_HIGH, JSON_LOW

    name = developer_name(model.row) if model else ""
    openai = model is not None and model.family in OPENAI
    known = next(((cost, sure) for rule, cost, sure in FUNCTIONS if openai and fits(rule, name)), None)
    as_json = tuple(counts[number] for number in parts.tools)
    if known is None:
        return Tools(as_json, JSON_LOW, JSON_HIGH, "heuristic")
    cost, sure = known
    sizes = [
        json if function is None else _of_function(function, cost, counts)
        for json, function in zip(as_json, parts.functions, strict=True)
    ]
    sizes[-1] += cost.end
    if not sure or None in parts.functions:
        return Tools(tuple(sizes), JSON_LOW, JSON_HIGH, "heuristic")
    return Tools(tuple(sizes), grade="calibrated")


def _of_function(function: tuple[Sequence[int], int, int, int], cost: Functions, counts: Sequence[int]) -> int:
    texts, properties, enums, values = function
    around = cost.function + (cost.properties if properties else 0) + properties * cost.property
    return around + enums * cost.enum + values * cost.value + sum(counts[text] for text in texts)


def tool_prompt(model: Model | None, forced: bool, on: date) -> Extra:
    """The system prompt that Anthropic adds to a request with tools, as its page had it on that day."""
    if model is None or model.family not in ("claude_4_6", "claude_4_7"):
        return NONE
    from .known.framing import TOOL_PROMPT_OF_OTHERS, TOOL_PROMPTS

    name = developer_name(model.row)
    found = [row for row in TOOL_PROMPTS if fits(row.name, name)]
    if not found:
        return Extra(*TOOL_PROMPT_OF_OTHERS, "heuristic")
    begun = [row for row in found if row.since <= on.isoformat()]
    tokens = begun[-1].forced if forced else begun[-1].auto
    return Extra(tokens, tokens, tokens)


def image_tokens(model: Model | None, image: Image) -> Extra | None:
    """Tokens of one image; None where its size is not stated, or no formula is published for the model."""
    if model is None:
        return None
    from .known.framing import IMAGES, IMAGES_OF_FAMILY, UNSURE_IMAGES

    name = developer_name(model.row)
    known = next((images for rule, images in IMAGES if fits(rule, name)), IMAGES_OF_FAMILY.get(model.family))
    if known is None:
        return None
    if known.formula == "tiles" and image.detail == "low":
        tokens = int(known.numbers[0])
    elif known.formula == "resolution":
        details = ("low", "medium", "high", "ultra_high")
        tokens = int(known.numbers[details.index(image.detail) if image.detail in details else 2])
    elif image.width and image.height:
        tokens = _FORMULAS[known.formula](image.width, image.height, known.numbers)
    else:
        return None
    if known.sure:
        return Extra(tokens, tokens, tokens, "calibrated")
    return Extra(tokens * 100 // UNSURE_IMAGES, tokens, -(-tokens * UNSURE_IMAGES // 100), "heuristic")


def _tiles(width: int, height: int, numbers: Sequence[str]) -> int:
    """Fitted into 2,048 px, then the shorter side to 768, then in tiles of 512."""
    base, per_tile = map(int, numbers)
    scale = _least(Scale(1, 1), Scale(2048, max(width, height)))
    width, height = (max(1, side * scale.over // scale.under) for side in (width, height))
    if min(width, height) > 768:
        width, height = width * 768 // min(width, height), height * 768 // min(width, height)
    return base + per_tile * -(-width // 512) * -(-height // 512)


def _patches(width: int, height: int, numbers: Sequence[str]) -> int:
    """Patches of 32 px, of an image that is made smaller until 1,536 hold it, times a factor."""
    patches = -(-width // 32) * -(-height // 32)
    if patches > 1536:
        shrink = (32 * 32 * 1536 / (width * height)) ** 0.5
        across, down = width * shrink / 32, height * shrink / 32
        shrink *= min(max(1, int(across)) / across, max(1, int(down)) / down)
        patches = min(1536, -(-round(width * shrink) // 32) * -(-round(height * shrink) // 32))
    return int((patches * Decimal(numbers[0])).to_integral_value("ROUND_CEILING"))


def _area(width: int, height: int, numbers: Sequence[str]) -> int:
    """Patches of 28 px, of an image whose longer side is fitted into the first number; the second is the most."""
    edge, most = map(int, numbers)
    scale = _least(Scale(1, 1), Scale(edge, max(width, height)))
    width, height = (max(1, side * scale.over // scale.under) for side in (width, height))
    return min(most, -(-width // 28) * -(-height // 28))


def _gemini(width: int, height: int, numbers: Sequence[str]) -> int:
    """One tile where both sides are small, else tiles of a size."""
    tokens, small, tile = map(int, numbers)
    return tokens if max(width, height) <= small else tokens * -(-width // tile) * -(-height // tile)


def _least(one: Scale, other: Scale) -> Scale:
    return one if one.over * other.under <= other.over * one.under else other


_FORMULAS = {"tiles": _tiles, "patches": _patches, "area": _area, "gemini": _gemini}
