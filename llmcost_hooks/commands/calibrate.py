"""`llm-cost calibrate`: what was assumed, held against what was used."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from ..boundary import complain, say_code, write
from ..calibrating import Calibration, Skipped, calibrate, read_records
from ..calibration.advice import Update, applicable
from ..calibration.fits import ERROR, HIGH, LOW
from ..calibration.profile import Profile, parse_profile
from ..clock import today
from ..errors import ConfigError, ExitCode
from ..facts import load_price_book
from ..git.files import read_file
from ..git.objects import Unread
from ..git.plumbing import Repository, open_repository
from ..manifest import NAME
from ..reading import WORKTREE, read_manifest
from ..render.sanitise import terminal_name
from ..report import Name, Text, name_list
from ..report_calibrate import calibration_report, drift_reason, drift_text, sample
from ..report_calibrate_notes import left_out_notes, traffic_notes, unnamed_text
from .applying import write_updates
from .asking import can_ask, confirm
from .options import format_option, read_memo
from .showing import show

MAX_PROFILE = 256 * 1024 * 1024

HELP = """Compare what an estimate assumed with what was used, and correct llm-cost.toml.

\b
  llm-cost estimate --format json > estimates.json
  llm-cost calibrate --profile estimates.json --actuals usage.focus.csv
  llm-cost calibrate --profile estimates.json --actuals log.jsonl --prompt-id search
  llm-cost calibrate --profile estimates.json --actuals log.jsonl --fail-on-drift 20    in CI
  llm-cost calibrate --profile estimates.json --actuals log.jsonl --apply               in scripts

\b
FILE of --actuals: FOCUS 1.0 to 1.4 and the compact layout (CSV, Parquet); OpenAI, Anthropic and Gemini (JSON Lines);
OpenTelemetry GenAI spans (JSON); exports of LiteLLM and Langfuse. docs/calibrate.md has the fields of each.

\b
Per prompt and over all, with a 95% interval:
  cache_hit_ratio, output_ratio   drift in points (and cache_write_ratio, where writes to the cache cost more)
  avg_input_tokens                drift in percent (and output_tokens, where those are stated)
  token ratio                     of a model without a public tokenizer, from prompts that are sent as they stand
Drift warns at 20 and is an error at 50; so is a cost of a call that changes by 20 or 50%.
How many calls there are is told apart and changes nothing.

\b
Confidence: low below 100 requests or 24 hours (nothing is recommended), high above 500 requests and 7 days, otherwise
medium; never better than the interval (wider than ±5: medium, ±15: low).
On a terminal it asks before it writes (no is the default); --apply writes what is of high confidence without asking.

\b
Exit codes: 0; 1 drift at --fail-on-drift, or --apply was refused; 2 wrong arguments, or nothing to compare;
3 a record cannot be read.
"""


@click.command("calibrate", help=HELP)
@click.option("--profile", metavar="FILE", type=click.Path(), help="What was estimated: estimate --format json.")
@click.option("--actuals", metavar="FILE", type=click.Path(), help="What was used.")
@click.option("--prompt-id", metavar="NAME", help="The prompt of records that name none.")
@click.option("--lenient", is_flag=True, help="Leave out records that cannot be read; they are counted and some named.")
@click.option("--apply", "apply", is_flag=True, help="Write updates of high confidence without asking.")
@click.option("--accept-large-drift", is_flag=True, help="Write updates although a drift is 50 and more.")
@click.option(
    "--fail-on-drift",
    metavar="N",
    type=click.FloatRange(0, min_open=True),
    help="Exit 1 where a drift, or the cost it causes, changes by N (points or percent) and more.",
)
@format_option
@click.option("--no-cache", is_flag=True, help="Do not use the memo of token counts.")
@click.pass_context
def calibrate_command(ctx: click.Context, /, **values: Any) -> int:
    for option in ("profile", "actuals"):
        if not values[option]:
            raise ConfigError(
                f"--{option} is missing", "For example: llm-cost calibrate --profile estimates.json --actuals usage.csv"
            )
    if values["apply"] and values["fail_on_drift"] is not None:
        raise ConfigError("--apply and --fail-on-drift are both given", "Keep one: judge in CI, apply in a branch.")
    profile = _profile(values["profile"])
    if values["prompt_id"] is not None and values["prompt_id"] not in profile.prompts:
        raise ConfigError(f'--prompt-id: the profile has no prompt "{values["prompt_id"]}"', _known(profile))
    repo, skipped = _repository(), Skipped()
    manifest = read_manifest(repo, WORKTREE) if repo is not None and repo.top is not None else None
    records = read_records(values["actuals"], skipped, lenient=values["lenient"])
    memo = read_memo(values["no_cache"])
    found = calibrate(profile, records, skipped, load_price_book(), today(), repo, manifest, memo, values["prompt_id"])
    _refuse_nothing(found, values["actuals"], values["profile"])
    failing = _failing(found, values["fail_on_drift"])
    if failing or values["output"] == "json" or not ctx.obj["quiet"]:
        _show(found, values["output"], values["actuals"])
    if values["fail_on_drift"] is not None:
        return _say_drift(failing)
    asks = values["output"] != "json" and not ctx.obj["quiet"] and can_ask()
    return _apply(found, repo, values, asks=asks) if values["apply"] or asks else 0


def _profile(path: str) -> Profile:
    data = read_file(path, MAX_PROFILE)
    if isinstance(data, Unread):
        raise ConfigError(
            f"{path} cannot be read: {data.reason}", "Write one: llm-cost estimate --format json > estimates.json"
        )
    return parse_profile(data, path)


def _known(profile: Profile) -> str:
    ids = sorted(profile.prompts)
    return "It has: " + ", ".join(ids[:10]) + (f" and {len(ids) - 10:,} more" if len(ids) > 10 else "")


def _repository() -> Repository | None:
    try:
        return open_repository()
    except ConfigError:
        return None


def _refuse_nothing(found: Calibration, path: str, profile: str) -> None:
    """ConfigError where no record is of a prompt of the profile: no drift is known then, and that is not none."""
    if found.prompts:
        return
    traffic = found.traffic
    if not found.profile.prompts:
        raise ConfigError(
            f"The profile {profile} has no prompt with a price",
            "Estimate again where there are prompts, and mend what has no price: llm-cost estimate",
        )
    if traffic.estimates and not traffic.prompts:
        raise ConfigError(
            f"{path} holds estimates (llm-cost-type: estimate), and no usage", "Name what was really used."
        )
    if traffic.unnamed and not traffic.prompts:
        raise ConfigError(
            f"{path}: {unnamed_text(traffic)}",
            f"Say whose they are: --prompt-id NAME. {_known(found.profile)}",
        )
    if not traffic.records:
        why = "".join(f" {note}." for (note,) in left_out_notes(found.skipped.left_out))
        raise ConfigError(f"{path} holds no usage of a model", f"Name a file of what was really used.{why}")
    raise ConfigError(f"{path} is of no prompt of the profile", _known(found.profile))


def _show(found: Calibration, output: str, path: str) -> None:
    from ..render.calibrationdoc import calibration_document

    skipped = found.skipped
    notes: list[Text] = [(Name(path), f":{bad.place}: ", bad.reason, " (left out)") for bad in skipped.named]
    if skipped.bad > len(skipped.named):
        notes.append(
            (
                f"{skipped.bad:,} records of ",
                Name(path),
                " cannot be read and are left out",
            )
        )
    notes += left_out_notes(skipped.left_out)
    for held in found.withheld:
        names: Text = (": ", *name_list(list(held.prompts))) if held.prompts else ()
        notes.append(
            (Name(_label(held.update)), f" = {held.update.value} is not recommended: it {held.reason}", *names)
        )
    notes += traffic_notes(found.traffic, found.profile, found.prompts)
    parts = (found.prompts, found.together, found.updates, found.ratios, found.back_test)
    report = calibration_report(*parts, found.profile, notes)
    counts = (found.traffic, skipped.bad, skipped.left_out)
    show(report, lambda: calibration_document(*parts, *counts, found.withheld), output)


# --- a limit on drift ----------------------------------------------------------------------------------------------


def _failing(found: Calibration, limit: float | None) -> list[str]:
    """What is over the limit, or why nothing can be judged."""
    if limit is None:
        return []
    fits = [("", fit) for fit in found.together]
    fits += [(f"{each.assumed.prompt_id}: ", fit) for each in found.prompts for fit in each.fits]
    known = [(whose, fit) for whose, fit in fits if fit.confidence != LOW]
    if not known:
        return [f"nothing can be judged: {sample(found.prompts)} are too few, or their intervals too wide"]
    over = [(whose, fit) for whose, fit in known if fit.worst() >= limit]
    of_cost = {True: "", False: " by its cost"}
    said = [
        f"{whose}{fit.parameter} drifted {drift_text(fit)}{of_cost[abs(fit.drift() or 0.0) >= limit]} (limit {limit:g})"
        for whose, fit in over
    ]
    ratios = [each for each in found.ratios if each.confidence != LOW and abs(each.drift()) >= limit]
    return said + [f"token ratio of {each.model} drifted {each.drift():+.0f}% (limit {limit:g})" for each in ratios]


def _say_drift(failing: Sequence[str]) -> int:
    for line in failing:
        complain(line)
    code = ExitCode.BUDGET_EXCEEDED if failing else ExitCode.OK
    say_code(code)
    return int(code)


# --- writing -------------------------------------------------------------------------------------------------------


def _apply(found: Calibration, repo: Repository | None, values: dict[str, Any], *, asks: bool) -> int:
    alone = values["apply"]
    updates = applicable(found.updates, alone=alone)
    ratios = [each for each in found.ratios if each.is_worth_it() and (each.confidence == HIGH or not alone)]
    if not updates and not ratios:
        return _nothing(found, alone=alone)
    if not values["accept_large_drift"] and (too_large := _too_large(found)):
        large = ", ".join(too_large)
        return (
            _refuse(
                f"Drift is too large to apply anything: {large}",
                "It is almost certainly a problem of configuration. Look into it, then: --accept-large-drift",
            )
            if alone
            else _say(f"Nothing is applied at such a drift ({large}) without --accept-large-drift.")
        )
    if repo is None or repo.top is None or found.manifest is None or any(not update.manifest for update in updates):
        said = f"There is no {NAME} to write into"
        if alone:
            raise ConfigError(said, "Run it in the working tree of the project: llm-cost init writes one.")
        return _say(f"{said}.")
    if not alone and not (asks and confirm(f"Apply updates to {NAME}?", "Use --apply.")):
        return _say("Nothing was written.")
    for path in write_updates(repo.top, found.manifest, updates, ratios):
        _say(f"✓ Updated {path}; commit it like code")
    left = len(found.updates) - len(updates)
    if left:
        _say(f"{left} of {len(found.updates)} recommendations are not of high confidence and were not applied.")
    return 0


def _too_large(found: Calibration) -> list[str]:
    """What drifted so far that nothing is applied without a word: also of one prompt among several that share a value,
    and also where nothing is to be written for it."""
    fits = [(f"{each.assumed.prompt_id}: {fit.parameter}", fit) for each in found.prompts for fit in each.fits]
    updates = [
        f"{_label(update)} {drift_reason(update.fit)}"
        for update in found.updates
        if update.prompt_id is None and update.is_large()
    ]
    updates += [f"{name} {drift_reason(fit)}" for name, fit in fits if fit.confidence != LOW and fit.level() == ERROR]
    ratios = [each for each in found.ratios if each.is_worth_it() and each.level() == ERROR]
    return updates + [f"token ratio of {each.model} {each.drift():+.0f}%" for each in ratios]


def _nothing(found: Calibration, *, alone: bool) -> int:
    if alone and found.withheld:
        said = ", ".join(f"{_label(held.update)} {held.reason}" for held in found.withheld)
        return _refuse(f"No recommendation holds: nothing was applied ({said})", "Write what is right of each prompt.")
    if alone and (found.updates or any(each.is_worth_it() for each in found.ratios)):
        return _refuse("No recommendation is of high confidence: nothing was applied", "Review them on a terminal.")
    if alone and all(fit.confidence == LOW for fit in found.together):
        return _refuse(
            f"Insufficient data for reliable calibration ({sample(found.prompts)}): nothing was applied",
            "Collect more samples before calibrating: 100+ requests over 24+ hours.",
        )
    return _say("Nothing to update.") if alone else 0


def _refuse(message: str, hint: str) -> int:
    complain(message, hint)
    say_code(ExitCode.BUDGET_EXCEEDED)
    return int(ExitCode.BUDGET_EXCEEDED)


def _say(text: str) -> int:
    write(sys.stdout, f"{terminal_name(text, 2000)}\n")  # ids and paths are chosen by others
    return 0


def _label(update: Update) -> str:
    return f"{update.prompt_id or '[defaults]'}: {update.key}"
