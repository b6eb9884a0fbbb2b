"""What is recommended: values that the estimate then counts."""

from __future__ import annotations

import random

import pytest

from llmcost_hooks.calibration.advice import Update, as_one, rounded, updates_of
from llmcost_hooks.calibration.fits import CACHE, HIGH, INPUT, LOW, MEDIUM, WRITE, Fit, fit_prompt
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


# --- writes to the cache, and what goes together ------------------------------------------------------------------


def dear(asked: float, cached: float, written: float, answered: float) -> float:
    """USD of a call of a model that charges for writes."""
    return ((asked - cached - written) * 3 + cached * 0.3 + written * 3.75 + answered * 15) / 1e6


def of_fits(assumed: Assumed, *fits: Fit) -> list[Update]:
    traffic = traffic_of(simulate(TRUTH, STEADY, random.Random(1)))
    return updates_of(Prompt(assumed, traffic, dear, fits, {}), "llm-cost.toml")


HIT, WRITTEN = Fit(CACHE, 0.0, 0.4, 1.0, 1000, HIGH, 5.0), Fit(WRITE, 0.0, 0.3, 1.0, 1000, HIGH, 5.0)
SIZE = Fit(INPUT, 1200, 1250, 1.0, 1000, HIGH, 1.0)
UNCACHED = assumption(TRUTH)._replace(scenario="default", cached_tokens=0)


def test_ratios_that_need_each_other_are_as_sure_as_the_other() -> None:
    sure = of_fits(UNCACHED, HIT, WRITTEN)
    assert {update.key: (update.is_sure(), dict(update.also)) for update in sure} == {
        CACHE: (True, {"scenario": "cached", WRITE: rounded(WRITTEN)}),
        WRITE: (True, {"scenario": "cached", CACHE: rounded(HIT)}),
    }
    assert [update.is_sure() for update in of_fits(UNCACHED, HIT._replace(confidence=MEDIUM), WRITTEN)] == [False] * 2
    alone = of_fits(UNCACHED, HIT, WRITTEN._replace(confidence=LOW))
    assert [(update.key, dict(update.also)) for update in alone] == [(CACHE, {"scenario": "cached"})]


def test_what_is_written_needs_room_in_the_text_too() -> None:
    """700 of 1,200 tokens can be cached: 0.4 of them can be read, and not 0.3 more written."""
    assumed = assumption(TRUTH)._replace(cacheable_tokens=700, cached_tokens=0)
    assert keys(of_fits(assumed, HIT, SIZE)) == {CACHE: ()}
    assert keys(of_fits(assumed, HIT, WRITTEN, SIZE)) == {CACHE: (INPUT,), WRITE: (INPUT,)}


def test_a_batch_takes_neither() -> None:
    assert of_fits(UNCACHED._replace(scenario="batch"), HIT, WRITTEN) == []


def test_what_is_right_together_only_is_as_sure_as_the_least_of_it() -> None:
    found = of_fits(UNCACHED._replace(scenario="cached"), HIT, WRITTEN._replace(confidence=MEDIUM))
    assert [update.fit.confidence for update in found] == [HIGH, MEDIUM]
    assert [update.fit.confidence for update in as_one(found)] == [MEDIUM, MEDIUM]
    assert as_one([]) == []
