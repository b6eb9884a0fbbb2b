"""What a calibration has to say of the records that it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from .calibration.advice import is_countable, size_for_cache
from .calibration.fits import CACHE, Fit
from .calibration.overall import Prompt
from .calibration.profile import Profile
from .calibration.traffic import Traffic
from .report import Name, Text, name_list
from .usage.record import ABOVE, AGENT, CHUNK, COUNTED, FAILED, NOT_USAGE, NOTHING_TO_CORRECT

_LEFT_OUT = {  # of one, of several
    NOT_USAGE: ("row is no use of tokens", "rows are no use of tokens"),
    COUNTED: ("row is of a request that another row counts", "rows are of requests that other rows count"),
    CHUNK: (
        "chunk of a stream has no usage (with include_usage the last chunk of a stream has it)",
        "chunks of streams have no usage (with include_usage the last chunk of a stream has it)",
    ),
    FAILED: ("call failed and used no tokens", "calls failed and used no tokens"),
    ABOVE: ("span sums those below it and counts nothing", "spans sum those below them and count nothing"),
    AGENT: (
        "span of an agent counts nothing: its calls do, which are spans of their own",
        "spans of agents count nothing: their calls do, which are spans of their own",
    ),
    NOTHING_TO_CORRECT: (
        "correction has nothing in the file that it corrects",
        "corrections have nothing in the file that they correct",
    ),
}

_UNCOUNTED = ("record does not say how many requests it stands for",
              "records do not say how many requests they stand for")  # fmt: skip


def traffic_notes(traffic: Traffic, profile: Profile, prompts: Sequence[Prompt]) -> list[Text]:
    """What of the records does not speak of the profile, or not of all that is fitted."""
    notes: list[Text] = []
    strangers = sorted(traffic.prompts.keys() - profile.prompts.keys())
    if strangers:
        notes.append((*name_list(strangers), ": in the usage, and not in the profile"))
    if unused := sorted(profile.prompts.keys() - traffic.prompts.keys()):
        notes.append((*name_list(unused), ": in the profile, and without a request"))
    if profile.unpriced:
        notes.append((*name_list(sorted(profile.unpriced)), ": without a price in the profile, and not calibrated"))
    if traffic.unnamed:
        notes.append((f"{unnamed_text(traffic)}, left out (--prompt-id NAME says whose they are)",))
    if traffic.local:
        were = _counted(traffic.local, "request was", "requests were")
        notes.append((f"{were} answered by a cache of your own: left out",))
    if traffic.estimates:
        notes.append(
            (f"{_counted(traffic.estimates, 'row is an estimate', 'rows are estimates')}, and no usage: left out",)
        )
    of_prompts: dict[Text, list[str]] = {}
    for each in prompts:
        for said in _of_prompt(each):
            of_prompts.setdefault(said, []).append(each.assumed.prompt_id)
    return notes + [(*name_list(names), *said) for said, names in of_prompts.items()]


def unnamed_text(traffic: Traffic) -> str:
    return _counted(traffic.unnamed, "record names no prompt", "records name no prompt")


def left_out_notes(counts: Mapping[str, int]) -> list[tuple[str]]:
    """Why rows were left out: a line for each reason that occurred."""
    return [(_counted(counts[why], *words),) for why, words in _LEFT_OUT.items() if counts[why]]


def _counted(count: int, one: str, several: str) -> str:
    return f"{count:,} {one if count == 1 else several}"


def _of_prompt(each: Prompt) -> Iterator[Text]:
    """What is to be said behind its name."""
    days, used = each.traffic.days.values(), each.traffic
    asked, unknown = sum(day.asked for day in days), sum(day.unknown_cache for day in days)
    if not any(day.tells_cache or day.shares_of for day in days):
        yield (": no record says what a cache served: cache_hit_ratio is not fitted",)
    elif unknown:
        does = (
            "does not say what a cache served and counts"
            if unknown == 1
            else "do not say what a cache served and count"
        )
        yield (f": {unknown:,} of {_counted(asked, 'request', 'requests')} {does} as not cached",)
    if used.uncounted:
        stand = _counted(used.uncounted, *_UNCOUNTED)
        yield (f": {stand} (in FOCUS, x_RequestCount does): no sizes are fitted, and the confidence is low",)
    if used.untimed:
        name_no = _counted(used.untimed, "request names", "requests name")
        yield (f": {name_no} no time, so that the window is unknown (low confidence)",)
    if priced := sum(day.priced for day in days):
        have = _counted(priced, "request has no cost and is", "requests have no cost and are")
        yield (f": ~ {have} priced by this price file",)
    if unpriced := sum(day.unpriced for day in days):
        yield (f": {_counted(unpriced, 'request has', 'requests have')} no cost and no known price",)
    others = sorted(model for model in used.models if not _same_model(model, each.assumed.model))
    if others:
        yield (": ran on ", *name_list(others), "; the profile assumes ", Name(each.assumed.model))
    if each.price is None:
        yield (
            ": no price is known for ",
            Name(each.assumed.model),
            ", so that no drift of its cost is either",
        )
    if each.assumed.scenario == "batch" and any(fit.parameter == "cache_hit_ratio" and fit.actual for fit in each.fits):
        yield (": batches have no cached price in an estimate; cache_hit_ratio is not to be updated",)
    measured = {fit.parameter: fit for fit in each.fits}
    size = size_for_cache(each, measured) if CACHE in measured else None
    if size is not None:
        yield (": more was cached than stands before the first thing that varies in it, which is all that an "
               "estimate counts; ", _of_size(each, size))  # fmt: skip


def _of_size(each: Prompt, size: Fit) -> str:
    if size.actual < each.assumed.cache_min_tokens:
        return f"of {each.assumed.cache_min_tokens:,} tokens and less it counts nothing: cache_hit_ratio stays"
    if not is_countable(each, size):
        return "that takes a measured size, and this one is of low confidence: cache_hit_ratio stays"
    return "with avg_input_tokens it counts a share of that"


def _same_model(used: str, assumed: str) -> bool:
    """Whether a model's name in a record, which may have a date or a channel, is the one of the estimate."""
    return assumed.rpartition("/")[2].partition("#")[0] in used or used in assumed
