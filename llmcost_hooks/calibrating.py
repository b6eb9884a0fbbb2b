"""A profile and a file of usage -> what came of it: reading, pricing and fitting put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from .calibration.advice import UPDATE_AT, Update, Withheld, as_one, updates_of, updates_of_defaults, worse_off
from .calibration.backtest import BackTest, back_test
from .calibration.fits import CACHE, INPUT, RATIO, WRITE, Fit, Price, anomalies, fit_prompt, parameters_of
from .calibration.overall import Prompt, fit_together
from .calibration.profile import Assumed, Profile
from .calibration.ratios import Line, TokenRatio, fit_ratio, is_fixed
from .calibration.traffic import Traffic, gather
from .call_costs import charges_writes
from .errors import ParseError
from .estimate import estimate_snapshot
from .facts import read_facts
from .git.plumbing import Repository
from .lookup import Resolve, make_resolver
from .manifest import Assumptions, Manifest, PromptEntry
from .memo import Memo
from .nested import governing
from .prices.book import PriceBook
from .prices.own import NO_PRICES, OwnPrices, OwnRatio
from .pricing import PromptEstimate
from .prompts import Problem
from .reading import WORKTREE, read_side
from .sheet_file import PARQUET, read_rows
from .snapshot import Selection
from .usage.costs import Priced, call_price, make_pricer
from .usage.record import LEFT_OUT, Read, Usage
from .usage_files import COLUMNS, read_table, read_usage


class Skipped:
    """What of a file was not used, counted while it is read."""

    def __init__(self) -> None:
        self.bad = 0  # records that cannot be read
        self.named: list[Read] = []  # some of them
        self.left_out = dict.fromkeys(LEFT_OUT, 0)


class Calibration(NamedTuple):
    """All that is shown and written."""

    profile: Profile
    traffic: Traffic
    skipped: Skipped
    prompts: tuple[Prompt, ...]  # of the profile, with requests
    together: tuple[Fit, ...]
    updates: tuple[Update, ...]
    ratios: tuple[TokenRatio, ...]
    back_test: BackTest | None
    manifest: Manifest | None
    withheld: tuple[Withheld, ...] = ()


BAD_NAMED = 3  # of the records that cannot be read, how many are named


def read_records(path: str, skipped: Skipped, *, lenient: bool) -> Iterator[Usage]:
    """The records of a file; what is none is counted. ParseError at the first that cannot be read, unless `lenient`."""
    for read in _reads(path):
        if read.record is not None:
            yield read.record
        elif read.left_out:
            skipped.left_out[read.left_out] += 1
        elif lenient:
            skipped.bad += 1
            if skipped.bad <= BAD_NAMED:
                skipped.named.append(read)
        else:
            hint = "Mend it, or leave such records out: --lenient counts them and names some."
            raise ParseError(f"{path}:{read.place}: {read.reason}", hint)


def _reads(path: str) -> Iterator[Read]:
    if not path.endswith(PARQUET):
        return read_usage(path)
    rows = read_rows(path, COLUMNS)
    return read_table(path, next(rows), enumerate(rows, 2))


def calibrate(
    profile: Profile, records: Iterable[Usage], skipped: Skipped, book: PriceBook, on: date,
    repo: Repository | None, manifest: Manifest | None, memo: Memo, prompt_id: str | None,
) -> Calibration:  # fmt: skip
    """Fit everything. `manifest` is that of the working tree, whose own prices hold; None where there is none."""
    resolve = make_resolver(book, on)
    own = {each.path(): each.prices for each in manifest.every()} if manifest else {}
    traffic = gather(records, make_pricer(resolve, next(iter(own.values()), None)), prompt_id)
    found = []
    for name in sorted(profile.prompts.keys() & traffic.prompts.keys()):
        assumed, used = profile.prompts[name], traffic.prompts[name]
        price = _price(resolve, assumed, own.get(assumed.manifest or ""))
        days = anomalies(used, parameters_of(assumed, price))
        found.append(Prompt(assumed, used, price, fit_prompt(assumed, used, price, days), days))
    ratios = _ratios(found, book, on, repo, manifest, memo)
    updates, withheld = _keep(found, ratios, profile, manifest)
    return Calibration(
        profile,
        traffic,
        skipped,
        tuple(found),
        fit_together(found),
        updates,
        ratios,
        back_test(found, updates, _measured(ratios)),
        manifest,
        withheld,
    )


def _price(resolve: Resolve, assumed: Assumed, own: OwnPrices | None) -> Price | None:
    entry, _, region = assumed.pricing_id.partition("#")
    stated = Assumptions(model=assumed.model, pricing_id=entry or None, region=region or None)
    paid = resolve(assumed.model, stated, own)
    if isinstance(paid, Problem):
        return None
    tariff = paid.offer.tariff(assumed.variant)
    if tariff is None:
        return None
    fee = paid.offer.per_request.get("request", Decimal(0))
    return call_price(Priced(tariff, fee), has_writes=charges_writes(paid.offer, assumed.variant))


def _updates(
    prompts: Sequence[Prompt], manifest: Manifest | None, ratios: Sequence[TokenRatio], least: float
) -> list[Update]:
    """Of each prompt in its own entry; of those that have none together in [defaults] of their manifest."""
    measured = _measured(ratios)
    listed = _listed(manifest)
    found: list[Update] = []
    rest: dict[str, list[Prompt]] = {}
    for each in prompts:
        place = each.assumed.manifest or _place(manifest, each.assumed.path)
        if place is None or each.assumed.prompt_id in listed.get(place, ()):
            without = (INPUT,) if each.assumed.prompt_id in measured else ()
            found += updates_of(each, place or "", without, least)
        else:
            rest.setdefault(place, []).append(each)
    for place, several in rest.items():
        found += updates_of_defaults(several, fit_together(several), place, least)
    return found


def _listed(manifest: Manifest | None) -> dict[str, set[str]]:
    every = manifest.every() if manifest else ()
    return {each.path(): {_id(entry) for entry in each.prompts} for each in every}


def _id(entry: PromptEntry) -> str:
    return entry.prompt_id or entry.path


def _place(manifest: Manifest | None, path: str) -> str | None:
    """The manifest that governs a path now."""
    paths = {each.directory: each.path() for each in manifest.every()} if manifest else {}
    return paths.get(governing(path, paths))


def _measured(ratios: Sequence[TokenRatio]) -> set[str]:
    """The prompts whose size a recommended ratio of tokens corrects."""
    return {name for ratio in ratios if ratio.is_worth_it() for name in ratio.prompts}


def _keep(
    prompts: Sequence[Prompt], ratios: Sequence[TokenRatio], profile: Profile, manifest: Manifest | None
) -> tuple[tuple[Update, ...], tuple[Withheld, ...]]:
    """The updates that make no prompt and no later day worse; the others with why they do.

    Two errors may cancel each other, one of them too small to be worth an update: then to mend the other alone makes it
    worse, and all that is known to differ is tried.
    """
    measured, by_id = _measured(ratios), {each.assumed.prompt_id: each for each in prompts}

    def right(least: float) -> tuple[dict[tuple[str, ...], list[Update]], list[Withheld]]:
        """By the prompts that take them: what is wrong of one is no reason to withhold what is right of another."""
        found, wrong = _right(prompts, _updates(prompts, manifest, ratios, least), profile, manifest)
        groups: dict[tuple[str, ...], list[Update]] = {}
        for update in found:
            groups.setdefault(update.of, []).append(update)
        return groups, wrong

    groups, withheld = right(UPDATE_AT)
    kept: list[Update] = []
    every: dict[tuple[str, ...], list[Update]] | None = None
    for names, updates in groups.items():
        group = [by_id[name] for name in names]
        tested = back_test(group, updates, measured)
        if tested is None or not tested.is_worse():
            kept += updates
            continue
        wider: list[Update] = []
        if all(update.prompt_id is not None for update in updates):  # others inherit what is written into [defaults]
            every = every or right(0.0)[0]
            wider = as_one(every.get(names, []))
        again = back_test(group, wider, measured) if len(wider) > len(updates) else None
        if again is not None and again.after is not None and abs(again.after) < abs(again.before):
            kept += wider
        else:
            error = f"~{tested.before:+.3g}% off on the later days, with it ~{tested.after:+.3g}%"
            withheld += [Withheld(update, f"makes the back-test worse: {error}") for update in updates]
    kept, wrong = _right(prompts, kept, profile, manifest)  # once more: without those that the back-test withheld
    return tuple(kept), (*withheld, *wrong)


def _right(
    prompts: Sequence[Prompt], updates: Sequence[Update], profile: Profile, manifest: Manifest | None
) -> tuple[list[Update], list[Withheld]]:
    """Without those of [defaults] that are not right for all who take them."""
    kept, withheld = [], []
    for update in updates:
        if wrong := _inheriting(update, prompts, updates, profile, manifest):
            withheld.append(Withheld(update, "would be wrong for, or is not known of, prompts that take it", wrong))
        else:
            kept.append(update)
    return kept, withheld


def _inheriting(
    update: Update, prompts: Sequence[Prompt], updates: Sequence[Update], profile: Profile, manifest: Manifest | None
) -> tuple[str, ...]:
    """Who would take a value of [defaults] that is not right, or not known to be right, for them."""
    if update.prompt_id is not None or manifest is None:
        return ()
    of = next((each for each in manifest.every() if each.path() == update.manifest), None)
    if of is None:
        return ()  # it is gone, which whoever writes says
    entries = {_id(entry): entry.assumptions for entry in of.prompts}
    keys = (update.key, *(key for key, _ in update.also))
    own = {(each.prompt_id, each.key) for each in updates if each.is_sure() or not update.is_sure()}
    takers = set(update.of)
    wrong = set(worse_off(update, [each for each in prompts if each.assumed.prompt_id in takers]))
    for name, stated in entries.items():
        # an answer that is stated in tokens takes no ratio, a scenario of its own without a cache none of that
        uncached = update.key in (CACHE, WRITE) and stated.scenario not in (None, "cached")
        free = uncached or (update.key == RATIO and stated.output_tokens is not None)
        if not free and any(getattr(stated, key) is None for key in keys) and (name, update.key) not in own:
            wrong.add(name)
    places = {name: each.manifest or _place(manifest, each.path) for name, each in profile.prompts.items()}
    for name, place in (*places.items(), *profile.unpriced.items()):
        if place == update.manifest and name not in entries and name not in takers:
            wrong.add(name)
    return tuple(sorted(wrong))


# --- the ratio of a tokenizer --------------------------------------------------------------------------------------


def _ratios(
    prompts: Sequence[Prompt], book: PriceBook, on: date, repo: Repository | None, manifest: Manifest | None, memo: Memo
) -> tuple[TokenRatio, ...]:
    """Of the models of prompts that are sent as they stand, where the working tree still has what was estimated."""
    fixed = [each for each in prompts if is_fixed(each.assumed, each.traffic)]
    if not fixed or repo is None or repo.top is None or manifest is None:
        return ()
    lines = _lines(fixed, book, on, repo, manifest, memo)
    by_model: dict[str, list[Prompt]] = {}
    for each in fixed:
        if each.assumed.prompt_id in lines:
            by_model.setdefault(each.assumed.model, []).append(each)
    found = [
        fit_ratio(model, [(each.assumed, each.traffic, lines[each.assumed.prompt_id]) for each in several])
        for model, several in sorted(by_model.items())
    ]
    return tuple(ratio for ratio in found if ratio is not None)


def _lines(
    prompts: Sequence[Prompt], book: PriceBook, on: date, repo: Repository, manifest: Manifest, memo: Memo
) -> dict[str, Line]:
    """What of each prompt's input a ratio scales, by estimating it with the ratios 1 and 2 in the manifest's place."""
    sizes: list[Mapping[str, PromptEstimate]] = []
    for ratio in (Decimal(1), Decimal(2)):
        models = sorted({each.assumed.model for each in prompts})
        stated = _with_ratios(manifest, tuple(OwnRatio(model, ratio, ratio, ratio, on) for model in models))
        side = read_side(repo, WORKTREE, stated, Selection())
        facts = read_facts(repo.cwd, [side], memo, book)
        priced = estimate_snapshot(side.snapshot, facts, book, on, force_stale=True)
        sizes.append({row.prompt_id: row for row in priced.priced()})
    found = {}
    for each in prompts:
        name, (once, twice) = each.assumed.prompt_id, sizes
        same = name in once and name in twice and once[name].content_hash == each.assumed.content_hash
        if same and once[name].grade != "exact" and "measured" not in {kind for kind, _, _ in once[name].parts}:
            counted = twice[name].input_tokens - once[name].input_tokens
            found[name] = Line(once[name].input_tokens - counted, counted)
    return found


def _with_ratios(manifest: Manifest, ratios: tuple[OwnRatio, ...]) -> Manifest:
    prices = (manifest.prices or NO_PRICES)._replace(ratios=ratios)
    nested = tuple((directory, _with_ratios(each, ratios)) for directory, each in manifest.nested)
    return manifest._replace(prices=prices, nested=nested)
