"""What providers add to the text of a request: overhead of messages, tools and images. Dated and sourced data.

`llmcost_hooks.framing` reads it. Names are matched as in known/families.py: a part of the developer's name of a model,
"=name" the whole of it, "name*" its beginning; the first that fits holds.
"""

from __future__ import annotations

from typing import NamedTuple

ROLE = 1  # tokens of the name of a role: each of the usual ones is one


class Chat(NamedTuple):
    """Tokens around the messages of a request, besides roles, names and contents."""

    message: int
    name: int  # beside the name's own
    reply: int  # what primes it, and what opens the request
    system: int  # beside `message`, of a system message: Anthropic's is no message
    source: str


# By name, then by family of tokenizers, then by developer; "" is of all others.
CHAT: tuple[tuple[str, Chat], ...] = (
    ("=gpt-3.5-turbo-0301", Chat(4, -1, 3, 0, "OpenAI cookbook, How to count tokens with tiktoken")),
    ("=gpt-3.5-0301", Chat(4, -1, 3, 0, "the same, as Azure names it")),
)
OPENAI_CHAT = Chat(3, 1, 3, 0, "OpenAI cookbook, How to count tokens with tiktoken")
CHAT_OF_FAMILY = {
    # Token counting page of 2026-11: 14 for "You are a scientist" and "Hello, Claude"; one character counts 7.
    "claude_4_6": Chat(2, 1, 3, -3, "Anthropic, token counting page"),
    "claude_4_7": Chat(2, 1, 3, -3, "Anthropic, token counting page"),
    "llama3": Chat(4, 1, 5, 0, "chat template of Llama 3: start, end of header, two line ends, end of turn"),
    "llama4": Chat(4, 1, 5, 0, "llama-models, llama4/chat_format.py: as of Llama 3, other names"),
    "qwen": Chat(4, 1, 3, 0, "chat template of Qwen: ChatML with two line ends"),
    "gemma3": Chat(4, 1, 4, 0, "chat template of Gemma: start and end of turn with line ends"),
    "gemma4": Chat(4, 1, 4, 0, "chat template of Gemma: start and end of turn with line ends"),
    "deepseek_v3": Chat(0, 1, 2, 0, "chat template of DeepSeek V3: one mark a message"),
}


class Functions(NamedTuple):
    """Tokens around the schemas of functions, where their names, descriptions and values are counted by themselves."""

    function: int
    properties: int  # once, where a function has any
    property: int
    enum: int  # once for each
    value: int  # of an enum
    end: int  # once


# OpenAI cookbook, num_tokens_for_tools, checked there against the API; no formula is published for later models.
_FUNCTIONS_4O = Functions(7, 3, 3, -3, 3, 12)
_FUNCTIONS_4 = Functions(10, 3, 3, -3, 3, 12)
FUNCTIONS: tuple[tuple[str, Functions, bool], ...] = (  # whether it is published for that model
    ("gpt-4o*", _FUNCTIONS_4O, True),
    ("gpt-4.*", _FUNCTIONS_4O, False),
    ("gpt-4*", _FUNCTIONS_4, True),
    ("gpt-3.5*", _FUNCTIONS_4, True),
    ("gpt-*", _FUNCTIONS_4O, False),
    ("o1*", _FUNCTIONS_4O, False),
    ("o3*", _FUNCTIONS_4O, False),
    ("o4*", _FUNCTIONS_4O, False),
)
# Elsewhere a schema counts as compact JSON. Anthropic's page counts 403 for one tool and a question, of which 346 are
# its system prompt: some 42 for a schema of 62 tokens as JSON. So the band, in percent of that.
JSON_LOW, JSON_HIGH = 60, 120


class ToolPrompt(NamedTuple):
    """Tokens of the system prompt that Anthropic adds to a request with tools."""

    name: str
    since: str  # the first day on which the page is known to say so; "": before
    auto: int  # tool_choice auto or none
    forced: int  # any or tool


_PAGE, _NEW_PAGE = "", "2026-07-13"  # "Tool use overview"; on which days the older figures changed is not known
TOOL_PROMPTS: tuple[ToolPrompt, ...] = (  # of several that fit a name the last that has begun
    ToolPrompt("claude-3-haiku", _PAGE, 264, 340),
    ToolPrompt("claude-3-sonnet", _PAGE, 159, 235),
    ToolPrompt("claude-3-opus", _PAGE, 530, 281),
    ToolPrompt("claude-3-5-haiku", _PAGE, 264, 355),
    ToolPrompt("claude-3-5-sonnet", _PAGE, 346, 313),
    ToolPrompt("claude-3-7-sonnet", _PAGE, 346, 313),
    ToolPrompt("=claude-sonnet-4", _PAGE, 346, 313),
    ToolPrompt("=claude-sonnet-4", _NEW_PAGE, 313, 315),
    ToolPrompt("=claude-opus-4", _PAGE, 346, 313),
    ToolPrompt("=claude-opus-4", _NEW_PAGE, 313, 315),
    ToolPrompt("claude-opus-4-1", _PAGE, 346, 313),
    ToolPrompt("claude-opus-4-1", _NEW_PAGE, 313, 315),
    ToolPrompt("claude-haiku-4-5", _PAGE, 346, 313),
    ToolPrompt("claude-haiku-4-5", _NEW_PAGE, 496, 588),
    ToolPrompt("claude-sonnet-4-5", _PAGE, 346, 313),
    ToolPrompt("claude-sonnet-4-5", _NEW_PAGE, 496, 588),
    ToolPrompt("claude-opus-4-5", _PAGE, 346, 313),
    ToolPrompt("claude-opus-4-5", _NEW_PAGE, 496, 588),
    ToolPrompt("claude-sonnet-4-6", _PAGE, 497, 589),
    ToolPrompt("claude-opus-4-6", _PAGE, 497, 589),
    ToolPrompt("claude-opus-4-7", _PAGE, 675, 804),
    ToolPrompt("claude-opus-4-8", _PAGE, 290, 410),
    ToolPrompt("claude-sonnet-5", _PAGE, 354, 474),
)
TOOL_PROMPT_OF_OTHERS = (290, 354, 804)  # Claude models without a figure: the least, Sonnet 5's, the most


class Images(NamedTuple):
    """How the tokens of an image follow from its size. `framing.image_tokens` knows the formulas."""

    formula: str  # "tiles", "patches", "area", "gemini", "resolution"
    numbers: tuple[str, ...]
    sure: bool  # whether the provider states it for that model, or bills it, and nobody measured otherwise


# OpenAI, images and vision: tiles of 512 px with a base, or patches of 32 px times a factor, 1,536 at most.
# Those of gpt-4o-mini as the API billed them: 12 tokens of text and one tile took 8,512, and 2,845 with little detail
# (community.openai.com/t/1262691, 2025-05).
_TILES, _MINI_TILES = Images("tiles", ("85", "170"), True), Images("tiles", ("2833", "5667"), True)
_O3_TILES = Images("tiles", ("75", "150"), True)  # the same: 86 and 236, 11 of them text
# Anthropic, vision: patches of 28 px; long edge in px and tokens at most. For the newer models the page says of the
# most only that it is about three times as much.
_CLAUDE, _CLAUDE_4_7 = Images("area", ("1568", "1568"), True), Images("area", ("2576", "4784"), False)
IMAGES: tuple[tuple[str, Images], ...] = (
    ("gpt-4o-mini*", _MINI_TILES),
    ("gpt-4o*", _TILES),
    ("gpt-4-turbo*", _TILES),
    ("gpt-4.1-mini*", Images("patches", ("1.62",), True)),
    ("gpt-4.1-nano*", Images("patches", ("2.46",), True)),
    ("gpt-4.1*", _TILES),
    ("gpt-4.5*", _TILES),
    # The page says 1.62 and 2.46; the API bills these (community.openai.com/t/1344040; six sizes, 2026-06).
    ("gpt-5-mini*", Images("patches", ("1.20",), False)),
    ("gpt-5-nano*", Images("patches", ("1.50",), False)),
    ("gpt-5", Images("tiles", ("70", "140"), False)),
    ("=o3", _O3_TILES),
    ("o3-20*", _O3_TILES),
    ("gemini-2", Images("gemini", ("258", "384", "768"), False)),
    ("gemini-3", Images("resolution", ("280", "560", "1120", "2240"), False)),
)
# Where a formula is not sure: page and bill of gpt-5-mini are apart by that, 1.62 to 1.20, in percent.
UNSURE_IMAGES = 135
IMAGES_OF_FAMILY = {"claude_4_6": _CLAUDE, "claude_4_7": _CLAUDE_4_7}
