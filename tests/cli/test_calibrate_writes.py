"""Writes to the cache, where a provider charges for them: estimated, exported, measured, applied."""

from __future__ import annotations

import csv
import json
import random
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tools.simulate_traffic import Request, Shape, Truth, simulate

from ..repos import Repo
from .running import ROOT, answer, llm_cost, passed, words

MANIFEST = """\
version = 1

[defaults]
model = "claude-sonnet-4-5"
calls = 1000

[budget]
period = "month"

[[prompts]]
path = "prompts/search.md"
prompt_id = "search"
output_ratio = 0.10
"""
CACHED = 'scenario = "cached"\ncache_hit_ratio = 0.6\n'
TRUTH = Truth(0.60, 0.10, 1856)  # the size that is assumed: writes are all that is missing
SCHEMA = json.loads((ROOT / "llmcost_hooks/data/calibration.schema.json").read_text(encoding="utf-8"))
CHECK = Draft202012Validator(SCHEMA)
STEADY = Shape(14, 3000, between_days=0.0, input_spread=0.1, output_spread=0.2)


def message(request: Request, life: str = "5m") -> str:
    """As Anthropic answers: nine tenths of the input are read from the cache, or written to it where it missed."""
    written = 0 if request.cached else int(request.input * 0.9)
    usage = {
        "input_tokens": request.input - request.cached - written, "output_tokens": request.output,
        "cache_read_input_tokens": request.cached, "cache_creation_input_tokens": written,
        "cache_creation": {f"ephemeral_{each}_input_tokens": written if each == life else 0 for each in ("5m", "1h")},
    }  # fmt: skip
    answer = {"id": f"msg_{request.at:%d%H%M%S%f}", "type": "message", "model": "claude-sonnet-4-5-20250929",
              "usage": usage}  # fmt: skip
    return json.dumps({"prompt_id": "search", "timestamp": request.at.isoformat(), "response": answer}) + "\n"


def log(path: Path, truth: Truth = TRUTH, seed: int = 1, life: str = "5m") -> str:
    path.write_text("".join(message(each, life) for each in simulate(truth, STEADY, random.Random(seed))))
    return str(path)


def project(repo: Repo, manifest: str = MANIFEST + CACHED) -> Repo:
    repo.write("llm-cost.toml", manifest)
    repo.write("prompts/search.md", words(1600))
    repo.commit("prompts")
    estimated(repo)
    return repo


def estimated(repo: Repo) -> None:
    text = passed(llm_cost(repo.path, "estimate", "--format", "json")).out
    (repo.path.parent / "estimates.json").write_text(text)


def args(repo: Repo, actuals: str, *more: str) -> tuple[str, ...]:
    return ("calibrate", "--profile", str(repo.path.parent / "estimates.json"), "--actuals", actuals, *more)


def test_what_is_written_is_measured_and_the_estimate_then_has_it(repo: Repo, tmp_path: Path) -> None:
    project(repo)
    actuals = log(tmp_path / "log.jsonl")
    found = answer(repo, *args(repo, actuals))
    [prompt] = found["prompts"]
    assert [f"{error.json_path}: {error.message}" for error in CHECK.iter_errors(found)] == []
    of_writes = next(each for each in prompt["parameters"] if each["parameter"] == "cache_write_ratio")
    # A third of the requests write nine tenths.
    assert Decimal(of_writes["assumed"]) == 0 and 0.28 < float(of_writes["actual"]) < 0.32
    assert [each["key"] for each in found["recommendations"]] == ["cache_write_ratio"]
    before, after = (float(found["back_test"][f"error_{each}_percent"]) for each in ("before", "after"))
    assert before < -5 and abs(after) < 3
    passed(llm_cost(repo.path, *args(repo, actuals, "--apply")))
    assert "cache_write_ratio = 0.3" in (repo.path / "llm-cost.toml").read_text()
    estimated(repo)
    later = answer(repo, *args(repo, log(tmp_path / "later.jsonl", seed=2)))
    assert later["recommendations"] == []


def test_it_brings_the_scenario_and_the_hit_ratio_that_it_needs(repo: Repo, tmp_path: Path) -> None:
    """A cache that is written by each call and read by none costs more than no cache."""
    project(repo, MANIFEST)
    found = answer(repo, *args(repo, log(tmp_path / "log.jsonl", Truth(0.0, 0.10, 1800))))
    [update] = found["recommendations"]
    assert (update["key"], update["value"]) == ("cache_write_ratio", "0.90")
    assert update["with"] == {"scenario": "cached", "cache_hit_ratio": "0.00"}
    ran = passed(llm_cost(repo.path, *args(repo, str(tmp_path / "log.jsonl"))))
    assert 'Update to 0.90, with scenario = "cached" and cache_hit_ratio = 0.00 (' in ran.out
    passed(llm_cost(repo.path, *args(repo, str(tmp_path / "log.jsonl"), "--apply", "--accept-large-drift")))
    [row] = answer(repo, "estimate")["prompts"]
    assert row["scenario"] == "cached" and row["cached_input_tokens"] == 0
    assert row["cache_write_tokens"] == int(row["input_tokens"] * Decimal("0.9"))


def test_writes_that_stopped_are_a_drift_too(repo: Repo, tmp_path: Path) -> None:
    project(repo, MANIFEST + CACHED + "cache_write_ratio = 0.4\n")
    found = answer(repo, *args(repo, log(tmp_path / "log.jsonl", Truth(0.9, 0.10, 1800))))
    [prompt] = found["prompts"]
    drift = {each["parameter"]: float(each["drift"]) for each in prompt["parameters"]}
    assert -40 <= drift["cache_write_ratio"] < -38


def test_a_source_that_does_not_speak_of_writes_says_nothing_of_them(repo: Repo, tmp_path: Path) -> None:
    """Spans have what was read; that nothing was written would be a drift of 40 points."""
    project(repo, MANIFEST + CACHED + "cache_write_ratio = 0.4\n")
    spans = []
    for number in range(600):
        day, rest = divmod(number, 60)
        counts = {"gen_ai.usage.input_tokens": 1800, "gen_ai.usage.output_tokens": 180,
                  "gen_ai.usage.cache_read.input_tokens": 1080}  # fmt: skip
        names = {"gen_ai.prompt.name": "search", "gen_ai.request.model": "claude-sonnet-4-5"}
        context = {"trace_id": f"{number:032x}", "span_id": f"{number:016x}"}
        at = f"2026-10-{day + 1:02}T12:{rest:02}:00Z"
        spans.append({"name": "chat", "context": context, "start_time": at, "attributes": {**names, **counts}})
    (tmp_path / "spans.jsonl").write_text("".join(json.dumps(span) + "\n" for span in spans))
    found = answer(repo, *args(repo, str(tmp_path / "spans.jsonl")))
    assert [each["parameter"] for each in found["prompts"][0]["parameters"]] == [
        "cache_hit_ratio", "output_ratio", "avg_input_tokens",
    ]  # fmt: skip


def test_where_writes_cost_nothing_more_they_are_no_question(repo: Repo, tmp_path: Path) -> None:
    project(repo, (MANIFEST + CACHED).replace("claude-sonnet-4-5", "gpt-4o"))
    found = answer(repo, *args(repo, log(tmp_path / "log.jsonl")))
    assert "cache_write_ratio" not in [each["parameter"] for each in found["prompts"][0]["parameters"]]


@pytest.mark.parametrize("life", ["5m", "1h"])
def test_either_life_is_a_write(repo: Repo, tmp_path: Path, life: str) -> None:
    project(repo)
    found = answer(repo, *args(repo, log(tmp_path / "log.jsonl", life=life)))
    assert "cache_write_ratio" in [each["key"] for each in found["recommendations"]]


def test_its_meter_is_exported_and_the_rows_add_up(repo: Repo) -> None:
    project(repo, MANIFEST + CACHED + "cache_write_ratio = 0.25\n")
    document = answer(repo, "estimate")
    [row] = document["prompts"]
    text = passed(llm_cost(repo.path, "estimate", "--format", "focus", "--period", "2026-11")).out
    rows = {each["SkuMeter"]: each for each in csv.DictReader(text.splitlines())}
    assert list(rows) == ["Input Tokens", "Cache Read Input Tokens", "Cache Write Input Tokens", "Output Tokens"]
    writes = rows["Cache Write Input Tokens"]
    assert Decimal(writes["ConsumedQuantity"]) == 1000 * int(row["input_tokens"] * Decimal("0.25"))
    assert Decimal(writes["ListUnitPrice"]) == Decimal("3.75")
    assert json.loads(writes["SkuPriceDetails"])["x_TokenCacheAction"] == "Write"
    assert sum(Decimal(each["EffectiveCost"]) for each in rows.values()) == Decimal(row["effective_cost"])
    explained = answer(repo, "explain", "search")
    lines = {each["what"]: (each["formula"], each["result"]) for each in explained["arithmetic"]}
    formula, result = lines["cache write tokens"]
    assert (formula.startswith("min(floor("), int(result)) == (True, row["cache_write_tokens"])
    assert f"{row['cache_write_tokens']} * 3.75" in lines["input of a call"][0]


def test_a_prefix_that_is_always_read_is_never_written_and_explain_says_so(repo: Repo) -> None:
    """Less than six tenths of the input stand before the first thing that varies in it."""
    project(repo, MANIFEST + CACHED + "cache_write_ratio = 0.25\nvariables = { question = 2000 }\n")
    repo.write("prompts/search.md", words(1200) + " {{question}}\n")
    lines = {
        each["what"]: (each["formula"], each["result"]) for each in answer(repo, "explain", "search")["arithmetic"]
    }
    prefix = int(lines["cached tokens"][1])
    assert 1024 <= prefix < 2000 and lines["cached tokens"][0].endswith(f", {prefix})")
    assert lines["cache write tokens"][0].endswith(f", {prefix} - {prefix})") and lines["cache write tokens"][1] == "0"


# --- values that are shared, dormant, or more than there is -------------------------------------------------------

DISCOVERED = MANIFEST.partition("[[prompts]]")[0] + '[discover]\ninclude = ["prompts/*.md"]\n'


def steady(path: Path, used: dict[str, tuple[int, int, int]]) -> str:
    """(read, written, answered) tokens of each request of a prompt: 2,000 tokens of input, 100 requests on 10 days."""
    lines = []
    for name, (read, written, answered) in used.items():
        for number in range(1000):
            at = f"2026-10-{number // 100 + 1:02}T12:{number % 60:02}:00Z"
            usage = {"input_tokens": 2000 - read - written, "output_tokens": answered, "cache_read_input_tokens": read,
                     "cache_creation_input_tokens": written}  # fmt: skip
            body = {"id": f"{name}{number}", "type": "message", "model": "claude-sonnet-4-5", "usage": usage}
            lines.append(json.dumps({"prompt_id": name, "timestamp": at, "response": body}) + "\n")
    path.write_text("".join(lines))
    return str(path)


def several(repo: Repo, manifest: str, *names: str) -> None:
    repo.write("llm-cost.toml", manifest)
    for name in names:
        repo.write(f"prompts/{name}.md", words(1724))
    repo.commit("prompts")
    estimated(repo)


def test_a_shared_hit_ratio_that_is_wrong_is_not_brought_by_the_write_ratio(repo: Repo, tmp_path: Path) -> None:
    """Both write 0.3; one reads nothing, the other 0.6: together 0.3, which is right of neither."""
    several(repo, DISCOVERED + "[tags]\n", "c", "d")
    actuals = steady(tmp_path / "log.jsonl", {"prompts/c.md": (0, 600, 0), "prompts/d.md": (1200, 600, 0)})
    found = answer(repo, *args(repo, actuals))
    assert [each["key"] for each in found["recommendations"] if each["prompt_id"] is None] == ["output_ratio"]
    assert {each["key"] for each in found["withheld"]} == {"cache_hit_ratio", "cache_write_ratio"}


def test_a_scenario_wakes_no_write_ratio_that_is_stale(repo: Repo, tmp_path: Path) -> None:
    """Stated and without effect as long as nothing is cached."""
    project(repo, MANIFEST + "cache_write_ratio = 0.9\n")
    actuals = steady(tmp_path / "log.jsonl", {"search": (300, 0, 200)})
    [update] = answer(repo, *args(repo, actuals))["recommendations"]
    assert (update["key"], update["with"]) == ("cache_hit_ratio", {"scenario": "cached", "cache_write_ratio": "0"})
    passed(llm_cost(repo.path, *args(repo, actuals, "--apply")))
    estimated(repo)
    again = answer(repo, *args(repo, actuals))
    assert again["recommendations"] == [] and abs(float(again["back_test"]["error_before_percent"])) < 8


def test_what_others_inherit_is_not_widened(repo: Repo, tmp_path: Path) -> None:
    """Of c and d two errors cancel each other; the smaller one would be mended for b too, of which it is none."""
    entry = '[[prompts]]\npath = "prompts/b.md"\nprompt_id = "b"\nscenario = "cached"\ncache_hit_ratio = 0.5\n'
    manifest = DISCOVERED.replace("calls = 1000\n", 'calls = 1000\noutput_ratio = 0.1\nscenario = "cached"\n'
                                  "cache_hit_ratio = 0.5\n").replace("claude-sonnet-4-5", "gpt-4o") + entry  # fmt: skip
    several(repo, manifest, "b", "c", "d")
    used = dict.fromkeys(("prompts/c.md", "prompts/d.md"), (1240, 0, 238))
    found = answer(repo, *args(repo, steady(tmp_path / "log.jsonl", {**used, "b": (1000, 0, 180)})))
    assert [each for each in found["recommendations"] if each["prompt_id"] is None] == []


def test_reads_make_room_for_writes(repo: Repo, tmp_path: Path) -> None:
    """A hit ratio of 0.99 leaves 0.01 to write, whatever is stated; its own drift is below 10 points."""
    project(repo, MANIFEST.replace("0.10", "0.50") + CACHED.replace("0.6", "0.99"))
    actuals = steady(tmp_path / "log.jsonl", {"search": (1790, 200, 1000)})
    updates = {each["key"]: each for each in answer(repo, *args(repo, actuals))["recommendations"]}
    assert updates["cache_write_ratio"]["with"]["cache_hit_ratio"] in ("0.89", "0.90")
    passed(llm_cost(repo.path, *args(repo, actuals, "--apply")))
    [row] = answer(repo, "estimate")["prompts"]
    assert row["cache_write_tokens"] == int(row["input_tokens"] * Decimal("0.1"))


def test_a_profile_without_a_price_is_said_to_be_that(repo: Repo, tmp_path: Path) -> None:
    repo.write("llm-cost.toml", MANIFEST.replace("claude-sonnet-4-5", "nobody-sells-this"))
    repo.write("prompts/search.md", words(20))
    repo.commit("prompts")
    (repo.path.parent / "estimates.json").write_text(llm_cost(repo.path, "estimate", "--format", "json").out)
    ran = llm_cost(repo.path, *args(repo, steady(tmp_path / "log.jsonl", {"search": (0, 0, 9)})))
    assert ran.code == 2 and "estimates.json has no prompt with a price" in ran.err
