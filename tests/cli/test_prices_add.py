"""`llm-cost prices add`, on a terminal and without one, and the hook that keeps its rows."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
import tomli
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.manifest import parse_manifest
from llmcost_hooks.manifest_edit import NewRow, append_row

from ..repos import Repo
from .running import MODULES, PROJECT, Ran, answer, call_hook, failed, llm_cost, passed
from .terminal import converse

ADD = ("prices", "add")
BOTH = ("--input", "0.30", "--output", "1.20")
LINT = "llmcost_hooks.hooks.manifest_lint"


def manifest(repo: Repo) -> str:
    return (repo.path / "llm-cost.toml").read_text()


# --- without a terminal -------------------------------------------------------------------------------------------


def test_from_options(prompts: Repo) -> None:
    before = manifest(prompts)
    ran = passed(llm_cost(prompts.path, *ADD, "our-finetune", *BOTH, "--cached", "0.15", "--base", "gpt-4o-mini"))
    assert ran.out.endswith("✓ Added to llm-cost.toml; commit it like code\n")
    assert manifest(prompts) == before + (
        '\n[prices.model."our-finetune"]\nbase = "gpt-4o-mini"\n\n[[prices.rows]]\nmodel = "our-finetune"\n'
        'effective_from = "2026-11-28"\ninput = 0.30\ncache_read = 0.15\noutput = 1.20\noperator = "Ada Example"\n'
    )
    found = answer(prompts, "estimate", "--model", "our-finetune")["prompts"][1]
    assert (found["effective_cost"], found["grade"], found["price_version"]) == ("0.18", "exact", "2026-11-28")


def test_from_the_environment(prompts: Repo) -> None:
    env = {"LLMCOST_PRICE_INPUT": "0.0000003", "LLMCOST_PRICE_OUTPUT": "1.2e-6"}
    passed(llm_cost(prompts.path, *ADD, "new-model", "--per-token", "--estimated", "--operator", "Bo", env=env))
    row = tomli.loads(manifest(prompts), parse_float=Decimal)["prices"]["rows"][0]
    assert (row["input"], row["output"], row["estimated"], row["operator"]) == (
        Decimal("0.3"), Decimal("1.2"), True, "Bo",
    )  # fmt: skip
    assert "~" in passed(llm_cost(prompts.path, "estimate", "--model", "new-model")).out


def test_fine_tuned_inference_is_apart_from_training(prompts: Repo) -> None:
    passed(
        llm_cost(prompts.path, *ADD, "gpt-4o", "--fine-tuned", "--input", "3.75", "--output", "15", "--training", "25")
    )
    row = tomli.loads(manifest(prompts), parse_float=Decimal)["prices"]["rows"][0]
    assert (row["fine_tuned"], row["training"]) == (True, 25)
    assert answer(prompts, "estimate")["total"]["cost"] == answer(prompts, "estimate", "--rev", "HEAD")["total"]["cost"]
    prompts.write(
        "llm-cost.toml", manifest(prompts).replace('prompt_id = "search"', 'prompt_id = "search"\nfine_tuned = true')
    )
    assert answer(prompts, "estimate")["prompts"][1]["effective_cost"] == "2.25"


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((), "MODEL is missing, and there is no terminal to ask on"),
        (("x",), "--input (or LLMCOST_PRICE_INPUT) is missing"),
        (("x", "--input", "1"), "--output (or LLMCOST_PRICE_OUTPUT) is missing"),
        (("x", "--input", "-1", "--output", "1"), "--input: a price cannot be negative"),
        (("x", "--input", "one", "--output", "1"), "'one' is not a price in USD"),
        (("x", "--input", "1e99", "--output", "1"), "is too long or too large"),
        (("x", "--input", "0.0000000000001", "--output", "1"), "is too long or too large"),
        (("x", *BOTH, "--effective-from", "soon"), '--effective-from: "soon" is not a day'),
        (("x", *BOTH, "--effective-from", "2026-W01-1"), "For example: --effective-from 2026-06-01"),
        (("x", *BOTH, "--effective-from", "20260601"), '"20260601" is not a day'),
        (("x", *BOTH, "--effective-from", "0001-01-01"), '"0001-01-01" is not a day'),
        (("x", *BOTH, "--operator", ""), "--operator: a name is 1 to 200 printable characters"),
        (("x", *BOTH, "--operator", "A\x1b[2J"), "--operator: a name is 1 to 200 printable characters"),
        (("x", *BOTH, "--base", "nonsense"), '--base: no model "nonsense" is known'),
        (("gpt-4o", *BOTH, "--base", "gpt-4o-mini"), "needs no base"),
        (("x\x1b[2J", *BOTH), "printable characters"),
        ((" ", *BOTH), "printable characters"),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_written(
    prompts: Repo, args: tuple[str, ...], said: str
) -> None:
    before = manifest(prompts)
    ran = failed(llm_cost(prompts.path, *ADD, *args), 2, said)
    assert manifest(prompts) == before and "\x1b" not in ran.err
    failed(llm_cost(prompts.path, *ADD, *args, env={"LLMCOST_NONINTERACTIVE": "1"}), 2, said)


def test_cached_dearer_than_input_is_warned_about(prompts: Repo) -> None:
    ran = passed(llm_cost(prompts.path, *ADD, "x", "--input", "1", "--output", "1", "--cached", "2"))
    assert ran.err == "llm-cost: warning: cached input ($2) is dearer than input ($1)\n"


def test_a_name_that_comes_near_a_known_one_is_warned_about(prompts: Repo) -> None:
    ran = passed(llm_cost(prompts.path, *ADD, "gpt-4oo", *BOTH))
    assert ran.err.startswith('llm-cost: warning: "gpt-4oo" is in no price list and becomes a model of your own')
    assert "gpt-4o" in ran.err.partition("near names: ")[2]
    assert '[prices.model."gpt-4oo"]\n\n[[prices.rows]]' in manifest(prompts)
    again = passed(llm_cost(prompts.path, *ADD, "gpt-4oo", *BOTH, "--effective-from", "2027-01-01"))
    assert again.err == "" and manifest(prompts).count("[prices.model.") == 1


def test_a_fine_tuned_model_of_ones_own_is_priced_then(prompts: Repo) -> None:
    name = "ft:gpt-5:acme::x1"
    failed(llm_cost(prompts.path, "prices", "show", name), 4, f"llm-cost prices add {name}")
    passed(llm_cost(prompts.path, *ADD, name, *BOTH))
    assert f'[prices.model."{name}"]\nbase = "gpt-5"\n' in manifest(prompts)
    found = answer(prompts, "estimate", "--model", name)["prompts"][1]
    assert (found["effective_cost"], found["grade"]) == ("0.18", "exact")
    assert "$0.3 " in passed(llm_cost(prompts.path, "prices", "show", name)).out


def test_a_base_is_stated_once(prompts: Repo) -> None:
    passed(llm_cost(prompts.path, *ADD, "bar", *BOTH, "--base", "gpt-4o"))
    later = (*BOTH, "--effective-from", "2027-01-01")
    passed(llm_cost(prompts.path, *ADD, "bar", *later, "--base", "gpt-4o"))
    other = ("bar", *BOTH, "--effective-from", "2028-01-01", "--base", "gpt-4")
    failed(llm_cost(prompts.path, *ADD, *other), 2, '--base: "bar" has the base "gpt-4o" in llm-cost.toml')
    passed(llm_cost(prompts.path, *ADD, "foo", *BOTH))
    failed(llm_cost(prompts.path, *ADD, "foo", *later, "--base", "gpt-4"), 2, '"foo" has no base', 'base = "gpt-4"')


def test_quiet_is_quiet(prompts: Repo) -> None:
    assert passed(llm_cost(prompts.path, "--quiet", *ADD, "x", *BOTH)) == (0, "", "")
    assert '[prices.model."x"]' in manifest(prompts)


def test_a_second_row_of_the_same_day_is_refused(prompts: Repo) -> None:
    passed(llm_cost(prompts.path, *ADD, "x", *BOTH))
    before = manifest(prompts)
    failed(
        llm_cost(prompts.path, *ADD, "x", "--input", "9", "--output", "9"),
        2,
        'the prices of "x" from 2026-11-28 are stated twice',
    )
    assert manifest(prompts) == before
    passed(llm_cost(prompts.path, *ADD, "x", *BOTH, "--effective-from", "2027-01-01"))
    passed(llm_cost(prompts.path, *ADD, "x", *BOTH, "--fine-tuned"))


def test_a_repository_without_a_manifest_gets_one(repo: Repo) -> None:
    passed(llm_cost(repo.path, *ADD, "x", *BOTH))
    assert manifest(repo).startswith('version = 1\n\n[prices.model."x"]\n\n[[prices.rows]]\n')
    assert (repo.path / "llm-cost.toml").stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# --- the file ------------------------------------------------------------------------------------------------------


def test_comments_endings_and_mode_stay(prompts: Repo) -> None:
    text = PROJECT.rstrip("\n") + "\n# a comment at the end, without a newline"
    prompts.write("llm-cost.toml", text)
    (prompts.path / "llm-cost.toml").chmod(0o640)
    passed(llm_cost(prompts.path, *ADD, "x", *BOTH))
    assert manifest(prompts).startswith(text + '\n\n[prices.model."x"]\n\n[[prices.rows]]\n')
    assert (prompts.path / "llm-cost.toml").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in prompts.path.iterdir()) == [".git", "llm-cost.toml", "prompts"]


def test_a_broken_manifest_is_not_made_worse(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", "version = 1\n[budgets]\n")
    failed(llm_cost(prompts.path, *ADD, "x", *BOTH), 2, "unknown key")
    assert manifest(prompts) == "version = 1\n[budgets]\n"


def test_line_endings_of_the_file_are_kept(prompts: Repo) -> None:
    path = prompts.path / "llm-cost.toml"
    path.write_bytes(PROJECT.replace("\n", "\r\n").encode())
    passed(llm_cost(prompts.path, *ADD, "x", *BOTH))
    written = path.read_bytes()
    assert written.count(b"\n") == written.count(b"\r\n")
    assert written.startswith(
        PROJECT.replace("\n", "\r\n").encode() + b'\r\n[prices.model."x"]\r\n\r\n[[prices.rows]]\r\n'
    )


@pytest.mark.parametrize(
    "text", ['prices = { discount = "5%" }', '[prices]\nrows = [{ model = "a", effective_from = "2026-01-01" }]']
)
def test_prices_in_one_line_cannot_be_added_to(prompts: Repo, text: str) -> None:
    before = f"version = 1\n{text}\n"
    prompts.write("llm-cost.toml", before)
    failed(
        llm_cost(prompts.path, *ADD, "x", *BOTH),
        2,
        "llm-cost.toml, with that added:",
        "It is unchanged.",
        "[[prices.rows]], not in one line",
    )
    assert manifest(prompts) == before


def test_links(prompts: Repo, tmp_path: Path) -> None:
    path = prompts.path / "llm-cost.toml"
    (prompts.path / "real.toml").write_text(path.read_text())
    path.unlink()
    path.symlink_to("real.toml")
    passed(llm_cost(prompts.path, *ADD, "x", *BOTH))
    assert path.is_symlink() and "[[prices.rows]]" in (prompts.path / "real.toml").read_text()
    (tmp_path / "outside.toml").write_text("version = 1\n")
    path.unlink()
    path.symlink_to(tmp_path / "outside.toml")
    failed(llm_cost(prompts.path, *ADD, "x", *BOTH), 2, "outside of the repository")
    assert (tmp_path / "outside.toml").read_text() == "version = 1\n"


def test_a_writer_waits_for_another_and_loses_nothing(prompts: Repo) -> None:
    descriptor = os.open(prompts.path, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    command = [sys.executable, "-m", "llmcost_hooks", *ADD, *BOTH]
    env = {**os.environ, "PYTHONPATH": MODULES}
    writers = [subprocess.Popen([*command, f"model-{n}"], cwd=prompts.path, env=env) for n in range(4)]
    time.sleep(0.3)
    assert "[[prices.rows]]" not in manifest(prompts)
    os.close(descriptor)
    assert [writer.wait(30) for writer in writers] == [0, 0, 0, 0]
    assert sorted(row["model"] for row in tomli.loads(manifest(prompts))["prices"]["rows"]) == [
        "model-0", "model-1", "model-2", "model-3",
    ]  # fmt: skip


def test_a_full_disk_leaves_the_file(prompts: Repo) -> None:
    before = manifest(prompts)
    code = (
        "import resource, signal, sys; from llmcost_hooks.cli import main\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    env = {**os.environ, "PYTHONPATH": MODULES, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-c", code, *ADD, "x", *BOTH]
    done = subprocess.run(command, cwd=prompts.path, env=env, capture_output=True, text=True, check=False)
    ran = failed(
        Ran(done.returncode, done.stdout, done.stderr),
        2,
        "Cannot write llm-cost.toml: File too large. It is unchanged.",
    )
    assert manifest(prompts) == before and ran.out.startswith("llm-cost.toml gets:")
    assert sorted(path.name for path in prompts.path.iterdir()) == [".git", "llm-cost.toml", "prompts"]


names = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=60).filter(str.strip)
prices = st.decimals(0, 10**6, places=9).map(abs)


@given(names, prices, prices, st.none() | prices, st.booleans(), st.booleans(), st.none() | st.just("gpt-4o"))
def test_what_is_appended_is_what_is_read(
    name: str, given_input: Decimal, output: Decimal, cached: Decimal | None, tuned: bool, guess: bool, base: str | None
) -> None:
    from datetime import date

    row = NewRow(
        name,
        date(2026, 11, 26),
        given_input,
        output,
        cached,
        None,
        None,
        tuned,
        guess,
        'A "B" \\ C',
        base is not None,
        base,
    )
    found = parse_manifest(append_row(PROJECT, row).encode()).prices
    assert found is not None
    (rates,) = found.rates
    assert (rates.model, rates.fine_tuned, rates.estimated, rates.operator) == (name, tuned, guess, 'A "B" \\ C')
    assert dict(rates.variants)["standard"][:3] == (given_input, output, cached)
    assert (found.models[name].base if base else None) == base


# --- on a terminal -------------------------------------------------------------------------------------------------


def test_a_conversation(prompts: Repo) -> None:
    code, shown = converse(
        prompts.path, *ADD,
        answers=[
            ("Model", "our-finetune"),
            ("fine-tuned model?", "n"),
            ("Input, USD per million tokens", "-3"),
            ("Input, USD per million tokens", "0.30"),
            ("Cached input", ""),
            ("Output, USD per million tokens", "$1.20"),
            ("Base model", "gpt-4o-mini"),
            ("Write it?", "y"),
        ],
    )  # fmt: skip
    assert code == 0 and "a price cannot be negative" in shown and "✓ Added" in shown
    row = tomli.loads(manifest(prompts), parse_float=Decimal)["prices"]["rows"][0]
    assert (row["model"], row["input"], row["output"]) == ("our-finetune", Decimal("0.30"), Decimal("1.20"))


def test_a_conversation_that_ends_in_no(prompts: Repo) -> None:
    before = manifest(prompts)
    code, shown = converse(
        prompts.path, *ADD, "x", *BOTH, answers=[("Cached", ""), ("Base model", ""), ("Write it?", "n")][1:]
    )
    assert code == 0 and "Nothing was written." in shown
    assert manifest(prompts) == before


def test_an_interrupted_conversation(prompts: Repo) -> None:
    before = manifest(prompts)
    code, _ = converse(prompts.path, *ADD, answers=[("Model", "x"), ("fine-tuned", "\x03")])
    assert code == 130
    assert manifest(prompts) == before


def test_a_key_is_trusted_on_a_terminal(prompts: Repo) -> None:
    from ..trust.files import key

    code, shown = converse(prompts.path, "prices", "trust", key("a").text, answers=[("on this machine?", "y")])
    assert code == 0 and "is trusted on this machine" in shown
    code, shown = converse(prompts.path, "prices", "trust", key("b").text, answers=[("on this machine?", "")])
    assert code == 1 and "Not trusted." in shown


# --- the hook ------------------------------------------------------------------------------------------------------

ROW = '\n[[prices.rows]]\nmodel = "x"\neffective_from = "2026-11-28"\ninput = 1\noutput = 2\n'
OTHER = ROW.replace("2026-11-28", "2026-12-01")


@pytest.fixture
def rows(prompts: Repo) -> Repo:
    prompts.write("llm-cost.toml", PROJECT + ROW)
    prompts.commit("a row")
    return prompts


def lint(repo: Repo, *args: str, **env: str) -> Ran:
    return call_hook(repo.path, *args, module=LINT, env=env)


@pytest.mark.parametrize(
    "text",
    [PROJECT + ROW, PROJECT + ROW + OTHER, PROJECT + OTHER + ROW, ROW.replace("\n", "", 1).join(["version = 1\n", ""])],
)
def test_rows_may_come_and_move(rows: Repo, text: str) -> None:
    rows.stage("llm-cost.toml", text)
    assert passed(lint(rows)) == (0, "", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (PROJECT, 'the change drops the prices of "x" from 2026-11-28'),
        (PROJECT + ROW.replace("input = 1", "input = 3"), 'the change edits the prices of "x" from 2026-11-28'),
        (PROJECT + ROW + "estimated = true\n", "the change edits"),
        (PROJECT + ROW.replace("11-28", "11-29"), "the change drops"),
        (PROJECT + ROW + ROW, "are stated twice"),
        (PROJECT + ROW + "nonsense = 1\n", "unknown key"),
        ("[", "index:llm-cost.toml:1"),
    ],
)
def test_rows_are_append_only(rows: Repo, text: str, said: str) -> None:
    rows.stage("llm-cost.toml", text)
    failed(lint(rows), 2, said)
    base = rows.oid("HEAD")
    rows.git("commit", "-q", "-m", "x")
    env = {"PRE_COMMIT_FROM_REF": base, "PRE_COMMIT_TO_REF": "HEAD"}
    failed(lint(rows, **env), 2, said.replace("index:", "HEAD:"))


def test_a_manifest_with_rows_cannot_vanish(rows: Repo) -> None:
    rows.git("rm", "-q", "llm-cost.toml")
    failed(lint(rows), 2, "the change drops", "SKIP=llm-cost-manifest")


def test_what_mends_a_broken_manifest_passes(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", "[")
    prompts.commit("broken")
    prompts.stage("llm-cost.toml", PROJECT)
    passed(lint(prompts))


def test_nothing_to_check(repo: Repo) -> None:
    passed(lint(repo))
    repo.write("a.md", "x")
    repo.commit()
    passed(lint(repo))


def test_a_warning_fails_nothing(rows: Repo) -> None:
    rows.stage("llm-cost.toml", PROJECT + ROW + OTHER + "cache_read = 9\n")
    assert passed(lint(rows)).err == "llm-cost: warning: x: its standard cached input is dearer than its input\n"


def test_help_and_options(repo: Repo) -> None:
    assert passed(lint(repo, "--help")).out.startswith("usage: llm-cost-manifest")
    failed(lint(repo, "--nonsense"), 2, "--nonsense")
