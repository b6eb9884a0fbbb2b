"""Exports of small repositories, read back with the csv module: a second implementation of what we write."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from pathlib import Path

from ..cli.running import answer, llm_cost, passed
from ..repos import Repo

MANIFEST = """\
version = 1

[defaults]
model = "gpt-4o"
calls = 1000
output_tokens = 523

[budget]
period = "month"

[tags]
team = "platform"

[[prompts]]
path = "prompts/search.txt"
prompt_id = "search"
scenario = "cached"
cache_hit_ratio = 0.60
tags = { app = "search" }

[[prompts]]
path = "prompts/classify.txt"
prompt_id = "classify"
model = "gpt-4o-mini"
"""


def project(path: Path, manifest: str = MANIFEST) -> Repo:
    repo = Repo.init(path)
    repo.write("llm-cost.toml", manifest)
    repo.write("prompts/search.txt", "word " * 2000)
    repo.write("prompts/classify.txt", "word " * 720)
    repo.commit("prompts")
    return repo


def table(text: str) -> list[dict[str, str]]:
    """A CSV text as rows by column; every row is as long as the header."""
    lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert {len(line) for line in lines} == {len(lines[0])}
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def exported(repo: Repo, *options: str, format: str = "focus") -> list[dict[str, str]]:
    return table(passed(llm_cost(repo.path, "estimate", "--format", format, *options)).out)


def total(rows: list[dict[str, str]], column: str) -> Decimal:
    return sum((Decimal(row[column]) for row in rows), Decimal(0))


def estimated(repo: Repo, *options: str) -> Decimal:
    return Decimal(answer(repo, "estimate", *options)["total"]["cost"])
