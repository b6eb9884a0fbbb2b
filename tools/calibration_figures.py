"""Published and measured figures of what tokenizers make of the same text. Data, read by tools/check_calibration.py.

A figure is tokens of one tokenizer per token of another on one kind of text. "fit" figures make the table of the
package; "range" figures widen its bands; "held" ones are kept from both and show how far it is off.
"""

from __future__ import annotations

from typing import NamedTuple

FIT, RANGE, HELD = "fit", "range", "held"

SOURCES = {
    "gpt4o-claude35": "GPT-4o and Claude 3.5 Sonnet on English articles, mathematics and Python, 2025-05-01",
    "komatsuzaki": "A. Komatsuzaki: one essay in nine languages, tokens of Claude over OpenAI's, 2026-04-29",
    "sol-ava": "sol.ava.dev 2026-04-17: tokens of Claude Opus 4.7 over 4.6, by count_tokens",
    "anthropic-47": "Anthropic's notes on Opus 4.7, 2026-04-16: 1.0 to 1.35 times the tokens of models before",
    "claudecodecamp": "claudecodecamp 2026-04: tokens of Claude Opus 4.7 over 4.6, by count_tokens",
    "willison": "S. Willison 2026-04: tokens of Claude Opus 4.7 over 4.6",
    "ingest-65": "sammcj/ingest pull request 65: Claude by count_tokens over o200k_base",
    "copilot-141": "caozhiyuan/copilot-api pull request 141: 1.15 over o200k_base underestimates",
    "claude-code-22506": "anthropics/claude-code issue 22506: Claude over tiktoken",
    "sourcegraph-61668": "sourcegraph-public-snapshot pull request 61668: Claude 3 Haiku over Claude Instant 1.2",
    "heuristicandrew": "heuristicandrew.blogspot.com 2025: Amazon Nova Lite and Claude 3 Haiku on the same documents",
    "own-2026-11-22": "measured on 2026-11-22: a document set of this project, five kinds, against the vocabularies",
    "own-2026-11-26": "measured on 2026-11-26: texts of this repository, with splintr-rs 0.22.0",
    "assumed": "assumed: nobody published a measurement",
}


class Figure(NamedTuple):
    family: str
    text: str  # the class of text
    value: str  # tokens of the family per token of its base on that text
    role: str
    source: str
    what: str = ""


# What each family's figures are over: an encoding, or another family, whose ratios are then multiplied.
BASES = {"claude_4_7": "claude_4_6", "nova": "claude_4_6"}
# What is added to both ends of a fitted band, in percent: other people's measurements of Claude differ by 10 to 20.
MARGINS = {"claude_4_6": 10, "claude_4_7": 0, "nova": 0}
OWN_MARGIN = 5

FIGURES: tuple[Figure, ...] = (
    # --- Claude 3 to 4.6 over o200k_base ----------------------------------------------------------------------------
    Figure("claude_4_6", "prose", "1.16", FIT, "gpt4o-claude35", "English articles"),
    Figure("claude_4_6", "code", "1.30", FIT, "gpt4o-claude35", "Python"),
    Figure("claude_4_6", "structured", "1.21", FIT, "gpt4o-claude35", "mathematics"),
    Figure("claude_4_6", "structured", "1.16", FIT, "sourcegraph-61668", "JSON: Claude 2's 1.07 times 1.083"),
    Figure("claude_4_6", "cjk", "1.49", FIT, "komatsuzaki", "Chinese: 1.71 over 1.15"),
    Figure("claude_4_6", "other", "2.36", FIT, "komatsuzaki", "Hindi: 3.24 over 1.37"),
    Figure("claude_4_6", "other", "2.18", FIT, "komatsuzaki", "Arabic: 2.86 over 1.31"),
    Figure("claude_4_6", "other", "1.56", FIT, "komatsuzaki", "Russian: 2.04 over 1.31"),
    Figure("claude_4_6", "prose", "1.18", HELD, "ingest-65", "429 to 506"),
    Figure("claude_4_6", "prose", "1.15", HELD, "copilot-141", "said to be too low"),
    Figure("claude_4_6", "prose", "1.07", HELD, "sourcegraph-61668", "English: Claude 2's 0.99 times 1.083"),
    Figure("claude_4_6", "prose", "1.16", HELD, "sourcegraph-61668", "Markdown prompt: Claude 2's 1.07 times 1.083"),
    Figure("claude_4_6", "code", "1.12", HELD, "sourcegraph-61668", "code: Claude 2's 1.03 times 1.083"),
    Figure("claude_4_6", "cjk", "1.48", HELD, "sourcegraph-61668", "Chinese: Claude 2's 1.37 times 1.083"),
    Figure("claude_4_6", "other", "1.86", HELD, "sourcegraph-61668", "nine languages: Claude 2's 1.72 times 1.083"),
    Figure("claude_4_6", "other", "1.57", HELD, "claude-code-22506", "the least that was seen"),
    Figure("claude_4_6", "other", "2.08", HELD, "claude-code-22506", "the most that was seen"),
    # --- Claude from 4.7 over 4.6 -----------------------------------------------------------------------------------
    Figure("claude_4_7", "prose", "1.45", FIT, "sol-ava", "English"),
    Figure("claude_4_7", "prose", "1.46", FIT, "sol-ava", "German"),
    Figure("claude_4_7", "prose", "1.36", FIT, "sol-ava", "French"),
    Figure("claude_4_7", "prose", "1.24", FIT, "sol-ava", "Spanish"),
    Figure("claude_4_7", "code", "1.20", FIT, "sol-ava", "Python"),
    Figure("claude_4_7", "code", "1.19", FIT, "sol-ava", "Go"),
    Figure("claude_4_7", "code", "1.17", FIT, "sol-ava", "Ruby"),
    Figure("claude_4_7", "code", "1.15", FIT, "sol-ava", "C"),
    Figure("claude_4_7", "code", "1.15", FIT, "sol-ava", "Rust"),
    Figure("claude_4_7", "code", "1.13", FIT, "sol-ava", "TypeScript"),
    Figure("claude_4_7", "code", "1.33", FIT, "sol-ava", "Haskell"),
    Figure("claude_4_7", "structured", "1.31", FIT, "sol-ava", "JSON log lines"),
    Figure("claude_4_7", "structured", "1.06", FIT, "sol-ava", "UUIDs"),
    Figure("claude_4_7", "cjk", "1.00", FIT, "sol-ava", "Chinese, Japanese, Korean"),
    Figure("claude_4_7", "other", "1.00", FIT, "sol-ava", "Russian, Arabic, Hindi"),
    Figure("claude_4_7", "prose", "1.445", HELD, "claudecodecamp", "CLAUDE.md"),
    Figure("claude_4_7", "prose", "1.373", HELD, "claudecodecamp", "a prompt"),
    Figure("claude_4_7", "prose", "1.368", HELD, "claudecodecamp", "a blog in Markdown"),
    Figure("claude_4_7", "prose", "1.47", HELD, "claudecodecamp", "technical documentation"),
    Figure("claude_4_7", "prose", "1.20", HELD, "claudecodecamp", "English prose"),
    Figure("claude_4_7", "prose", "1.46", HELD, "willison", "a system prompt"),
    Figure("claude_4_7", "prose", "1.08", HELD, "willison", "text of a PDF"),
    Figure("claude_4_7", "prose", "1.296", HELD, "ingest-65", "506 to 656"),
    Figure("claude_4_7", "code", "1.29", HELD, "claudecodecamp", "Python"),
    Figure("claude_4_7", "code", "1.36", HELD, "claudecodecamp", "TypeScript"),
    Figure("claude_4_7", "structured", "1.344", HELD, "claudecodecamp", "git log"),
    Figure("claude_4_7", "cjk", "1.01", HELD, "claudecodecamp", "CJK"),
    # --- Amazon Nova over Claude 3 Haiku ----------------------------------------------------------------------------
    Figure("nova", "prose", "0.989", FIT, "heuristicandrew", "news article: 6,034 to 6,104"),
    Figure("nova", "prose", "0.857", FIT, "heuristicandrew", "a poem: 1,628 to 1,900"),
    Figure("nova", "prose", "0.954", FIT, "heuristicandrew", "a policy in HTML: 31,436 to 32,937"),
    Figure("nova", "code", "0.932", FIT, "heuristicandrew", "Python: 4,331 to 4,648"),
    Figure("nova", "code", "0.881", FIT, "heuristicandrew", "assembly: 4,265 to 4,842"),
    Figure("nova", "code", "0.992", FIT, "heuristicandrew", "minified JavaScript: 9,294 to 9,366"),
    Figure("nova", "structured", "1.125", FIT, "heuristicandrew", "log: 3,942 to 3,503"),
    Figure("nova", "structured", "1.204", FIT, "heuristicandrew", "SQL: 5,843 to 4,851"),
    Figure("nova", "cjk", "1.367", FIT, "heuristicandrew", "Japanese: 2,754 to 2,014"),
    Figure("nova", "cjk", "1.226", FIT, "heuristicandrew", "Chinese: 5,717 to 4,662"),
    Figure("nova", "other", "1.011", FIT, "heuristicandrew", "Russian: 277 to 274"),
    Figure("nova", "other", "0.944", FIT, "heuristicandrew", "Thai: 6,223 to 6,592"),
    Figure("nova", "cjk", "1.067", HELD, "heuristicandrew", "Korean: 6,775 to 6,348"),
    Figure("nova", "other", "0.926", HELD, "heuristicandrew", "Bengali: 6,119 to 6,624"),
)

# --- vocabularies that are public: over o200k_base, where they are not installed --------------------------------------
# Each class: a figure of the document set of 2026-11-22, and the least, the whole and the most of this repository's
# texts of 2026-11-26; "-" where that vocabulary was not in the set.
_PUBLIC = {
    "llama2": "- 1.11/1.16/1.27;- 1.18/1.24/1.37;- 1.19/1.26/1.34;- 1.78/2.25/2.92;- 1.48/2.68/3.49",
    "llama3": "1.01 0.98/1.00/1.01;0.99 0.99/0.99/1.00;1.00 0.99/1.00/1.01;1.00 1.03/1.07/1.11;1.07 1.02/1.23/1.69",
    "deepseek": "1.01 1.01/1.02/1.05;1.06 1.02/1.05/1.17;1.04 1.01/1.03/1.07;0.78 0.89/1.01/1.18;1.02 0.92/1.28/1.87",
    "qwen": "1.08 1.00/1.02/1.05;1.00 0.99/1.00/1.01;1.23 0.99/1.04/1.10;0.79 0.89/1.02/1.18;1.14 1.18/1.91/3.05",
    "mistral_v1": "- 1.10/1.16/1.25;- 1.19/1.22/1.32;- 1.19/1.26/1.37;- 1.55/1.71/2.00;- 1.59/2.68/3.49",
    "tekken": "1.11 1.00/1.04/1.09;1.06 1.02/1.04/1.09;1.25 1.01/1.08/1.16;1.23 0.97/1.21/1.39;1.15 1.02/1.19/1.43",
    "gemma2": "- 1.04/1.08/1.20;- 1.10/1.14/1.19;- 1.15/1.18/1.22;- 0.78/0.97/1.16;- 0.80/1.02/1.27",
    "gemma3": "1.11 1.04/1.09/1.20;1.15 1.10/1.14/1.20;1.32 1.15/1.18/1.22;0.88 0.76/0.90/1.01;0.89 0.75/0.91/1.02",
    "kimi_k2": "- 0.97/0.99/1.00;- 0.97/1.00/1.01;- 0.99/1.00/1.01;- 0.80/1.13/1.49;- 1.57/1.73/2.00",
    "glm4": "- 0.98/1.00/1.01;- 0.99/0.99/1.00;- 0.99/1.00/1.02;- 0.90/1.09/1.43;- 1.02/1.78/3.29",
    "command_r": "1.06 -;1.06 -;1.32 -;0.85 -;1.12 -",
    "claude_2": "0.99 -;1.03 -;1.07 -;1.37 -;1.72 -",
}  # fmt: skip
_PROMPTS = {  # the document set's Markdown prompt: prose too
    "claude_2": "1.07", "command_r": "1.21", "llama3": "1.04", "deepseek": "1.07", "qwen": "1.15",
    "tekken": "1.16", "gemma3": "1.24",
}  # fmt: skip
_CHINESE = {"qwen": "0.74", "kimi_k2": "0.70"}  # 0.85 and 0.81 over OpenAI's 1.15
CLASSES = ("prose", "code", "structured", "cjk", "other")


def _public() -> tuple[Figure, ...]:
    found = []
    for family, rows in _PUBLIC.items():
        for text, row in zip(CLASSES, rows.split(";"), strict=True):
            documents, _, here = row.partition(" ")
            if documents != "-":
                found.append(Figure(family, text, documents, FIT, "own-2026-11-22"))
            if here != "-":
                least, whole, most = here.split("/")
                found.append(Figure(family, text, whole, FIT, "own-2026-11-26"))
                found += [Figure(family, text, end, RANGE, "own-2026-11-26") for end in (least, most)]
    found += [Figure(name, "prose", value, FIT, "own-2026-11-22", "a prompt") for name, value in _PROMPTS.items()]
    found += [Figure(name, "cjk", value, HELD, "komatsuzaki", "Chinese") for name, value in _CHINESE.items()]
    return tuple(found)


FIGURES += _public()
BY_OTHERS = 15  # percent to both ends where a single document set is all that is known
ONE_SET = ("command_r", "claude_2")
# Families without any figure: low, typical, high for every class, and what they are over.
ASSUMED = {
    "openai_new": ("o200k_base", "0.90 1.00 1.10"),
    "openai_old": ("cl100k_base", "0.95 1.15 2.00"),
    "cl100k_like": ("cl100k_base", "0.97 1.00 1.05"),
    "grok": ("o200k_base", "0.85 1.05 1.60"),
    "unmeasured": ("o200k_base", "0.80 1.15 2.10"),
}
