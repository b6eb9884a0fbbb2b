"""The catalogue is append-only: what a published price file says of a day, every later one says of that day. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def broken_promises(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What `new` takes back of `old`: names, offers, rows, and known prices; empty where it only adds.

    An unknown price may become known. A correction is a new row from the day of the new file on.
    """
    return sorted(set(_broken(old, new)))


def _broken(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    names = {**{name: name for name in old["models"]}, **old["aliases"]}
    for name, target in names.items():
        found = name if name in new["models"] else new["aliases"].get(name)
        if found is None:
            yield f"{name} is dropped"
            continue
        before, after = _model(old, target), _model(new, found)
        for region, rows in _offers(old, target, before).items():
            rest = _offers(new, found, after).get(region)
            yield from (f"{name}{_in(region)}: {what}" for what in _rows(rows, rest, old["generated_at"][:10]))


def _model(file: dict[str, Any], target: str) -> dict[str, Any]:
    model: dict[str, Any] = file["models"][target.partition("#")[0]]
    return model


def _offers(file: dict[str, Any], target: str, model: dict[str, Any]) -> dict[str | None, list[dict[str, Any]]]:
    """Rows by region; of an alias with a region, that region's alone."""
    region = target.partition("#")[2]
    return {o["region"]: o["prices"] for o in model["offers"] if not region or o["region"] == region}


def _in(region: str | None) -> str:
    return f" in {region}" if region else ""


def _rows(old: list[dict[str, Any]], new: list[dict[str, Any]] | None, published: str) -> Iterator[str]:
    if new is None:
        yield "the offer is dropped"
        return
    by_day = {row["effective_from"]: row for row in new}
    for row in old:
        day = row["effective_from"]
        if day not in by_day:
            yield f"the row of {day} is dropped"
            continue
        yield from (f"the row of {day} {what}" for what in _edits(row, by_day[day]))
    for day, row in by_day.items():
        before = [known for known in old if known["effective_from"] < day]
        # a row put in between changes the past where it forgets or changes what held on its day
        if before and day <= published and day not in {known["effective_from"] for known in old}:
            yield from (f"the new row of {day} {what}" for what in _edits(before[-1], row))


def _edits(old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    was, now = dict(_known(old)), dict(_known(new))
    for path, price in was.items():
        if path not in now:
            yield f"forgets {path} ({price})"
        elif now[path] != price:
            yield f"says {now[path]} for {path}, which was {price}"
    # a tier or an hour that was not there makes a known price another one
    yield from (f"begins {path}" for path in _cliffs(new) - _cliffs(old) if path.partition(">")[0] in _variants(old))


def _known(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    tables = {"standard": row["standard"], **row["variants"]}
    for tier in row["tiers"]:
        tables[f"{tier['variant']}>{tier['when_input_gt']}"] = tier
    for hours in row.get("time_of_day", ()):
        tables[f"{hours['variant']} {hours['utc_from']}-{hours['utc_to']}"] = hours
    tables["per_request"] = row.get("per_request", {})
    tables["training"] = {"training": row.get("training")}
    for path, table in tables.items():
        for key, value in table.items():
            if value is not None and key not in ("variant", "when_input_gt", "utc_from", "utc_to"):
                yield f"{path}.{key}", value


def _cliffs(row: dict[str, Any]) -> set[str]:
    return {f"{tier['variant']}>{tier['when_input_gt']}" for tier in row["tiers"]} | {
        f"{hours['variant']}>{hours['utc_from']}" for hours in row.get("time_of_day", ())
    }


def _variants(row: dict[str, Any]) -> set[str]:
    return {"standard", *row["variants"]}
