"""The catalogue is append-only: the builder's check, on small files, and what it holds the bundled file to."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.build_prices import publish
from tools.price_catalogue import broken_promises

from .files import DATA, WHOLE

ROW: dict[str, Any] = {
    "effective_from": "2026-01-01",
    "source": "s",
    "standard": {"input": "1", "output": "2"},
    "variants": {"batch": {"input": "0.5", "output": "1"}},
    "tiers": [{"variant": "standard", "when_input_gt": 1000, "input": "2", "output": "3"}],
    "per_request": {"web_search": "0.01"},
}
OLD: dict[str, Any] = {
    "generated_at": "2026-06-01T00:00:00Z",
    "models": {
        "m": {
            "offers": [
                {
                    "channel": "c",
                    "region": None,
                    "prices": [ROW, {**copy.deepcopy(ROW), "effective_from": "2026-03-01"}],
                },
                {"channel": "c", "region": "eu", "prices": [ROW]},
            ]
        }
    },
    "aliases": {"m-1": "m", "eu.m": "m#eu"},
}


def after(change: Callable[[dict[str, Any]], object]) -> list[str]:
    new = copy.deepcopy(OLD)
    change(new)
    return broken_promises(OLD, new)


def rows(file: dict[str, Any], offer: int = 0) -> list[dict[str, Any]]:
    prices: list[dict[str, Any]] = file["models"]["m"]["offers"][offer]["prices"]
    return prices


def test_the_same_file_keeps_every_promise() -> None:
    assert broken_promises(OLD, OLD) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda file: rows(file)[0]["standard"].update(input="1.1"), "m: the row of 2026-01-01 says 1.1 for"),
        (lambda file: rows(file)[0]["standard"].pop("output"), "forgets standard.output (2)"),
        (lambda file: rows(file)[0]["standard"].update(output=None), "forgets standard.output (2)"),
        (lambda file: rows(file)[1]["variants"].clear(), "the row of 2026-03-01 forgets batch.input (0.5)"),
        (lambda file: rows(file)[1]["tiers"][0].update(when_input_gt=999), "forgets standard>1000.input"),
        (lambda file: rows(file)[1]["tiers"].append({"variant": "batch", "when_input_gt": 1000}), "begins batch>1000"),
        (lambda file: rows(file)[0]["per_request"].update(web_search="0.02"), "says 0.02 for per_request.web_search"),
        (lambda file: rows(file).pop(0), "m: the row of 2026-01-01 is dropped"),
        (lambda file: rows(file)[0].update(effective_from="2026-01-02"), "the row of 2026-01-01 is dropped"),
        (lambda file: file["models"]["m"]["offers"].pop(1), "m in eu: the offer is dropped"),
        (lambda file: file["aliases"].pop("m-1"), "m-1 is dropped"),
        (lambda file: (file["models"].update(n=file["models"].pop("m")), file["aliases"].clear()), "m is dropped"),
    ],
)  # fmt: skip
def test_what_was_published_is_not_taken_back(change: Callable[[dict[str, Any]], object], said: str) -> None:
    assert any(said in line for line in after(change)), after(change)


def test_a_row_put_into_the_past_must_say_what_held_then() -> None:
    between = {**copy.deepcopy(ROW), "effective_from": "2026-02-01"}
    assert after(lambda file: rows(file).append(between)) == []
    cheaper = {**between, "standard": {"input": "0.9", "output": "2"}}
    assert "the new row of 2026-02-01 says 0.9" in after(lambda file: rows(file).append(cheaper))[0]
    assert (
        "the new row of 2026-05-01"
        in after(lambda file: rows(file).append({**cheaper, "effective_from": "2026-05-01"}))[0]
    )


def test_a_correction_is_a_new_row_of_a_later_day() -> None:
    later = {**copy.deepcopy(ROW), "effective_from": "2026-06-02", "standard": {"input": "9", "output": "9"}}
    assert after(lambda file: rows(file).append(later)) == []


def test_the_unknown_may_become_known_and_names_may_come_and_turn() -> None:
    def more(file: dict[str, Any]) -> None:
        rows(file)[0]["standard"]["cache_read"] = "0.1"
        rows(file)[0]["variants"]["flex"] = {"input": "0.5"}
        file["models"]["n"] = file["models"]["m"]
        file["aliases"]["m-2"] = "m"

    assert after(more) == []
    turned = copy.deepcopy(OLD)  # an alias may become a model of its own: what it costs is what counts
    turned["models"]["m-1"] = turned["models"]["m"]
    del turned["aliases"]["m-1"]
    assert broken_promises(OLD, turned) == []


def test_an_alias_of_a_region_answers_for_that_region_alone() -> None:
    def other(file: dict[str, Any]) -> None:
        file["models"]["m-eu"] = {"offers": [file["models"]["m"]["offers"][1]]}
        file["aliases"]["eu.m"] = "m-eu"

    assert after(other) == []


def test_the_bundled_file_is_held_to_it() -> None:
    edited = copy.deepcopy(
        {key: WHOLE[key] for key in ("generated_at", "aliases")} | {"models": {"gpt-4o": WHOLE["models"]["gpt-4o"]}}
    )
    edited["aliases"] = {}
    old = copy.deepcopy(edited)
    assert broken_promises(old, edited) == []
    edited["models"]["gpt-4o"]["offers"][0]["prices"][-1]["standard"]["input"] = "5"
    assert broken_promises(old, edited) != []


def test_the_builder_writes_what_adds_and_refuses_what_takes_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    previous, output = tmp_path / "previous.json", tmp_path / "prices.json"
    previous.write_bytes(DATA)
    built = {key: WHOLE[key] for key in WHOLE if key not in ("revocations", "signatures")}
    assert publish(built, str(previous), str(output)) == 0
    assert output.read_bytes() == DATA
    edited = json.loads(json.dumps(built))
    edited["models"]["gpt-4o"]["offers"][0]["prices"][0]["standard"]["input"] = "5"
    del edited["models"]["o1"]["offers"][0]["prices"][0]
    del edited["aliases"]["gpt-4o-2024-08-06"]
    output.unlink()
    capsys.readouterr()
    assert publish(edited, str(previous), str(output)) == 1
    assert not output.exists()
    said = capsys.readouterr().out
    assert "append-only" in said
    assert "gpt-4o: the row of 2025-05-22 says 5 for standard.input, which was 2.5" in said
    assert "o1: the row of 2025-05-22 is dropped" in said
    assert "gpt-4o-2024-08-06 is dropped" in said
