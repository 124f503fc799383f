"""Bills of clouds in `core`: in any shape, in parts, again, in any order: each charge once."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.sources.google_month import CONSOLE, EXPORTED
from tests.sources.reading import ROOT, parse_texts
from tests.sources.reporting import AZURE, CHARGED, FIRST, GOOGLE, SECOND, billed, report, tables
from unitcost.reading.landing import recognise

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
