"""`llm-cost calibrate` over real files in a real repository; the question on a real pseudo-terminal."""

from __future__ import annotations

import csv
import json
import random
import re
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet  # type: ignore[import-untyped]
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from tools.simulate_traffic import LOAD_TEST, Shape, Truth, response, simulate

from ..repos import Repo
from .running import ROOT, answer, document, failed, llm_cost, passed, words
from .terminal import converse

MANIFEST = """\
version = 1  # ours

[defaults]
model = "gpt-4o"
calls = 1000

[budget]
period = "month"

[[prompts]]
path = "prompts/search.md"
prompt_id = "search"
scenario = "cached"
cache_hit_ratio = 0.6   # a guess
output_ratio = 0.10
"""
TRUTH = Truth(0.28, 0.12, 1250)
SCHEMA = json.loads((ROOT / "llmcost_hooks/data/calibration.schema.json").read_text(encoding="utf-8"))
CHECK = Draft202012Validator(SCHEMA, format_checker=FormatChecker())


def log(path: Path, truth: Truth = TRUTH, shape: Shape | None = None, seed: int = 1) -> str:
    """Responses of OpenAI to simulated requests, one a line."""
    shape = shape or Shape(9, 847)
    text = "".join(response(request) + "\n" for request in simulate(truth, shape, random.Random(seed)))
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.fixture
def project(repo: Repo, tmp_path: Path) -> Repo:
    repo.write("llm-cost.toml", MANIFEST)
    repo.write("prompts/search.md", words(1200))
    repo.commit("prompts")
    (tmp_path / "estimates.json").write_text(passed(llm_cost(repo.path, "estimate", "--format", "json")).out)
    return repo


def args(project: Repo, actuals: str, *more: str) -> tuple[str, ...]:
    return ("calibrate", "--profile", str(project.path.parent / "estimates.json"), "--actuals", actuals, *more)


def manifest(project: Repo) -> str:
    return (project.path / "llm-cost.toml").read_text(encoding="utf-8")


def test_what_a_person_reads(project: Repo, tmp_path: Path) -> None:
    ran = passed(llm_cost(project.path, *args(project, log(tmp_path / "log.jsonl"))))
    lines = ran.out.splitlines()
    assert lines[0] == "⚠️  Unit Economic Drift Detected"
    assert lines[2].startswith("Sample: ") and lines[2].endswith(" requests over 9 days")
    assert lines[4].split() == ["Parameter", "Assumed", "Actual", "Drift", "Confidence"]
    assert "1. cache_hit_ratio: Update to 0.2" in ran.out and "(significant drift, high confidence)" in ran.out
    assert "⚠️  Warning: cache_hit_ratio drift is large (-3" in ran.out
    assert "    Before applying, verify this reflects steady-state, not an anomaly." in lines
    assert "Back-test: fitted on 2026-10-05 to 2026-10-10, tried on 2026-10-11 to 2026-10-13" in ran.out
    assert "calls a month at this rate, 1,000 assumed" in ran.out
    assert manifest(project) == MANIFEST


def test_applied_it_drifts_no_more(project: Repo, tmp_path: Path) -> None:
    actuals = log(tmp_path / "log.jsonl", shape=Shape(14, 3000))
    ran = passed(llm_cost(project.path, *args(project, actuals, "--apply")))
    assert ran.out.endswith("✓ Updated llm-cost.toml; commit it like code\n")
    changed = [line for line in manifest(project).splitlines() if line not in MANIFEST.splitlines()]
    assert len(changed) == 1 and changed[0].startswith("cache_hit_ratio = 0.2") and changed[0].endswith("   # a guess")
    (tmp_path / "estimates.json").write_text(passed(llm_cost(project.path, "estimate", "--format", "json")).out)
    later = log(tmp_path / "later.jsonl", shape=Shape(14, 3000), seed=2)
    assert passed(llm_cost(project.path, *args(project, later, "--fail-on-drift", "15"))).out.startswith("✅")
    assert "Nothing to update." in passed(llm_cost(project.path, *args(project, later, "--apply"))).out


def test_the_document_is_valid(project: Repo, tmp_path: Path) -> None:
    found = answer(project, *args(project, log(tmp_path / "log.jsonl", shape=Shape(9, 847, outliers=(LOAD_TEST,)))))
    assert [f"{error.json_path}: {error.message}" for error in CHECK.iter_errors(found)] == []
    [prompt] = found["prompts"]
    assert len(prompt["anomalous_days"]) == 1
    assert [each["parameter"] for each in prompt["parameters"]] == [
        "cache_hit_ratio",
        "output_ratio",
        "avg_input_tokens",
    ]
    assert found["recommendations"][0]["key"] == "cache_hit_ratio"
    for key in found:
        assert not CHECK.is_valid({name: value for name, value in found.items() if name != key})


def test_one_outlier_day_does_not_move_the_recommendation(project: Repo, tmp_path: Path) -> None:
    usual, odd = (
        answer(
            project, *args(project, log(tmp_path / "log.jsonl", shape=Shape(14, 2800, outliers=(LOAD_TEST,) * number)))
        )
        for number in (0, 1)
    )
    values = [float(found["recommendations"][0]["value"]) for found in (usual, odd)]
    assert abs(values[0] - values[1]) <= 0.04
    ran = passed(llm_cost(project.path, *args(project, str(tmp_path / "log.jsonl"))))
    assert "Anomalous day, left out: search on 2026-10-" in ran.out


def test_too_few_requests_are_shown_and_nothing_is_recommended(project: Repo, tmp_path: Path) -> None:
    actuals = log(tmp_path / "log.jsonl", shape=Shape(3, 47))
    ran = passed(llm_cost(project.path, *args(project, actuals)))
    assert "Recommendations" not in ran.out
    assert (
        "⚠️  Insufficient data for reliable calibration.\n    Collect more samples before calibrating.\n\n"
        "    Current: 48 requests over 3 days\n    Required: 100+ requests over 24+ hours\n\n"
        "Cannot apply updates. Showing drift for reference only.\n"
    ) in ran.out
    failed(llm_cost(project.path, *args(project, actuals, "--apply")), 1, "nothing was applied")
    failed(llm_cost(project.path, *args(project, actuals, "--fail-on-drift", "20")), 1, "nothing can be judged")
    assert manifest(project) == MANIFEST


def test_drift_fails_a_build(project: Repo, tmp_path: Path) -> None:
    actuals = log(tmp_path / "log.jsonl")
    ran = failed(llm_cost(project.path, *args(project, actuals, "--fail-on-drift", "20")), 1, "(limit 20)")
    assert "search: cache_hit_ratio drifted -3" in ran.err
    assert manifest(project) == MANIFEST


def test_large_drift_is_applied_only_where_it_is_accepted(project: Repo, tmp_path: Path) -> None:
    actuals = log(tmp_path / "log.jsonl", Truth(0.02, 0.12, 1250), Shape(9, 2000))
    ran = failed(llm_cost(project.path, *args(project, actuals, "--apply")), 1, "--accept-large-drift")
    assert "❌" in ran.out and manifest(project) == MANIFEST
    passed(llm_cost(project.path, *args(project, actuals, "--apply", "--accept-large-drift")))
    assert manifest(project) != MANIFEST


@pytest.mark.parametrize(("reply", "written"), [("y", True), ("n", False), ("", False)])
def test_the_question_and_its_default(project: Repo, tmp_path: Path, reply: str, written: bool) -> None:
    actuals = log(tmp_path / "log.jsonl")
    code, shown = converse(
        project.path, *args(project, actuals), answers=[("Apply updates to llm-cost.toml? [y/N]", reply)]
    )
    assert code == 0
    assert ("✓ Updated llm-cost.toml" in shown) == written
    assert ("Nothing was written." in shown) == (not written)
    assert (manifest(project) != MANIFEST) == written


def test_medium_confidence_says_so_before_it_asks(project: Repo, tmp_path: Path) -> None:
    actuals = log(tmp_path / "log.jsonl", shape=Shape(6, 400, between_days=0.01))
    _, shown = converse(project.path, *args(project, actuals), answers=[("Apply updates", "n")])
    assert "⚠️  Medium confidence. Review recommendations manually." in shown
    assert "cache_hit_ratio: Consider updating to 0." in shown
    failed(llm_cost(project.path, *args(project, actuals, "--apply")), 1, "No recommendation is of high confidence")
    assert manifest(project) == MANIFEST


def test_bad_records_end_it_or_are_counted(project: Repo, tmp_path: Path) -> None:
    actuals = log(tmp_path / "log.jsonl")
    with open(actuals, "a", encoding="utf-8") as file:
        file.write('{"usage": {"prompt_tokens": -1, "completion_tokens": 1}}\n' * 5)
    ran = llm_cost(project.path, *args(project, actuals))
    failed(ran, 3, "prompt_tokens is below 0", "--lenient")
    assert ran.out == ""
    ran = passed(llm_cost(project.path, *args(project, actuals, "--lenient")))
    assert ran.out.count("below 0, or too large (left out)") == 3 and "5 records of " in ran.out


def test_a_bill_in_focus_is_the_actual_cost(project: Repo, tmp_path: Path) -> None:
    header = ("ResourceId,BilledCost,ChargeCategory,ConsumedQuantity,ConsumedUnit,ChargePeriodStart,ChargePeriodEnd,"
              "SkuMeter,x_RequestCount\n")  # fmt: skip
    rows = [
        f"search,{cost},Usage,{count},Tokens,2026-10-{day:02}T00:00:00Z,2026-10-{day + 1:02}T00:00:00Z,{meter},100\n"
        for day in range(1, 11)
        for meter, count, cost in (
            ("Input Tokens", 86_400 + day, "0.216"), ("Cache Read Input Tokens", 33_600, "0.042"),
            ("Output Tokens", 12_000, "0.12"), ("Tax", 0, "0"),
        )
        if meter != "Tax"
    ]  # fmt: skip
    actuals = tmp_path / "usage.focus.csv"
    actuals.write_text(header + "".join(rows) + "search,9,Tax,1,Tokens,,,,\n")
    found = answer(project, *args(project, str(actuals)))
    assert found["sample"] == {"requests": 1000, "window_hours": "240"}
    assert found["prompts"][0]["parameters"][0]["actual"].startswith("0.27")
    assert found["back_test"]["priced"] is False
    assert {name: number for name, number in found["records"]["left_out"].items() if number} == {"not_usage": 1}


def test_a_bill_that_counts_no_requests_does_not_say_that_there_were_none(project: Repo, tmp_path: Path) -> None:
    header = "ResourceId,BilledCost,ChargeCategory,ConsumedQuantity,ConsumedUnit,ChargePeriodStart,SkuMeter\n"
    rows = [
        f"search,1.5,Usage,{count},Tokens,2026-10-{day:02}T00:00:00Z,{meter}\n"
        for day in range(1, 15)
        for meter, count in (("Input Tokens", 50_000), ("Cache Read Input Tokens", 70_000), ("Output Tokens", 12_000))
    ]
    actuals = tmp_path / "bill.csv"
    actuals.write_text(header + "".join(rows))
    ran = passed(llm_cost(project.path, *args(project, str(actuals))))
    assert ran.out.startswith("⚠️  Too little is known to say whether there is drift\n\nSample: an unknown number of ")
    assert "Traffic:" not in ran.out and " 0 requests" not in ran.out
    found = answer(project, *args(project, str(actuals)))
    assert found["sample"]["requests"] is None and found["prompts"][0]["sample"]["requests"] is None
    fits = found["prompts"][0]["parameters"]
    assert [(each["parameter"], each["confidence"]) for each in fits] == [
        ("cache_hit_ratio", "low"),
        ("output_ratio", "low"),
    ]
    assert found["together"][0]["assumed"] == "0.6"
    failed(llm_cost(project.path, *args(project, str(actuals), "--apply")), 1, "an unknown number of requests")


def test_parquet_says_what_csv_says(project: Repo, tmp_path: Path) -> None:
    """Numbers, times and maps of their own types; columns that nobody reads are not."""
    header = ("ResourceId", "BilledCost", "ChargeCategory", "ConsumedQuantity", "ConsumedUnit", "ChargePeriodStart",
              "ChargePeriodEnd", "SkuMeter", "Tags", "x_RequestCount", "x_Other")  # fmt: skip
    rows = [
        ("search", Decimal(cost), "Usage", Decimal(count), "Tokens", datetime(2026, 10, day, tzinfo=timezone.utc),
         datetime(2026, 10, day + 1, tzinfo=timezone.utc), meter, {"model": "gpt-4o"}, 100, None)
        for day in range(1, 11)
        for meter, count, cost in (("Input Tokens", 86_400 + day, "0.216"), ("Output Tokens", 12_000 + day, "0.12"),
                                   ("Cache Read Input Tokens", 33_600, "0.042"))
    ]  # fmt: skip
    kinds = {"BilledCost": pyarrow.decimal128(20, 6), "ConsumedQuantity": pyarrow.decimal128(20, 0),
             "Tags": pyarrow.map_(pyarrow.string(), pyarrow.string())}  # fmt: skip
    columns = [
        pyarrow.array([list(value.items()) if isinstance(value, dict) else value for value in column], kinds.get(name))
        for name, column in zip(header, zip(*rows, strict=True), strict=True)
    ]
    pyarrow.parquet.write_table(pyarrow.table(columns, names=list(header)), tmp_path / "usage.parquet")
    with open(tmp_path / "usage.csv", "w", newline="") as file:
        written = csv.writer(file)
        written.writerow(header)
        for row in rows:
            written.writerow([json.dumps(cell) if isinstance(cell, dict) else cell for cell in row])
    stored, plain = (answer(project, *args(project, str(tmp_path / name))) for name in ("usage.parquet", "usage.csv"))
    assert stored == plain
    assert stored["sample"]["requests"] == 1000 and stored["back_test"]["priced"] is False
    (tmp_path / "bad.parquet").write_bytes(b"PAR1")
    failed(llm_cost(project.path, *args(project, str(tmp_path / "bad.parquet"))), 3, "not Parquet")


def test_a_small_drift_that_moves_the_cost_says_so(project: Repo, tmp_path: Path) -> None:
    """Answers of 16% where 10% was assumed are 6 points, and a third of the cost."""
    actuals = log(tmp_path / "log.jsonl", Truth(0.60, 0.16, 1200), Shape(14, 4000, between_days=0.01))
    ran = failed(llm_cost(project.path, *args(project, actuals, "--fail-on-drift", "20")), 1)
    assert re.search(r"output_ratio +10% +1[567]% +\+[567][.0-9]* pts ⚠️ \(cost \+[23]\d%\)", ran.out)
    assert re.search(r"output_ratio drift is large \(\+[567][.0-9]* pts, cost \+[23]\d%\)", ran.out)
    assert "search: output_ratio drifted +" in ran.err and "by its cost (limit 20)" in ran.err


@pytest.mark.parametrize(
    ("text", "more", "said"),
    [
        ('{"usage": {"prompt_tokens": 1, "completion_tokens": 1}}\n', (), "1 record names no prompt"),
        (
            '{"prompt_id": "x", "usage": {"prompt_tokens": 1, "completion_tokens": 1}}\n',
            (),
            "is of no prompt of the profile",
        ),
        ('{"prompt_id": "x", "error": "no"}\n', (), "holds no usage of a model"),
        ("{}\n", ("--prompt-id", "x"), 'the profile has no prompt "x"'),
        ("{}\n", ("--apply", "--fail-on-drift", "20"), "are both given"),
    ],
)
def test_what_cannot_be_compared(project: Repo, tmp_path: Path, text: str, more: tuple[str, ...], said: str) -> None:
    (tmp_path / "log.jsonl").write_text(text)
    failed(llm_cost(project.path, *args(project, str(tmp_path / "log.jsonl"), *more)), 2, said)


def test_estimates_are_no_usage(project: Repo, tmp_path: Path) -> None:
    export = passed(llm_cost(project.path, "estimate", "--format", "focus", "--period", "2026-11")).out
    (tmp_path / "estimates.csv").write_text(export, newline="")
    failed(llm_cost(project.path, *args(project, str(tmp_path / "estimates.csv"))), 2, "holds estimates")


def test_a_profile_that_is_none(project: Repo, tmp_path: Path) -> None:
    (tmp_path / "estimates.json").write_text('{"schema": "llm-cost/diff/1"}')
    failed(
        llm_cost(project.path, *args(project, log(tmp_path / "log.jsonl"))),
        2,
        "is no estimate",
        "estimate --format json",
    )


def test_the_ratio_of_a_tokenizer(repo: Repo, tmp_path: Path) -> None:
    """A fixed prompt of a model whose tokenizer nobody has: its requests say how many tokens the text really is."""
    repo.write("llm-cost.toml", MANIFEST.replace("gpt-4o", "claude-sonnet-4-5").replace('scenario = "cached"\n', ""))
    repo.write("prompts/search.md", words(1000))
    repo.commit("prompts")
    (tmp_path / "estimates.json").write_text(passed(llm_cost(repo.path, "estimate", "--format", "json")).out)
    actuals = _messages(tmp_path / "large.jsonl", 1900)
    ran = failed(llm_cost(repo.path, *args(repo, actuals, "--apply")), 1, "--accept-large-drift")
    assert "token ratio of claude-sonnet-4-5 +64%" in ran.err and "❌" in ran.out
    actuals = _messages(tmp_path / "log.jsonl", 1400)
    found = document(passed(llm_cost(repo.path, *args(repo, actuals, "--format", "json"))))
    assert found["token_ratios"][0]["ratio"] == "1.4"
    assert [each["key"] for each in found["recommendations"]] == []  # the ratio says it, and edits still move the cost
    assert found["back_test"]["error_before_percent"] == "-17.14"
    assert found["back_test"]["error_after_percent"] == "0"
    passed(llm_cost(repo.path, *args(repo, actuals, "--apply")))
    assert "ratio = 1.400\n" in manifest(repo)
    assert answer(repo, "estimate")["prompts"][0]["input_tokens"] == 1400


def _messages(path: Path, tokens: int) -> str:
    """600 of Anthropic's messages over ten days, all of one size."""
    usage = {"input_tokens": tokens, "output_tokens": tokens // 10, "cache_read_input_tokens": 0,
             "cache_creation_input_tokens": 0}  # fmt: skip
    lines = [
        json.dumps({"prompt_id": "search", "timestamp": f"2026-10-{day:02}T12:00:00Z",
                    "response": {"type": "message", "model": "claude-sonnet-4-5", "usage": usage}})
        for day in range(1, 11) for _ in range(60)
    ]  # fmt: skip
    path.write_text("\n".join(lines))
    return str(path)
