"""What training costs: tokens times epochs times runs, at a stated rate, never 0 for what is not known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.compare import compare_estimates
from llmcost_hooks.errors import ExitCode
from llmcost_hooks.estimate import Estimate, estimate_snapshot
from llmcost_hooks.linking import Facts
from llmcost_hooks.manifest import Assumptions, Manifest
from llmcost_hooks.manifest_budget import Budget
from llmcost_hooks.prices.offers import Rates
from llmcost_hooks.prices.own import OwnPrices, OwnRates
from llmcost_hooks.pricing import PromptEstimate, Unpriced
from llmcost_hooks.snapshot import Snapshot
from llmcost_hooks.suggest_model import cheaper_model
from llmcost_hooks.training import trained_tokens

from .build import BOOK, ON, facts, prompt

TRAINING = OwnRates("gpt-4o", training=Decimal(25))


def price(*rates: OwnRates, period: str | None = "month", discount: str = "0", **assumed: Any) -> Estimate:
    """One prompt of 1,000 tokens in and 100 out, 1,000 calls a period: 3.50 USD without its training."""
    given = {"model": "gpt-4o", "calls": 1000, "output_tokens": 100, **assumed}
    file = prompt("a", **given)._replace(prices=OwnPrices(discount=Decimal(discount), rates=rates))
    known = Facts({(file.format, str(file.oid)): facts(1000)})
    manifest = Manifest("llm-cost.toml", budget=Budget(period=period))
    return estimate_snapshot(Snapshot("worktree", None, manifest, (file,)), known, BOOK, ON)


def priced(*rates: OwnRates, **changes: Any) -> PromptEstimate:
    (row,) = price(*rates, **changes).rows
    assert isinstance(row, PromptEstimate), row
    return row


def unpriced(*rates: OwnRates, **changes: Any) -> Unpriced:
    (row,) = price(*rates, **changes).rows
    assert isinstance(row, Unpriced), row
    return row


def test_training_is_a_part_of_the_cost() -> None:
    plain, trained = priced(), priced(TRAINING, training_tokens=500_000)
    assert (plain.effective_cost, plain.training_cost) == (Decimal("3.5"), Decimal(0))
    assert (trained.training_cost, trained.effective_cost) == (Decimal("12.5"), Decimal(16))
    assert trained.inference_cost() == trained.list_cost - Decimal("12.5") == Decimal("3.5")
    assert (trained.input_cost, trained.per_call) == (Decimal("15"), plain.per_call)
    assert trained.upper is not None
    assert trained.upper.effective == trained.effective_cost
    estimate = price(TRAINING, training_tokens=500_000)
    assert (estimate.known_cost(), estimate.training_cost()) == (Decimal(16), Decimal("12.5"))


@given(st.integers(0, 10**15), st.none() | st.integers(0, 10**6), st.none() | st.integers(0, 10**4))
def test_tokens_times_epochs_times_runs(tokens: int, runs: int | None, times: int | None) -> None:
    assumed = Assumptions(training_tokens=tokens, training_calls=runs, calls_per_example=times)
    wanted = tokens * (1 if runs is None else runs) * (1 if times is None else times)
    assert trained_tokens(assumed) == wanted
    row = priced(TRAINING, training_tokens=tokens, training_calls=runs, calls_per_example=times)
    assert Fraction(row.training_cost) == Fraction(wanted) * 25 / 10**6


def test_without_training_there_is_none() -> None:
    assert trained_tokens(Assumptions()) == 0
    assert priced(TRAINING).training_cost == 0


def test_a_rate_that_nobody_states_is_no_zero() -> None:
    row = unpriced(training_tokens=1)
    assert row.problem.code == ExitCode.PRICING_ERROR
    assert "gpt-4o has no training price" in row.problem.reason
    assert "llm-cost prices add gpt-4o --training USD" in row.problem.hint
    assert unpriced(training_tokens=0).problem == row.problem, "declared is declared"


def test_a_free_rate_is_a_rate() -> None:
    assert priced(OwnRates("gpt-4o", training=Decimal(0)), training_tokens=9).training_cost == 0


def test_runs_are_counted_in_a_period() -> None:
    row = unpriced(TRAINING, period=None, training_tokens=9)
    assert row.problem.code == ExitCode.CONFIG_ERROR
    assert 'period = "month"' in row.problem.hint


def test_a_stated_rate_is_net_and_a_rate_of_a_day_waits_for_it() -> None:
    assert priced(TRAINING, discount="0.5", training_tokens=10**6).training_cost == 25
    later = TRAINING._replace(effective_from=date(2027, 1, 1))
    assert unpriced(later, training_tokens=1).problem.code == ExitCode.PRICING_ERROR


def test_a_fine_tuned_model_has_its_own_rate() -> None:
    rates = OwnRates(
        "gpt-4o",
        variants=(("standard", Rates(Decimal(3), Decimal(12))),),
        training=Decimal(10),
        fine_tuned=True,
    )
    row = priced(rates, fine_tuned=True, training_tokens=10**6)
    assert (row.training_cost, row.fine_tuned) == (Decimal(10), True)
    assert unpriced(rates, training_tokens=10**6).problem.code == ExitCode.PRICING_ERROR


def test_more_training_is_an_increase_even_where_the_output_is_unknown() -> None:
    base = price(TRAINING, training_tokens=10**6, output_tokens=None)
    head = price(TRAINING, training_tokens=2 * 10**6)
    before, after = compare_estimates(base, head).comparable()
    assert after - before == 25


def test_nothing_stands_in_for_a_trained_model() -> None:
    assert cheaper_model(priced(), BOOK, ON) is not None
    assert cheaper_model(priced(TRAINING, training_tokens=1), BOOK, ON) is None


@pytest.mark.parametrize("high", [None, 1200])
def test_training_is_at_both_ends_of_the_band(high: int | None) -> None:
    row = priced(TRAINING, training_tokens=500_000, variables=(("q", 10, high or 10),))
    assert row.lower is not None
    assert row.lower.effective >= row.training_cost
