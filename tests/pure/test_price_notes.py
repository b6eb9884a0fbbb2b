"""What must be said of a price: the dearest hour, text without audio, a prompt too short to be cached, a premium."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from llmcost_hooks.estimate import estimate_snapshot
from llmcost_hooks.linking import Facts
from llmcost_hooks.manifest import parse_manifest
from llmcost_hooks.prices.book import PriceBook
from llmcost_hooks.pricing import PromptEstimate
from llmcost_hooks.snapshot import Snapshot

from ..prices.files import edited
from .build import DATED, GPT_4O, ON, facts, model, prompt


def timed() -> dict[str, Any]:
    """Twice the price from 01:00 to 04:00 UTC."""
    value = model(GPT_4O)
    window = {"utc_from": "01:00", "utc_to": "04:00", "input": "5", "output": "20", "cache_read": "2.5"}
    value["offers"][0]["prices"][0]["time_of_day"] = [window]
    return value


MODELS = {
    "timed": timed(),
    "spoken": {**model(GPT_4O), "mode": "audio"},
    "short": {**model(GPT_4O), "cache": {"min_tokens": 1024, "mode": "automatic"}},
}
CHANNELS = {
    "openai": {"vendor": "OpenAI", "service": "API", "fine_tuned": {"multiplier": "1.5", "source": "a test"}},
}
BOOK = PriceBook(edited(lambda value: value.update(models=MODELS, aliases={}, **DATED, channels=CHANNELS)))


def priced(tokens: int = 1000, text: str = "", **assumed: Any) -> PromptEstimate:
    manifest = parse_manifest(f"version = 1\n{text}".encode())
    file = prompt(output_tokens=0, **assumed)._replace(prices=manifest.prices)
    snapshot = Snapshot("worktree", None, manifest, (file,))
    row = estimate_snapshot(snapshot, Facts({(file.format, str(file.oid)): facts(tokens)}), BOOK, ON).rows[0]
    assert isinstance(row, PromptEstimate), row
    return row


def test_the_dearest_hour_unless_one_is_named() -> None:
    dearest, night, noon = (priced(model="timed", time_of_day=time) for time in (None, "01:00", "12:00"))
    assert [row.effective_cost for row in (dearest, night, noon)] == [Decimal("0.005")] * 2 + [Decimal("0.0025")]
    assert [bool(row.notes) for row in (dearest, night, noon)] == [True, False, False]
    assert 'time_of_day = "HH:MM"' in dearest.notes[0]


def test_a_stated_rate_holds_at_every_hour() -> None:
    text = "[prices.override.timed]\ninput = 1"
    for time in (None, "01:00", "12:00"):
        assert priced(text=text, model="timed", time_of_day=time).effective_cost == Decimal("0.001")


def test_text_of_a_model_that_speaks() -> None:
    assert priced(model="spoken").notes == ("spoken: text tokens only; audio has prices of its own",)


def test_a_prompt_that_is_too_short_is_not_cached() -> None:
    half: dict[str, Any] = {"scenario": "cached", "cache_hit_ratio": Decimal("0.5")}
    assert priced(1023, model="short", **half).cached_input_tokens == 0
    assert "caches prompts of 1,024 tokens and more" in priced(1023, model="short", **half).notes[0]
    assert (priced(1024, model="short", **half).cached_input_tokens, priced(1024, model="short", **half).notes) == (
        512,
        (),
    )


def test_a_fine_tuned_model_inherits_the_premium_of_its_provider() -> None:
    for found in (priced(model="short", fine_tuned=True), priced(model="ft:short:acme::x1")):
        assert found.effective_cost == Decimal("0.00375")
        assert found.notes == ("ft:short: 1.5 x the price of short, the rule of its provider",)
