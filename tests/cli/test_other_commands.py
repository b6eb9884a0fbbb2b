"""`models`, `demo`, the version, every help text, and what is no command at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import llmcost_hooks
from llmcost_hooks.cli import COMMANDS

from ..repos import Repo
from .running import MODULES, RATES, answer, failed, listing, llm_cost, passed, start


def test_models(tmp_path: Path) -> None:
    everything = answer(tmp_path, "models")
    assert everything["schema"] == "llm-cost/models/1"
    known = {row["id"]: row for row in everything["models"]}
    for name, (input_rate, output_rate) in RATES.items():
        assert (known[name]["standard"]["input"], known[name]["standard"]["output"]) == (input_rate, output_rate)
        assert known[name]["grade"] == "exact"
    claude = answer(tmp_path, "models", "claude-*")["models"]
    assert (
        {row["id"] for row in claude}
        >= {row["id"] for row in known.values() if row["id"].startswith("claude-")}
        != set()
    )
    assert {row["grade"] for row in claude} == {"heuristic"}
    one = passed(llm_cost(tmp_path, "models", "GPT-4o")).out
    assert one.startswith("1 model, USD per million tokens\n") and "o200k_base" in one
    assert "| gpt-4o " in passed(llm_cost(tmp_path, "models", "gpt-4o", "--format", "markdown")).out
    assert passed(llm_cost(tmp_path, "-q", "models")) == (0, "", "")


@pytest.mark.parametrize("name", ["gpt-40", "", "*x*y*z*", "[", "gpt-4o" * 100, "\x1b[31m"])
def test_models_that_are_not_known(tmp_path: Path, name: str) -> None:
    ran = failed(llm_cost(tmp_path, "models", name), 4)
    assert "\x1b" not in ran.err
    if name == "gpt-40":
        assert "Near names: gpt-4" in ran.err


def test_demo(tmp_path: Path) -> None:
    """Run from inside of another repository's hook; it must not touch that one."""
    repo = Repo.init(tmp_path / "outer")
    repo.write("prompts/mine.txt", "mine")
    repo.commit()
    before = listing(repo.path)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    git_dir, index = f"{repo.cwd}/.git", f"{repo.cwd}/.git/index"
    ran = passed(start(repo.path, "demo", env={"TMPDIR": str(temporary), "GIT_DIR": git_dir, "GIT_INDEX_FILE": index}))
    assert ran.err == ""
    for said in ("$ git llm-cost diff main", "📊 Cost Comparison: main → feat/new-prompts", "❌ Budget exceeded"):
        assert said in ran.out
    assert "Traceback" not in ran.out and "Internal error" not in ran.out
    assert listing(repo.path) == before
    assert list(temporary.iterdir()) == []


def test_demo_keeps_only_a_new_directory(tmp_path: Path) -> None:
    own = tmp_path / "own"
    (own / "prompts").mkdir(parents=True)
    (own / "prompts/mine.txt").write_text("mine")
    before = listing(own)
    for name in ("own", "own/prompts/mine.txt"):
        failed(llm_cost(tmp_path, "demo", "--keep", name), 2, "exists already")
    assert listing(own) == before
    kept = passed(start(tmp_path, "demo", "--keep", "new"))
    assert f"The example is in {tmp_path / 'new'}." in kept.out
    assert "search" in passed(llm_cost(tmp_path / "new", "diff", "main...")).out


def test_version(tmp_path: Path) -> None:
    ran = passed(start(tmp_path, "--version"))
    version = answer(tmp_path, "models", "gpt-4o")["prices"]["version"].replace(".", "-")
    assert ran.out.startswith(f"llm-cost {llmcost_hooks.__version__} (bundled prices of {version}, valid until ")


@pytest.mark.parametrize("command", ["", *COMMANDS])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help(tmp_path: Path, command: str, option: str) -> None:
    ran = passed(llm_cost(tmp_path, *([command] if command else []), option))
    assert ran.err == ""
    assert f"Usage: llm-cost {command}".rstrip() in ran.out
    assert max(map(len, ran.out.splitlines())) <= 125
    if command:
        assert command in passed(llm_cost(tmp_path)).out, "no command: help, which lists them all"


def test_name_as_a_git_command(tmp_path: Path) -> None:
    script = tmp_path / "git-llm-cost"
    script.write_text(f"#!{sys.executable}\nfrom llmcost_hooks.cli import main\nraise SystemExit(main())\n")
    script.chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": MODULES}
    command = [str(script), "diff", "-h"]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "") and "Usage: git llm-cost diff" in run.stdout


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("dif",), "Did you mean diff?"),
        (("frobnicate",), "Commands: estimate"),
        (("--frobnicate",), "--frobnicate"),
        (("diff", "--frobnicate"), "--frobnicate"),
        (("estimate", "--modle", "x"), "--model"),
        (("check", "prompts/search.md"), "prompts/search.md"),
        (("estimate", "--model"), "--model"),
        (("models", "a", "b"), "b"),
        (("-C",), "-C"),
        (("\x1b[2Jx",), "\\x1b[2Jx"),
    ],
)
def test_wrong_arguments(prompts: Repo, args: tuple[str, ...], said: str) -> None:
    ran = failed(llm_cost(prompts.path, *args), 2, said)
    assert ran.out == "" and "\x1b" not in ran.err


def test_reader_that_goes_away(tmp_path: Path) -> None:
    """`llm-cost models | head -1` ends quietly."""
    env = {**os.environ, "PYTHONPATH": MODULES}
    with subprocess.Popen(
        [sys.executable, "-m", "llmcost_hooks", "models"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, env=env,
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() == 141
