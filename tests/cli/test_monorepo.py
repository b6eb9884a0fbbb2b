"""Several manifests in one repository: each governs its directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..hooks.plain import Install, ran
from ..repos import Repo
from .running import answer, cost, failed, llm_cost, passed, total, words

TOP = 'version = 1\n[defaults]\nmodel = "gpt-4o"\ncalls = 1000\noutput_tokens = 50\n'
TOP += '[budget]\nlimit = 5.00\nperiod = "month"\n'
TOP += '[discover]\ninclude = ["prompts/*.md"]\n'
SEARCH = (
    TOP.replace('"gpt-4o"', '"gpt-4o-mini"').replace("5.00", "1.00")
    + '[[prompts]]\npath = "prompts/a.md"\nprompt_id = "a"\n'
)
MANIFEST = "services/search/llm-cost.toml"
OF_TOP, OF_SEARCH = cost("gpt-4o", 100, 50, 1000), cost("gpt-4o-mini", 100, 50, 1000)


@pytest.fixture
def mono(tmp_path: Path) -> Repo:
    """A manifest at the top with one prompt, and one below it with two; the same names in both."""
    repo = Repo.init(tmp_path / "mono", "-b", "main")
    repo.write("llm-cost.toml", TOP)
    repo.write(MANIFEST, SEARCH)
    for path in ("prompts/a.md", "services/search/prompts/a.md", "services/search/prompts/b.md"):
        repo.write(path, words(100))
    repo.commit("all of it")
    return repo


def test_each_side_reads_all_manifests_alike(mono: Repo) -> None:
    for side in ((), ("--staged",), ("--rev", "HEAD")):
        found = answer(mono, "estimate", *side)
        rows = [(row["prompt_id"], row["manifest"], row["model"]) for row in found["prompts"]]
        assert rows == [
            ("prompts/a.md", "llm-cost.toml", "gpt-4o"),
            ("services/search/prompts/b.md", MANIFEST, "gpt-4o-mini"),
            ("services/search:a", MANIFEST, "gpt-4o-mini"),
        ]
        assert [(each["path"], each["total"]["cost"]) for each in found["manifests"]] == [
            ("llm-cost.toml", OF_TOP),
            (MANIFEST, total(OF_SEARCH, OF_SEARCH)),
        ]
        assert found["total"]["cost"] == total(OF_TOP, OF_SEARCH, OF_SEARCH)
    out = passed(llm_cost(mono.path, "estimate")).out
    assert "By manifest:\n  • llm-cost.toml: $0.75\n  • services/search/llm-cost.toml: $0.09\n" in out
    assert [row["prompt_id"] for row in answer(mono, "estimate", "services")["prompts"]][-1] == "services/search:a"


def test_each_limit_judges_what_its_manifest_governs(mono: Repo) -> None:
    assert passed(llm_cost(mono.path, "check")).out.startswith("✅ 2 manifests hold: $0.84")
    mono.write(MANIFEST, SEARCH.replace("1.00", "0.05"))
    out = failed(llm_cost(mono.path, "check"), 1).out
    assert out.startswith("❌ 1 of 2 manifests fail: services/search/llm-cost.toml\n")
    assert "Budget exceeded: $0.09 > $0.05 (limit)" in out
    found = answer(mono, "check", code=1)
    assert [(each["path"], each["verdict"], each["limit"]) for each in found["manifests"]] == [
        ("llm-cost.toml", "OK", "5"),
        (MANIFEST, "BUDGET_EXCEEDED", "0.05"),
    ]
    passed(llm_cost(mono.path, "check", "--rev", "HEAD"))


def test_an_increase_is_of_its_own_manifest(mono: Repo) -> None:
    mono.write(MANIFEST, SEARCH.replace('period = "month"', 'period = "month"\nmax_increase = "5%"'))
    mono.commit("limit the increase")
    mono.write("prompts/a.md", words(1000))
    passed(llm_cost(mono.path, "check", "--base", "HEAD"))
    mono.write("services/search/prompts/b.md", words(4000))
    out = failed(llm_cost(mono.path, "check", "--base", "HEAD"), 1).out
    assert "Increase exceeded: +$0.58 > $0.0045 (max_increase 5% of base) over main" in out
    changed = answer(mono, "diff", "HEAD")["manifests"]
    assert [each["total"]["base"] for each in changed] == [OF_TOP, total(OF_SEARCH, OF_SEARCH)]
    assert "services/search/llm-cost.toml: $0.09 → $0.68" in passed(llm_cost(mono.path, "diff", "HEAD")).out


def test_a_prompt_that_changes_its_manifest_is_the_same_prompt(mono: Repo) -> None:
    mono.git("rm", "-q", "--cached", MANIFEST)
    (mono.path / MANIFEST).unlink()
    rows = '[[prompts]]\npath = "services/search/prompts/a.md"\nprompt_id = "a"\n'
    mono.write("llm-cost.toml", TOP.replace("prompts/*.md", "**/prompts/*.md") + rows)
    found = answer(mono, "diff", "HEAD")
    assert [(row["prompt_id"], row["content"]) for row in found["prompts"]] == [
        ("a", "unchanged"),
        ("prompts/a.md", "unchanged"),
        ("services/search/prompts/b.md", "unchanged"),
    ]
    assert found["total"]["head"] == total(OF_TOP, OF_TOP, OF_TOP)


def test_without_a_manifest_at_the_top_the_others_govern(mono: Repo) -> None:
    mono.git("rm", "-q", "llm-cost.toml")
    mono.write("AGENTS.md", words(10))
    mono.commit("no manifest at the top")
    for side in ((), ("--staged",), ("--rev", "HEAD")):
        found = answer(mono, "check", *side)
        assert [each["path"] for each in found["manifests"]] == [MANIFEST]
        assert {row["manifest"] for row in found["prompts"]} == {MANIFEST}
    asked = answer(mono, "estimate", "prompts/a.md", "--model", "gpt-4o")
    assert [(row["prompt_id"], row["manifest"]) for row in asked["prompts"]] == [("prompts/a.md", None)]


def test_manifests_that_govern_nothing(mono: Repo) -> None:
    """Those of others' code, and those that the manifest above excludes, broken or not."""
    mono.write("llm-cost.toml", TOP + 'exclude = ["examples/**"]\n')
    for path in ("vendor/x/llm-cost.toml", "examples/y/llm-cost.toml", "node_modules/z/llm-cost.toml"):
        mono.write(path, "broken")
    mono.commit("others")
    assert len(answer(mono, "estimate")["manifests"]) == 2
    mono.write("ignored/llm-cost.toml", "broken")
    mono.write(".gitignore", "ignored/\n")
    passed(llm_cost(mono.path, "estimate"))


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (MANIFEST, "broken", "services/search/llm-cost.toml:1:"),
        (MANIFEST, TOP.replace("prompts/*", "none/*"), "services/search/llm-cost.toml finds no prompt"),
        (MANIFEST, SEARCH.replace("month", "day"), "period differs between manifests"),
        ("llm-cost.toml", TOP + '[[prompts]]\npath = "services/search/prompts/b.md"\n', f"which {MANIFEST} governs"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged(mono: Repo, path: str, text: str, said: str) -> None:
    mono.write(path, text)
    failed(llm_cost(mono.path, "check"), 2, said)
    mono.stage(path, text)
    failed(llm_cost(mono.path, "check", "--staged"), 2, said.replace(f"{MANIFEST}:1", f"index:{MANIFEST}:1"))


def test_base_with_other_periods_is_not_compared(mono: Repo) -> None:
    mono.write(MANIFEST, SEARCH.replace("month", "day"))
    mono.commit("days")
    mono.write(MANIFEST, SEARCH)
    found = answer(mono, "diff", "HEAD")
    assert (found["total"]["delta"], found["prompts"][0]["delta"]["cost"]) == (None, None)
    assert "Base is quoted per day and month" in passed(llm_cost(mono.path, "diff", "HEAD")).out


def test_the_hooks_see_nested_manifests(mono: Repo, install: Install) -> None:
    install(mono, "pre-commit", "manifest")
    mono.stage("other.py", "x")
    assert mono.run("commit", "-q", "-m", "nothing of ours").code == 0
    mono.stage("services/search/prompts/b.md", words(9000))
    refused = mono.run("commit", "-q", "-m", "too long")
    assert refused.code != 0 and b"services/search/llm-cost.toml" in refused.out + refused.err.encode()
    mono.stage("services/search/prompts/b.md", words(100))
    mono.stage(MANIFEST, SEARCH.replace("1.00", "0.01"))
    assert mono.run("commit", "-q", "-m", "a lower limit").code != 0
    assert ran(mono) == 3


def test_a_sparse_checkout_keeps_its_manifests(mono: Repo) -> None:
    mono.git("sparse-checkout", "set", "--no-cone", "/*", "!/services")
    assert not (mono.path / MANIFEST).exists()
    assert len(answer(mono, "estimate")["manifests"]) == 2


def test_a_manifest_that_takes_prompts_out_of_a_budget_is_told(mono: Repo) -> None:
    """Both ways: a looser one is put below, and a stricter one is dropped. Nothing else says that limits went."""
    mono.git("rm", "-q", MANIFEST)
    everything = TOP.replace("prompts/*.md", "**/*.md")
    mono.write("llm-cost.toml", everything)
    mono.commit("one manifest")
    mono.write(MANIFEST, SEARCH.replace("limit = 1.00\n", ""))
    out = passed(llm_cost(mono.path, "check", "--base", "HEAD")).out
    moved = "note: {}: This change also moves the budget itself: services/search/llm-cost.toml ({}): limit {}.\n"
    assert moved.format(MANIFEST, "new", "5.00 → unset") in out
    assert f"note: {MANIFEST}: No [budget] limit is set" in out
    mono.write(MANIFEST, SEARCH)
    mono.commit("two manifests")
    mono.git("rm", "-q", MANIFEST)
    out = passed(llm_cost(mono.path, "check", "--base", "HEAD")).out
    assert moved.replace("{}: T", "T", 1).format("gone", "1.00 → 5.00") in out


def test_a_prompt_that_leaves_the_budget_and_not_the_repository_is_told(mono: Repo) -> None:
    mono.write("llm-cost.toml", TOP + 'exclude = ["prompts/a.md"]\n[[prompts]]\npath = "more.md"\n')
    mono.write("more.md", words(1))
    mono.git("add", "-A")
    said = "prompts/a.md is no longer counted, though prompts/a.md is there"
    for side in ((), ("--staged",)):
        assert (
            f"moves the budget itself: {said}.\n" in passed(llm_cost(mono.path, "check", "--base", "HEAD", *side)).out
        )
    assert f"note: {said}\n" in passed(llm_cost(mono.path, "diff", "HEAD")).out
    mono.commit("left out")
    assert said in passed(llm_cost(mono.path, "diff", "HEAD~1", "HEAD")).out
    mono.git("rm", "-q", "prompts/a.md")
    for command in (("diff", "HEAD~1"), ("check", "--base", "HEAD~1")):
        assert "no longer counted" not in passed(llm_cost(mono.path, *command)).out
