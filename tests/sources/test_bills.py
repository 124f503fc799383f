"""Bills of clouds in `core`: in any shape, in parts, again, in any order: each charge once."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sources.reading import ROOT, parse_texts
from tests.sources.reporting import billed, report, tables
from unitcost.reading.landing import recognise

AZURE, GOOGLE, CHARGED = ROOT / "azure_cost", ROOT / "gcp_billing", ROOT / "focus"
FIRST, SECOND = date(2026, 11, 1), date(2026, 11, 2)
BILLED = ["core.provider_costs", "core.invoice_lines"]
WHOLE = [
    (AZURE / "ea.csv", SECOND, "26.7539041"),
    (AZURE / "mca.csv", SECOND, "2.71"),
    (GOOGLE / "export.jsonl", FIRST, "0.18533456789"),
    (CHARGED / "v1_2.csv", FIRST, "102.765"),
]


@pytest.mark.parametrize(("file", "day", "amount"), WHOLE, ids=lambda v: str(v)[-14:])
def test_all_kinds_of_lines_add_up_to_the_bill(
    tmp_path: Path, file: Path, day: date, amount: str
) -> None:
    costs, _ = report(tmp_path, [file], day)
    assert billed(costs) == Decimal(amount)
    assert {r["is_primary"] for r in costs} == {True}


@pytest.mark.parametrize(
    ("whole", "parts", "day"),
    [
        (AZURE / "mca.csv", ["mca.parquet"], SECOND),
        (GOOGLE / "export.jsonl", ["flat.csv", "nested.parquet"], FIRST),
    ],
    ids=["azure", "google"],
)
def test_another_shape_of_the_same_lines_adds_nothing(
    tmp_path: Path, whole: Path, parts: list[str], day: date
) -> None:
    alone = report(tmp_path, [whole], day)
    files = [whole, *(whole.parent / part for part in parts)]
    together = report(tmp_path, files, day)
    assert together == report(tmp_path, files[::-1], day)
    assert [len(rows) for rows in together] == [len(rows) for rows in alone]
    assert billed(together[0]) == billed(alone[0])


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("file", "day", "amount"), WHOLE, ids=lambda v: str(v)[-14:])
def test_a_bill_in_parts_is_joined(
    tmp_path: Path, file: Path, day: date, amount: str, seed: int
) -> None:
    chance = random.Random(seed)
    lines = file.read_text(encoding="utf-8-sig").splitlines(keepends=True)
    head = [] if file.suffix == ".jsonl" else lines[:1]
    rest = lines[len(head) :]
    chance.shuffle(rest)
    cut = chance.randrange(1, len(rest))
    parts = [tmp_path / f"{n}{file.suffix}" for n in range(2)]
    for part, texts in zip(parts, (rest[:cut], rest[cut:]), strict=True):
        part.write_text("".join([*head, *texts]), encoding="utf-8")
    costs, _ = report(tmp_path, [*parts, parts[0]], day, file.parent.name)
    assert billed(costs) == Decimal(amount)


def test_dollars_stand_beside_another_currency_only_where_the_bill_gives_them(
    tmp_path: Path,
) -> None:
    euros, _ = report(tmp_path, [AZURE / "ea.csv"], SECOND)
    assert {(r["currency"], r["billed_cost_usd"]) for r in euros} == {("eur", None)}
    google, _ = report(tmp_path, [GOOGLE / "export.jsonl"], FIRST)
    assert {r["billed_cost_usd"] / r["billed_cost"] for r in google} - {Decimal("1.25")} == {
        Decimal("0.026543209863") / Decimal("0.02123456789")
    }


def test_lines_without_an_export_time_of_their_own_are_kept_as_often_as_they_come(
    tmp_path: Path,
) -> None:
    text = (GOOGLE / "export.jsonl").read_text().splitlines(keepends=True)[1]
    twice, once = tmp_path / "twice.jsonl", tmp_path / "once.jsonl"
    twice.write_text(text * 2)
    once.write_text(text)
    costs, usage = report(tmp_path, [once, twice], FIRST, "gcp_billing")
    assert billed(costs) == Decimal("0.085")
    assert [r["reasoning_tokens"] for r in usage] == [20_000, 20_000]


def test_tokens_are_counted_from_thousands_millions_and_ones(tmp_path: Path) -> None:
    _, azure = report(tmp_path, [AZURE / "ea.csv", AZURE / "mca.csv"], SECOND)
    assert sum(r["input_tokens"] or 0 for r in azure) == 1_234_567 + 500_000
    assert sum(r["cache_read_tokens"] or 0 for r in azure) == 800_000 + 1_250_000
    assert sum(r["output_tokens"] or 0 for r in azure) == 100_250 + 3_000 + 2_000
    _, charged = report(tmp_path, [CHARGED / "v1_2.csv"], FIRST)
    assert sum(r["output_tokens"] or 0 for r in charged) == 50_000 - 6_667
    assert {r["normalisation_rule"] for r in charged} == {"disjoint_rows"}


def test_a_prepayment_is_billed_when_bought_and_effective_when_used(tmp_path: Path) -> None:
    costs, _ = report(tmp_path, [CHARGED / "v1_2.csv"], FIRST)
    (bought,) = [r for r in costs if r["charge_category"] == "purchase"]
    assert (bought["billed_cost_usd"], bought["effective_cost_usd"]) == (Decimal(100), 0)


def test_the_same_account_in_two_formats_is_primary_once(tmp_path: Path) -> None:
    focus = tmp_path / "focus"
    focus.mkdir()
    text = (CHARGED / "v1_2.csv").read_text().replace("ba-1", "111122223333")
    (focus / "a.csv").write_text(text.replace("Example AI", "AWS"))
    files = [focus / "a.csv", ROOT / "aws_cur" / "legacy.csv"]
    costs, _ = report(tmp_path, files, FIRST)
    assert {r["source_format"]: r["is_primary"] for r in costs} == {
        "focus": True,
        "aws_cur": False,
    }


def test_one_month_in_two_versions_of_focus_counts_once(tmp_path: Path) -> None:
    older = CHARGED / "v1_2.csv"
    head, *rows = older.read_text().splitlines(keepends=True)
    newer = tmp_path / "newer.csv"
    names = {"ProviderName": "ServiceProviderName", "PublisherName": "HostProviderName"}
    header = ",".join(names.get(name, name) for name in head.strip().split(","))
    newer.write_text("".join([f"{header},InvoiceDetailId\n", *(f"{r.strip()},\n" for r in rows)]))
    alone, _ = report(tmp_path, [older], FIRST, "focus")
    both, usage = report(tmp_path, [newer, older], FIRST, "focus")
    assert len(both) == 2 * len(alone)
    assert billed(both) == billed(alone)
    assert sum(r["output_tokens"] or 0 for r in usage if r["is_primary"]) == 50_000 - 6_667
    _, lines = tables(tmp_path, [newer, older], FIRST, BILLED, "focus")
    assert len(lines) == len(both)
    assert billed(lines) == billed(alone)


def test_a_charge_of_no_category_is_usage(tmp_path: Path) -> None:
    file = tmp_path / "chosen.csv"
    file.write_text(
        "BilledCost,BillingCurrency,ChargePeriodStart,ChargePeriodEnd,ServiceName,ProviderName,"
        "x_SkuMeterName,PricingQuantity,PricingUnit\n"
        "2.5,USD,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,Azure OpenAI,Microsoft,"
        "gpt 4o Inp glbl Tokens,1000,1K\n"
    )
    assert recognise(file) == "focus"
    costs, usage = report(tmp_path, [file], FIRST, "focus")
    assert [(r["charge_category"], r["billed_cost_usd"]) for r in costs] == [
        ("usage", Decimal("2.5"))
    ]
    assert [r["input_tokens"] for r in usage] == [1_000_000]


@pytest.mark.parametrize(
    ("sku", "token_class", "model"),
    [
        ("Gemini 2.5 Pro GA Text Input (Long) - Batch", "input_tokens", "Gemini 2.5 Pro GA"),
        ("Gemini 2.5 Flash GA Audio Input - Predictions", "input_audio_tokens", None),
        ("Gemini 3 Pro Image Output - Predictions", "output_image_tokens", "Gemini 3 Pro"),
        ("Gemini 2.5 Pro Caching Storage", None, "Gemini 2.5 Pro"),
        ("Veo 3 Video Generation", None, None),
        ("Generate content output token count gemini 2.5 flash", "output_tokens", None),
        (
            "Generate content output token count for gemini 2.5 pro short input",
            "output_tokens",
            "gemini 2.5 pro",
        ),
        ("Claude Sonnet 4.5 5m Cache Write Tokens", "cache_write_5m_tokens", "Claude Sonnet 4.5"),
    ],
)
def test_skus_name_class_and_model(sku: str, token_class: str | None, model: str | None) -> None:
    text = (
        f'{{"service": {{"description": "Vertex AI"}}, "sku": {{"description": "{sku}"}}, '
        '"usage_start_time": "2026-11-01T00:00:00Z", "cost": 1, "currency": "USD"}'
    )
    (row,) = parse_texts("gcp_billing", [text])
    assert row["token_class"] == token_class
    assert model is None or row["raw_model"] == model


@pytest.mark.parametrize(
    ("meter", "token_class", "model"),
    [
        ("gpt-4o-mini-0718-Inp-glbl Tokens", "input_tokens", "gpt-4o-mini-0718"),
        ("gpt 4o mini0718 BatchOutp DataZone Tokens", "output_tokens", "gpt 4o mini0718"),
        ("5.6 sol ShortCo Cd Wr Std Gl 1M Tokens", "cache_write_unknown_tokens", "5.6 sol"),
        ("5.4 mini cd Inp Gl 1M Tokens", "cache_read_tokens", "5.4 mini"),
        ("gpt-4o-transcribe-aud-inp-glbl Tokens", "input_audio_tokens", "gpt-4o-transcribe"),
        ("gpt-4o-transcribe-txt-out-glbl Tokens", "output_tokens", "gpt-4o-transcribe"),
        ("gpt-image-1 Image Outp glbl Tokens", "output_image_tokens", "gpt-image-1"),
        ("gpt-audio-mini Audio Inp glbl Tokens", "input_audio_tokens", "gpt-audio-mini"),
        ("embedding-ada-glbl Tokens", "input_tokens", "embedding-ada"),
    ],
)
def test_meters_name_class_and_model(meter: str, token_class: str, model: str) -> None:
    text = (
        '{"date": "2026-11-01", "meterCategory": "Azure OpenAI", "unitOfMeasure": "1K", '
        f'"meterName": "{meter}", "quantity": 2, "costInBillingCurrency": 1, '
        '"billingCurrency": "USD"}'
    )
    (row,) = parse_texts("azure_cost", [text])
    assert (row["token_class"], row["raw_model"]) == (token_class, model)


def test_a_report_of_few_chosen_columns_is_known_and_read(tmp_path: Path) -> None:
    file = tmp_path / "chosen.csv"
    file.write_text(
        "line_item_product_code,line_item_usage_type,line_item_usage_start_date,"
        "line_item_usage_amount,line_item_unblended_cost,line_item_currency_code\n"
        "AmazonBedrock,USE1-Nova2.0Lite-input-tokens-flex,2026-11-01T00:00:00Z,5,1.5,USD\n"
        "AmazonEC2,BoxUsage:t3.micro,2026-11-01T00:00:00Z,720,80,USD\n"
    )
    assert recognise(file) == "aws_cur"
    costs, _ = report(tmp_path, [file], FIRST, "aws_cur")
    assert billed(costs) == Decimal("1.5")
    assert [r["charge_category"] for r in costs] == ["usage"]


def test_an_amount_in_no_currency_is_quarantined() -> None:
    text = (
        '{"date": "2026-11-01", "meterCategory": "Azure OpenAI", "unitOfMeasure": "1K", '
        '"meterName": "gpt 4o Outp Tokens", "quantity": 2, "costInBillingCurrency": 1, '
        '"billingCurrency": "E=R"}'
    )
    (row,) = parse_texts("azure_cost", [text])
    assert row["reject_reason"] == "currency E=R is no ISO code; write it as USD or EUR"


def test_what_a_reservation_covers_is_billed_once_though_its_amortised_cost_comes_too(
    tmp_path: Path,
) -> None:
    head = (
        "date,meterCategory,meterName,unitOfMeasure,quantity,costInBillingCurrency,"
        "billingCurrency,chargeType,pricingModel,publisherName\n"
    )
    rows = (
        "2026-11-01,Azure OpenAI,gpt 4o Inp Tokens,1K,2,1.5,USD,Usage,OnDemand,Microsoft\n"
        "2026-11-01,SaaS,Claude Consumption Unit,1,7,0.5,USD,Usage,OnDemand,Anthropic\n"
        "2026-11-01,Azure OpenAI,Provisioned Unit,1 Hour,24,{},USD,Usage,Reservation,Microsoft\n"
    )
    bought = "2026-11-01,Azure OpenAI,Provisioned Unit,1,1,260,USD,Purchase,Reservation,Microsoft\n"
    unused = (
        "2026-11-01,Azure OpenAI,Provisioned Unit,1 Hour,3,0.9,USD,UnusedReservation,Reservation,"
        "Microsoft\n"
    )
    actual, amortised = tmp_path / "actual.csv", tmp_path / "amortised.csv"
    actual.write_text(head + rows.format("0") + bought)
    amortised.write_text(head + rows.format("7.2") + unused)
    costs, _ = report(tmp_path, [actual, amortised], FIRST, "azure_cost")
    assert billed(costs) == Decimal("262.0")
    alone, _ = report(tmp_path, [amortised], FIRST, "azure_cost")
    assert billed(alone) == Decimal("2.0")
    assert sum(r["effective_cost_usd"] or 0 for r in alone) == Decimal("8.1")


def test_googles_counts_are_tokens_in_focus_too(tmp_path: Path) -> None:
    file = tmp_path / "google.csv"
    file.write_text(
        "BilledCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ServiceName,"
        "ProviderName,ConsumedQuantity,ConsumedUnit,PricingQuantity,PricingUnit,x_SkuDescription\n"
        "3,USD,Usage,2026-11-01T00:00:00Z,2026-11-01T01:00:00Z,Vertex AI,Google Cloud,"
        "1234567,count,1.234567,1000000 count,Gemini 2.5 Flash GA Text Input - Predictions\n"
    )
    _, usage = report(tmp_path, [file], FIRST, "focus")
    assert [(r["raw_model"], r["input_tokens"]) for r in usage] == [
        ("Gemini 2.5 Flash GA", 1_234_567)
    ]


def test_azures_units_are_counted_in_the_blocks_it_prices(tmp_path: Path) -> None:
    file = tmp_path / "azure.csv"
    file.write_text(
        "BilledCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ServiceName,"
        "ProviderName,ConsumedQuantity,ConsumedUnit,PricingQuantity,PricingUnit,"
        "x_PricingUnitDescription,x_PricingBlockSize,x_SkuMeterName\n"
        "3,USD,Usage,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,Azure OpenAI,Microsoft,"
        "1234567,Units,1234.567,Units,1K,1000,gpt-4o-0806-Inp-glbl Tokens\n"
    )
    _, usage = report(tmp_path, [file], FIRST, "focus")
    assert [(r["raw_model"], r["input_tokens"]) for r in usage] == [("gpt-4o-0806", 1_234_567)]


CONSOLE = (
    "Billing account ID,0A1B2C,\nCurrency,USD,\n"
    "Billing account ID,Service description,Service ID,SKU description,SKU ID,Credit type,"
    "Cost type,Usage start date,Usage end date,Usage amount,Usage unit,Unrounded Cost ($)\n"
    "0A1B2C,Vertex AI,C7E2-9256-1C43,Gemini 2.5 Pro Text Output - Predictions,A-1,,"
    "Usage,2026-11-01,2026-11-30,300,count,{}\n"
)
EXPORTED = (
    '{{"billing_account_id": "0A1B2C", "service": {{"id": "C7E2-9256-1C43"}}, "sku": {{"id": "A-1",'
    ' "description": "Gemini 2.5 Pro Text Output - Predictions"}}, "usage_start_time":'
    ' "2026-11-0{day}T10:00:00Z", "usage_end_time": "2026-11-0{day}T11:00:00Z", "export_time":'
    ' "2026-11-09T00:00:00Z", "cost": 1.5, "currency": "USD", "usage": {{"amount": 150,'
    ' "unit": "count"}}}}\n'
)


@pytest.mark.parametrize(
    ("table", "days", "by_day"),
    [
        ("3.02", (1, 2), ["1.5", "1.5"]),  # hours of Google's clock stand in the next month here
        ("6", (1, 2), ["6", "0"]),  # the export began in the middle of the month
        ("3", (), ["3", "0"]),
    ],
)
def test_a_month_of_googles_cost_table_and_of_its_export_counts_once(
    tmp_path: Path, table: str, days: tuple[int, ...], by_day: list[str]
) -> None:
    files = [tmp_path / "console.csv"]
    files[0].write_text(CONSOLE.format(table))
    for day in days:
        files.append(tmp_path / f"{day}.jsonl")
        files[-1].write_text(EXPORTED.format(day=day))
    for built, amount in zip((FIRST, SECOND), by_day, strict=True):
        wanted = [*BILLED, "core.provider_usage"]
        costs, lines, usage = tables(tmp_path, files, built, wanted, "gcp_billing")
        assert billed(costs) == billed(lines) == Decimal(amount)
        tokens = sum(r["output_tokens"] or 0 for r in usage if r["is_primary"])
        assert tokens == {"0": 0, "1.5": 150}.get(amount, 300)
