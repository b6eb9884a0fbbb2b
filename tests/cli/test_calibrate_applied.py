"""What `calibrate --apply` writes is what was tried, and reaches no prompt that it is wrong for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from jsonschema import Draft202012Validator

from llmcost_hooks.data import open_data

from ..repos import Repo
from .running import document, failed, llm_cost, passed, words

TOP = """\
version = 1

[defaults]
model = "gpt-4o"
calls = 1000
output_ratio = 0.1

[budget]
period = "month"
"""


def _project(repo: Repo, tmp_path: Path, files: Mapping[str, str]) -> str:
    for path, text in files.items():
        repo.write(path, text)
    repo.commit("prompts")
    profile = tmp_path / "estimates.json"
    profile.write_text(llm_cost(repo.path, "estimate", "--format", "json").out)  # also with a prompt without a price
    return str(profile)


def _log(
    path: Path,
    answers: Mapping[str, list[int]],
    requests: Mapping[int, int] | None = None,
    cached: Mapping[str, int] | int = 0,
) -> str:
    """Requests of 1,800 tokens, 100 a day; the answers of each prompt by day, and what of each request is cached."""
    lines = []
    for name, days in answers.items():
        served = cached if isinstance(cached, int) else cached[name]
        for day, answered in enumerate(days):
            usage = {"prompt_tokens": 1800, "completion_tokens": answered, "total_tokens": 1800 + answered,
                     "prompt_tokens_details": {"cached_tokens": served}}  # fmt: skip
            for number in range((requests or {}).get(day, 100)):
                at = 1790812800 + day * 86400 + number * 50
                body = {"prompt_id": name, "id": f"{name}{at}", "object": "chat.completion", "created": at,
                        "model": "gpt-4o", "usage": usage}  # fmt: skip
                lines.append(json.dumps(body))
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def _args(profile: str, log: str, *more: str) -> tuple[str, ...]:
    return ("calibrate", "--profile", profile, "--actuals", log, *more)


APPLY = ("--apply", "--accept-large-drift")
TWO = {"llm-cost.toml": TOP + '\n[discover]\ninclude = ["prompts/*.md"]\n',
       "prompts/b.md": words(1800), "prompts/c.md": words(1800)}  # fmt: skip


def test_one_value_for_prompts_that_drift_apart_is_not_written(repo: Repo, tmp_path: Path) -> None:
    profile = _project(repo, tmp_path, TWO)
    log = _log(tmp_path / "log.jsonl", {"prompts/b.md": [900] * 12, "prompts/c.md": [90] * 12})
    ran = failed(llm_cost(repo.path, *_args(profile, log, *APPLY)), 1, "No recommendation holds")
    assert (
        "is not recommended: it would be wrong for, or is not known of, prompts that take it: prompts/c.md" in ran.out
    )
    assert (repo.path / "llm-cost.toml").read_text() == TWO["llm-cost.toml"]
    found = document(passed(llm_cost(repo.path, *_args(profile, log, "--format", "json"))))
    Draft202012Validator(json.loads(bytes(open_data("calibration.schema.json")))).validate(found)
    (withheld,) = found["withheld"]
    assert found["recommendations"] == []
    assert (withheld["key"], withheld["prompts"]) == ("output_ratio", ["prompts/c.md"])
    assert withheld["reason"].startswith("it would be wrong for")


def test_one_value_for_prompts_that_drift_alike_is_tried_and_written(repo: Repo, tmp_path: Path) -> None:
    profile = _project(repo, tmp_path, TWO)
    log = _log(tmp_path / "log.jsonl", {"prompts/b.md": [540] * 12, "prompts/c.md": [720] * 12})
    found = document(passed(llm_cost(repo.path, *_args(profile, log, "--format", "json"))))
    passed(llm_cost(repo.path, *_args(profile, log, *APPLY)))
    assert "output_ratio = 0.35\n" in (repo.path / "llm-cost.toml").read_text()
    after = document(passed(llm_cost(repo.path, "estimate", "--format", "json")))
    (tmp_path / "after.json").write_text(json.dumps(after))
    again = document(passed(llm_cost(repo.path, *_args(str(tmp_path / "after.json"), log, "--format", "json"))))
    was, now = (float(each["back_test"][key]) for each, key in
                ((found, "error_after_percent"), (again, "error_before_percent")))  # fmt: skip
    assert abs(was - now) < 1


def test_the_large_drift_of_one_prompt_among_several_that_share_a_value_stops_it(repo: Repo, tmp_path: Path) -> None:
    """Together 48 points, which is below 50; one of them 52."""
    profile = _project(repo, tmp_path, TWO)
    log = _log(tmp_path / "log.jsonl", {"prompts/b.md": [180] * 10, "prompts/c.md": [180] * 10},
               cached={"prompts/b.md": 936, "prompts/c.md": 792})  # fmt: skip
    found = document(llm_cost(repo.path, *_args(profile, log, "--format", "json")))
    assert [(each["prompt_id"], each["key"], each["value"]) for each in found["recommendations"]] == [
        (None, "cache_hit_ratio", "0.48")
    ]
    failed(llm_cost(repo.path, *_args(profile, log, "--apply")), 1, "prompts/b.md: cache_hit_ratio +52 pts")
    passed(llm_cost(repo.path, *_args(profile, log, *APPLY)))


def test_an_entry_that_inherits_is_not_changed_behind_its_back(repo: Repo, tmp_path: Path) -> None:
    entry = '\n[[prompts]]\npath = "prompts/c.md"\nprompt_id = "c"\n'
    profile = _project(repo, tmp_path, {**TWO, "llm-cost.toml": TWO["llm-cost.toml"] + entry})
    log = _log(tmp_path / "log.jsonl", {"prompts/b.md": [720] * 10, "c": [180] * 10})
    ran = failed(llm_cost(repo.path, *_args(profile, log, *APPLY)), 1, "No recommendation holds")
    assert "prompts that take it: c" in ran.out


def test_an_entry_that_is_sent_in_batches_takes_no_cache_hit_ratio(repo: Repo, tmp_path: Path) -> None:
    entry = '\n[[prompts]]\npath = "prompts/c.md"\nprompt_id = "c"\n'
    log = _log(tmp_path / "log.jsonl", {"prompts/b.md": [180] * 10}, cached=720)
    profile = _project(repo, tmp_path, {**TWO, "llm-cost.toml": TWO["llm-cost.toml"] + entry})
    failed(llm_cost(repo.path, *_args(profile, log, "--apply")), 1, "No recommendation holds")
    repo.write("llm-cost.toml", TWO["llm-cost.toml"] + entry + 'scenario = "batch"\n')
    passed(llm_cost(repo.path, *_args(profile, log, "--apply")))
    assert "cache_hit_ratio = 0.40" in (repo.path / "llm-cost.toml").read_text()


def test_a_prompt_that_nobody_could_price_holds_a_shared_value_back(repo: Repo, tmp_path: Path) -> None:
    """It would take the value too, and what it answers is not known."""
    odd = "---\nmodel: nobody-sells-this\n---\n" + words(20)
    profile = _project(repo, tmp_path, {**TWO, "prompts/odd.prompt": odd, "llm-cost.toml": TWO["llm-cost.toml"].replace(
        '"prompts/*.md"', '"prompts/*"')})  # fmt: skip
    log = _log(tmp_path / "log.jsonl", {"prompts/b.md": [720] * 10, "prompts/c.md": [720] * 10})
    ran = failed(llm_cost(repo.path, *_args(profile, log, *APPLY)), 1, "No recommendation holds")
    assert "prompts that take it: prompts/odd.prompt" in ran.out


def test_an_update_that_makes_its_own_back_test_worse_is_not_applied(repo: Repo, tmp_path: Path) -> None:
    entry = '\n[[prompts]]\npath = "prompts/c.md"\nprompt_id = "c"\n'
    profile = _project(repo, tmp_path, {"llm-cost.toml": TOP + entry, "prompts/c.md": words(1800)})
    log = _log(tmp_path / "log.jsonl", {"c": [560] * 2 + [500, 540] * 13 + [180] * 14})
    ran = llm_cost(repo.path, *_args(profile, log, *APPLY))
    assert "makes the back-test worse" in failed(ran, 1, "").out


def test_what_is_wrong_of_one_prompt_is_tried_without_what_is_right_of_another(repo: Repo, tmp_path: Path) -> None:
    """Of both together the updates make the later days much better; of c alone they make them worse."""
    entries = "".join(f'\n[[prompts]]\npath = "prompts/{name}.md"\nprompt_id = "{name}"\n' for name in "bc")
    files = {**TWO, "llm-cost.toml": TOP + entries}
    profile = _project(repo, tmp_path, files)
    changing = [560] * 2 + [500, 540] * 13 + [180] * 14
    log = _log(tmp_path / "log.jsonl", {"b": [720] * len(changing), "c": changing})
    found = document(passed(llm_cost(repo.path, *_args(profile, log, "--format", "json"))))
    assert {(each["prompt_id"], each["key"]) for each in found["recommendations"]} == {("b", "output_ratio")}
    assert {(each["prompt_id"], each["key"]) for each in found["withheld"]} == {("c", "output_ratio")}
    assert "makes the back-test worse" in found["withheld"][0]["reason"]


def test_an_entry_that_inherits_its_scenario_gets_the_ratio_alone(repo: Repo, tmp_path: Path) -> None:
    """[defaults] says scenario = "cached": an entry that says it again would no longer follow."""
    entry = '\n[[prompts]]\npath = "prompts/c.md"\nprompt_id = "c"\n'
    inherited = 'scenario = "cached"\ncache_hit_ratio = 0.9\n'
    for defaults, added in (
        (inherited, "cache_hit_ratio = 0.50\n"),
        ("", 'cache_hit_ratio = 0.50\nscenario = "cached"\n'),
    ):
        top = TOP.replace("output_ratio = 0.1\n", "output_ratio = 0.1\n" + defaults)
        files = {"llm-cost.toml": top + entry, "prompts/c.md": words(1800)}
        profile = _project(repo, tmp_path, files)
        log = _log(tmp_path / "log.jsonl", {"c": [180] * 10}, cached=900)
        passed(llm_cost(repo.path, *_args(profile, log, *APPLY)))
        assert (repo.path / "llm-cost.toml").read_text() == top + entry + added
        after = tmp_path / "after.json"
        after.write_text(passed(llm_cost(repo.path, "estimate", "--format", "json")).out)
        again = document(passed(llm_cost(repo.path, *_args(str(after), log, "--format", "json"))))
        assert again["recommendations"] == []


def test_an_error_that_another_had_made_up_for_is_mended_with_it(repo: Repo, tmp_path: Path) -> None:
    """Inputs 7% too short, answers half as long again as they are: mending one makes the cost worse."""
    entry = '\n[[prompts]]\npath = "prompts/c.md"\nprompt_id = "c"\n'
    profile = _project(repo, tmp_path, {"llm-cost.toml": TOP + entry, "prompts/c.md": words(1680)})
    log = _log(tmp_path / "log.jsonl", {"c": [115] * 10})
    found = document(llm_cost(repo.path, *_args(profile, log, "--format", "json")))
    assert [(each["key"], each["value"]) for each in found["recommendations"]] == [
        ("output_ratio", "0.064"),
        ("avg_input_tokens", "1800"),
    ]
    assert found["withheld"] == []
    before, after = (float(found["back_test"][f"error_{each}_percent"]) for each in ("before", "after"))
    assert 4 < before < 4.2 and abs(after) < 0.1
    passed(llm_cost(repo.path, *_args(profile, log, "--apply")))
    assert "avg_input_tokens = 1800" in (repo.path / "llm-cost.toml").read_text()


def test_a_manifest_that_is_gone_is_named(repo: Repo, tmp_path: Path) -> None:
    nested = TOP + '\n[[prompts]]\npath = "prompts/x.md"\n'
    files = {"llm-cost.toml": TOP, "svc/llm-cost.toml": nested, "svc/prompts/x.md": words(1800)}
    profile = _project(repo, tmp_path, files)
    log = _log(tmp_path / "log.jsonl", {"svc/prompts/x.md": [720] * 10})
    (repo.path / "svc/llm-cost.toml").unlink()
    ran = llm_cost(repo.path, *_args(profile, log, *APPLY))
    failed(ran, 2, "There is no svc/llm-cost.toml any more: nothing was applied")


def test_an_entry_of_a_nested_manifest_is_found_by_its_path(repo: Repo, tmp_path: Path) -> None:
    nested = TOP + '\n[[prompts]]\npath = "prompts/x.md"\n'
    files = {"llm-cost.toml": TOP, "svc/llm-cost.toml": nested, "svc/prompts/x.md": words(1800)}
    profile = _project(repo, tmp_path, files)
    log = _log(tmp_path / "log.jsonl", {"svc/prompts/x.md": [720] * 10})
    passed(llm_cost(repo.path, *_args(profile, log, *APPLY)))
    assert (repo.path / "svc/llm-cost.toml").read_text().startswith(nested + "output_ratio = 0.40\n")


def test_an_outlier_of_a_small_ratio_is_named_and_moves_nothing(repo: Repo, tmp_path: Path) -> None:
    profile = _project(repo, tmp_path, TWO)
    days = [180, 182, 178, 181, 261, 179, 180, 181, 179, 180]
    log = _log(tmp_path / "log.jsonl", {"prompts/b.md": days}, {4: 1000})
    found = document(passed(llm_cost(repo.path, *_args(profile, log, "--format", "json"))))
    [prompt] = found["prompts"]
    assert len(prompt["anomalous_days"]) == 1
    assert [each for each in found["recommendations"] if each["key"] == "output_ratio"] == []
    [ratio] = [each for each in prompt["parameters"] if each["parameter"] == "output_ratio"]
    assert abs(float(ratio["actual"]) - 0.1) < 0.001
