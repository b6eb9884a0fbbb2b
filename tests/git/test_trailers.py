"""Trailers, as git itself sees them; and who wrote a file last."""

from __future__ import annotations

from pathlib import Path

import pytest

from llmcost_hooks.git.authors import last_author
from llmcost_hooks.git.revisions import merge_heads, nearest_known, try_merge_base
from llmcost_hooks.git.trailers import set_comment, set_trailer, trailers_between, trailers_of_message

from ..repos import Repo

KEYS = ("LLM-Cost-Accept", "Cost-Approved-By")
PAYLOAD = "touch pwned"


def between(repo: Repo, base: str | None, head: str = "HEAD") -> list[tuple[str, list[list[str]]]]:
    return trailers_between(repo.cwd, base, head, KEYS)


def values(repo: Repo, message: str) -> list[list[str]]:
    repo.commit(message)
    found = between(repo, "HEAD~1")
    return found[0][1] if found else []


def test_commits_of_a_range(repo: Repo) -> None:
    repo.commit("one\n\nLLM-Cost-Accept: a\nSigned-off-by: A <a@b>\nCost-Approved-By: B <b@c>")
    first = repo.oid("HEAD")
    repo.commit("two")
    repo.commit("three\n\nllm-cost-accept: b\nLLM-COST-ACCEPT:  c d  ")
    third = repo.oid("HEAD")
    assert between(repo, None) == [(first, [["a"], ["B <b@c>"]]), (third, [["b", "c d"], []])]
    assert between(repo, first) == [(third, [["b", "c d"], []])]
    assert between(repo, "HEAD") == []
    assert between(repo, "HEAD", first) == []


def test_what_is_a_trailer_and_what_is_not(repo: Repo) -> None:
    repo.commit()
    assert values(repo, "s\n\nLLM-Cost-Accept: a <= +$1/month\n  until 2027-01-31 (b)") == [
        ["a <= +$1/month until 2027-01-31 (b)"], []
    ]  # fmt: skip
    assert values(repo, "s\n\nLLM-Cost-Accept: a\n\nmore text") == [], "not in the last paragraph"
    assert values(repo, "LLM-Cost-Accept: a") == [], "a subject is none"
    assert values(repo, "s\n\nLLM-Cost-Accepted: a\nX-LLM-Cost-Accept: b") == []
    assert values(repo, "s\n\nLLM-Cost-Accept :a") == [["a"], []]
    assert values(repo, "s\n\nLLM-Cost-Accept:") == []


def test_merged_commits_count_and_those_of_base_do_not(repo: Repo) -> None:
    repo.commit("root")
    repo.branch("side")
    repo.write("s", "s")
    repo.commit("side\n\nLLM-Cost-Accept: s")
    side = repo.oid("HEAD")
    repo.checkout("main")
    repo.write("m", "m")
    repo.commit("main\n\nLLM-Cost-Accept: m")
    main = repo.oid("HEAD")
    repo.merge("side")
    assert {commit for commit, _ in between(repo, "HEAD~1")} == {side}
    assert {commit for commit, _ in between(repo, "HEAD~2")} == {side, main}


def test_a_configuration_changes_nothing(repo: Repo) -> None:
    """Not the separator, not how the history is searched or encoded, and no program of it is run."""
    repo.commit()
    for key, value in (
        ("trailer.separators", "="), ("grep.patternType", "fixed"), ("i18n.logOutputEncoding", "UTF-16"),
        ("log.showSignature", "true"), ("gpg.program", f"sh -c '{PAYLOAD}'"), ("core.abbrev", "4"),
        ("trailer.x.command", PAYLOAD), ("trailer.x.ifmissing", "add"), ("trailer.LLM-Cost-Accept.command", PAYLOAD),
    ):  # fmt: skip
        repo.git("config", key, value)
    repo.commit("s\n\nLLM-Cost-Accept: ä")
    assert between(repo, "HEAD~1") == [(repo.oid("HEAD"), [["ä"], []])]
    path = repo.write("message", "s\n\nLLM-Cost-Accept: b\n")
    assert trailers_of_message(repo.cwd, str(path), KEYS) == [["b"], []]
    set_trailer(repo.cwd, str(path), "LLM-Cost-Delta", "+$1/month")
    assert path.read_text() == "s\n\nLLM-Cost-Accept: b\nLLM-Cost-Delta: +$1/month\n"
    assert last_author(repo.cwd, "HEAD", "message") is None
    assert not (repo.path / "pwned").exists()


def test_a_message_in_another_encoding(repo: Repo) -> None:
    repo.commit()
    repo.git("config", "i18n.commitEncoding", "ISO-8859-1")
    repo.git("commit", "-q", "--allow-empty", "-F", "-", stdin="s\n\nLLM-Cost-Accept: \xe4".encode("latin-1"))
    assert between(repo, "HEAD~1")[0][1] == [["ä"], []]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("s\n\nLLM-Cost-Accept: a\n", [["a"], []]),
        ("s\n\nLLM-Cost-Accept: a\n# LLM-Cost-Accept: b\n#\n", [["a"], []]),
        ("s\n\n# LLM-Cost-Accept: b\n", [[], []]),
        ("s\n\nCost-Approved-By: A <a@b>\nLLM-Cost-Accept: a\n b\n", [["a b"], ["A <a@b>"]]),
        ("s\n\nLLM-Cost-Accept: a\n# ------------------------ >8 ------------------------\n+LLM-Cost-Accept: b\n",
         [["a"], []]),
        ("s\n\nLLM-Cost-Accept: a\n---\nno patch\n\nCost-Approved-By: A <a@b>\n", [[], ["A <a@b>"]]),
        ("", [[], []]),
    ],
)  # fmt: skip
def test_a_message_that_is_being_written(repo: Repo, message: str, expected: list[list[str]]) -> None:
    path = repo.write("-message", message)
    assert trailers_of_message(repo.cwd, str(path), KEYS) == expected


def test_setting_a_trailer(repo: Repo) -> None:
    path = repo.write("message", "s\n\nSigned-off-by: A <a@b>\n\n; comment\n;\n")
    repo.git("config", "core.commentChar", ";")
    for value in ("+$1/month", "+$2/month"):
        set_trailer(repo.cwd, str(path), "LLM-Cost-Delta", value)
        assert path.read_text() == f"s\n\nSigned-off-by: A <a@b>\nLLM-Cost-Delta: {value}\n\n; comment\n;\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n# Please\n#\n", "\n# x\n# Please\n#\n"),
        ("\n# ------------------------ >8 ------------------------\n# Do\n",
         "\n# ------------------------ >8 ------------------------\n# x\n# Do\n"),
        ("s\n", "s\n"),
        ("", ""),
    ],
)  # fmt: skip
def test_setting_a_comment(repo: Repo, before: str, after: str) -> None:
    path = repo.write("message", before)
    set_comment(repo.cwd, str(path), "x")
    assert path.read_text() == after


def test_last_author(repo: Repo) -> None:
    repo.write("a [x].md", "1")
    repo.commit()
    repo.git("-c", "user.name=Ada\x1b[2J", "commit", "-q", "--amend", "--no-edit", "--reset-author")
    repo.write("b.md", "1")
    repo.commit()
    first = last_author(repo.cwd, "HEAD", "a [x].md")
    assert first is not None and first.startswith("Ada") and first != last_author(repo.cwd, "HEAD", "b.md")
    assert last_author(repo.cwd, "HEAD~1", "b.md") is None
    assert last_author(repo.cwd, "nowhere", "b.md") is None
    assert last_author(repo.cwd, "HEAD", "*.md") is None, "a path is no pattern"


def test_merges_in_the_making(repo: Repo) -> None:
    repo.write("f", "0")
    repo.commit()
    assert merge_heads(repo.cwd) == []
    oids = []
    for name in ("one", "two"):
        repo.checkout("main")
        repo.branch(name)
        repo.write(name, name)
        repo.commit()
        oids.append(repo.oid("HEAD"))
    repo.checkout("main")
    repo.git("merge", "-q", "--no-commit", "--no-ff", "one", "two")
    assert merge_heads(repo.cwd) == oids


def test_where_a_new_branch_meets_what_is_known(repo: Repo, tmp_path: Path) -> None:
    empty = Repo.init(tmp_path / "empty")
    repo.commit("known")
    known = repo.oid("HEAD")
    repo.branch("topic")
    repo.commit("new")
    head = repo.oid("HEAD")
    assert try_merge_base(repo.cwd, known, head) == known
    repo.git("update-ref", "-d", "refs/heads/topic")
    assert nearest_known(repo.cwd, head) == known
    assert nearest_known(repo.cwd, known) == known
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit("a root of its own")
    other = repo.oid("HEAD")
    repo.git("update-ref", "-d", "refs/heads/other")
    assert nearest_known(repo.cwd, other) is None
    assert try_merge_base(repo.cwd, known, other) is None
    assert empty.run("rev-parse", "HEAD").code and nearest_known(empty.cwd, "HEAD") is None
