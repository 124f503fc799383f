"""FOCUS rows: one a token class, exact, and as the specification has them."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

import duckdb
import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st

from tests.focus_rows import BILL, OCTOBER, POSTED, REQUESTS, M, open_charges, request
from unitcost.export.focus import write_focus
from unitcost.export.focus_checks import FocusError, check_focus
from unitcost.export.period import Period
from unitcost.workbench import open_workbench

Rows = list[dict[str, str]]


def charges(con: duckdb.DuckDBPyConnection, file: Path, version: Literal["1.2", "1.4"]) -> Rows:
    written = write_focus(con, Period.of_month(OCTOBER), version, file)
    with file.open(newline="", encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    assert written.rows == len(rows)
    return rows


@pytest.fixture
def rows(workbench: duckdb.DuckDBPyConnection, tmp_path: Path) -> Rows:
    open_charges(workbench, *REQUESTS)
    return charges(workbench, tmp_path / "focus.csv", "1.2")


def test_a_token_class_is_a_row_with_its_price(rows: Rows) -> None:
    found = {
        (r["SkuMeter"], r["ConsumedQuantity"], r["PricingQuantity"], r["x_PriceId"])
        for r in rows
        if r["x_Model"] == "gpt-5" and r["PricingUnit"] == "1000000 Tokens" and r["x_PriceId"]
    }
    assert ("Input Tokens", "1000.000000", "0.001000000000", "p-in") in found
    assert ("Output Tokens", "500.000000", "0.000500000000", "p-out") in found
    assert ("Reasoning Output Tokens", "100.000000", "0.000100000000", "p-out") in found


def test_cache_lives_are_told_apart_where_their_prices_account_for_the_cost(rows: Rows) -> None:
    found = {r["x_TokenClass"]: r["EffectiveCost"] for r in rows if r["x_Model"] == "claude"}
    assert found == {
        "cache_write_5m_tokens": "0.000010000000",
        "cache_write_1h_tokens": "0.000014000000",
    }


def test_a_contracts_list_cost_is_given_out_whole(rows: Rows) -> None:
    own = [r for r in rows if r["x_CostBasis"] == "metered_contract"]
    assert sum(Decimal(r["ListCost"]) for r in own) == Decimal("0.00001")
    assert sum(Decimal(r["ContractedCost"]) for r in own) == Decimal("0.000003000002")
    assert all(r["BillingAccountId"] == "'=HYPERLINK(1)" for r in own)


def test_committed_use_is_effective_and_not_billed(rows: Rows) -> None:
    (row,) = [r for r in rows if r["PricingCategory"] == "Committed"]
    assert (row["BilledCost"], row["EffectiveCost"]) == ("0.000000000000", "0.330000000000")
    assert (row["ListCost"], row["ConsumedQuantity"]) == ("0.500000000000", "100.000000")
    assert row["CommitmentDiscountStatus"] == "Used"


def test_fees_of_one_kind_have_their_meter_and_mixed_ones_stay_together(rows: Rows) -> None:
    found = {r["SkuMeter"]: r["EffectiveCost"] for r in rows if "Tokens" not in r["SkuMeter"]}
    assert found.pop("") == "-0.000000000007"
    assert found == {"Web Search Calls": "0.030000000000", "Requests": "0.022500000000"}


@pytest.mark.parametrize("version", ["1.2", "1.4"])
def test_what_is_posted_of_a_closed_months_bill_is_a_correction(
    workbench: duckdb.DuckDBPyConnection, tmp_path: Path, version: Literal["1.2", "1.4"]
) -> None:
    """Of lines for no usage; what is bought is billed, and its effect is in what it buys."""
    open_charges(workbench, *REQUESTS, posted=POSTED)
    rows = charges(workbench, tmp_path / "focus.csv", version)
    columns = ("ChargeCategory", "BilledCost", "EffectiveCost", "x_CorrectionCause",
               "BillingAccountId", "ChargePeriodStart", "BillingPeriodStart")  # fmt: skip
    period = ("2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z")
    euros = [r for r in rows if r["BillingCurrency"] == "EUR"]
    assert {tuple(r[c] for c in columns) for r in euros} == {
        ("Tax", "-0.150000000000", "-0.150000000000", "corrected", "(unattributed)", *period),
        ("Purchase", "7.000000000000", "0.000000000000", "late_report", "'=payer", *period),
    }
    assert {r["ChargeClass"] for r in euros} == {"Correction"}


def test_what_corrects_a_closed_month_is_a_correction(rows: Rows) -> None:
    (row,) = [r for r in rows if r["ChargeClass"]]
    assert (row["ChargeClass"], row["x_CorrectionCause"]) == ("Correction", "price")
    assert row["ChargePeriodStart"] == "2026-09-30T00:00:00Z"
    assert row["BillingPeriodStart"] == "2026-10-01T00:00:00Z"
    assert json.loads(row["Tags"]) == {"customer_id": "acme", "feature": "chat"}


def billed(con: duckdb.DuckDBPyConnection, file: Path) -> dict[str, dict[str, str]]:
    open_charges(con, *REQUESTS, bill=BILL)
    return {r["x_RecordId"]: r for r in charges(con, file, "1.2") if r["x_RecordId"]}


def test_what_a_bill_charges_for_no_usage_is_a_row_of_its_category(
    workbench: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    names = ("ChargeCategory", "BillingCurrency", "BilledCost", "EffectiveCost")
    rows = billed(workbench, tmp_path / "focus.csv")
    zero, euros, dollars = "0.000000000000", "EUR", "USD"
    assert {key: tuple(row[name] for name in names) for key, row in rows.items()} == {
        "credit": ("Credit", dollars, "-5.250000000000", "-5.250000000000"),
        "discount": ("Adjustment", dollars, "-0.000000000001", "-0.000000000001"),
        "tax": ("Tax", dollars, "19.990000000000", "19.990000000000"),
        "fee": ("Purchase", dollars, "12.000000000000", zero),
        "refund": ("Purchase", dollars, "-2.000000000000", zero),
        "capacity": ("Purchase", dollars, "100.000000000000", zero),
        "moved": ("Adjustment", dollars, "0.010000000000", "0.010000000000"),
        "euros": ("Tax", euros, "1.900000000000", "1.900000000000"),
        "invoiced": ("Tax", dollars, "4.000000000000", "4.000000000000"),
    }
    assert rows["credit"]["ChargeDescription"] == "'=credit"
    assert rows["tax"]["ChargePeriodEnd"] == "2026-11-01T00:00:00Z"
    assert (rows["fee"]["PricingQuantity"], rows["fee"]["SkuMeter"]) == (
        "1.000000000000",
        "Charges",
    )
    assert {row["ConsumedUnit"] for row in rows.values()} == {""}
    assert {row["SkuId"] == "" for key, row in rows.items() if key in ("tax", "credit")} == {True}


@pytest.mark.parametrize("version", ["1.2", "1.4"])
def test_effective_cost_is_the_requests_and_what_bills_charge_for_no_usage(
    workbench: duckdb.DuckDBPyConnection, tmp_path: Path, version: Literal["1.2", "1.4"]
) -> None:
    open_charges(workbench, *REQUESTS)
    used = write_focus(workbench, Period.of_month(OCTOBER), version, tmp_path / "used.csv")
    open_charges(workbench, *REQUESTS, bill=BILL)
    written = write_focus(workbench, Period.of_month(OCTOBER), version, tmp_path / "focus.csv")
    lines = Decimal("-5.25") - Decimal("1e-12") + Decimal("19.99") + Decimal("0.01") + 4
    assert Decimal(str(written.sums.pop("EffectiveCost"))) == (
        Decimal(str(used.sums["EffectiveCost"])) + lines
    )
    assert written.sums == {"EffectiveCost EUR": "1.900000000000"}
    assert written.notes[1:] == ("2 lines of bills have no amount and are in no row",)


def test_the_unpriced_are_in_no_row_and_counted(
    workbench: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    open_charges(workbench, *REQUESTS)
    written = write_focus(workbench, Period.of_month(OCTOBER), "1.4", tmp_path / "focus.csv")
    assert written.notes == ("1 requests have no price and are in no row; see unpriced_reason",)


@pytest.mark.parametrize("version", ["1.2", "1.4"])
def test_providers_are_named_as_the_version_has_it(
    workbench: duckdb.DuckDBPyConnection, tmp_path: Path, version: Literal["1.2", "1.4"]
) -> None:
    open_charges(workbench, *REQUESTS)
    first = charges(workbench, tmp_path / "focus.csv", version)[0]
    old, new = {"ProviderName", "PublisherName"}, {"ServiceProviderName", "HostProviderName"}
    assert (old if version == "1.2" else new) <= set(first)
    assert not (new if version == "1.2" else old) & set(first)


TOKENS = st.integers(0, 10**7)
COSTS = st.decimals(0, 1000, places=12)


_CALLS = st.lists(st.tuples(TOKENS, TOKENS, COSTS, COSTS, COSTS, st.booleans()), max_size=6)


@settings(max_examples=6, deadline=None)
@over(st.lists(_CALLS, min_size=8, max_size=8))
def test_costs_add_up_whatever_the_prices_are(
    tmp_path_factory: pytest.TempPathFactory,
    drawn: list[list[tuple[int, int, Decimal, Decimal, Decimal, bool]]],
) -> None:
    """Each day of eight by itself: a file takes as long to make however many days it has."""
    made = [
        request(
            f"{day} {number}",
            day=date(2026, 10, day),
            cache_write_5m_tokens=a,
            cache_write_1h_tokens=b,
            cache_write_cost_usd=cost,
            tool_cost_usd=fee,
            list_cost_usd=listed,
            cost_basis="metered_contract" if own else "metered_list",
        )
        for day, calls in enumerate(drawn, start=1)
        for number, (a, b, cost, fee, listed, own) in enumerate(calls)
    ]
    with open_workbench() as con:
        open_charges(con, *made)
        found = charges(con, tmp_path_factory.mktemp("focus") / "focus.csv", "1.2")
    for day in range(1, 9):
        start = date(2026, 10, day).isoformat()
        usage = [
            r for r in found if not r["ChargeClass"] and r["ChargePeriodStart"].startswith(start)
        ]
        calls = [r for r in made if r["day"].day == day]
        assert sum(Decimal(r["EffectiveCost"]) for r in usage) == sum(r["cost_usd"] for r in calls)
        assert sum(Decimal(r["ListCost"]) for r in usage) == sum(r["list_cost_usd"] for r in calls)


@pytest.mark.parametrize(
    ("column", "cell", "complaint"),
    [
        ("EffectiveCost", "7.5", "EffectiveCost adds up to"),
        ("ListCost", "1,5", "ListCost is a decimal number"),
        ("ListUnitPrice", "99", "ListCost is ListUnitPrice times PricingQuantity"),
        ("ChargePeriodEnd", "2026-10-05", "ChargePeriodEnd is an instant in UTC"),
        ("ServiceName", "", "ServiceName is given"),
        ("Tags", '{"a": {"b": 1}}', "Tags is a flat JSON object"),
        ("SkuPriceDetails", '{"TokenTtl": 1}', "own keys with x_ only"),
        ("ConsumedUnit", "1e6 tokens!", "ConsumedUnit is a unit"),
        ("ChargePeriodStart", "2026-09-05T00:00:00Z", "usage lies in its billing period"),
    ],
)
def test_a_file_that_breaks_a_rule_is_refused(
    workbench: duckdb.DuckDBPyConnection, tmp_path: Path, column: str, cell: str, complaint: str
) -> None:
    open_charges(workbench, request("a", input_tokens=1000, input_cost_usd=1000 * M))
    file = tmp_path / "focus.csv"
    rows = charges(workbench, file, "1.2")
    total = {"USD": str(sum(Decimal(r["EffectiveCost"]) for r in rows))}
    check_focus(workbench, file, "1.2", total)
    usage = next(r for r in rows if not r["ChargeClass"])
    usage[column] = cell
    with file.open("w", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises((FocusError, duckdb.Error), match=complaint):
        check_focus(workbench, file, "1.2", total)
