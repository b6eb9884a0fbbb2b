"""Compare what the price book charges with what both public price libraries charge, over a grid of requests.

    python -m tools.check_prices --archive litellm-1.77.7-py3-none-any.whl > docs/evidence/prices.txt
    python -m tools.check_prices --archive ... --freeze   (also writes fixtures/prices/reference.json)

Ends with 1 on a disagreement that price_corrections.toml does not decide. Needs genai-prices and litellm, offline.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from llmcost_hooks.prices.book import PriceBook
from tools.build_prices import HERE, OUTPUT, Inputs, accepted, build, is_excluded, read_inputs, render
from tools.price_oracles import Point, points
from tools.price_sources import DIMENSIONS

REFERENCE = os.path.join(os.path.dirname(HERE), "fixtures", "prices", "reference.json")
FROZEN = {(i, o, i * c // 100) for i in (100, 1_847, 200_000, 200_001, 272_001) for o in (0, 523) for c in (0, 50)}
DECIMAL_TOLERANCE, FLOAT_TOLERANCE = Decimal("1e-9"), Decimal("1e-6")
NO_CACHED_PRICE = "no price of cached input is stated: unknown here, the full input price in the libraries"
UNDECIDED = "UNDECIDED"


# --- judgement ---------------------------------------------------------------------------------------------------


def differs(ours: Decimal, other: Decimal | None, tolerance: Decimal) -> bool:
    return other is not None and abs(ours - other) > tolerance * max(abs(ours), abs(other))


def verdict(point: Point, book: PriceBook, decisions: list[dict[str, Any]]) -> str:
    """ "agree", or the reason why not; UNDECIDED where there is none."""
    if point.ours is not None:
        wrong = differs(point.ours, point.genai, DECIMAL_TOLERANCE), differs(point.ours, point.litellm, FLOAT_TOLERANCE)
        if not any(wrong):
            return "agree"
    for table in decisions:
        tiers = [where.split(">") for where in table["where"] if ">" in where and "." not in where]
        if point.model in table["names"] and any(
            variant == point.variant and point.request[0] > int(above) for variant, above in tiers
        ):
            return f"{table['take']}: {table['reason']}"
    return NO_CACHED_PRICE if point.ours is None and point.request[2] and _without_cache(point, book) else UNDECIDED


def _without_cache(point: Point, book: PriceBook) -> bool:
    row = book.find(point.model)
    offer = book.offer(row, book.generated_at) if row else None
    return offer is not None and offer.standard.at(point.request[0]).cache_read is None


def frozen(found: list[Point], reasons: list[str]) -> bytes:
    """The standard part of a small grid as JSON, one model a line: [input, output, cached, genai, litellm]."""
    models: dict[str, list[Any]] = {}
    exceptions: dict[tuple[str, str], list[list[int]]] = {}
    for point, reason in zip(found, reasons, strict=True):
        if point.variant != "standard" or point.request not in FROZEN:
            continue
        if reason == "agree":
            models.setdefault(point.model, []).append([*point.request, _text(point.genai), _text(point.litellm)])
        else:
            exceptions.setdefault((point.model, reason), []).append(list(point.request))
    lines = [f"    {json.dumps(name)}: {json.dumps(rows)}" for name, rows in sorted(models.items())]
    listed = [
        f"    {json.dumps({'model': model, 'reason': reason, 'requests': requests})}"
        for (model, reason), requests in sorted(exceptions.items())
    ]
    text = '{\n  "models": {\n' + ",\n".join(lines) + '\n  },\n  "exceptions": [\n' + ",\n".join(listed) + "\n  ]\n}\n"
    return text.encode()


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


# --- report ------------------------------------------------------------------------------------------------------


def report(inputs: Inputs, book: PriceBook, found: list[Point], reasons: list[str]) -> Iterator[str]:
    """The lines of docs/evidence/prices.txt."""
    yield "$ python -m tools.check_prices --archive litellm-{}-py3-none-any.whl\n".format(
        inputs.corrections["archive"]["version"]
    )
    yield f"Price check of {inputs.day}: price file {book.version} against {_sources(inputs)}"
    yield "Nobody read a vendor's price page for this: agreement of two libraries is no proof.\n"
    yield f"{'prices stated by both, direct, today':44}" + "".join(f"{d:>16}" for d in DIMENSIONS)
    for channel in sorted(inputs.corrections["channels"]):
        yield f"{channel + ' (equal / different / one only)':44}" + "".join(_dimension_counts(inputs, channel))
    yield "\nrequests of the grid                      compared   agree with both   with one    not priced   undecided"
    for variant in ("standard", "batch"):
        yield _grid_line(variant, [pair for pair in zip(found, reasons, strict=True) if pair[0].variant == variant])
    yield "\nexceptions (requests, model, reason):"
    counts = Counter((p.model, r) for p, r in zip(found, reasons, strict=True) if r != "agree")
    yield from (f"{count:6} {model:32} {reason}" for (model, reason), count in sorted(counts.items()))
    yield "\ndecisions:"
    for table in inputs.corrections["decisions"]:
        yield f"  {', '.join(table['names'])} [{', '.join(table['where'])}]: {table['take']}; {table['reason']}"
    yield "\nretired models, from genai-prices and an archived litellm:"
    yield from (f"  {name}: {table['reason']}" for name, table in sorted(inputs.corrections["retired"].items()))
    yield "\nnot in the file:"
    yield from _left_out(inputs, book)


def _sources(inputs: Inputs) -> str:
    return f"{next(iter(inputs.genai.values())).source} and {next(iter(inputs.litellm.values())).source}"


def _dimension_counts(inputs: Inputs, channel: str) -> Iterator[str]:
    pairs = [
        (genai.on(inputs.day.isoformat()).standard.base, litellm.rows[0].standard.base)
        for name, genai, litellm, retired in accepted(inputs)
        if litellm and not retired and genai.channel == channel
    ]
    for key in DIMENSIONS:
        both = [(a[key], b[key]) for a, b in pairs if key in a and key in b]
        equal, one = sum(a == b for a, b in both), sum((key in a) != (key in b) for a, b in pairs)
        yield f"{f'{equal} / {len(both) - equal} / {one}':>16}"


def _grid_line(variant: str, pairs: list[tuple[Point, str]]) -> str:
    agreed = [point for point, reason in pairs if reason == "agree"]
    both = sum(point.genai is not None and point.litellm is not None for point in agreed)
    unpriced, undecided = sum(p.ours is None for p, _ in pairs), sum(r == UNDECIDED for _, r in pairs)
    return f"{variant:40}{len(pairs):10}{both:18}{len(agreed) - both:11}{unpriced:14}{undecided:12}"


def _left_out(inputs: Inputs, book: PriceBook) -> Iterator[str]:
    known = set(book.names())
    excluded = sorted(n for n in {*inputs.genai, *inputs.litellm} - known if is_excluded(n, inputs.corrections))
    rest = {*inputs.genai, *inputs.litellm} - known - set(excluded)
    yield f"  ruled out by [exclude]: {', '.join(excluded)}"
    yield f"  text models of litellm only: {', '.join(sorted(rest - set(inputs.genai)))}"
    yield f"  names of genai-prices only (not all of them text): {', '.join(sorted(rest - set(inputs.litellm)))}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--archive", required=True, help="the litellm wheel named in price_corrections.toml")
    parser.add_argument("--freeze", action="store_true", help="write fixtures/prices/reference.json")
    options = parser.parse_args()
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # keeps litellm off the network
    with open(OUTPUT, "rb") as file:
        data = file.read()
    book = PriceBook(data)
    inputs = read_inputs(book.generated_at, options.archive)
    found = list(points(book, inputs.day))
    reasons = [verdict(point, book, inputs.corrections["decisions"]) for point in found]
    print("\n".join(report(inputs, book, found, reasons)))
    same = render(build(inputs)) == data
    print(f"\nbuilt again from the same inputs: {'the same bytes' if same else 'OTHER BYTES'}")
    if options.freeze:
        with open(REFERENCE, "wb") as file:
            file.write(frozen(found, reasons))
    return 0 if same and UNDECIDED not in reasons else 1


if __name__ == "__main__":
    sys.exit(main())
