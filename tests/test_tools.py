"""The parts of tools/ and benchmarks/ that decide, on small input; the tools themselves run in .ci/run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from llmcost_hooks import __file__ as package
from tools import audit_dependencies as audit
from tools import check_histories as check
from tools import history_oracle as oracle

from .repos import Repo

ROOT = Path(__file__).resolve().parent.parent
PATTERNS = ("**/*.prompt",)


@pytest.fixture
def history(repo: Repo) -> Repo:
    """Two commits with one change of every kind."""
    long = "Answer in one short sentence and name the source. " * 20
    for name in ("edited", "removed", "mode", "link"):
        repo.write(f"{name}.prompt", f"{name} {name}")
    repo.write("old.prompt", long)
    repo.write("old-edited.prompt", long.upper())
    repo.write("code.py", "x = 1")
    repo.commit("base")
    repo.write("edited.prompt", "edited, and longer")
    repo.write("new.prompt", "one more")
    repo.git("rm", "-q", "removed.prompt", "link.prompt")
    repo.git("mv", "old.prompt", "moved.prompt")
    repo.git("mv", "old-edited.prompt", "moved-edited.prompt")
    repo.write("moved-edited.prompt", long.upper() + "And be kind.")
    repo.git("update-index", "--chmod=+x", "mode.prompt")
    (repo.path / "link.prompt").symlink_to("new.prompt")
    (repo.path / "other.prompt").symlink_to("new.prompt")
    repo.git("add", "--all", ":!mode.prompt")
    repo.git("commit", "-q", "-m", "head")
    return repo


def test_oracle_words_for_every_kind_of_change(history: Repo) -> None:
    git_dir = str(history.path / ".git")
    expected = oracle.expect(oracle.changes(git_dir, "HEAD~", "HEAD", PATTERNS))
    assert expected.new == {"new.prompt"}
    assert expected.removed == {"removed.prompt", "link.prompt"}
    assert expected.modified == {"edited.prompt"}
    assert expected.moved == {
        ("old.prompt", "moved.prompt", "unchanged"),
        ("old-edited.prompt", "moved-edited.prompt", "modified"),
    }
    assert (expected.mode_only, expected.retyped, expected.links) == (1, 1, 1)


def test_llm_cost_and_the_oracle_agree(history: Repo, tmp_path: Path) -> None:
    git_dir = str(history.path / ".git")
    args = ("diff", "HEAD~", "HEAD", "--as", "text", "--format", "json", "--include", *PATTERNS)
    ran = check.llm_cost(git_dir, tmp_path, *args)
    assert (ran.code, ran.err) == (0, "")
    found = check.read_diff(json.loads(ran.out))
    expected = oracle.expect(oracle.changes(git_dir, "HEAD~", "HEAD", PATTERNS))
    assert check.differences(found, expected, found.base, found.head) == []
    assert found.base.keys() == oracle.listing(git_dir, "HEAD~", PATTERNS).keys()
    assert found.head.keys() == oracle.listing(git_dir, "HEAD", PATTERNS).keys()


def found(**changed: Any) -> check.Found:
    none = frozenset[str]()
    same = check.Found(none, none, frozenset({"a"}), frozenset({("b", "c", "unchanged")}), {"a": 1}, {"a": 2, "c": 3})
    return same._replace(**changed)


EXPECTED = oracle.Expected(frozenset(), frozenset(), frozenset({"a"}), frozenset({("b", "c", "unchanged")}), 0, 0, 0)


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"new": frozenset({"z"})}, "new"),
        ({"removed": frozenset({"z"})}, "removed"),
        ({"modified": frozenset()}, "modified"),
        ({"moved": frozenset({("b", "c", "modified")})}, "renames"),
        ({"moved": frozenset({("b", "d", "unchanged")})}, "renames"),
        ({"base": {"a": 9}}, "base"),
        ({"base": {}}, "base"),
        ({"head": {"a": 2, "c": None}}, "head"),
        ({"head": {"a": 2, "c": 3, "z": 1}}, "head"),
    ],
)
def test_each_difference_is_seen(changed: dict[str, Any], word: str) -> None:
    assert check.differences(found(), EXPECTED, {"a": 1}, {"a": 2, "c": 3}) == []
    (line,) = check.differences(found(**changed), EXPECTED, {"a": 1}, {"a": 2, "c": 3})
    assert line.startswith(word)


def test_figures_of_another_program_are_compared() -> None:
    changes = [{"status": "M", "path": "a", "tok_base": 1, "tok_head": 2}]
    truth = {"base": {"tokens": 1}, "head": {"tokens": 5}, "counts": {"M": 1, "A": 0}, "changes": changes}
    total = {"base_input_tokens": 1, "head_input_tokens": 5}
    assert check.truth_differences(found(), total, Counter("M"), truth) == []
    assert len(check.truth_differences(found(), total | {"base_input_tokens": 2}, Counter("M"), truth)) == 1
    assert len(check.truth_differences(found(), total, Counter("MA"), truth)) == 1
    assert len(check.truth_differences(found(base={"a": 9}), total, Counter("M"), truth)) == 1


def test_pairs_of_a_table_are_read() -> None:
    row = "| delete | `5d8663c31727` | `150b6afd1a56` | 0/0/182/0/0 | 0 |"
    assert check.listed_pairs(f"# title\n\n| kind | base |\n|---|---|\n{row}\n") == {("5d8663c31727", "150b6afd1a56")}


def test_every_commit_of_a_small_history_and_some_of_a_large_one() -> None:
    assert check.sample(["a", "b", "c"], 10) == ["a", "b", "c"]
    large = [str(number) for number in range(1005)]
    assert check.sample(large, 100) == ["0", *(str(n) for n in range(100, 1005, 100)), "1004"]


def test_only_the_known_rank_file_is_taken(tmp_path: Path) -> None:
    (tmp_path / oracle.RANKS).write_bytes(b"IQ== 0\n")
    with pytest.raises(SystemExit, match="SHA-256"):
        oracle.load_tiktoken(tmp_path, tmp_path / "cache")


def test_requirements_are_the_agreed_ones() -> None:
    declared = audit.requirements((ROOT / "setup.cfg").read_text())
    assert audit.wrong_requirements(declared) == []
    assert audit.wrong_requirements([*declared, "left_pad>=1"]) == ["setup.cfg requires left-pad, which was not agreed"]
    assert audit.wrong_requirements(declared[1:]) == ["setup.cfg does not require pygit2"]


def test_what_is_installed_is_what_is_listed() -> None:
    listed = audit.read_list("# comment\nclick     BSD-3-Clause\nPyYAML    MIT\n")
    assert listed == {"click": "BSD-3-Clause", "pyyaml": "MIT"}
    assert audit.wrong_closure(listed, listed) == []
    assert len(audit.wrong_closure(listed, {"click": "BSD-3-Clause"})) == 1
    assert len(audit.wrong_closure(listed, {**listed, "click": "GPL-3.0"})) == 1
    assert len(audit.wrong_closure({**listed, "minisign": "MIT"}, {**listed, "minisign": "MIT"})) == 1


def test_the_committed_list_names_every_requirement() -> None:
    assert audit.read_list((ROOT / "tools" / "dependencies.txt").read_text()).keys() > audit.AGREED


def test_vulnerabilities_and_what_could_not_be_asked() -> None:
    report = {
        "dependencies": [
            {"name": "click", "version": "8.1", "vulns": []},
            {"name": "requests", "version": "2.0", "vulns": [{"id": "CVE-1"}, {"id": "CVE-2"}]},
            {"name": "tomli", "skip_reason": "not found"},
        ]
    }
    assert audit.read_audit(report) == (["requests 2.0: CVE-1", "requests 2.0: CVE-2"], ["tomli"])


def test_counting_a_run_does_not_change_it(history: Repo, tmp_path: Path) -> None:
    """benchmarks/counted.py sees each distinct blob read and each text counted once."""
    counts = tmp_path / "counts.json"
    args = ["diff", "HEAD~", "HEAD", "--no-cache", "--as", "text", "--include", *PATTERNS]
    command = [sys.executable, str(ROOT / "benchmarks" / "counted.py"), str(counts), "llm-cost", *args]
    env = {**os.environ, "PYTHONPATH": str(Path(package).parent.parent)}
    counted = subprocess.run(command, cwd=history.path, env=env, capture_output=True, check=True)
    plain = [sys.executable, "-m", "llmcost_hooks", *args]
    assert counted.stdout == subprocess.run(plain, cwd=history.path, env=env, capture_output=True, check=True).stdout
    sides = (oracle.listing(str(history.path / ".git"), revision, PATTERNS) for revision in ("HEAD~", "HEAD"))
    distinct = len({oid for side in sides for oid in side.values()})
    assert json.loads(counts.read_text()) == {"blobs": distinct, "texts": distinct}
