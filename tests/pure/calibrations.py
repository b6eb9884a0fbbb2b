"""Calibrations as situations: simulated traffic from a seed, fitted, as `llm-cost calibrate` reports it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from llmcost_hooks.calibration.advice import updates_of
from llmcost_hooks.calibration.backtest import back_test
from llmcost_hooks.calibration.fits import anomalies, fit_prompt, parameters_of
from llmcost_hooks.calibration.overall import Prompt, fit_together
from llmcost_hooks.calibration.profile import Assumed, Profile
from llmcost_hooks.calibration.ratios import TokenRatio
from llmcost_hooks.calibration.traffic import PromptTraffic, Traffic, gather
from llmcost_hooks.render.calibrationdoc import calibration_document
from llmcost_hooks.render.jsonparts import Document
from llmcost_hooks.report import Report
from llmcost_hooks.report_calibrate import calibration_report
from llmcost_hooks.report_calibrate_notes import traffic_notes
from llmcost_hooks.usage.record import BILLED, LEFT_OUT, Usage
from tools.simulate_traffic import BEGIN, LOAD_TEST, Shape, Truth, assumption, price, simulate

USUAL = Truth(0.28, 0.12, 1450)


def _calibrated(
    used: Mapping[str, tuple[Assumed, PromptTraffic]], ratios: tuple[TokenRatio, ...] = ()
) -> tuple[Report, Document]:
    prompts, updates = [], []
    for assumed, traffic in used.values():
        days = anomalies(traffic, parameters_of(assumed, price))
        prompts.append(Prompt(assumed, traffic, price, fit_prompt(assumed, traffic, price, days), days))
        updates += updates_of(prompts[-1], "llm-cost.toml")
    together = fit_together(prompts)
    parts = (prompts, together, updates, ratios, back_test(prompts, updates))
    profile = Profile({name: assumed for name, (assumed, _) in used.items()}, "month", {})
    whole = Traffic({name: each for name, (_, each) in used.items()}, 0, 0, 0, 0)
    report = calibration_report(*parts, profile, traffic_notes(whole, profile, prompts))
    return report, calibration_document(*parts, whole, 0, dict.fromkeys(LEFT_OUT, 0))


def _traffic(truth: Truth, shape: Shape, seed: int | str) -> PromptTraffic:
    """As a bill states it, at the prices of `price`."""
    records = (
        Usage("focus", "search", "gpt-4o", None, at,
              input_tokens=asked, cache_read_tokens=cached, output_tokens=answered,
              cost=(Decimal(asked * 2 - cached) * 125 / 100 + answered * 10).scaleb(-6), cost_basis=BILLED)
        for at, asked, cached, answered, _ in simulate(truth, shape, random.Random(seed))
    )  # fmt: skip
    return gather(records, lambda model, tier: None).prompts["search"]


def _search(truth: Truth, shape: Shape, seed: int = 1) -> tuple[Report, Document]:
    return _calibrated({"search": (assumption(truth), _traffic(truth, shape, seed))})


def calibrate_high() -> tuple[Report, Document]:
    return _search(USUAL, Shape(14, 2800, between_days=0.01))


def calibrate_medium() -> tuple[Report, Document]:
    return _search(USUAL, Shape(6, 400, between_days=0.02))


def calibrate_low() -> tuple[Report, Document]:
    """The roadmap's own: 47 requests over 2 days."""
    return _search(USUAL, Shape(2, 47), seed=2)


def calibrate_one_day() -> tuple[Report, Document]:
    """Many requests, and no interval: a single day says nothing of the others."""
    return _search(USUAL, Shape(1, 2000))


def calibrate_outlier() -> tuple[Report, Document]:
    return _search(USUAL, Shape(14, 2800, outliers=(LOAD_TEST,)))


def calibrate_large() -> tuple[Report, Document]:
    return _search(Truth(0.02, 0.12, 1250), Shape(14, 2800, between_days=0.01))


def calibrate_fine() -> tuple[Report, Document]:
    return _search(Truth(0.60, 0.10, 1200), Shape(14, 4000, between_days=0.01))


def calibrate_uncounted() -> tuple[Report, Document]:
    """A bill by day, as providers write it: tokens and money, and not how many requests there were."""
    records = (
        Usage("focus", "search", "gpt-4o", None, BEGIN + timedelta(days=day), BEGIN + timedelta(days=day + 1), None,
              400_000 + 1000 * day, 100_000, 0, 0, 90_000, cost=Decimal("2.5"), cost_basis=BILLED)
        for day in range(14)
    )  # fmt: skip
    return _calibrated({"search": (assumption(USUAL), gather(records, lambda model, tier: None).prompts["search"])})


def calibrate_several() -> tuple[Report, Document]:
    """Two prompts, one of them as it was assumed, and the ratio of a tokenizer."""
    shape = Shape(14, 2000, between_days=0.01)
    used = {}
    for name, truth in (("search", USUAL), ("summarize", Truth(0.60, 0.10, 1200))):
        assumed = assumption(truth)._replace(prompt_id=name, path=f"prompts/{name}.md")
        used[name] = assumed, _traffic(truth, shape, name)
    ratio = TokenRatio("claude-sonnet-4-5", 1.16, 1.26, 1.31, 1.36, 4000, ("classify",), "high")
    return _calibrated(used, (ratio,))


CALIBRATIONS = (
    calibrate_high, calibrate_medium, calibrate_low, calibrate_one_day, calibrate_outlier, calibrate_large,
    calibrate_fine, calibrate_uncounted, calibrate_several,
)  # fmt: skip
