"""The report of a price check, docs/evidence/prices.txt: what was compared, decided and left out. Pure."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from tools.price_building import Built, Inputs
from tools.price_cache import CacheMinimums
from tools.price_merge import Asked
from tools.price_oracles import VARIANTS, Point
from tools.price_sources import TEXT, LeftOut, Statement, flat

UNDECIDED = "UNDECIDED"
_STATED = "today's row stated by: both / genai-prices / litellm / both, retired"
CHECKED = ("openai", "anthropic", "google", "cohere")  # own APIs on which both libraries are taken at their word
WIDTH = 160


def report(inputs: Inputs, built: Built, found: list[Point], reasons: list[str]) -> Iterator[str]:
    """Its lines."""
    archive = f"litellm-{inputs.corrections['archive']['version']}-py3-none-any.whl"
    yield f"$ python -m tools.check_prices --archive {archive}\n"
    file = built.file
    yield f"Price check of {inputs.day}: price file {file['db_version']} against {_sources(inputs)}"
    yield "Nobody read a vendor's price page for this: agreement of two libraries is no proof.\n"
    yield from _channels(file)
    yield from _agreement(inputs, file)
    yield from _promise(inputs, file)
    yield from _grid(found, reasons)
    yield from _decisions(inputs, built.asked)
    yield from _least(built.least, built.file["models"])
    yield from _retired(inputs)
    yield from _left_out(built.left_out)


def _sources(inputs: Inputs) -> str:
    return f"{next(iter(inputs.genai.values())).source} and {next(iter(inputs.litellm.values())).source}"


# --- content -----------------------------------------------------------------------------------------------------


def _channels(file: dict[str, Any]) -> Iterator[str]:
    yield f"{'channel':14}{'models':>8}{'names':>8}{'offers':>8}{'rows':>8}   {_STATED}"
    names = Counter(_channel(file, target.partition("#")[0]) for target in file["aliases"].values())
    totals = Counter[str]()
    for channel in sorted(file["channels"]):
        models = [m for m in file["models"].values() if m["offers"][0]["channel"] == channel]
        offers = [offer for model in models for offer in model["offers"]]
        kinds = Counter(_today(offer, file)["source"].rpartition("-")[2] for offer in offers)
        counts = [len(models), len(models) + names[channel], len(offers), sum(len(o["prices"]) for o in offers)]
        totals.update(dict(zip(("models", "names", "offers", "rows"), counts, strict=True)))
        said = " / ".join(str(kinds[kind]) for kind in ("both", "single", "litellm", "retired"))
        yield f"{channel:14}" + "".join(f"{count:>8}" for count in counts) + f"   {said}"
    yield f"{'all':14}" + "".join(f"{totals[key]:>8}" for key in ("models", "names", "offers", "rows"))


def _channel(file: dict[str, Any], model: str) -> str:
    return str(file["models"][model]["offers"][0]["channel"])


def _today(offer: dict[str, Any], file: dict[str, Any]) -> dict[str, Any]:
    rows: list[dict[str, Any]] = [p for p in offer["prices"] if p["effective_from"] <= file["generated_at"][:10]]
    return rows[-1] if rows else offer["prices"][0]


# --- agreement ---------------------------------------------------------------------------------------------------


def _pairs(inputs: Inputs) -> Iterator[tuple[Statement, Statement]]:
    retired = inputs.corrections["retired"]
    for key, genai in sorted(inputs.genai.items(), key=lambda item: (item[0][0], item[0][1] or "")):
        if key in inputs.litellm and key[0] not in retired:
            yield genai, inputs.litellm[key]


def _agreement(inputs: Inputs, file: dict[str, Any]) -> Iterator[str]:
    """By channel and dimension, over every offer that both libraries have: equal / different / one only."""
    columns = (*TEXT, "tiers", "batch", "flex", "priority", "fast", "fees", "other")
    yield "\nprices of the offers that both have, today: equal / different / stated by one only"
    yield f"{'channel':14}{'offers':>7}" + "".join(f"{name:>15}" for name in columns)
    table: dict[str, dict[str, Counter[str]]] = {}
    offers = Counter[str]()
    for genai, litellm in _pairs(inputs):
        offers[genai.channel] += 1
        a, b = flat(genai.on(inputs.day.isoformat())), flat(litellm.rows[0])
        for path in {*a, *b}:
            said = "one" if (path in a) != (path in b) else "equal" if a[path] == b[path] else "different"
            table.setdefault(genai.channel, {}).setdefault(_column(path), Counter())[said] += 1
    for channel, counts in sorted(table.items()):
        cells = (counts.get(name, Counter()) for name in columns)
        yield f"{channel:14}{offers[channel]:7}" + "".join(
            f"{' / '.join(str(c[s]) for s in ('equal', 'different', 'one')):>15}" for c in cells
        )


def _column(path: str) -> str:
    part, _, dimension = path.partition(".")
    if part == "standard":
        return dimension if dimension in TEXT else "other"
    if part.startswith("standard>"):
        return "tiers"
    part = part.partition(">")[0]
    return "fees" if part == "per_request" else part if part in VARIANTS else "other"


def _promise(inputs: Inputs, file: dict[str, Any]) -> Iterator[str]:
    """How many of the prices on which both agree are the file's too, at the developers' own APIs."""
    yield "\nof the prices that both libraries state for an own API:"
    total = Counter[str]()
    for channel in CHECKED:
        counts = Counter[str]()
        for genai, litellm in _pairs(inputs):
            target = genai.id if genai.id in file["models"] else file["aliases"].get(genai.id)
            if genai.channel != channel or target is None:
                continue
            ours = _flat(_today(file["models"][target]["offers"][0], file))
            a, b = flat(genai.on(inputs.day.isoformat())), flat(litellm.rows[0])
            for path in a.keys() & b.keys():
                counts["both"] += 1
                counts["equal"] += a[path] == b[path]
                counts["ours"] += a[path] == b[path] == ours.get(path)
        total += counts
        yield f"  {channel:12}{_shares(counts)}"
    yield f"  {'all':12}{_shares(total)}: {Decimal(100 * total['ours']) / total['both']:.2f} % of those stated by both"


def _shares(counts: Counter[str]) -> str:
    return f"{counts['both']:6} stated by both, {counts['equal']:6} equal, {counts['ours']:6} of these in the file"


def _flat(row: dict[str, Any]) -> dict[str, Decimal]:
    tables = {"standard": row["standard"], **row["variants"], "per_request": row.get("per_request", {})}
    tables |= {f"{tier['variant']}>{tier['when_input_gt']}": tier for tier in row["tiers"]}
    tables |= {f"time {hours['utc_from']}-{hours['utc_to']}": hours for hours in row.get("time_of_day", ())}
    return {
        f"{part}.{key}": Decimal(value)
        for part, table in tables.items()
        for key, value in table.items()
        if key not in ("variant", "when_input_gt", "utc_from", "utc_to")
    }


# --- the grid ----------------------------------------------------------------------------------------------------


def _grid(found: list[Point], reasons: list[str]) -> Iterator[str]:
    yield "\ncost of a grid of requests, here and by the libraries' own calculators where they state every rate needed"
    heads = (
        "requests",
        "agree: both",
        "genai-prices",
        "litellm",
        "not asked",
        "unknown here",
        "decided",
        UNDECIDED.lower(),
    )
    yield f"{'variant':12}" + "".join(f"{head:>14}" for head in heads)
    for variant in VARIANTS:
        pairs = [(p, r) for p, r in zip(found, reasons, strict=True) if p.variant == variant]
        agree = Counter((p.genai is not None, p.litellm is not None) for p, r in pairs if r == "agree")
        unknown = sum(p.ours is None for p, _ in pairs)
        undecided = sum(r == UNDECIDED for _, r in pairs)
        decided = len(pairs) - sum(agree.values()) - unknown - undecided
        counts = (len(pairs), agree[True, True], agree[True, False], agree[False, True], agree[False, False])
        yield f"{variant:12}" + "".join(f"{count:14}" for count in (*counts, unknown, decided, undecided))
    yield "\nexceptions (requests, offers, reason):"
    groups: dict[str, set[str]] = {}
    counts_by = Counter[str]()
    for point, reason in zip(found, reasons, strict=True):
        if reason != "agree":
            counts_by[reason] += 1
            groups.setdefault(reason, set()).add(_offer(point.model, point.region))
    for reason, count in sorted(counts_by.items()):
        yield from _wrapped(f"{count:6} {len(groups[reason]):5}  {reason}", "               ")


def _offer(name: str, region: str | None) -> str:
    return f"{name}#{region}" if region else name


# --- decisions, and what is not there ----------------------------------------------------------------------------


def _decisions(inputs: Inputs, asked: list[Asked]) -> Iterator[str]:
    offers = len({(item.name, item.region) for item in asked})
    yield f"\ndisagreements and their decisions ({len(asked)} prices of {offers} offers; genai-prices / litellm):"
    for number, rule in enumerate(inputs.corrections["decisions"]):
        mine = [item for item in asked if item.rule == number]
        since = f" since {rule['since']}" if "since" in rule else ""
        yield from _wrapped(f"{number + 1:3}. {rule['take']}{since}: {rule['reason']}", "     ")
        by_offer: dict[str, list[str]] = {}
        for item in mine:
            said = (
                f"{item.where} {item.genai:f} / {item.litellm:f}"
                if item.genai is not None and item.litellm is not None
                else item.where
            )
            by_offer.setdefault(_offer(item.name, item.region), []).append(said)
        for offer, said_of in by_offer.items():
            yield from _wrapped(f"       {offer}: {'; '.join(said_of)}", "         ")


def _least(least: CacheMinimums, models: dict[str, Any]) -> Iterator[str]:
    """The rules of price_cache.toml, how many models each has, and where litellm says otherwise."""
    found = [least.found[name] for name in sorted(models) if name in least.found]
    known = sum(each.tokens is not None for each in found)
    yield f"\nfrom how many tokens on a prompt is cached: known of {known} of {len(found)} models with a cached price:"
    for number, rule in enumerate(least.rules):
        tokens, mine = rule.get("tokens"), [each for each in found if each.rule == number]
        head = f"{tokens:,} by {rule['source']}" if tokens else "no figure"
        names = ", ".join(f"{part}" for key in ("channels", "names") for part in rule[key])
        why = f": {rule['reason']}" if "reason" in rule else ""
        yield from _wrapped(f"{number + 1:3}. {head}{why} ({len(mine)}: {names})", "     ")
        others = [f"{each.name} {each.litellm:,}" for each in mine if each.litellm and each.litellm != tokens]
        yield from _wrapped(f"       litellm: {', '.join(others)}", "         ") if others else ()


def _retired(inputs: Inputs) -> Iterator[str]:
    yield "\nretired models, from genai-prices and an archived litellm:"
    yield from (f"  {name}: {table['reason']}" for name, table in sorted(inputs.corrections["retired"].items()))


def _left_out(items: Iterable[LeftOut]) -> Iterator[str]:
    groups: dict[tuple[str, str], list[str]] = {}
    for item in items:
        groups.setdefault((item.channel, item.reason), []).append(item.name)
    yield f"\nnot in the file, by channel and reason ({sum(map(len, groups.values()))} names):"
    for (channel, reason), names in sorted(groups.items()):
        yield from _wrapped(f"  {channel}, {reason} ({len(names)}): {', '.join(sorted(names))}", "    ")


def _wrapped(line: str, indent: str) -> list[str]:
    return textwrap.wrap(
        line, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    ) or [line]
