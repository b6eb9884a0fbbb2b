"""How old prices may be: fresh, expired with a warning, too old without a way around but the ones that are named."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from llmcost_hooks.facts import load_price_book
from llmcost_hooks.prices.freshness import GRACE_DAYS

from ..repos import Repo
from .running import PROJECT, Ran, answer, call_hook, document, failed, llm_cost, passed

VALID_UNTIL = load_price_book().valid_until
COMMANDS = [("estimate",), ("check",), ("check", "--base", "HEAD"), ("diff", "HEAD")]
HOOKS = ["llmcost_hooks.hooks.pre_commit", "llmcost_hooks.hooks.pre_push"]


def moment(days: int) -> float:
    """So many days after the prices' last day, as a clock counts."""
    day = datetime.combine(VALID_UNTIL + timedelta(days), datetime.min.time(), timezone.utc)
    return day.timestamp() + 3600


@pytest.fixture(params=COMMANDS, ids=" ".join)
def command(request: pytest.FixtureRequest) -> tuple[str, ...]:
    found: tuple[str, ...] = request.param
    return found


def at(time: float, repo: Repo, *args: str, module: str = "llmcost_hooks") -> Ran:
    stdin = b""
    if module.endswith("pre_push"):
        head = repo.oid("HEAD")
        stdin = f"refs/heads/main {head} refs/heads/main {'0' * 40}\n".encode()
    with patch("llmcost_hooks.clock.time", SimpleNamespace(time=lambda: time)):
        if module == "llmcost_hooks":
            return llm_cost(repo.path, *args)
        return call_hook(repo.path, *args, module=module, stdin=stdin)


@pytest.mark.parametrize("days", [-1, -400])
def test_fresh(prompts: Repo, command: tuple[str, ...], days: int) -> None:
    assert "expired" not in passed(at(moment(days), prompts, *command)).out


@pytest.mark.parametrize("days", [0, GRACE_DAYS])
def test_expired_is_said_with_every_total(prompts: Repo, command: tuple[str, ...], days: int) -> None:
    out = passed(at(moment(days), prompts, *command)).out
    assert out.startswith(f"⚠️  Pricing data expired (valid until: {VALID_UNTIL})\n    Run: llm-cost update-db\n")
    assert "(using expired prices)" in out


def test_too_old_names_every_way_out(prompts: Repo, command: tuple[str, ...]) -> None:
    ran = failed(at(moment(GRACE_DAYS + 1), prompts, *command), 4)
    assert ran.out == ""
    assert ran.err.startswith(f"llm-cost: Pricing data too old (expired: {VALID_UNTIL}, {GRACE_DAYS + 1} days ago)\n")
    for way in ("llm-cost update-db", "upgrade llm-cost", "as_of", "--force-stale (not recommended)"):
        assert way in ran.err


def test_forced_is_still_said(prompts: Repo, command: tuple[str, ...]) -> None:
    out = passed(at(moment(5000), prompts, *command, "--force-stale")).out
    assert out.startswith("⚠️  Pricing data expired") and "(using expired prices)" in out


@pytest.mark.parametrize("module", HOOKS)
def test_hooks_fail_closed_and_can_be_forced(prompts: Repo, module: str) -> None:
    failed(at(moment(GRACE_DAYS + 1), prompts, module=module), 4, "Pricing data too old")
    passed(at(moment(GRACE_DAYS + 1), prompts, "--force-stale", module=module))


@pytest.mark.parametrize("time", [0.0, moment(0), moment(5000)], ids=["1970", "expired", "2040"])
def test_a_pinned_day_has_no_age(prompts: Repo, command: tuple[str, ...], time: float) -> None:
    prompts.write("llm-cost.toml", PROJECT + '\n[prices]\nas_of = "2026-06-01"\n')
    prompts.commit("pin")
    ran = passed(at(time, prompts, *command))
    assert "expired" not in ran.out
    assert "prices of 2026-06-01" in ran.out


@pytest.mark.parametrize("time", [0.0, moment(-10)], ids=["1970", "fresh"])
def test_a_pinned_day_beyond_the_data_is_not_believed(prompts: Repo, command: tuple[str, ...], time: float) -> None:
    prompts.write("llm-cost.toml", PROJECT + '\n[prices]\nas_of = "2030-01-01"\n')
    prompts.commit("pin")
    days = (date(2030, 1, 1) - VALID_UNTIL).days
    said = f"Pricing data too old (expired: {VALID_UNTIL}, {days:,} days before 2030-01-01)"
    failed(at(time, prompts, *command), 4, said)
    prompts.write("llm-cost.toml", PROJECT + f'\n[prices]\nas_of = "{VALID_UNTIL}"\n')
    prompts.commit("pin")
    assert "(using expired prices)" in passed(at(time, prompts, *command)).out


def test_the_side_whose_prices_have_expired_is_named(prompts: Repo) -> None:
    """Head is pinned to a day that the file covers, base is not."""
    prompts.write("llm-cost.toml", PROJECT + '\n[prices]\nas_of = "2026-06-01"\n')
    found = document(at(moment(1), prompts, "diff", "HEAD", "--format", "json"))
    assert found["prices"]["expired"] is True
    assert [found[side]["prices"] for side in ("base", "head")] == [
        {"as_of": None, "expired": True, "estimated": False},
        {"as_of": "2026-06-01", "expired": False, "estimated": False},
    ]
    assert passed(at(moment(1), prompts, "check", "--base", "HEAD")).out.startswith("⚠️  Pricing data expired")


@pytest.mark.parametrize("args", [("prices", "show", "gpt-4o"), ("models", "gpt-4o")])
def test_prices_are_shown_however_old_they_are(prompts: Repo, args: tuple[str, ...]) -> None:
    warning = f"⚠️  Pricing data expired (valid until: {VALID_UNTIL})\n"
    assert "expired" not in passed(at(moment(-1), prompts, *args)).out
    assert passed(at(moment(0), prompts, *args)).out.startswith(f"{warning}    Run: llm-cost update-db\n")
    assert "too old to estimate with" in passed(at(moment(GRACE_DAYS + 1), prompts, *args)).out
    ran = passed(llm_cost(prompts.path, "prices", "show", "gpt-4o", "--as-of", str(VALID_UNTIL)))
    assert ran.out.startswith(warning)


def test_a_clock_that_was_set_back_makes_nothing_fresh(prompts: Repo) -> None:
    """At 1970 the day is that of the price file: its prices are there, and those to come are not."""
    assert "expired" not in passed(at(0.0, prompts, "estimate")).out


def test_tokens_need_no_prices(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", PROJECT.replace('model = "gpt-4o"\n', "").replace('model = "gpt-4o-mini"\n', ""))
    ran = passed(at(moment(5000), prompts, "estimate"))
    assert "Tokens: worktree" in ran.out and "expired" not in ran.out


def test_documents_say_it_too(prompts: Repo) -> None:
    assert answer(prompts, "estimate")["prices"]["expired"] is False
    ran = at(moment(1), prompts, "estimate", "--format", "json")
    assert '"expired": true' in ran.out


def test_each_side_is_priced_at_its_own_day(prompts: Repo) -> None:
    """A change of the pinned day is a change of cost, and is shown as one."""
    prompts.write("llm-cost.toml", PROJECT + '\n[prices]\nas_of = "2025-06-09"\n')
    prompts.commit("before the cut")
    prompts.write("llm-cost.toml", PROJECT + '\n[prices]\nas_of = "2025-06-10"\n')
    ran = passed(llm_cost(prompts.path, "diff", "HEAD", "--model", "o3"))
    assert "(-80%)" in ran.out and "prices of 2025-06-09, 2025-06-10" in ran.out


def test_prices_of_the_manifest_belong_to_their_side(prompts: Repo) -> None:
    prompts.write("llm-cost.toml", PROJECT + '\n[prices.override."gpt-4o"]\ninput = 5\noutput = 20\n')
    found = answer(prompts, "diff", "HEAD")
    rows = {row["prompt_id"]: row for row in found["prompts"]}
    assert rows["classify"]["delta"]["cost"] == "0"
    assert rows["search"]["base"]["effective_cost"] == "1.5" and rows["search"]["head"]["effective_cost"] == "3"
    assert rows["search"]["head"]["list_cost"] == "1.5"
