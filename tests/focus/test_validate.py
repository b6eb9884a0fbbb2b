"""`llm-cost focus validate`: files that break one rule each, and are rejected for that rule and no other."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llmcost_hooks.errors import ParseError
from llmcost_hooks.focus.validate import check_file
from llmcost_hooks.known.focus import CURRENCIES, SERVICE_CATEGORIES, VERSIONS

from ..cli.running import document, failed, llm_cost, passed
from .exporting import exported, project

Rows = list[dict[str, str]]
Break = Callable[[Rows], object]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, sealed_session: Path) -> dict[str, Rows]:
    """What we export ourselves, by version."""
    repo = project(tmp_path_factory.mktemp("focus") / "project")
    return {at: exported(repo, "--focus-version", at) for at in ("1.0", "1.2", "1.3", "1.4")}


def put(column: str, value: str, row: int = 0) -> Break:
    """A cell with another value; a column that is not there is added."""

    def act(rows: Rows) -> None:
        for each in rows:
            each.setdefault(column, "")
        rows[row][column] = value

    return act


def every(column: str, value: str) -> Break:
    return lambda rows: [row.update({column: value}) for row in rows]


def without(*columns: str) -> Break:
    return lambda rows: [row.pop(column) for row in rows for column in columns]


def renamed(old: str, new: str) -> Break:
    def act(rows: Rows) -> None:
        for at, row in enumerate(rows):
            rows[at] = {new if name == old else name: value for name, value in row.items()}

    return act


def all_of(*breaks: Break) -> Break:
    return lambda rows: [act(rows) for act in breaks]


TAX = all_of(
    every("ChargeCategory", "Tax"),
    *(every(name, "") for name in (
        "ConsumedQuantity", "ConsumedUnit", "PricingQuantity", "PricingUnit", "ListUnitPrice", "ContractedUnitPrice",
        "PricingCategory", "SkuId", "SkuMeter", "SkuPriceDetails", "SkuPriceId", "PricingCurrencyContractedUnitPrice",
        "PricingCurrencyListUnitPrice",
    )),
)  # fmt: skip

# (version, what is done to a file that keeps it, the rules and columns that are then broken)
BROKEN: list[tuple[str, Break, set[tuple[str, str]]]] = [
    *((at, without(name), {("column-missing", name)}) for at, name in (
        ("1.0", "BilledCost"), ("1.0", "PublisherName"), ("1.0", "InvoiceIssuerName"), ("1.2", "BillingAccountId"),
        ("1.2", "BillingAccountName"), ("1.2", "BillingPeriodStart"), ("1.2", "ChargeClass"), ("1.2", "ProviderName"),
        ("1.2", "ChargeDescription"), ("1.2", "ChargePeriodEnd"), ("1.2", "ContractedCost"), ("1.2", "PricingQuantity"),
        ("1.2", "PricingUnit"), ("1.2", "ServiceName"), ("1.3", "ServiceProviderName"), ("1.3", "HostProviderName"),
        ("1.3", "ProviderName"), ("1.4", "HostProviderName"), ("1.4", "ListCost"), ("1.2", "ConsumedUnit"),
    )),
    ("1.2", renamed("ProviderName", "Provider"), {("column-missing", "ProviderName"), ("column-unknown", "Provider")}),
    ("1.2", renamed("ConsumedQuantity", "UsageQuantity"), {("column-unknown", "UsageQuantity")}),
    ("1.2", renamed("ServiceName", "servicename"),
     {("column-missing", "ServiceName"), ("column-unknown", "servicename")}),
    ("1.2", renamed("x_ContentHash", "x-content-hash"), {("column-unknown", "x-content-hash")}),
    ("1.2", renamed("x_ContentHash", "X_ContentHash"), {("column-unknown", "X_ContentHash")}),
    ("1.2", renamed("x_ContentHash", "x_"), {("column-unknown", "x_")}),
    ("1.2", renamed("x_ContentHash", "ContentHash"), {("column-unknown", "ContentHash")}),
    ("1.2", renamed("x_ContentHash", ""), {("column-unknown", "")}),
    ("1.0", put("SkuMeter", "Input Tokens"), {("column-version", "SkuMeter")}),
    ("1.0", put("InvoiceId", "1"), {("column-version", "InvoiceId")}),
    ("1.2", put("ServiceProviderName", "OpenAI"), {("column-version", "ServiceProviderName")}),
    ("1.4", put("ProviderName", "OpenAI"), {("column-version", "ProviderName")}),
    ("1.4", put("PublisherName", "OpenAI"), {("column-version", "PublisherName")}),
    *(("1.2", put(name, ""), {("not-null", name)}) for name in (
        "BilledCost", "BillingAccountId", "BillingCurrency", "ChargePeriodStart", "EffectiveCost", "InvoiceIssuerName",
        "ListCost", "ProviderName", "ServiceCategory", "ServiceName", "ChargeFrequency", "ServiceSubcategory",
        "PricingCurrency", "ListUnitPrice", "ContractedUnitPrice", "PricingCategory",
    )),
    ("1.3", put("HostProviderName", ""), {("not-null", "HostProviderName")}),
    ("1.2", put("SkuPriceId", ""), {("not-null", "SkuPriceId"), ("empty-without", "SkuPriceDetails")}),
    ("1.2", put("SkuId", ""), {("not-null", "SkuId"), ("empty-without", "SkuMeter")}),
    ("1.2", put("PricingQuantity", ""), {("not-null", "PricingQuantity"), ("empty-together", "PricingUnit")}),
    ("1.2", put("PricingUnit", ""), {("empty-together", "PricingUnit")}),
    ("1.2", put("ConsumedQuantity", ""), {("not-null", "ConsumedQuantity"), ("empty-together", "ConsumedUnit")}),
    ("1.2", put("ConsumedUnit", ""), {("empty-together", "ConsumedUnit")}),
    ("1.2", put("RegionId", "eu"), {("empty-together", "RegionName")}),
    ("1.2", put("ResourceType", ""), {("empty-together", "ResourceType")}),
    ("1.2", put("SubAccountName", "A"), {("empty-together", "SubAccountName")}),
    ("1.2", put("ResourceId", ""), {("empty-together", "ResourceType"), ("empty-without", "ResourceName")}),
    ("1.2", put("CommitmentDiscountName", "A"), {("empty-without", "CommitmentDiscountName")}),
    ("1.2", put("CommitmentDiscountId", "A"), {("not-null", "CommitmentDiscountStatus")}),
    ("1.2", put("ServiceName", "N/A"), {("placeholder", "ServiceName")}),
    ("1.2", put("RegionName", "null"), {("placeholder", "RegionName")}),
    ("1.2", put("ListUnitPrice", "NaN"), {("placeholder", "ListUnitPrice")}),
    *(("1.2", put("BilledCost", value), {("number", "BilledCost")}) for value in (
        "$1.00", "1,847.0", "+1.0", "1.0E+2", "1e-3", "0x10", "1.", ".5", " 1.0", "1 1/2", "Infinity", "١.٠",
    )),
    *(("1.2", put("ChargePeriodEnd", value), {("time", "ChargePeriodEnd")}) for value in (
        "2026-12-01", "2026-12-01T00:00:00", "2026-12-01 00:00:00", "2026-12-01T00:00:00+00:00", "2026-02-30T00:00:00Z",
        "12/01/2026",
    )),
    ("1.2", put("ChargePeriodEnd", "2026-11-01T00:00:00Z"), {("period", "ChargePeriodEnd")}),
    ("1.2", put("BillingPeriodEnd", "2026-10-01T00:00:00Z"), {("period", "BillingPeriodEnd")}),
    ("1.2", put("BillingCurrency", "US$"), {("currency", "BillingCurrency")}),
    ("1.2", put("BillingCurrency", "usd"), {("currency", "BillingCurrency")}),
    *(("1.2", put(name, value), {("allowed-values", name)}) for name, value in (
        ("ChargeCategory", "usage"), ("ChargeClass", "Regular"), ("ChargeFrequency", "Monthly"),
        ("PricingCategory", "Batch"), ("ServiceCategory", "AI"), ("ServiceSubcategory", "LLM"),
    )),
    ("1.2", put("ServiceSubcategory", "Serverless Compute"), {("subcategory", "ServiceSubcategory")}),
    *(("1.2", put("Tags", value), {("json", "Tags")}) for value in (
        "team=platform", "[1]", '"text"', "{'a': 1}", '{"a": NaN}', '{"a": 1', "[" * 5000,
    )),
    ("1.2", put("Tags", '{"a": {"b": 1}}'), {("json-flat", "Tags")}),
    ("1.2", put("Tags", '{"a": ["b"]}'), {("json-flat", "Tags")}),
    ("1.2", put("Tags", '{"a": 1, "a": 2}'), {("json-unique", "Tags")}),
    ("1.2", put("SkuPriceDetails", '{"ModelId": "gpt-4o"}'), {("json-key", "SkuPriceDetails")}),
    ("1.2", put("ListCost", "999.5"), {("product", "ListCost")}),
    ("1.2", put("ContractedCost", "0.108150001"), {("product", "ContractedCost")}),
    ("1.2", every("PricingQuantity", "1.0"), {("product", "ListCost"), ("product", "ContractedCost")}),
    ("1.2", all_of(put("ListUnitPrice", "-0.15"), put("ListCost", "-0.10815")), {("not-negative", "ListUnitPrice")}),
    ("1.2", lambda rows: rows.append({**rows[0], "SkuId": "another"}), {("one-parent", "SkuPriceId")}),
    ("1.2", all_of(put("SkuPriceId", "same", 0), put("SkuPriceId", "same", 1)), {("one-parent", "SkuPriceId")}),
    ("1.2", all_of(put("ServiceCategory", "Other"), put("ServiceSubcategory", "Other (Other)")),
     {("one-parent", "ServiceName")}),
    ("1.2", all_of(TAX, put("SkuId", "gpt-4o-input")), {("empty-on-tax", "SkuId")}),
    ("1.2", all_of(TAX, put("ListUnitPrice", "2.5")), {("empty-on-tax", "ListUnitPrice")}),
    ("1.2", all_of(TAX, put("ConsumedQuantity", "1.0"), put("ConsumedUnit", "Tokens")),
     {("empty-on-others", "ConsumedQuantity")}),
    ("1.2", all_of(put("ChargeCategory", "Purchase"), put("ConsumedQuantity", ""), put("ConsumedUnit", "")),
     {("frequency", "ChargeFrequency")}),
]  # fmt: skip
# Changes that break nothing.
KEPT: list[tuple[str, Break]] = [
    ("1.2", TAX),
    ("1.2", put("x_Anything", "N/A")),
    ("1.2", put("ListCost", "0.1081500000000001")),  # what binary fractions make of it
    ("1.2", all_of(put("ChargeClass", "Correction"), put("ListCost", "-1.0"), put("ListUnitPrice", ""))),
    ("1.2", put("BilledCost", "4")),
    ("1.2", put("BilledCost", "35.2E-7")),
    ("1.2", put("Tags", "")),
    ("1.2", put("SkuPriceDetails", '{"CoreCount": 1, "x_ModelId": null}')),
    ("1.2", put("PricingCurrency", "CREDITS")),
    ("1.2", without("InvoiceId", "ChargeFrequency", "Tags", "RegionId", "RegionName", "ResourceType")),
    ("1.2", all_of(put("CommitmentDiscountId", "A"), put("CommitmentDiscountStatus", "Used"))),
    ("1.2", all_of(put("RegionId", "eu"), put("RegionName", "EU"))),
    ("1.3", put("AllocatedMethodId", "even")),
    ("1.4", put("CommitmentProgramEligibilityDetails", '{"x_a": 1}')),
]


def changed(rows: Rows, act: Break) -> tuple[list[str], list[list[str]]]:
    copies = [dict(row) for row in rows]
    act(copies)
    return list(copies[0]), [list(row.values()) for row in copies]


def broken(rows: Rows, act: Break, version: str) -> set[tuple[str, str]]:
    found = check_file(*changed(rows, act), version).findings
    assert all(each.text and (each.rows or each.rule.startswith("column-")) for each in found)
    return {(each.rule, each.column) for each in found}


def test_the_list_is_long_enough() -> None:
    assert len(BROKEN) >= 60
    assert len({rule for _, _, expected in BROKEN for rule, _ in expected}) >= 18


@pytest.mark.parametrize("at", range(len(BROKEN)))
def test_rejected_for_the_right_reason(at: int, whole: dict[str, Rows]) -> None:
    version, act, expected = BROKEN[at]
    assert broken(whole[version], act, version) == expected


@pytest.mark.parametrize("at", range(len(KEPT)))
def test_what_breaks_nothing_passes(at: int, whole: dict[str, Rows]) -> None:
    version, act = KEPT[at]
    assert broken(whole[version], act, version) == set()


def test_rows_of_another_length_and_columns_that_are_there_twice(whole: dict[str, Rows]) -> None:
    header, rows = changed(whole["1.2"], lambda _: None)
    rows[1].pop()
    rows[3].append("more")
    (finding,) = check_file(header, rows).findings
    assert (finding.rule, finding.rows, finding.of) == ("row-length", (3, 5), 2)
    twice = check_file([*header, "Tags"], [[*row, ""] for row in rows[::2]]).findings
    assert [(each.rule, each.column) for each in twice] == [("column-twice", "Tags")]


def test_each_finding_names_its_first_rows_and_counts_all(whole: dict[str, Rows]) -> None:
    header, rows = changed(whole["1.2"], every("BillingCurrency", "US$"))
    (finding,) = check_file(header, rows * 100).findings
    assert (finding.rows, finding.of) == ((2, 3, 4), 500)


def test_the_version_is_read_off_the_columns(whole: dict[str, Rows]) -> None:
    for version, rows in whole.items():
        checked = check_file(*changed(rows, lambda _: None))
        assert (checked.version, checked.stated, checked.findings) == (version, False, ())
    assert set(whole) < set(VERSIONS)


def test_a_table_of_something_else_is_no_focus_file() -> None:
    with pytest.raises(ParseError):
        check_file(["name", "value"], [["a", "b"]])


@given(st.lists(st.lists(st.text(max_size=20), min_size=4, max_size=4), max_size=5))
def test_any_cells_are_judged_without_an_error(cells: list[list[str]]) -> None:
    checked = check_file(["BilledCost", "Tags", "ChargePeriodEnd", "ServiceCategory"], cells)
    assert checked.rows == len(cells)
    assert {each.column for each in checked.findings if each.rule == "column-missing"}


def test_the_lists_of_the_specification() -> None:
    assert len(SERVICE_CATEGORIES) == 19
    assert sum(map(len, SERVICE_CATEGORIES.values())) == 82
    codes = CURRENCIES.split()
    assert len(codes) == len(set(codes)) == 165
    assert all(len(code) == 3 and code.isupper() for code in codes)


# --- the command -------------------------------------------------------------------------------------------------


def written(header: list[str], rows: list[list[str]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *rows])
    return out.getvalue()


def test_the_command_says_what_fails_where(whole: dict[str, Rows], tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(written(*changed(whole["1.2"], all_of(every("ListCost", "9.5"), without("ProviderName")))))
    ran = failed(llm_cost(tmp_path, "focus", "validate", "bad.csv"), 3, "bad.csv: 2 rules are broken")
    lines = [line.split() for line in ran.out.splitlines()]
    assert ["header", "ProviderName", "column-missing", "is", "mandatory", "and", "not", "there"] in lines
    (listed,) = (line for line in ran.out.splitlines() if "product" in line)
    assert "rows 2, 3, 4 and 2 more" in listed
    assert "must be ListUnitPrice x PricingQuantity" in listed
    found = document(failed(llm_cost(tmp_path, "focus", "validate", "bad.csv", "--format", "json"), 3))
    assert (found["valid"], found["focus_version"], found["rows"]) == (False, "1.2", 5)
    assert found["findings"][1] == {
        "rule": "product", "column": "ListCost", "message": "must be ListUnitPrice x PricingQuantity",
        "first_rows": [2, 3, 4], "rows": 5,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("data", "code", "said"),
    [
        (None, 2, "Cannot read bad.csv: No such file or directory"),
        (b"", 3, "bad.csv is empty"),
        (b"a,b\r\n1,2\r\n", 3, "not a FOCUS file"),
        (b"BilledCost\r\n\xff\r\n", 3, "not UTF-8"),
        (b'BilledCost\r\n"1.0\r\n', 3, "not CSV"),
        (b'BilledCost\r\n"1.0"x\r\n', 3, "not CSV"),
        (b"BilledCost\r\n" + b"1" * 200_000 + b"\r\n", 3, "not CSV"),
    ],
)
def test_what_cannot_be_read_is_an_error(data: bytes | None, code: int, said: str, tmp_path: Path) -> None:
    if data is not None:
        (tmp_path / "bad.csv").write_bytes(data)
    csv.field_size_limit(1 << 30)  # as a reader of other files leaves it
    failed(llm_cost(tmp_path, "focus", "validate", "bad.csv"), code, said)


def test_a_byte_order_mark_is_no_part_of_the_first_name(whole: dict[str, Rows], tmp_path: Path) -> None:
    (tmp_path / "excel.csv").write_text(written(*changed(whole["1.2"], lambda _: None)), encoding="utf-8-sig")
    assert json.loads(passed(llm_cost(tmp_path, "focus", "validate", "excel.csv", "--format", "json")).out)["valid"]
    assert passed(llm_cost(tmp_path, "-q", "focus", "validate", "excel.csv")).out == ""
