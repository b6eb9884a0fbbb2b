"""Tokens of families whose own tokenizer is not at hand, per token of a public encoding, by class of text.

Fitted to the figures of tools/calibration_figures.py, each with its source, by tools/check_calibration.py; the error
on figures that were held out is in docs/evidence/calibration.txt.
"""

from __future__ import annotations

from typing import NamedTuple

ON = "2026-11-26"  # the day of the fit


class Table(NamedTuple):
    encoding: str  # that is counted
    values: str  # "low typical high" of each of prompts.classes.CLASSES, with "; " between; one: of all


RATIOS: dict[str, Table] = {
    "claude_4_6": Table("o200k_base", "1.04 1.16 1.28; 1.17 1.30 1.43; 1.04 1.18 1.33; 1.34 1.49 1.64; 1.40 2.03 2.60"),
    "claude_4_7": Table("o200k_base", "1.29 1.60 1.87; 1.32 1.55 1.90; 1.10 1.40 1.74; 1.34 1.49 1.64; 1.40 2.03 2.60"),
    "nova": Table("o200k_base", "0.89 1.08 1.27; 1.03 1.22 1.42; 1.17 1.37 1.60; 1.64 1.93 2.24; 1.32 1.98 2.63"),
    "llama2": Table("o200k_base", "1.05 1.16 1.33; 1.12 1.24 1.44; 1.13 1.26 1.41; 1.69 2.25 3.07; 1.41 2.68 3.66"),
    "llama3": Table("o200k_base", "0.93 1.02 1.09; 0.94 0.99 1.05; 0.94 1.00 1.06; 0.95 1.04 1.17; 0.97 1.15 1.77"),
    "deepseek": Table("o200k_base", "0.96 1.03 1.12; 0.97 1.06 1.23; 0.96 1.04 1.12; 0.74 0.90 1.24; 0.87 1.15 1.96"),
    "qwen": Table("o200k_base", "0.95 1.08 1.21; 0.94 1.00 1.06; 0.94 1.14 1.29; 0.75 0.90 1.24; 1.08 1.52 3.20"),
    "mistral_v1": Table("o200k_base", "1.04 1.16 1.31; 1.13 1.22 1.39; 1.13 1.26 1.44; 1.47 1.71 2.10; 1.51 2.68 3.66"),
    "tekken": Table("o200k_base", "0.95 1.10 1.22; 0.97 1.05 1.14; 0.96 1.16 1.31; 0.92 1.22 1.46; 0.97 1.17 1.50"),
    "gemma2": Table("o200k_base", "0.99 1.08 1.26; 1.04 1.14 1.25; 1.09 1.18 1.28; 0.74 0.97 1.22; 0.76 1.02 1.33"),
    "gemma3": Table("o200k_base", "0.99 1.15 1.30; 1.04 1.14 1.26; 1.09 1.25 1.39; 0.72 0.89 1.06; 0.71 0.90 1.07"),
    "kimi_k2": Table("o200k_base", "0.92 0.99 1.05; 0.92 1.00 1.06; 0.94 1.00 1.06; 0.76 1.13 1.56; 1.49 1.73 2.10"),
    "glm4": Table("o200k_base", "0.93 1.00 1.06; 0.94 0.99 1.05; 0.94 1.00 1.07; 0.86 1.09 1.50; 0.97 1.78 3.45"),
    "command_r": Table("o200k_base", "0.90 1.14 1.39; 0.90 1.06 1.22; 1.12 1.32 1.52; 0.72 0.85 0.98; 0.95 1.12 1.29"),
    "claude_2": Table("o200k_base", "0.84 1.03 1.23; 0.88 1.03 1.18; 0.91 1.07 1.23; 1.16 1.37 1.58; 1.46 1.72 1.98"),
    "openai_new": Table("o200k_base", "0.90 1.00 1.10"),
    "openai_old": Table("cl100k_base", "0.95 1.15 2.00"),
    "cl100k_like": Table("cl100k_base", "0.97 1.00 1.05"),
    "grok": Table("o200k_base", "0.85 1.05 1.60"),
    "unmeasured": Table("o200k_base", "0.80 1.15 2.10"),
}  # fmt: skip
