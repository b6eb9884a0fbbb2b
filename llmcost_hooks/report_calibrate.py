"""What a calibration says to a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from .calibration.advice import Update
from .calibration.backtest import BackTest
from .calibration.fits import (
    DAY,
    ENOUGH,
    ERROR,
    FINE,
    HIGH,
    LOW,
    POINTS,
    WARNING,
    Fit,
    level_of,
)
from .calibration.intervals import NAME as INTERVAL
from .calibration.overall import Prompt, requests_of, window_of
from .calibration.profile import Profile
from .calibration.ratios import TokenRatio
from .calibration.traffic import NO_DAY
from .report import Name, Report, Table, Text, name_list

HEADERS = ("Parameter", "Assumed", "Actual", "Drift", "Confidence")
MARKS = {FINE: "✓", WARNING: "⚠️", ERROR: "❌"}
DAYS_OF = {"day": 1.0, "week": 7.0, "month": 365.25 / 12, "quarter": 365.25 / 4, "year": 365.25}
TOKEN_RATIO = "token ratio"


def calibration_report(
    prompts: Sequence[Prompt], together: Sequence[Fit], updates: Sequence[Update], ratios: Sequence[TokenRatio],
    tested: BackTest | None, profile: Profile, notes: Sequence[Text] = (),
) -> Report:  # fmt: skip
    """`notes` are of the file and of what could not be used."""
    several = len(prompts) > 1
    headers = ("Prompt", *HEADERS) if several else HEADERS
    rows: list[tuple[Text, ...]] = []
    if several:
        rows += [(("all",), *_row(fit)) for fit in together]
    for each in prompts:
        name: Text = (Name(each.assumed.prompt_id),)
        rows += [(name, *_row(fit)) if several else _row(fit) for fit in each.fits]
    for ratio in ratios:
        names = name_list(list(ratio.prompts))
        rows.append((names, *_ratio_row(ratio)) if several else _ratio_row(ratio))
    lines = [*_recommendations(updates, ratios, several=several), *_anomalies(prompts), *_tested(tested, prompts)]
    lines += [*_traffic(prompts, profile), *_confidence(prompts, together, updates, ratios)]
    return Report(
        (f"{_title(prompts, together, ratios)}\n\nSample: {sample(prompts)}",),
        Table(headers, tuple(rows)),
        tuple(lines[:-1] if lines and lines[-1] == ("",) else lines),
        unit=(f"Drift of ratios is in points (pts), of sizes in percent. ±: {INTERVAL}.",),
        notes=tuple(notes),
    )


def sample(prompts: Sequence[Prompt]) -> str:
    """`847 requests over 9 days`."""
    known = sum(each.traffic.requests() for each in prompts)
    count = "1 request" if known == 1 else f"{known:,} requests"
    if requests_of(prompts) is None:
        count = f"at least {count}" if known else "an unknown number of requests"
    return f"{count} over {_duration(window_of(prompts))}"


def _duration(window: timedelta | None) -> str:
    if window is None:
        return "an unknown time"
    hours = window // timedelta(hours=1)  # whole ones: less than a day is not to be shown as 24 hours
    return f"{window / DAY:.0f} days" if hours >= 36 else "1 hour" if hours == 1 else f"{hours} hours"


def _title(prompts: Sequence[Prompt], together: Sequence[Fit], ratios: Sequence[TokenRatio]) -> str:
    fits = [*together, *(fit for each in prompts for fit in each.fits)]
    drifts = any(fit.level() != FINE for fit in fits) or any(ratio.level() != FINE for ratio in ratios)
    if drifts:
        return "⚠️  Unit Economic Drift Detected"
    known = any(fit.confidence != LOW for fit in fits) or any(ratio.confidence != LOW for ratio in ratios)
    return "✅ No unit economic drift" if known else "⚠️  Too little is known to say whether there is drift"


# --- the table ----------------------------------------------------------------------------------------------------


def _row(fit: Fit) -> tuple[Text, ...]:
    return (
        (fit.parameter,),
        ("not stated" if fit.assumed is None else _value(fit, fit.assumed),),
        (_value(fit, fit.actual),),
        (_drift_cell(fit),),
        (f"{_half(fit)} ({fit.confidence})",),
    )


def _drift_cell(fit: Fit) -> str:
    drift = fit.drift()
    if drift is None:
        return "—"
    larger = _of_cost(fit)
    return f"{drift_text(fit)} {MARKS[fit.level()]}{f' ({larger})' if larger else ''}"


def _of_cost(fit: Fit) -> str:
    """What it does to the cost, where that says more than its own drift does."""
    drift, of_cost = abs(fit.drift() or 0.0), fit.cost_change or 0.0
    return f"cost {_signed(of_cost)}%" if level_of(drift) != level_of(abs(of_cost)) and drift < abs(of_cost) else ""


def drift_reason(fit: Fit) -> str:
    """`-32 pts`, or `+4 pts, cost +45%` where it is the cost that makes it large."""
    return ", ".join(filter(None, (drift_text(fit), _of_cost(fit))))


def drift_text(fit: Fit) -> str:
    """`-32 pts`, `+21%`."""
    drift = fit.drift()
    return "new" if drift is None else f"{_signed(drift)}{_unit(fit, drift)}"


def _half(fit: Fit) -> str:
    return "±?" if fit.half is None else f"±{_number(fit.half)}{_unit(fit, fit.half)}"


def _unit(fit: Fit, number: float) -> str:
    if fit.unit() != POINTS:
        return "%"
    return " pt" if _number(abs(number)) == "1" else " pts"


def _value(fit: Fit, value: float) -> str:
    return f"{_number(100 * value)}%" if fit.unit() == POINTS else f"{value:,.0f}"


def _number(value: float) -> str:
    """Whole from 10 on; one decimal below, where it is not 0."""
    text = f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}"
    return text.removesuffix(".0")


def _signed(value: float) -> str:
    text = _number(value)
    return text if text.startswith("-") and text != "-0" else f"+{text.lstrip('-')}"


def _ratio_row(ratio: TokenRatio) -> tuple[Text, ...]:
    half = 50 * (ratio.high - ratio.low) / ratio.ratio
    return (
        (f"{TOKEN_RATIO} of ", Name(ratio.model)),
        (f"{ratio.assumed:.2f}",),
        (f"{ratio.ratio:.2f}",),
        (f"{_signed(ratio.drift())}% {MARKS[ratio.level()]}",),
        (f"±{_number(half)}% ({ratio.confidence})",),
    )


# --- below it -----------------------------------------------------------------------------------------------------


def _recommendations(updates: Sequence[Update], ratios: Sequence[TokenRatio], *, several: bool) -> Iterator[Text]:
    wanted = [ratio for ratio in ratios if ratio.is_worth_it()]
    if not updates and not wanted:
        return
    yield ("Recommendations:",)
    for number, update in enumerate(updates, 1):
        whose = _whose(update) if several or update.prompt_id is None else ()
        yield (f"  {number}. ", *whose, update.key, ": ", _advice(update))
    for number, ratio in enumerate(wanted, len(updates) + 1):
        verb = "Update" if ratio.confidence == HIGH else "Consider updating"
        band = f"{ratio.low:.2f} to {ratio.high:.2f}"
        yield (f"  {number}. {TOKEN_RATIO} of ", Name(ratio.model), f": {verb} [tokens] to {ratio.ratio:.2f} ({band}, "
               f"{ratio.confidence} confidence)")  # fmt: skip
    yield ("",)
    for update in updates:
        if update.fit.level() != FINE and update.fit.drift() is not None:
            whose = _whose(update) if several or update.prompt_id is None else ()
            yield ("⚠️  Warning: ", *whose, update.key, f" drift is large ({drift_reason(update.fit)}).")
            yield ("    Before applying, verify this reflects steady-state, not an anomaly.",)
            yield ("",)


def _whose(update: Update) -> Text:
    return ("[defaults] ",) if update.prompt_id is None else (Name(update.prompt_id), ": ")


def _advice(update: Update) -> str:
    level = {FINE: "drift", WARNING: "significant drift", ERROR: "large drift"}[update.fit.level()]
    needs = " and ".join(
        f'{key} = "{value}"' if key == "scenario" else f"{key} = {value}" for key, value in update.also
    )
    also = f", with {needs}" if needs else ""
    value = f"{update.value}"
    if update.fit.assumed is None:
        level = "not stated before"
    if update.is_sure():
        return f"Update to {value}{also} ({level}, high confidence)"
    return f"Consider updating to {value}{also} ({update.fit.confidence} confidence)"


def _anomalies(prompts: Sequence[Prompt]) -> Iterator[Text]:
    for each in prompts:
        for day, parameters in each.left_out.items():
            yield ("Anomalous day, left out: ", Name(each.assumed.prompt_id), f" on {day} ({', '.join(parameters)})")
    if any(each.left_out for each in prompts):
        yield ("",)


def _tested(tested: BackTest | None, prompts: Sequence[Prompt]) -> Iterator[Text]:
    if tested is None:
        if any(at != NO_DAY for each in prompts for at in each.traffic.days):
            yield ("Back-test: not possible; it takes two days, and the requests and the cost of each.",)
            yield ("",)
        return
    about = "~" if tested.priced else ""
    count = "1 request" if tested.requests == 1 else f"{tested.requests:,} requests"
    first, second = (f"{begin} to {end}" for begin, end in (tested.fitted, tested.tried))
    tail = "" if tested.after is None else f"; with the updates {about}{_signed(tested.after)}%"
    yield (
        f"Back-test: fitted on {first}, tried on {second} ({count}): "
        f"the estimate's cost is {about}{_signed(tested.before)}% off{tail}.",
    )
    yield ("",)


def _traffic(prompts: Sequence[Prompt], profile: Profile) -> Iterator[Text]:
    """How many calls there are against how many were assumed: apart, and never part of the drift."""
    window = window_of(prompts)
    requests = requests_of(prompts)
    if profile.period not in DAYS_OF or window is None or window < DAY or requests is None:
        return
    rate = DAYS_OF[profile.period] / (window / DAY)
    calls = requests * rate
    assumed = sum(each.assumed.calls for each in prompts)
    change = f" ({_signed(100 * (calls / assumed - 1))}%)" if assumed else ""
    yield (f"Traffic: {calls:,.0f} calls a {profile.period} at this rate, {assumed:,} assumed{change}."
           " Not part of the drift: no update changes calls.",)  # fmt: skip
    yield ("",)


def _confidence(
    prompts: Sequence[Prompt], together: Sequence[Fit], updates: Sequence[Update], ratios: Sequence[TokenRatio]
) -> Iterator[Text]:
    """What the confidence means for applying anything."""
    wanted = [ratio.confidence for ratio in ratios if ratio.is_worth_it()]
    if is_insufficient(prompts):
        yield ("⚠️  Insufficient data for reliable calibration.",)
        yield ("    Collect more samples before calibrating.",)
        yield ("",)
        yield (f"    Current: {sample(prompts)}",)
        yield (f"    Required: {ENOUGH}+ requests over 24+ hours",)
        yield ("",)
        yield ("Cannot apply updates. Showing drift for reference only.",)
    elif any(not update.is_sure() for update in updates) or any(each != HIGH for each in wanted):
        yield ("⚠️  Medium confidence. Review recommendations manually.",)
    elif not updates and not wanted and all(fit.confidence == LOW for fit in together):
        yield ("⚠️  Insufficient data for reliable calibration: the intervals are too wide, or too few days are known.",)
        yield ("Cannot apply updates. Showing drift for reference only.",)


def is_insufficient(prompts: Sequence[Prompt]) -> bool:
    """Whether no prompt has the least that a recommendation needs."""
    windows = [(each.traffic.requests(), each.traffic.window()) for each in prompts]
    return not any(count >= ENOUGH and window is not None and window >= DAY for count, window in windows)
