"""`estimate --format focus`, `focus-compact` and `cbf`, as a FinOps tool sees them."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from llmcost_hooks.known.focus import COLUMNS

from ..cli.running import answer, failed, llm_cost, passed, start
from ..repos import Repo
from .exporting import MANIFEST, estimated, exported, project, total

# What notes of the specification demand: mandatory in 1.0 to 1.2, then what 1.3 adds and 1.4 drops.
MANDATORY = (
    "BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd BillingPeriodStart ChargeCategory "
    "ChargeClass ChargeDescription ChargePeriodEnd ChargePeriodStart ContractedCost EffectiveCost InvoiceIssuerName "
    "ListCost PricingQuantity PricingUnit ProviderName PublisherName ServiceCategory ServiceName"
)
MANDATORY_COLUMNS = {version: {*MANDATORY.split()} for version in ("1.0", "1.1", "1.2")}
MANDATORY_COLUMNS["1.3"] = {*MANDATORY.split(), "ServiceProviderName", "HostProviderName"}
MANDATORY_COLUMNS["1.4"] = MANDATORY_COLUMNS["1.3"] - {"ProviderName", "PublisherName"}
COMPACT = (
    "BilledCost,EffectiveCost,ListCost,UsageQuantity,UsageUnit,ResourceId,ResourceName,ServiceName,ServiceCategory,"
    "Provider,ChargeCategory,Tags,x-token-count-input,x-token-count-output,x-cache-hit-ratio,x-content-hash"
)


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return project(tmp_path / "project")


@pytest.mark.parametrize("version", MANDATORY_COLUMNS)
def test_the_table_of_columns_has_what_each_version_demands(version: str) -> None:
    has = {
        column.name for column in COLUMNS
        if column.level == "mandatory" and column.since <= version < (column.before or "9")
    }  # fmt: skip
    assert has == MANDATORY_COLUMNS[version]


@pytest.mark.parametrize("version", ["1.0", "1.2", "1.3", "1.4"])
def test_a_version_has_its_columns_and_keeps_its_own_rules(version: str, repo: Repo, tmp_path: Path) -> None:
    rows = exported(repo, "--focus-version", version)
    names = list(rows[0])
    assert MANDATORY_COLUMNS[version] <= set(names)
    ours = [name for name in names if name.startswith("x_")]
    assert names[-len(ours) :] == ours  # behind all others
    assert ("SkuMeter" in names, "x_SkuMeter" in names) == (version != "1.0", version == "1.0")
    file = tmp_path / "out.csv"
    passed(llm_cost(repo.path, "estimate", "--format", "focus", "--focus-version", version, "--output", str(file)))
    said = passed(llm_cost(tmp_path, "focus", "validate", str(file))).out
    assert f"FOCUS {version}, no rule is broken" in said


def test_one_row_for_each_prompt_and_meter(repo: Repo) -> None:
    rows = exported(repo)
    assert [(row["ResourceId"], row["SkuMeter"]) for row in rows] == [
        ("classify", "Input Tokens"), ("classify", "Output Tokens"), ("search", "Input Tokens"),
        ("search", "Cache Read Input Tokens"), ("search", "Output Tokens"),
    ]  # fmt: skip
    search = {row["SkuMeter"]: row for row in rows if row["ResourceId"] == "search"}
    # 2,001 tokens, of which int(2001 x 0.6) = 1,200 are cached, in 1,000 calls; USD 2.5, 1.25 and 10 per million.
    expected = {
        "Input Tokens": ("801000.0", "0.801", "2.5", "2.0025"),
        "Cache Read Input Tokens": ("1200000.0", "1.2", "1.25", "1.5"),
        "Output Tokens": ("523000.0", "0.523", "10.0", "5.23"),
    }
    for meter, (consumed, quantity, price, cost) in expected.items():
        row = search[meter]
        assert (row["ConsumedQuantity"], row["ConsumedUnit"]) == (consumed, "Tokens")
        assert (row["PricingQuantity"], row["PricingUnit"]) == (quantity, "1000000 Tokens")
        assert (row["ListUnitPrice"], row["ContractedUnitPrice"]) == (price, price)
        assert (row["ListCost"], row["ContractedCost"], row["EffectiveCost"]) == (cost, cost, cost)
        assert row["BilledCost"] == "0.0"
    head = search["Input Tokens"]
    assert json.loads(head["Tags"]) == {
        "llm-cost-type": "estimate", "model": "gpt-4o", "scenario": "cached", "team": "platform", "app": "search",
    }  # fmt: skip
    assert json.loads(head["SkuPriceDetails"]) == {
        "x_ModelId": "gpt-4o", "x_ServiceTier": "standard", "x_TokenCacheAction": "Uncached",
        "x_TokenDirection": "Input",
    }  # fmt: skip
    assert "x_TokenCacheAction" not in json.loads(search["Output Tokens"]["SkuPriceDetails"])
    custom = {name: cell for name, cell in head.items() if name.startswith("x_")}
    assert custom == {
        "x_CacheHitRatio": "0.6", "x_ContentHash": repo.oid("HEAD:prompts/search.txt")[:12], "x_Grade": "exact",
        "x_ModelId": "gpt-4o", "x_PriceDbVersion": answer(repo, "estimate")["prices"]["version"],
        "x_PromptId": "search", "x_RequestCount": "1000.0", "x_Scenario": "cached", "x_TokenCountInput": "2001.0",
        "x_TokenCountOutput": "523.0",
    }  # fmt: skip
    fixed = {
        "ServiceName": "LLM Inference", "ServiceCategory": "AI and Machine Learning",
        "ServiceSubcategory": "Generative AI", "ChargeCategory": "Usage", "ChargeClass": "", "InvoiceId": "",
        "ProviderName": "OpenAI", "PublisherName": "OpenAI", "ResourceName": "prompts/search.txt",
        "ResourceType": "Prompt", "RegionId": "", "RegionName": "", "BillingCurrency": "USD",
        "SkuId": "gpt-4o-input", "SkuPriceId": "openai/gpt-4o/input/standard", "PricingCategory": "Standard",
        "ChargePeriodStart": "2026-11-01T00:00:00Z", "ChargePeriodEnd": "2026-12-01T00:00:00Z",
        "BillingPeriodStart": "2026-11-01T00:00:00Z", "BillingPeriodEnd": "2026-12-01T00:00:00Z",
    }  # fmt: skip
    assert {name: head[name] for name in fixed} == fixed


def test_compact_is_the_layout_to_the_letter(repo: Repo) -> None:
    out = passed(llm_cost(repo.path, "estimate", "--format", "focus-compact")).out
    header, classify, search, end = out.split("\r\n")
    hashes = [repo.oid(f"HEAD:prompts/{name}.txt")[:12] for name in ("classify", "search")]
    assert (header, end) == (COMPACT, "")
    # 721 x 0.15 + 523 x 0.6; 2,001 x 2.5 + 523 x 10, of which 1,200 cached at half the price.
    assert classify == (
        "0.00,0.42195,0.42195,1244000,Tokens,classify,prompts/classify.txt,LLM Inference,AI and Machine Learning,"
        'OpenAI,Usage,"{""llm-cost-type"":""estimate"",""model"":""gpt-4o-mini"",""scenario"":""default"",'
        f'""team"":""platform""}}",721,523,,{hashes[0]}'
    )
    assert search == (
        "0.00,8.7325,10.2325,2524000,Tokens,search,prompts/search.txt,LLM Inference,AI and Machine Learning,"
        'OpenAI,Usage,"{""llm-cost-type"":""estimate"",""model"":""gpt-4o"",""scenario"":""cached"",'
        f'""app"":""search"",""team"":""platform""}}",2001,523,0.60,{hashes[1]}'
    )


def test_cbf_has_what_cloudzero_asks_for(repo: Repo) -> None:
    rows = exported(repo, format="cbf")
    assert {row["lineitem/type"] for row in rows} == {"Usage"}
    assert len({row["lineitem/id"] for row in rows}) == len(rows) == 5
    first = rows[0]
    assert first["time/usage_start"] == "2026-11-01T00:00:00Z"
    assert (first["resource/id"], first["resource/service"]) == ("classify", "LLM Inference")
    assert (first["usage/amount"], first["usage/units"]) == ("721000.0", "Tokens")
    assert [row["resource/tag:app"] for row in rows] == ["", "", "search", "search", "search"]
    assert {row["resource/tag:llm-cost-type"] for row in rows} == {"estimate"}
    assert total(rows, "cost/cost") == estimated(repo)


@pytest.mark.parametrize("options", [
    (), ("--scenario", "batch"), ("--model", "gpt-4o", "--cache-hit-ratio", "0.333"), ("--calls", "7"),
    ("--model", "gemini-2.5-pro"), ("--model", "azure/gpt-4o#eu"), ("--output-ratio", "0.37"),
    ("--model", "gpt-5-search-api", "--scenario", "default"), ("--service-tier", "priority", "--model", "gpt-4o"),
], ids=" ".join)  # fmt: skip
def test_costs_add_up_to_the_estimate(options: tuple[str, ...], repo: Repo) -> None:
    rows, compact = exported(repo, *options), exported(repo, *options, format="focus-compact")
    expected = answer(repo, "estimate", *options)["total"]
    assert total(rows, "EffectiveCost") == total(compact, "EffectiveCost") == Decimal(expected["cost"])
    assert total(compact, "ListCost") == Decimal(expected["list_cost"])
    for row in rows:
        quantity = Decimal(row["PricingQuantity"])
        assert Decimal(row["ListCost"]) == Decimal(row["ListUnitPrice"]) * quantity
        assert Decimal(row["ContractedCost"]) == Decimal(row["ContractedUnitPrice"]) * quantity
        assert Decimal(row["ConsumedQuantity"]) in (quantity, quantity * 1_000_000)
        numbers = (name for name in row if name.endswith(("Cost", "Quantity", "Price")) or name.startswith("x_Token"))
        assert all("." in row[name] and "E" not in row[name] for name in numbers if row[name])


def test_a_fee_for_each_request_is_a_row_of_its_own(repo: Repo) -> None:
    manifest = MANIFEST + '\n[prices.override."gpt-4o"]\nrequest = 0.0001\n'
    repo.write("llm-cost.toml", manifest)
    rows = exported(repo)
    (fee,) = (row for row in rows if row["SkuMeter"] == "Requests")
    assert (fee["ConsumedQuantity"], fee["ConsumedUnit"], fee["PricingUnit"]) == ("1000.0", "Requests", "Requests")
    assert (fee["ListCost"], fee["EffectiveCost"]) == ("0.0", "0.1")
    assert total(rows, "EffectiveCost") == estimated(repo)


def test_training_is_a_row_of_its_own(repo: Repo) -> None:
    """2,000 tokens three times over, twice a month, at USD 25 per million."""
    declared = 'model = "ours"\ntraining_tokens = 2000\ncalls_per_example = 3\ntraining_calls = 2'
    ours = '\n[prices.model."ours"]\nbase = "gpt-4o-mini"\ninput = 0.3\noutput = 1.2\ntraining = 25\n'
    repo.write("llm-cost.toml", MANIFEST.replace('model = "gpt-4o-mini"', declared) + ours)
    rows = exported(repo)
    (training,) = (row for row in rows if row["SkuMeter"] == "Training Tokens")
    assert (training["ResourceId"], training["ConsumedQuantity"]) == ("classify", "12000.0")
    assert (training["ListUnitPrice"], training["EffectiveCost"]) == ("25.0", "0.3")
    assert total(rows, "EffectiveCost") == estimated(repo)


def test_what_is_negotiated_stands_beside_the_list(repo: Repo) -> None:
    repo.write("llm-cost.toml", MANIFEST + '\n[prices]\ndiscount = "20%"\n')
    rows = exported(repo)
    assert {(row["ListUnitPrice"], row["ContractedUnitPrice"]) for row in rows if row["ResourceId"] == "search"} == {
        ("2.5", "2.0"), ("1.25", "1.0"), ("10.0", "8.0"),
    }  # fmt: skip
    assert total(rows, "EffectiveCost") == estimated(repo) < total(rows, "ListCost")


def test_a_regional_channel_fills_the_columns_of_regions(repo: Repo) -> None:
    for row in exported(repo, "--model", "azure/gpt-4o#eu"):
        assert (row["RegionId"], row["RegionName"]) == ("eu", "eu")
        assert (row["ProviderName"], row["PublisherName"]) == ("Microsoft", "OpenAI")
        assert row["SkuPriceId"].startswith("azure/gpt-4o/")
        assert row["SkuPriceId"].endswith("/standard#eu")


def test_billed_is_the_estimate_where_a_tool_shows_nothing_else(repo: Repo) -> None:
    for format in ("focus", "focus-compact"):
        assert total(exported(repo, format=format), "BilledCost") == 0
        assert total(exported(repo, "--focus-billed", "estimate", format=format), "BilledCost") == estimated(repo)


def test_the_same_bytes_whenever_it_is_built(repo: Repo) -> None:
    january = {"SOURCE_DATE_EPOCH": "1767225600"}
    runs = {
        start(repo.path, "estimate", "--format", "focus", env={**january, "PYTHONHASHSEED": seed})
        for seed in ("1", "2", "3")
    }
    (ran,) = runs
    assert ran.code == 0
    assert "2026-01-01T00:00:00Z" in ran.out
    assert ran.out.count("\r\n") == ran.out.count("\n") == 6
    wrong = llm_cost(repo.path, "estimate", "--format", "focus", env={"SOURCE_DATE_EPOCH": "yesterday"})
    failed(wrong, 2, "SOURCE_DATE_EPOCH is not a number of seconds")


@pytest.mark.parametrize(
    ("manifest", "options", "code", "said"),
    [
        (MANIFEST.replace("output_tokens = 523\n", ""), (), 2, "the size of its answers is unknown"),
        (MANIFEST.replace("0.60", '0.60\nvariables_from = "none.json"'), (), 2, "none.json"),
        (MANIFEST, ("--model", "gpt-5x"), 4, 'no price is known for the model "gpt-5x"'),
        (MANIFEST.replace("gpt-4o", "gpt-5x"), (), 4, "no price is known"),
        (MANIFEST.replace('model = "gpt-4o"\n', "", 1), (), 2, "no model is named for it"),
        (MANIFEST.replace("prompts/search", "prompts/gone"), (), 2, "is not there"),
    ],
)
@pytest.mark.parametrize("format", ["focus", "focus-compact", "cbf"])
def test_one_unknown_part_and_there_is_no_file_at_all(
    format: str, manifest: str, options: tuple[str, ...], code: int, said: str, repo: Repo, tmp_path: Path
) -> None:
    repo.write("llm-cost.toml", manifest)
    file = tmp_path / "out.csv"
    file.write_text("as it was")
    for to in ((), ("--output", str(file))):
        ran = failed(llm_cost(repo.path, "estimate", "--format", format, *options, *to), code, said)
        assert ran.out == ""
    assert file.read_text() == "as it was"


@pytest.mark.parametrize(("prompt_id", "path"), [("none", "prompts/a.txt"), ("a", "NULL"), ("n/a", "undefined")])
def test_a_name_that_reads_as_no_value_is_a_name(prompt_id: str, path: str, repo: Repo, tmp_path: Path) -> None:
    """The file passes our own validator."""
    repo.write(path, "Find it.")
    text = (
        f'version = 1\n[[prompts]]\npath = "{path}"\nprompt_id = "{prompt_id}"\nmodel = "gpt-4o"\noutput_tokens = 5\n'
    )
    repo.write("llm-cost.toml", text)
    file = tmp_path / "rows.csv"
    passed(llm_cost(repo.path, "estimate", "--format", "focus", "--output", str(file)))
    passed(llm_cost(repo.path, "focus", "validate", str(file)))
    assert prompt_id in file.read_text()


def test_a_pipe_or_a_device_is_written_to_and_stays_one(repo: Repo, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as pool:
        read = pool.submit(pipe.read_bytes)
        passed(llm_cost(repo.path, "estimate", "--format", "focus", "--output", str(pipe)))
        assert read.result(20).decode() == passed(llm_cost(repo.path, "estimate", "--format", "focus")).out
    assert pipe.is_fifo()
    failed(llm_cost(repo.path, "estimate", "--format", "focus", "--output", str(tmp_path)), 2, "Cannot write")


def test_a_variable_of_unknown_size_is_no_row(repo: Repo) -> None:
    repo.write("prompts/search.txt", "Find {{ documents }}.")
    repo.write("llm-cost.toml", MANIFEST.replace("0.60", '0.60\nformat = "jinja2"'))
    failed(llm_cost(repo.path, "estimate", "--format", "focus"), 2, "variables of unknown size")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--period", "2026-11"), "--period has no meaning for --format table"),
        (("--format", "json", "--focus-version", "1.2"), "--focus-version has no meaning for --format json"),
        (("--format", "cbf", "--focus-billed", "zero"), "--focus-billed has no meaning for --format cbf"),
        (("--format", "focus-compact", "--period", "2026"), "--period has no meaning for --format focus-compact"),
        (("--output", "x.csv"), "--output has no meaning for --format table"),
        (("--format", "focus", "--period", "2026-12-01"), "Costs are per month ([budget] period)"),
        (("--format", "focus", "--period", "soon"), '--period "soon" is not a time'),
        (("--format", "focus", "--period", "2026-13"), "is not in the calendar"),
        (("--format", "focus", "--output", "nowhere/x.csv"), "Cannot write nowhere/x.csv"),
        (("--format", "focus", "--data", "rows.csv", "prompts/search.txt"), "--data has no meaning for rows"),
        (("--format", "cbf", "--show-parts"), "--show-parts has no meaning for rows"),
        (("--format", "focus", "--models", "gpt-4o,gpt-4o-mini"), "--models has no meaning for rows"),
        (("--format", "focus", "--per", "million"), "--per has no meaning for rows"),
        (("--format", "focus", "--confirm-above", "1"), "--confirm-above has no meaning for rows"),
        (("--format", "focus", "--sort", "cost"), "--sort or --group-by has no meaning for rows"),
    ],
)
def test_what_an_option_cannot_mean_is_said(options: tuple[str, ...], said: str, repo: Repo) -> None:
    failed(llm_cost(repo.path, "estimate", *options), 2, said)


def test_nothing_to_export_is_a_header(repo: Repo) -> None:
    repo.write("llm-cost.toml", 'version = 1\n[discover]\ninclude = ["none/*"]\n')
    assert exported(repo) == []
    assert passed(llm_cost(repo.path, "estimate", "--format", "focus-compact")).out == COMPACT + "\r\n"


@pytest.mark.parametrize("format", ["focus", "focus-compact", "cbf"])
def test_no_text_of_a_prompt_leaves(format: str, repo: Repo, tmp_path: Path) -> None:
    repo.write("prompts/search.txt", "hunter2canary " * 500)
    ran = passed(llm_cost(repo.path, "-v", "estimate", "--format", format))
    assert "search" in ran.out
    assert "hunter2canary" not in ran.out + ran.err
    (tmp_path / "bad.csv").write_text("BilledCost,hunter2\nhunter2canary,1\n")
    ran = failed(llm_cost(tmp_path, "focus", "validate", "bad.csv"), 3, "rules are broken")
    assert "hunter2canary" not in ran.out + ran.err


def test_prompts_without_rows_are_said(repo: Repo) -> None:
    for format in ("focus", "cbf", "focus-compact"):
        said = passed(llm_cost(repo.path, "estimate", "--format", format, "--period", "2026-11", "--calls", "0")
                      if format != "focus-compact" else
                      llm_cost(repo.path, "estimate", "--format", format, "--calls", "0")).err  # fmt: skip
        assert ("with 0 calls: what is not used" in said) == (format != "focus-compact"), said
