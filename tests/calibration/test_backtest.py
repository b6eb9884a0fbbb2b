"""The back-test of a value that many prompts share."""

from __future__ import annotations

import random
import sys
from decimal import Decimal
from types import FrameType
from typing import Any

from llmcost_hooks.calibration.advice import updates_of_defaults
from llmcost_hooks.calibration.backtest import back_test
from llmcost_hooks.calibration.fits import fit_prompt
from llmcost_hooks.calibration.overall import Prompt, fit_together
from llmcost_hooks.calibration.traffic import gather
from llmcost_hooks.usage.record import Usage
from tools.simulate_traffic import Shape, Truth, assumption, price, simulate

TRUTH = Truth(0.28, 0.12, 1450)


def calls(prompts: int) -> int:
    """Of functions, in a back-test of so many prompts that share their ratios."""
    records = (
        Usage("simulated", "search", "gpt-4o", None, each.at, input_tokens=each.input, cache_read_tokens=each.cached,
              output_tokens=each.output, cost=Decimal(str(price(each.input, each.cached, 0, each.output))))
        for each in simulate(TRUTH, Shape(14, 1400), random.Random(1))
    )  # fmt: skip
    traffic = gather(records, lambda model, tier: None).prompts["search"]
    assumed = assumption(TRUTH)
    every = [
        Prompt(own, traffic, price, fit_prompt(own, traffic, price), {})
        for own in (assumed._replace(prompt_id=f"p{number}") for number in range(prompts))
    ]
    updates = updates_of_defaults(every, fit_together(every), "llm-cost.toml")
    assert len(updates[0].of) == prompts
    count = 0

    def profile(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(profile)
    try:
        tested = back_test(every, updates)
    finally:
        sys.setprofile(None)
    assert tested is not None and tested.after is not None and abs(tested.after) < abs(tested.before)
    return count


def test_its_work_grows_with_the_prompts_and_not_with_their_square() -> None:
    assert calls(80) < 2.2 * calls(40)
