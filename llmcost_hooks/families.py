"""What one token of a public encoding is worth in model families that publish no tokenizer.

Dated data, of November 2026. A ratio is tokens of the model per token of the encoding on the same text; low and high
are the band that published measurements span. Where there is no measurement the basis says "assumed".
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

BUNDLED = ("o200k_base", "cl100k_base")  # the encodings whose tables ship in the package


class Family(NamedTuple):
    """How the tokens of a family are estimated."""

    encoding: str
    ratio: Decimal
    low: Decimal
    high: Decimal
    basis: str


# sammcj/ingest pull request 65 counted 506 tokens where o200k has 429, with older Claude; sourcegraph-public-snapshot
# pull request 61668 found +7 and +9 % from Claude 2 (about o200k) to Claude 3 Haiku; claude-code issue 22506 reports
# 1.57 to 2.08 over tiktoken, so the band ends there: nobody is told a number that is too sure of itself.
CLAUDE_3_TO_4_6 = Family(
    "o200k_base",
    Decimal("1.18"),
    Decimal("1.07"),
    Decimal("2.08"),
    "no public tokenizer; 1.18 x o200k_base, published measurements 1.07-2.08",
)
# The same pull request: 656 where o200k has 429. Against Claude 4.6 others measured 1.00 (CJK, Cyrillic, Arabic) to
# 1.47 (technical English), so 1.18 to 1.74 over o200k.
CLAUDE_FROM_4_7 = Family(
    "o200k_base",
    Decimal("1.53"),
    Decimal("1.18"),
    Decimal("1.74"),
    "no public tokenizer; 1.53 x o200k_base, published measurements 1.18-1.74 of Claude Opus 4.7",
)
# gemma3, to which google-genai maps gemini-2.0 to 3, against o200k: English 1.11, code 1.15, Markdown prompts 1.24
# (their mean is the ratio), JSON 1.32, Chinese 0.88, nine languages 0.89. gemma4 counts as gemma3 did on 11 texts.
GEMINI = Family(
    "o200k_base",
    Decimal("1.17"),
    Decimal("0.88"),
    Decimal("1.32"),
    "tokenizer not bundled; 1.17 x o200k_base, as gemma3 measures 0.88-1.32 by kind of text",
)
# Not in tiktoken's model table. From cl100k to o200k English, code and JSON moved by 4 % at most.
OPENAI_UNMAPPED = Family(
    "o200k_base",
    Decimal("1.00"),
    Decimal("0.90"),
    Decimal("1.10"),
    "its tokenizer is not published; o200k_base of the models before it is assumed, within 10 %",
)
# r50k_base and p50k_base: half of o200k_base's vocabulary or less, and long runs of spaces one by one in the older one.
OLD_OPENAI = Family(
    "cl100k_base",
    Decimal("1.15"),
    Decimal("0.95"),
    Decimal("2.00"),
    "its own tokenizer is not bundled; 1.15 x cl100k_base is assumed, 0.95-2.00",
)
# The last resort of a provider nobody measured: wide, and said to be a guess.
UNMEASURED = Family(
    "o200k_base",
    Decimal("1.15"),
    Decimal("0.80"),
    Decimal("2.10"),
    "no public tokenizer and no measurement; 1.15 x o200k_base is assumed, 0.80-2.10",
)


def family_of(model: str, provider: str) -> Family:
    """The estimate for a model whose own tokenizer is not bundled. `model` is its id in the price file."""
    if provider == "Anthropic":
        match = re.match(r"claude-(?:[a-z]+-)?(\d+)(?:-(\d{1,2})(?!\d))?", model)
        return CLAUDE_3_TO_4_6 if match and (int(match[1]), int(match[2] or 0)) < (4, 7) else CLAUDE_FROM_4_7
    return {"Google": GEMINI, "OpenAI": OPENAI_UNMAPPED}.get(provider, UNMEASURED)
