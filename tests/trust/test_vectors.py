"""The vectors, through the one function that judges price files."""

from __future__ import annotations

import base64
import json
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from llmcost_hooks.prices.price_file import DATE, Refused
from llmcost_hooks.prices.trust import Floor, RefusedAndLearned, Roots, Trust, judge_file, parse_trust, render_trust

from ..cli.running import ROOT

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "vectors.json").read_text())


def bytes_of(file: dict[str, Any]) -> bytes:
    data = file["text"].encode() if "text" in file else base64.b64decode(file["base64"])
    return data + b" " * (file["pad_to"] - len(data)) if "pad_to" in file else data


def judge(vector: dict[str, Any]) -> tuple[str, Trust]:
    """("accept" or the id of the refusal, the trust store after it)."""
    before = parse_trust(json.dumps(vector["trust"]).encode()) if "trust" in vector else Trust()
    roots = Roots(tuple(vector["pins"]), tuple((text, why) for text, why in vector.get("revoked", ())))
    floors = [Floor(**each) for each in vector["floors"]]
    now = datetime.strptime(vector["now"], DATE).replace(tzinfo=timezone.utc)
    options = {name: vector.get(name, False) for name in ("accept_rotation", "force_stale")}
    try:
        return "accept", judge_file(bytes_of(vector["file"]), before, roots, floors, now, **options).trust
    except RefusedAndLearned as refused:
        return refused.id, refused.trust
    except Refused as refused:
        return refused.id, before


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_vector(vector: dict[str, Any]) -> None:
    verdict, after = judge(vector)
    assert verdict == vector["expect"]
    stored = json.loads(render_trust(after))
    for name, expected in vector.get("after", {}).items():
        assert stored[name] == expected
    assert parse_trust(render_trust(after)) == after
    if verdict != "accept":
        assert stored["floor"] == vector.get("trust", {}).get("floor")


def test_there_are_enough_and_most_are_refused() -> None:
    refused = sum(vector["expect"] != "accept" for vector in VECTORS)
    assert len(VECTORS) >= 120
    assert refused >= 0.7 * len(VECTORS)


def test_every_refusal_has_its_message() -> None:
    """Each says what is wrong in one line, and none repeats what a hostile file says."""
    for vector in VECTORS:
        if vector["expect"] != "accept":
            with pytest.raises(Refused) as caught:
                before = parse_trust(json.dumps(vector["trust"]).encode()) if "trust" in vector else Trust()
                roots = Roots(tuple(vector["pins"]), tuple((t, w) for t, w in vector.get("revoked", ())))
                now = datetime.strptime(vector["now"], DATE).replace(tzinfo=timezone.utc)
                floors = [Floor(**each) for each in vector["floors"]]
                judge_file(bytes_of(vector["file"]), before, roots, floors, now)
            assert "\n" not in caught.value.message and caught.value.message.isprintable()
            assert len(caught.value.message) < 300


def test_they_are_what_the_builder_makes() -> None:
    from tools.build_vectors import render

    assert (ROOT / "tests" / "trust" / "vectors.json").read_bytes() == render()
