"""Waivers, approvals and owners in `check` and `diff`, out of real commits."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..repos import Repo
from .running import PROJECT, answer, failed, llm_cost, passed, project, words

SEARCH = "prompts/search.md"
LIMITED = PROJECT.replace('period = "month"', 'period = "month"\nmax_increase = "$0.10"')  # 40 tokens more
BELOW = """\
version = 1
[defaults]
model = "gpt-4o"
calls = 1000
output_tokens = 9
[budget]
period = "month"
max_increase = "$0.10"
[[prompts]]
path = "a.md"
prompt_id = "a"
"""
ACCEPT = "LLM-Cost-Accept: search <= +$0.25/month (longer answers)"


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """`main`, and a branch with nothing on it yet."""
    repo = project(tmp_path / "project")
    repo.write("llm-cost.toml", LIMITED)
    repo.commit("an increase is limited")
    repo.branch("feat")
    return repo


def size(repo: Repo, tokens: int, message: str = "more") -> str:
    repo.write(SEARCH, words(tokens))
    repo.commit(message)
    return repo.oid("HEAD")


def test_a_commit_of_the_range_accepts(repo: Repo) -> None:
    """Whichever it is; those of base, and of the other side of a merge base, are not of the range."""
    size(repo, 500)
    failed(llm_cost(repo.path, "check", "--base", "main"), 1)
    repo.write("other", "x")
    repo.commit(f"why\n\n{ACCEPT}")
    accepted = repo.oid("HEAD")
    repo.write("another", "x")
    repo.commit("more")
    ran = passed(llm_cost(repo.path, "check", "--base", "main"))
    said = f"search <= +$0.25/month (longer answers), commit {accepted[:9]}: used: it is +$0.25/month"
    assert f"Waivers:\n  • {said}" in ran.out
    passed(llm_cost(repo.path, "check", "--rev", "HEAD", "--base", "main"))
    passed(llm_cost(repo.path, "check", "--staged", "--base", "main"))
    failed(llm_cost(repo.path, "check", "--rev", "HEAD~2", "--base", "main"), 1)
    size(repo, 500 + 41)
    found = answer(repo, "check", "--base", "HEAD~1", code=1)
    assert found["waivers"] == [] and [each["what"] for each in found["exceeded"]] == ["max_increase"]


def test_in_the_documents(repo: Repo) -> None:
    oid = size(repo, 500, f"why\n\n{ACCEPT}\nLLM-Cost-Accept: total <= +1% until 2026-01-31 (once)\n"
               "Cost-Approved-By: Ada <ada@example.com>")  # fmt: skip
    found = answer(repo, "check", "--base", "main")
    shared = {"commit": oid, "until": None, "reason": "longer answers"}
    first = {"text": "search <= +$0.25/month (longer answers)", "target": "search", **shared}
    assert found["waivers"][0] == {**first, "state": "used", "amount": "0.25"}
    assert found["waivers"][1]["state"] == "expired" and found["waivers"][1]["until"] == "2026-01-31"
    assert [(each["what"], each["amount"]) for each in found["waived"]] == [("max_increase", "0.25")]
    assert (found["verdict"], found["exceeded"], found["owners"]) == ("OK", [], {})
    assert found["approved_by"] == ["Ada <ada@example.com>"]
    compared = answer(repo, "diff", "main")
    assert compared["waivers"][0] == first and compared["approved_by"] == found["approved_by"]
    text = passed(llm_cost(repo.path, "diff", "main")).out
    assert f"note: accepted: search <= +$0.25/month (longer answers), commit {oid[:9]}\n" in text
    assert "(once), commit " in text and "(expired)" in text and "note: approved: Ada <ada@example.com>" in text


def test_a_malformed_one_is_an_error_that_names_its_commit(repo: Repo) -> None:
    oid = size(repo, 500, "why\n\nLLM-Cost-Accept: search <= +$0.25/month")
    said = f"commit {oid[:9]}: LLM-Cost-Accept "
    failed(llm_cost(repo.path, "check", "--base", "main"), 2, said, "has no reason", "git commit --amend")
    passed(llm_cost(repo.path, "check"))
    shown = passed(llm_cost(repo.path, "diff", "main")).out
    assert f"note: allows nothing: {said}" in shown, "what judges nothing can still be read"


def test_in_the_comment_of_a_pull_request(repo: Repo) -> None:
    """Those that it is accepted by, and one that nobody can read: then the check fails, and the comment says so."""
    dry = ("comment", "github", "--dry-run", "--base", "main")
    oid = size(repo, 500, f"why\n\n{ACCEPT}")
    text = passed(llm_cost(repo.path, *dry)).out
    assert "### ✅ This change adds $0.25 per month (+16%): within budget, $8.20 left; accepted by a waiver\n" in text
    assert f"\nWaivers:\n\n- search &#60;= +&#36;0.25/month (longer answers), commit {oid[:9]}: used: " in text
    repo.git("commit", "-q", "--amend", "-m", "why\n\nLLM-Cost-Accept: search <= +$0.25/month")
    for when in ("always", "over"):
        text = passed(llm_cost(repo.path, *dry, "--when", when)).out
        assert "### ❌ This change adds $0.25 per month (+16%): a waiver is malformed\n" in text
        assert f"\nWaivers that allow nothing:\n\n- commit {repo.oid('HEAD')[:9]}: LLM-Cost-Accept " in text
        assert "- ❌ Increase exceeded: +$0.25 > $0.10" in text


def test_one_of_another_period_is_named_in_the_comment(repo: Repo) -> None:
    """Then nothing is judged, and the check fails."""
    oid = size(repo, 500, f"why\n\n{ACCEPT.replace('month', 'year')}")
    failed(llm_cost(repo.path, "check", "--base", "main"), 2, "is stated per year, and [budget] period is month")
    for options in ((), ("--when", "over"), ("--threshold", "$100")):
        text = passed(llm_cost(repo.path, "comment", "github", "--dry-run", "--base", "main", *options)).out
        assert "### ❌ This change adds $0.25 per month (+16%): nothing was judged\n" in text
        assert f"\nNothing was judged:\n\n- commit {oid[:9]}: LLM-Cost-Accept " in text
        assert "is stated per year, and \\[budget] period is month" in text.replace("&#91;", "\\[").replace(
            "&#93;", "]"
        )
        assert "| search | modified | $1.50 | $1.75 | +$0.25 ⚠️ |" in text


def test_merges_squashes_picks_and_reverts(repo: Repo) -> None:
    size(repo, 500, f"why\n\n{ACCEPT}")
    feat = repo.oid("HEAD")
    repo.checkout("main")
    repo.write("other", "x")
    repo.commit("main goes on")
    start = repo.oid("main")
    repo.merge("feat")
    assert len(answer(repo, "check", "--base", start)["waivers"]) == 1
    repo.git("reset", "-q", "--hard", start)
    repo.git("merge", "-q", "--squash", "feat")
    repo.git("commit", "-q", "-m", f"squashed\n\n{ACCEPT}")
    assert answer(repo, "check", "--base", start)["exit_code"] == 0
    repo.git("revert", "--no-edit", "HEAD")
    repo.git("cherry-pick", feat)
    found = answer(repo, "check", "--base", start)
    assert found["exit_code"] == 0 and len(found["waivers"]) == 1, "the same text counts once"


def test_an_approval(repo: Repo) -> None:
    repo.write("llm-cost.toml", LIMITED.replace("max_increase", "approve_above").replace('"$0.10"', "0.10"))
    repo.commit("approvals")
    repo.git("branch", "-f", "main")
    size(repo, 500)
    said = "❌ Approval missing: +$0.25 > $0.10 (approve_above $0.10) over main"
    assert said in failed(llm_cost(repo.path, "check", "--base", "main"), 1).out
    assert "approve_above was not judged: it needs a base" in passed(llm_cost(repo.path, "check")).out
    size(repo, 501, "more\n\nCost-Approved-By: Ada <ada@example.com>")
    assert "  • Cost-Approved-By: Ada <ada@example.com>" in passed(llm_cost(repo.path, "check", "--base", "main")).out


def test_several_manifests(repo: Repo) -> None:
    repo.write("web/llm-cost.toml", BELOW)
    repo.write("web/a.md", words(10))
    repo.commit("web")
    repo.git("branch", "-f", "main")
    repo.write("web/a.md", words(110))
    repo.commit("more")
    assert (
        "LLM-Cost-Accept: web:a <= +$0.25/month (why)" in failed(llm_cost(repo.path, "check", "--base", "main"), 1).out
    )
    for target, code in (("total", 1), ("a", 1), ("web:total", 0), ("web:a", 0)):
        repo.git("commit", "-q", "--amend", "-m", f"x\n\nLLM-Cost-Accept: {target} <= +$0.25/month (y)")
        found = answer(repo, "check", "--base", "main", code=code)
        assert [use["state"] for use in found["waivers"]] == ["unused" if code else "used"], target


# --- owners -----------------------------------------------------------------------------------------------------------


def owners(repo: Repo, *args: str) -> dict[str, str]:
    found = answer(repo, "check", "--budget", "0.01", *args, code=1)["owners"]
    assert isinstance(found, dict)
    return found


def test_owners_by_tags_codeowners_and_authors(repo: Repo) -> None:
    assert owners(repo) == {"search": "Ada Example (last author)"}, "one question to git, for the prompt that matters"
    repo.stage(".github/CODEOWNERS", "* @org/all\n/prompts/search.md @org/search bob@example.com\n")
    expected = {"classify": "@org/all", "search": "@org/search bob@example.com"}
    assert owners(repo) == owners(repo, "--staged") == expected
    assert owners(repo, "--rev", "HEAD") == {"search": "Ada Example (last author)"}, "of the side that is judged"
    repo.commit("owners")
    repo.write(".github/CODEOWNERS", "* @org/uncommitted\n")
    assert owners(repo, "--rev", "HEAD") == owners(repo, "--staged") == expected
    tagged = LIMITED.replace('prompt_id = "search"', 'prompt_id = "search"\ntags = { team = "search" }')
    repo.write(
        "llm-cost.toml", tagged.replace('prompt_id = "classify"', 'prompt_id = "classify"\ntags = { owner = "eve" }')
    )
    assert owners(repo) == {"classify": "eve", "search": "team:search"}
    text = failed(llm_cost(repo.path, "check", "--budget", "0.01"), 1).out
    assert "← largest  owner: team:search\n" in text and "owner: eve\n" in text


def test_one_owner_of_everything_is_said_once(repo: Repo) -> None:
    repo.write("llm-cost.toml", LIMITED + '\n[tags]\nteam = "platform"\n')
    text = failed(llm_cost(repo.path, "check", "--budget", "0.01"), 1).out
    assert text.count("owner: ") == 1 and "note: owner: team:platform\n" in text


def test_nothing_is_asked_where_nothing_fails(repo: Repo) -> None:
    assert answer(repo, "check")["owners"] == {}


def test_a_hostile_author_and_codeowners(repo: Repo) -> None:
    repo.write(SEARCH, words(401))
    repo.git("-c", "user.name=Eve\x1b[2J\u202e", "commit", "-qam", "x")
    assert "\x1b" not in failed(llm_cost(repo.path, "check", "--budget", "0.01"), 1).out
    repo.stage("CODEOWNERS", b"\xff\xfe\x00* @a\n* \x1b[2J@b.c\n")
    assert "\x1b" not in failed(llm_cost(repo.path, "check", "--budget", "0.01"), 1).out
