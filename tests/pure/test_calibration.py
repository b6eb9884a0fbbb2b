"""Ratios by class of text: the table is the fit of the figures, and a prompt's ratio is the mix of its texts'."""

from __future__ import annotations

from decimal import Decimal
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.data import open_data
from llmcost_hooks.families import ITSELF, Ratio, Scale, scales
from llmcost_hooks.manifest import parse_manifest
from llmcost_hooks.models import resolve_model
from llmcost_hooks.prices.book import PriceBook
from llmcost_hooks.prices.own import OwnPrices, OwnRatio
from llmcost_hooks.prompts.classes import ALL_PROSE, CLASSES, Mix
from llmcost_hooks.stated import mistake_in
from tools import check_calibration
from tools.calibration_figures import FIGURES, FIT, HELD, SOURCES

from .build import BOOK, ON, facts, priced_one

REAL = PriceBook(open_data("prices.json"))
HALF_CODE: Mix = (50, 50, 0, 0, 0)


def test_the_table_of_the_package_is_the_fit() -> None:
    assert check_calibration.wrong() == []


def test_every_figure_has_a_source_and_a_class() -> None:
    assert {figure.source for figure in FIGURES} <= SOURCES.keys()
    assert {figure.text for figure in FIGURES} <= set(CLASSES)
    for family in {figure.family for figure in FIGURES}:
        fitted = {figure.text for figure in FIGURES if figure.family == family and figure.role == FIT}
        assert fitted == set(CLASSES), family


def test_what_is_held_out_is_not_fitted() -> None:
    held = [figure for figure in FIGURES if figure.role == HELD]
    assert len(held) > 20
    assert not {figure._replace(role=FIT) for figure in held} & set(FIGURES)


def test_the_evidence_is_what_the_tool_prints() -> None:
    from pathlib import Path

    stated = (Path(__file__).parents[2] / "docs/evidence/calibration.txt").read_text()
    assert stated.splitlines() == list(check_calibration.report())


# --- the mix ----------------------------------------------------------------------------------------------------------

RATIOS = tuple(Ratio(Decimal(n), Decimal(n) + Decimal("0.5"), Decimal(n + 1)) for n in range(1, 6))


def test_a_text_of_one_class_has_its_ratio() -> None:
    for n in range(5):
        mix = tuple(100 if kind == n else 0 for kind in range(5))
        low, typical, high = scales(RATIOS, [(mix, 7)])  # type: ignore[list-item]
        assert [scale.tokens(10) for scale in (low, typical, high)] == [10 * (n + 1), 10 * n + 15, 10 * (n + 2)]


def test_a_ratio_is_weighted_by_tokens() -> None:
    _, typical, _ = scales(RATIOS, [(ALL_PROSE, 300), ((0, 100, 0, 0, 0), 100)])
    assert typical.tokens(400) == 300 * 1.5 + 100 * 2.5
    _, mixed, _ = scales(RATIOS, [((75, 25, 0, 0, 0), 400)])
    assert mixed.tokens(400) == typical.tokens(400)


def test_of_nothing_the_ratio_is_that_of_prose() -> None:
    assert scales(RATIOS, [])[1].tokens(2) == 3
    assert scales(ITSELF, [])[1] == Scale(1, 1)


@given(st.lists(st.tuples(st.sampled_from([ALL_PROSE, HALF_CODE, (0, 0, 20, 30, 50)]), st.integers(0, 10**9))))
def test_a_mix_lies_between_its_classes(mixed: list[tuple[Mix, int]]) -> None:
    low, typical, high = (scale.tokens(10**6) for scale in scales(RATIOS, mixed))
    assert 10**6 <= low < typical < high <= 6 * 10**6


def test_the_class_of_a_text_moves_its_count() -> None:
    claude = resolve_model("claude-3-opus", BOOK)
    assert claude is not None
    prose, code = (claude.ratios[n].typical for n in (0, 1))
    text = facts(1000)
    assert priced_one(text, model="claude-3-opus").input_tokens == ceil(1000 * prose)
    half = priced_one(text._replace(mix=HALF_CODE), model="claude-3-opus")
    assert half.input_tokens == ceil(500 * prose + 500 * code)
    assert priced_one(text._replace(mix=HALF_CODE), model="gpt-4o").input_tokens == 1000


# --- a project's own ratio --------------------------------------------------------------------------------------------

OURS = b"""version = 1
[tokens."Claude Sonnet 4.5"]
ratio = 1.31
low = 1.25
high = 1.40
on = "2026-11-20"
"""


def own(text: bytes = OURS) -> OwnPrices:
    prices = parse_manifest(text).prices
    assert prices is not None
    return prices


def test_a_project_states_its_own_ratio() -> None:
    stated = own()
    assert stated.ratios[0].model == "Claude Sonnet 4.5"
    for name in ("claude-sonnet-4-5", "bedrock/anthropic.claude-sonnet-4-5-20250929-v1:0", "claude-sonnet-4-5#us"):
        model = resolve_model(name, REAL, stated)
        assert model is not None
        assert (model.grade, model.encoding) == ("calibrated", "o200k_base"), name
        assert set(model.ratios) == {Ratio(Decimal("1.25"), Decimal("1.31"), Decimal("1.40"))}
        assert model.basis == "1.31 x o200k_base (1.25-1.40), measured by 2026-11-20 in llm-cost.toml"
    other = resolve_model("claude-sonnet-4-6", REAL, stated)
    assert other is not None
    assert other.grade == "heuristic"
    assert mistake_in(stated, REAL) is None


def test_it_stands_above_a_tokenizer_of_the_package() -> None:
    model = resolve_model("gpt-4", REAL, own(OURS.replace(b"Claude Sonnet 4.5", b"gpt-4")))
    assert model is not None
    assert (model.grade, model.encoding) == ("calibrated", "o200k_base")


def test_it_holds_for_a_model_of_ones_own() -> None:
    private = b'[prices.model."ours"]\nbase = "claude-sonnet-4-5"\ninput = 1\n[prices.model."theirs"]\ninput = 1\n'
    stated = own(OURS.replace(b"Claude Sonnet 4.5", b"theirs") + private)
    grades = [(model := resolve_model(name, REAL, stated)) and model.grade for name in ("ours", "theirs")]
    assert grades == ["heuristic", "calibrated"]


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (["claude-sonet-4-5"], '[tokens."claude-sonet-4-5"] names no model of the price file'),
        (["claude-sonnet-4-5", "Claude Sonnet 4.5"], "the tokens of claude-sonnet-4-5 are stated twice"),
    ],
)
def test_a_name_that_means_nothing_or_another_is_a_mistake(names: list[str], what: str) -> None:
    ratios = tuple(OwnRatio(name, Decimal(1), Decimal(1), Decimal(1), ON) for name in names)
    problem = mistake_in(OwnPrices(ratios=ratios), REAL)
    assert problem is not None
    assert what in problem.reason
