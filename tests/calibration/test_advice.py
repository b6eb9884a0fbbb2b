"""What is recommended: values that the estimate then counts."""

from __future__ import annotations

import random

import pytest

from llmcost_hooks.calibration.advice import Update, updates_of
from llmcost_hooks.calibration.fits import CACHE, HIGH, INPUT, MEDIUM, fit_prompt
from llmcost_hooks.calibration.overall import Prompt
from llmcost_hooks.calibration.profile import Assumed, Profile
from llmcost_hooks.calibration.traffic import Traffic
from llmcost_hooks.report_calibrate_notes import traffic_notes
from tools.simulate_traffic import Shape, Truth, assumption, price, simulate, traffic_of

TRUTH = Truth(0.37, 0.10, 1900)
STEADY = Shape(14, 4000, between_days=0.0, input_spread=0.1)


def advised(assumed: Assumed, truth: Truth = TRUTH, shape: Shape = STEADY) -> tuple[list[Update], str]:
    """The updates, and what is noted."""
    traffic = traffic_of(simulate(truth, shape, random.Random(1)))
    prompt = Prompt(assumed, traffic, price, fit_prompt(assumed, traffic, price), {})
    notes = traffic_notes(Traffic({"search": traffic}, 0, 0, 0, 0), Profile({"search": assumed}, "month", {}), [prompt])
    return updates_of(prompt, "llm-cost.toml"), "\n".join("".join(map(str, note)) for note in notes)


def keys(updates: list[Update]) -> dict[str, tuple[str, ...]]:
    return {update.key: tuple(key for key, _ in update.also) for update in updates}


def test_a_ratio_that_the_text_allows_stands_alone() -> None:
    updates, notes = advised(assumption(TRUTH)._replace(cacheable_tokens=1200, cache_min_tokens=1024))
    assert keys(updates) == {CACHE: (), INPUT: ()}
    assert "more was cached" not in notes


def test_a_ratio_above_what_can_be_cached_comes_with_the_size_that_makes_it_count() -> None:
    """An estimate counts no more for cached than the text before its first variable."""
    assumed = assumption(TRUTH)._replace(cacheable_tokens=7, cached_tokens=0, cache_min_tokens=1024)
    updates, notes = advised(assumed)
    assert keys(updates) == {CACHE: (INPUT,), INPUT: ()}
    assert dict(updates[0].also)[INPUT] == updates[1].value
    assert "search: more was cached than stands before the first thing that varies" in notes
    assert "with avg_input_tokens it counts a share of that" in notes
    applied = assumed._replace(input_tokens=int(updates[1].value), cacheable_tokens=int(updates[1].value))
    assert applied.can_count(updates[0].value)  # type: ignore[arg-type]
    unscripted, _ = advised(assumed._replace(scenario="default"))
    assert keys(unscripted)[CACHE] == ("scenario", INPUT)


def test_it_is_no_surer_than_that_size() -> None:
    assumed = assumption(TRUTH)._replace(cacheable_tokens=7, cached_tokens=0)
    surer, _ = advised(assumed)
    updates, _ = advised(assumed, shape=STEADY._replace(input_spread=1.6))
    assert surer[0].fit.confidence == HIGH
    assert [update.fit.confidence for update in updates if update.key == CACHE] == [MEDIUM]


@pytest.mark.parametrize("least", [2000, 4096])
def test_nothing_is_recommended_that_would_count_for_nothing(least: int) -> None:
    updates, notes = advised(assumption(TRUTH)._replace(cacheable_tokens=7, cached_tokens=0, cache_min_tokens=least))
    assert keys(updates) == {INPUT: ()}
    assert f"of {least:,} tokens and less it counts nothing: cache_hit_ratio stays" in notes
