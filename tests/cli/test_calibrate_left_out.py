"""What `calibrate` leaves out of a file it tells apart, to people and in its document."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from llmcost_hooks.data import open_data
from llmcost_hooks.usage.record import LEFT_OUT

from ..repos import Repo
from ..usage.test_left_out import BILL, FAILURES, OF_BILL, OF_LOG, chat, chunk, log_of, span
from .running import answer, failed, llm_cost, passed

MANIFEST = """\
version = 1

[defaults]
model = "gpt-4o"
calls = 1000
output_ratio = 0.1

[budget]
period = "month"

[[prompts]]
path = "prompts/search.md"
prompt_id = "search"
"""
NOTES = {
    "log.jsonl": """\
note: 6 rows are no use of tokens
note: 3 rows are of requests that other rows count
note: 3 chunks of streams have no usage (with include_usage the last chunk of a stream has it)
note: 9 calls failed and used no tokens
note: 1 span sums those below it and counts nothing
note: 1 span of an agent counts nothing: its calls do, which are spans of their own
""",
    "bill.csv": """\
note: 4 rows are no use of tokens
note: 3 corrections have nothing in the file that they correct
""",
    "one.jsonl": """\
note: 1 row is no use of tokens
note: 1 row is of a request that another row counts
note: 1 chunk of a stream has no usage (with include_usage the last chunk of a stream has it)
note: 1 call failed and used no tokens
note: 1 span sums those below it and counts nothing
note: 1 span of an agent counts nothing: its calls do, which are spans of their own
""",
    "one.csv": "note: 1 correction has nothing in the file that it corrects\n",
}
COUNTS = {
    "log.jsonl": OF_LOG,
    "bill.csv": OF_BILL,
    "one.jsonl": {name: 1 for name in LEFT_OUT if name != "nothing_to_correct"},
    "one.csv": {"nothing_to_correct": 1},
}


@pytest.fixture
def project(repo: Repo, tmp_path: Path) -> Repo:
    repo.write("llm-cost.toml", MANIFEST)
    repo.write("prompts/search.md", "Find it.\n" * 500)
    repo.commit("prompts")
    (tmp_path / "estimates.json").write_text(passed(llm_cost(repo.path, "estimate", "--format", "json")).out)
    log_of(tmp_path / "log.jsonl")
    (tmp_path / "bill.csv").write_text(BILL)
    return repo


def _args(tmp_path: Path, name: str) -> tuple[str, ...]:
    return "calibrate", "--profile", str(tmp_path / "estimates.json"), "--actuals", str(tmp_path / name)


def _write_one_of_each(tmp_path: Path) -> None:
    agent, call, tool = (span(own, "", name, 30) for own, name in (("a", "invoke_agent"), ("b", "chat"), ("c", "")))
    tool["attributes"], below = [], span("d", "b", "chat", 30)
    log_of(tmp_path / "one.jsonl", [chat("1"), chat("1"), chunk("Hel"), FAILURES[0], agent, call, tool, below])
    (tmp_path / "one.csv").write_text("\n".join(BILL.splitlines()[line] for line in (0, 1, 2, 4)))


@pytest.mark.parametrize("name", NOTES)
def test_each_reason_has_its_line_and_its_count(project: Repo, tmp_path: Path, name: str) -> None:
    _write_one_of_each(tmp_path)
    args = _args(tmp_path, name)
    notes = re.findall("note: (?!search: ).*\n", passed(llm_cost(project.path, *args)).out)
    assert "".join(notes) == NOTES[name]
    found = answer(project, *args)
    assert found["records"]["left_out"] == {**dict.fromkeys(LEFT_OUT, 0), **COUNTS[name]}
    check = Draft202012Validator(json.loads(bytes(open_data("calibration.schema.json"))))
    assert check.is_valid(found)
    for missing in LEFT_OUT:
        del found["records"]["left_out"][missing]
        assert not check.is_valid(found)
        found["records"]["left_out"][missing] = 0


def test_a_file_of_which_nothing_is_left_says_why(project: Repo, tmp_path: Path) -> None:
    log_of(tmp_path / "chunks.jsonl", [chunk("Hel"), chunk("lo"), FAILURES[0]])
    failed(
        llm_cost(project.path, *_args(tmp_path, "chunks.jsonl")), 2, "holds no usage of a model",
        "Name a file of what was really used. 2 chunks of streams have no usage (with include_usage the last chunk of "
        "a stream has it). 1 call failed and used no tokens.",
    )  # fmt: skip
