"""The wording that all reports share: amounts with their marks, the unit line, notes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import localcontext

from .call_costs import ZERO
from .economics import CALL, CALLS
from .estimate import NO_MANIFEST, Estimate, PriceInfo
from .prices.exact import EXACT
from .prices.freshness import TOO_OLD
from .pricing import PromptEstimate, Row, Unpriced, worst_grade
from .render.money import format_money
from .report import Name, Text, grouped_notes


def amount(row: Row | None) -> str:
    """One prompt's cost: `$4.10`; `~` where its count is not exact, `≥` where only its input is known.

    Without a price: its tokens. `?` where nothing is known, `—` where there is no prompt.
    """
    if row is None:
        return "—"
    if isinstance(row, Unpriced):
        least = "≥ " if row.undeclared else ""
        return "?" if row.input_tokens is None else f"{least}{row.input_tokens:,} tok"
    return marks(row) + format_money(row.effective_cost)


def economics_notes(estimate: Estimate, unit: str | None) -> Iterable[Text]:
    """Beside costs that stay per period: what one call of every prompt costs, or a million of each; the list cost."""
    rows = list(estimate.priced())
    if unit in CALLS:
        with localcontext(EXACT):
            cost = sum((row.per_call for row in rows), ZERO) * CALLS[unit]
        what = "One call" if unit == CALL else f"{CALLS[unit]:,} calls"
        yield (f"{what} of every prompt: {marks(*estimate.rows)}{format_money(cost)}",)
    if any(row.list_cost != row.effective_cost for row in rows):
        yield (f"List cost: {list_total(estimate)}",)


def list_amount(row: Row) -> str:
    """One prompt's cost at standard uncached list prices; `?` where it has none."""
    return marks(row) + format_money(row.list_cost) if isinstance(row, PromptEstimate) else "?"


def list_total(estimate: Estimate) -> str:
    """A side's total at list prices."""
    return marks(*estimate.rows) + format_money(estimate.known_list_cost())


def marks(*rows: Row) -> str:
    """What stands before an amount that is the sum of `rows`: `≥` where a part is unknown, `~` where one is inexact."""
    priced = [row for row in rows if isinstance(row, PromptEstimate)]
    exact = {row.grade for row in rows} <= {None, "exact"} and not any(row.price_estimated for row in priced)
    return _marks(not exact, len(priced) < len(rows) or any(row.bounded() for row in priced))


def inexact(row: Row) -> bool:
    """Whether its count or its price is not exact."""
    return row.grade not in (None, "exact") or (isinstance(row, PromptEstimate) and row.price_estimated)


def _marks(inexact: bool, lower_bound: bool) -> str:
    return ("≥ " if lower_bound else "") + ("~" if inexact else "")


def total(estimate: Estimate) -> str:
    """A side's total cost, "at least" what is known of it, unknown where nothing is."""
    if estimate.rows and not has_money(estimate):
        return "unknown"
    return marks(*estimate.rows) + format_money(estimate.known_cost())


def training(estimate: Estimate) -> str:
    """What training costs of a side's total."""
    return training_marks(estimate) + format_money(estimate.training_cost())


def training_marks(estimate: Estimate) -> str:
    """What stands before it: it depends on no count and no output, only on prices."""
    guessed = any(row.training_cost and row.price_estimated for row in estimate.priced())
    return _marks(guessed, any(True for _ in estimate.unpriced()))


def training_amount(row: Row) -> str:
    """One prompt's training: `$12.50`, `—` where it declares none, `?` where its price is unknown."""
    if isinstance(row, Unpriced):
        return "?"
    mark = "~" if row.price_estimated else ""
    return mark + format_money(row.training_cost) if row.training_cost else "—"


def by_manifest(*estimates: Estimate) -> tuple[tuple[Text, tuple[Text, ...]], ...]:
    """The section with the total of each manifest, where several govern: on one side, or base → head."""
    head, money = estimates[-1], has_money(*estimates)
    if len(head.manifests) < 2:
        return ()
    sides = [{part.manifest_path(): part for part in each.parts() if part.rows} for each in estimates]
    paths = sorted({path for side in sides for path in side}, key=lambda path: path or "")
    show = total if money else token_total
    lines: list[Text] = []
    for path in paths:
        amounts = [show(side[path]) if path in side else "—" for side in sides]
        pinned = [side[path].prices.as_of for side in sides if path in side]
        own = f" (prices of {pinned[-1]})" if pinned[-1] and head.prices.as_of is None else ""
        lines.append((Name(path or NO_MANIFEST), f": {' → '.join(amounts)}{own}"))
    return ((("By manifest",), tuple(lines)),)


def tag_value(key: str, value: str | None) -> Text:
    """What a sub-total is of."""
    return ("without ", Name(key)) if value is None else (Name(value),)


def token_total(estimate: Estimate) -> str:
    """Input tokens of one call of every prompt: "at least" where a part of them is unknown, unknown where all is."""
    counts = [row.input_tokens for row in estimate.rows]
    known = [count for count in counts if count is not None]
    if counts and not known:
        return "unknown"
    bounded = len(known) < len(counts) or any(row.undeclared for row in estimate.rows)
    return _marks(estimate.grade() != "exact", bounded) + f"{sum(known):,}"


def rows_of(*estimates: Estimate) -> list[Row]:
    """The rows of all, each once: two sides share those of prompts that are the same."""
    return list({id(row): row for estimate in estimates for row in estimate.rows}.values())


def has_money(*estimates: Estimate) -> bool:
    """Whether any prompt could be priced; without, a report speaks of tokens only."""
    return any(True for estimate in estimates for _ in estimate.priced())


def unit_line(*estimates: Estimate) -> Text:
    """What the numbers mean: "Cost of 1,000 calls of every prompt per month; counts exact; prices of 2026-11-22"."""
    head = estimates[-1]
    rows = rows_of(*estimates)
    priced = [row for row in rows if isinstance(row, PromptEstimate)]
    grade = worst_grade(row.grade for row in rows if row.grade)
    counts = "counts exact" if grade == "exact" else f"counts {grade} (~)"
    if not any(row.grade for row in rows):
        return ()
    if not priced:
        return (f"Input tokens of one call of every prompt; {counts}",)
    calls = {row.calls for row in priced}
    each = ("one call" if calls == {1} else f"{calls.pop():,} calls") if len(calls) == 1 else "the declared calls"
    period = f" per {head.period}" if head.period else ""
    scenarios = sorted({row.scenario for row in priced} - {"default"})
    scenario = f"; scenario {', '.join(scenarios)}" if scenarios else ""
    prices = ", ".join(dict.fromkeys(_prices(estimate) for estimate in estimates))
    guessed = "; some prices estimated (~)" if any(row.price_estimated for row in priced) else ""
    return (f"Cost of {each} of every prompt{period}{scenario}; {counts}; prices of {prices}{guessed}",)


def _prices(estimate: Estimate) -> str:
    """The day whose prices hold: the file's, or the one that the manifest pins."""
    return str(estimate.prices.as_of or estimate.prices.published)


def notes(estimate: Estimate) -> list[Text]:
    """What a reader must know of the numbers, one line a subject."""
    pairs = [(row.prompt_id, note) for row in estimate.rows for note in _notes_of(row)]
    without_output = [row.prompt_id for row in estimate.priced() if row.output_tokens is None]
    pairs += [(prompt_id, "output size unknown: input only, the cost is a lower bound") for prompt_id in without_output]
    capped = [row.prompt_id for row in estimate.priced() if row.output_basis == "cap"]
    pairs += [(prompt_id, "output taken as the file's own limit: an upper bound") for prompt_id in capped]
    return list(grouped_notes(pairs))


def _notes_of(row: Row) -> tuple[str, ...]:
    if isinstance(row, PromptEstimate):
        return row.notes
    return row.sized.notes if row.sized else ()


def price_warning(estimate: Estimate) -> tuple[Text, ...]:
    """What stands above a report whose prices have expired."""
    return _expired(estimate.prices) if estimate.prices.expired() and has_money(estimate) else ()


def age_warning(prices: PriceInfo) -> tuple[Text, ...]:
    """The same above a report of prices alone, which shows them however old they are."""
    if not prices.expired():
        return ()
    what, run = _expired(prices)
    too_old = prices.freshness is not None and prices.freshness.state == TOO_OLD
    return what, *((("    They are too old to estimate with.",),) if too_old else ()), run


def _expired(prices: PriceInfo) -> tuple[Text, Text]:
    what = (f"⚠️  Pricing data expired (valid until: {prices.valid_until})",)
    return what, ("    Run: llm-cost update-db",)


def expired_mark(estimate: Estimate) -> Text:
    """Behind every total of expired prices."""
    return (" (using expired prices)",) if estimate.prices.expired() and has_money(estimate) else ()


def problem_lines(rows: Iterable[Unpriced]) -> tuple[Text, ...]:
    """One line a problem, prompts with the same one together."""
    pairs = [(row.prompt_id, row.problem.reason + _hint(row.problem.hint)) for row in rows]
    return grouped_notes(pairs)


def without_price(estimate: Estimate) -> tuple[tuple[Text, tuple[Text, ...]], ...]:
    """The section of a report that names what could not be priced."""
    problems = problem_lines(estimate.unpriced())
    return ((("Without a price",), problems),) if problems else ()


def _hint(hint: str) -> str:
    """Its first line; all of it stands on stderr."""
    return f". {hint.splitlines()[0]}" if hint else ""


def side(estimate: Estimate) -> Name:
    return Name(estimate.label)
