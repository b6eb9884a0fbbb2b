"""Running llm-cost: in this process where only its answer matters, in its own where the process does."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from decimal import Decimal
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from llmcost_hooks.cli import main

from ..repos import Repo

ROOT = Path(__file__).parents[2]
MODULES = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "pinned")])  # PYTHONPATH: ours, on the pinned day
NAMES = {1: "BUDGET_EXCEEDED", 2: "CONFIG_ERROR", 3: "PARSE_ERROR", 4: "PRICING_ERROR", 70: "INTERNAL_ERROR"}

PROJECT = """\
version = 1

[defaults]
model = "gpt-4o"
calls = 1000
output_tokens = 50

[budget]
limit = 10.00
period = "month"

[[prompts]]
path = "prompts/search.md"
prompt_id = "search"

[[prompts]]
path = "prompts/classify.md"
prompt_id = "classify"
model = "gpt-4o-mini"
"""


# The commands that read prompts, over every kind of side; HEAD~1 has to be there.
EVERY_SIDE = [("estimate",), ("estimate", "--staged"), ("estimate", "--rev", "HEAD"), ("check",), ("diff", "HEAD~1")]

# USD per million tokens of input and of output, as OpenAI's price list has them.
RATES = {"gpt-4o": ("2.5", "10"), "gpt-4o-mini": ("0.15", "0.6")}


class Ran(NamedTuple):
    """How a run ended."""

    code: int
    out: str
    err: str


def words(count: int, word: str = "a") -> str:
    """A text of `count` tokens in every encoding: a short word after a space is one token."""
    return " ".join([word] * count)


def lines(name: str, count: int = 60) -> str:
    """A text whose lines all differ, so that git can tell how much of it is left after an edit."""
    return "".join(f"{name}: rule {n} is about case {n * n}.\n" for n in range(count))


def cost(model: str, input_tokens: int, output_tokens: int, calls: int = 1) -> str:
    """What calls of a model cost, in USD as a JSON document writes it."""
    rates = [Decimal(rate) for rate in RATES[model]]
    amount = calls * (input_tokens * rates[0] + output_tokens * rates[1]) / 1_000_000
    return f"{amount.normalize():f}"


def total(*costs: str) -> str:
    """The sum of costs, as a JSON document writes it."""
    return f"{sum(map(Decimal, costs), Decimal(0)).normalize():f}"


def project(path: Path) -> Repo:
    """One commit: two prompts of 400 and 100 tokens with ids, and their budget."""
    repo = Repo.init(path)
    repo.write("llm-cost.toml", PROJECT)
    repo.write("prompts/search.md", words(400))
    repo.write("prompts/classify.md", words(100))
    repo.commit("prompts")
    return repo


def llm_cost(cwd: Path | str, *args: str, env: dict[str, str] | None = None) -> Ran:
    """`llm-cost ARGS` started in `cwd`, in this process."""
    return in_process(cwd, lambda: main(list(args)), env)


def in_process(cwd: Path | str, act: Callable[[], int], env: dict[str, str] | None = None) -> Ran:
    """What `act` ends with and prints, started in `cwd`, in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="\n") for _ in range(2))
    before = Path.cwd()
    with patch.dict(os.environ, env or {}), redirect_stdout(out), redirect_stderr(err):
        os.chdir(cwd)
        try:
            code = act()
        finally:
            os.chdir(before)
    return Ran(code, *(_text(stream) for stream in (out, err)))


def call_hook(cwd: Path | str, *args: str, module: str, env: dict[str, str] | None = None, stdin: bytes = b"") -> Ran:
    """The hook `module` with ARGS and standard input, started in `cwd`, in this process."""
    main: Callable[[list[str]], int] = import_module(module).main
    with patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin))):
        return in_process(cwd, lambda: main(list(args)), env)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


def start(
    cwd: Path | str,
    *args: str,
    module: str = "llmcost_hooks",
    env: dict[str, str | None] | None = None,
    stdin: bytes = b"",
) -> Ran:
    """`python -m MODULE ARGS` in a process of its own. A variable that is None in `env` is unset."""
    given = {**os.environ, "PYTHONPATH": MODULES, **(env or {})}
    environment = {name: value for name, value in given.items() if value is not None}
    command = [sys.executable, "-m", module, *args]
    done = subprocess.run(command, cwd=cwd, env=environment, input=stdin, capture_output=True, check=False)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def passed(ran: Ran) -> Ran:
    """`ran`, which ended well and said so."""
    assert ran.code == 0, ran
    assert "Exit code: " not in ran.err, ran
    return ran


def failed(ran: Ran, code: int, *said: str) -> Ran:
    """`ran`, which ended with `code`, named it in its last line on stderr, and said each of `said` there."""
    assert ran.code == code, ran
    assert ran.err.splitlines()[-1] == f"Exit code: {code} ({NAMES[code]})", ran
    assert "Traceback" not in ran.err + ran.out
    for text in said:
        assert text in ran.err, ran
    return ran


def document(ran: Ran) -> dict[str, Any]:
    """The JSON document on stdout."""
    found = json.loads(ran.out)
    assert isinstance(found, dict)
    return found


def answer(repo: Repo | Path, *args: str, code: int = 0) -> dict[str, Any]:
    """The JSON document of `llm-cost ARGS --format json`, which ends with `code`."""
    ran = llm_cost(repo.path if isinstance(repo, Repo) else repo, *args, "--format", "json")
    assert ran.code == code, ran
    return document(ran)


def rows(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A document's prompts by id; each id is there once."""
    by_id = {row["prompt_id"]: row for row in found["prompts"]}
    assert len(by_id) == len(found["prompts"])
    return by_id


def listing(*tops: Path) -> dict[str, tuple[object, ...]]:
    """Everything below `tops`: type, permissions, size, time of the last change and content."""
    found: dict[str, tuple[object, ...]] = {}
    for top in tops:
        for path in (top, *top.rglob("*")):
            facts = path.lstat()
            content = sha256(path.read_bytes()).digest() if path.is_file() and not path.is_symlink() else b""
            size = 0 if path.is_dir() else facts.st_size
            found[str(path)] = (facts.st_mode, size, facts.st_mtime_ns, facts.st_ino, content)
    return found
