"""What would be cheaper: computed what-ifs of the prompts that cost most. Each is a value with its formula."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from .estimate import Estimate
from .lookup import Resolve, make_resolver
from .prices.book import PriceBook
from .prices.own import OwnPrices
from .pricing import PromptEstimate
from .snapshot import PromptFile
from .suggest_batch import in_batches
from .suggest_caching import static_text_first, with_caching
from .suggest_model import cheaper_model
from .what_if import MODEL, Suggestion, case_of

MAX_PROMPTS = 3  # that suggestions are made for


def suggestions_for(head: Estimate, book: PriceBook, on: date, own: OwnPrices | None) -> tuple[Suggestion, ...]:
    """For the most expensive prompts: another model for each, then of every other kind the one that saves most."""
    largest = sorted(head.priced(), key=lambda row: (-row.effective_cost, row.prompt_id))[:MAX_PROMPTS]
    files = {file.prompt_id: file for file in head.files}
    resolve = make_resolver(book, on)
    found = [each for row in largest for each in _what_ifs(row, files.get(row.prompt_id), resolve, book, on, own)]
    models = [each for each in found if each.kind == MODEL]
    best: dict[str, Suggestion] = {}
    for each in found:
        if each.kind != MODEL and (each.kind not in best or each.saving > best[each.kind].saving):
            best[each.kind] = each
    return (*models, *best.values())


def what_ifs(
    row: PromptEstimate, file: PromptFile | None, book: PriceBook, on: date, own: OwnPrices | None
) -> tuple[Suggestion, ...]:
    """All of one prompt."""
    return tuple(_what_ifs(row, file, make_resolver(book, on), book, on, own))


def _what_ifs(
    row: PromptEstimate, file: PromptFile | None, resolve: Resolve, book: PriceBook, on: date, own: OwnPrices | None
) -> Iterator[Suggestion]:
    if found := cheaper_model(row, book, on, own):
        yield found
    if case := case_of(row, file, resolve, own):
        for what_if in (in_batches, with_caching, static_text_first):
            if found := what_if(case):
                yield found
