"""Judging one side: what `check` and both hooks do, after each has found out which side it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import NamedTuple

from .accepting import WHOLE
from .compare import Comparison, compare_estimates
from .errors import ConfigError, ExitCode
from .estimate import Estimate, estimate_snapshot, estimate_snapshots
from .facts import load_price_book, read_facts
from .git.plumbing import Repository
from .limits import with_tag
from .lookup import make_resolver
from .manifest import NAME, Manifest
from .manifest_budget import unknown_tag
from .memo import Memo
from .moved import handed_over
from .policy import NO_OVERRIDES, Judged, Overrides, Verdict, join_verdicts, judge
from .reading import EMPTY, Side, Source, files_there, parse_manifests, read_manifest, read_manifest_bytes, read_side
from .renaming import find_renames
from .report import Name, Text
from .snapshot import Selection, place_of
from .waivers import Statements


class Sides(NamedTuple):
    """Two sides, read, and what has to be said about how."""

    base: Side
    head: Side
    base_manifest: Manifest | None
    head_manifest: Manifest | None
    notes: tuple[Text, ...]
    broken: bool = False  # base has a manifest that cannot be read: what head's says otherwise is in no increase


def read_sides(repo: Repository, base: Source, head: Source, selection: Selection) -> Sides:
    """Both sides, each with its own manifest.

    A base without a manifest is read with head's, so that the change which adds the manifest shows what else it
    changes; so is one whose manifest is broken. The other way round nothing can be paired or judged: ConfigError.
    """
    before, after = read_manifest_bytes(repo, (base, head))
    head_manifest = parse_manifests(head, after)
    if before and head_manifest is None:
        lost = min(before, key=len)
        raise ConfigError(
            f"{lost} exists on {base.label} and not on {head.label}: nothing says what to compare or to judge",
            f"Restore it: git checkout {base.commit or base.label} -- {lost}",
        )
    base_manifest, notes = _base_manifest(base, head, before)
    borrowed = base_manifest is None and head_manifest is not None and base.kind != "empty"
    manifest = head_manifest if borrowed else base_manifest
    base_side = read_side(repo, base, manifest, selection, borrowed=borrowed, broken=bool(before))
    alike = borrowed or before == after
    return Sides(
        base_side,
        read_side(repo, head, head_manifest, selection, like=base_side if alike else None),
        base_manifest,
        head_manifest,
        notes if borrowed else (),
        borrowed and bool(before),
    )


def _base_manifest(base: Source, head: Source, held: Mapping[str, bytes]) -> tuple[Manifest | None, tuple[Text, ...]]:
    """Base's manifest and what to say where it is none. A broken one is a note: the change may be what mends it."""
    why = f" has no {NAME}"
    try:
        if manifest := parse_manifests(base, held):
            return manifest, ()
    except ConfigError as error:
        why = f" has a broken {NAME} ({error.message})"
    return None, ((Name(base.label), Name(why), ": it is read with the one of ", Name(head.label)),)


def compare_sides(
    repo: Repository, sides: Sides, base: Source, head: Source, memo: Memo, on: date, *, force_stale: bool = False,
    split: bool = False,
) -> Comparison:  # fmt: skip
    """Price both sides with one price book, at the prices of the day `on` or of each side's own, and pair them.

    With `split` each difference is taken apart (`split.py`); a text that meets another model is counted once more.
    """
    book = load_price_book()
    facts = read_facts(repo.cwd, (sides.base, sides.head), memo, book)
    before, after = estimate_snapshots(
        (sides.base.snapshot, sides.head.snapshot), facts, book, on, force_stale=force_stale
    )
    moved = find_renames(repo, sides.base.snapshot, sides.head.snapshot, base, head)
    comparison = compare_estimates(before, after, moved.pairs, exact_renames_only=not moved.inexact)
    if not split:
        return comparison
    from .split import chains, split_deltas, steps_between

    found = chains(comparison, facts, sides.base.snapshot.key(), sides.head.snapshot.key())
    if not found:
        return comparison
    between = sides.head.snapshot._replace(files=steps_between(found))
    facts = read_facts(repo.cwd, (sides.head._replace(snapshot=between),), memo, book, facts)
    return split_deltas(comparison, found, facts, make_resolver(book, on))


class Checked(NamedTuple):
    estimate: Estimate
    manifest: Manifest | None
    comparison: Comparison | None
    verdict: Verdict

    def code(self) -> ExitCode:
        return self.verdict.code()


def check_side(
    repo: Repository, head: Source, base: Source | None, selection: Selection, memo: Memo, on: date, *,
    force_stale: bool = False, overrides: Overrides = NO_OVERRIDES, said: Statements | None = None,
    stage: str = WHOLE, split: bool = False,
) -> Checked:  # fmt: skip
    """Judge `head` by its own manifests, and by what the command line says instead. Without `base` no increase is.

    `said` is what the messages of the change say of its cost; `stage` is when it is asked (`accepting`).

    Raises ConfigError where a manifest finds no prompt, or none with the tag that it limits: a limit on nothing would
    hold for ever.
    """
    book = load_price_book()
    comparison: Comparison | None
    base_manifest, broken = None, []
    if base is not None and base.kind != "empty":
        sides = read_sides(repo, base, head, selection)
        comparison = compare_sides(repo, sides, base, head, memo, on, force_stale=force_stale, split=split)
        base_manifest, manifest, priced = sides.base_manifest, sides.head_manifest, comparison.head
        broken = ["".join(note) for note in sides.notes if sides.broken]
    else:
        manifest = read_manifest(repo, head)
        side = read_side(repo, head, manifest, selection)
        facts = read_facts(repo.cwd, (side,), memo, book)
        priced = estimate_snapshot(side.snapshot, facts, book, on, force_stale=force_stale)
        nothing = Estimate(EMPTY.label, None, priced.period, (), priced.prices)
        comparison = compare_estimates(nothing, priced) if base is not None else None
    judge_part = partial(judge, book=book, on=on, overrides=overrides, said=said, stage=stage)
    judged = list(_judged(priced, manifest, comparison, base_manifest, judge_part, overrides))
    if comparison is not None and (unseen := [*broken, *left_out(repo, head, comparison)]):
        first = judged[0]
        judged[0] = first._replace(verdict=first.verdict._replace(moved=(*first.verdict.moved, *unseen)))
    if any(each.verdict.exceeded or each.verdict.warned for each in judged):
        from .owning import with_owners  # a hook that passes asks for nobody

        judged = with_owners(repo, head, judged)
    if len(judged) > 1 and overrides != NO_OVERRIDES:
        paths = ", ".join(each.path() for each in judged)
        raise ConfigError(
            f"A limit on the command line is given, and several manifests have their own: {paths}",
            "Write it into the manifest that it is for.",
        )
    if len(judged) == 1:
        return Checked(*judged[0])
    return Checked(priced, manifest, comparison, join_verdicts(judged))


def left_out(repo: Repository, head: Source, comparison: Comparison) -> list[str]:
    """Prompts of base that head does not name any more though their file is there.

    Either what they cost is in no sum, or they have another id, and nothing says what they cost more.
    """
    gone = {row.prompt_id: row.base.path for row in comparison.rows if row.base and row.head is None}
    if not gone:
        return []
    new = {row.head.path: row.prompt_id for row in comparison.rows if row.head and row.base is None}
    renamed = {name: new[path] for name, path in gone.items() if path in new}
    used = {place_of(row.path) for row in comparison.head.rows}
    used.update(path for row in comparison.head.rows for path, _ in row.includes)
    left = {name: place for name, path in gone.items() if (place := place_of(path)) not in used}
    there = files_there(repo, head, left.values())
    return [
        *(f"{name} is no longer counted, though {path} is there" for name, path in left.items() if path in there),
        *(f"{name} has become {other}, so no increase of it alone is known" for name, other in renamed.items()),
    ]


def _judged(
    priced: Estimate, manifest: Manifest | None, comparison: Comparison | None, base_manifest: Manifest | None,
    judge_part: Callable[..., Verdict], overrides: Overrides,
) -> Iterator[Judged]:  # fmt: skip
    parts = priced.parts()
    manifests = {each.directory: each for each in manifest.every()} if manifest else {}
    before = {each.directory: each for each in base_manifest.every()} if base_manifest else {}
    compared = [None] * len(parts) if comparison is None else comparison.parts()
    for part, change in zip(parts, compared, strict=True):
        directory = part.directory()
        own = manifests.get(directory)
        if own is None and manifests and not part.rows:
            continue  # outside of every manifest, and nothing is there
        _refuse_other_unit(own, change, overrides)
        _refuse_nothing(own, part)
        verdict = judge_part(part, own, change, before.get(directory))
        if handed := handed_over(before, manifests, directory):
            verdict = verdict._replace(moved=(*verdict.moved, *handed))
        yield Judged(part, own, change, verdict)


def _refuse_other_unit(manifest: Manifest | None, comparison: Comparison | None, overrides: Overrides) -> None:
    own = manifest is not None and (manifest.limits_increase() or manifest.budget.approve_above is not None)
    if (own or overrides.limits_increase()) and comparison is not None and not comparison.same_unit():
        base, head = (side.period or "one call" for side in (comparison.base, comparison.head))
        raise ConfigError(
            f"[budget] period changes from {base} to {head}: an increase cannot be judged over it",
            "Change the period in a commit of its own, without max_increase and approve_above.",
        )


def _refuse_nothing(manifest: Manifest | None, priced: Estimate) -> None:
    if manifest is not None and not priced.rows:
        raise ConfigError(
            f"{manifest.origin} finds no prompt: nothing was judged",
            'Name them there: [[prompts]] path = "...", or [discover] include = ["prompts/**/*.md"].',
        )
    for each in manifest.budget.by_tag if manifest else ():
        if not with_tag(priced.rows, each.tag()):
            assert manifest is not None
            raise unknown_tag(each, manifest.origin, [row.tags for row in priced.rows])
