"""The JSON document of a calibration. Shares and ratios are decimal strings from 0 to 1, drift is in its own unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from ..calibration.advice import Update, Withheld
from ..calibration.backtest import BackTest
from ..calibration.fits import Fit
from ..calibration.intervals import NAME as INTERVAL
from ..calibration.overall import Prompt, requests_of, window_of
from ..calibration.ratios import TokenRatio
from ..calibration.traffic import PromptTraffic, Traffic
from .jsonparts import Document

SCHEMA = "llm-cost/calibration/1"


def calibration_document(
    prompts: Sequence[Prompt], together: Sequence[Fit], updates: Sequence[Update], ratios: Sequence[TokenRatio],
    tested: BackTest | None, traffic: Traffic, bad: int, left_out: Mapping[str, int],
    withheld: Sequence[Withheld] = (),
) -> Document:  # fmt: skip
    return {
        "schema": SCHEMA,
        "interval": INTERVAL,
        "sample": _sample(requests_of(prompts), window_of(prompts)),
        "together": [_fit(fit) for fit in together],
        "prompts": [_prompt(each) for each in prompts],
        "token_ratios": [_ratio(ratio) for ratio in ratios],
        "recommendations": [_update(update) for update in updates],
        "withheld": [
            {**_update(each.update), "reason": f"it {each.reason}", "prompts": list(each.prompts)} for each in withheld
        ],
        "back_test": None if tested is None else _tested(tested),
        "records": {
            "read": traffic.records,
            "bad": bad,
            "left_out": dict(left_out),
            "without_prompt": traffic.unnamed,
            "answered_locally": traffic.local,
            "of_other_prompts": sorted(traffic.prompts.keys() - {each.assumed.prompt_id for each in prompts}),
        },
    }


def _sample(requests: int | None, window: timedelta | None) -> Document:
    return {"requests": requests, "window_hours": None if window is None else _decimal(window / timedelta(hours=1), 2)}


def _prompt(each: Prompt) -> Document:
    used: PromptTraffic = each.traffic
    return {
        "prompt_id": each.assumed.prompt_id,
        "sample": _sample(requests_of([each]), used.window()),
        "models": sorted(used.models),
        "parameters": [_fit(fit) for fit in each.fits],
        "anomalous_days": [{"day": day.isoformat(), "parameters": list(names)} for day, names in each.left_out.items()],
        "priced_requests": sum(day.priced for day in used.days.values()),
        "unpriced_requests": sum(day.unpriced for day in used.days.values()),
    }


def _fit(fit: Fit) -> Document:
    drift = fit.drift()
    return {
        "parameter": fit.parameter,
        "assumed": None if fit.assumed is None else _decimal(fit.assumed, 6),
        "actual": _decimal(fit.actual, 6),
        "unit": "points" if fit.unit() == "pts" else "percent",
        "drift": None if drift is None else _decimal(drift, 2),
        "half_interval": None if fit.half is None else _decimal(fit.half, 2),
        "cost_change_percent": None if fit.cost_change is None else _decimal(fit.cost_change, 2),
        "requests": fit.requests,
        "confidence": fit.confidence,
        "level": fit.level(),
    }


def _ratio(ratio: TokenRatio) -> Document:
    return {
        "model": ratio.model,
        "assumed": _decimal(ratio.assumed, 4),
        "low": _decimal(ratio.low, 4),
        "ratio": _decimal(ratio.ratio, 4),
        "high": _decimal(ratio.high, 4),
        "requests": ratio.requests,
        "prompts": list(ratio.prompts),
        "confidence": ratio.confidence,
        "recommended": ratio.is_worth_it(),
    }


def _update(update: Update) -> Document:
    return {
        "prompt_id": update.prompt_id,
        "manifest": update.manifest or None,
        "key": update.key,
        "value": str(update.value),
        "with": {key: str(value) for key, value in update.also},
        "confidence": update.fit.confidence,
        "level": update.fit.level(),
    }


def _tested(tested: BackTest) -> Document:
    return {
        "fitted": [day.isoformat() for day in tested.fitted],
        "tried": [day.isoformat() for day in tested.tried],
        "requests": tested.requests,
        "error_before_percent": _decimal(tested.before, 2),
        "error_after_percent": None if tested.after is None else _decimal(tested.after, 2),
        "priced": tested.priced,
    }


def _decimal(value: float, digits: int) -> str:
    """At most so many decimals, no exponent, no zeros behind it."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text
