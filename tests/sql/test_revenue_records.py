"""Delivered revenue, record by record: periods, amounts and what is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.sql.revenue_by_hand import PAID, Connection
from tests.sql.staging_by_hand import accept, parse, reasons
from unitcost.sources.base import Sample
from unitcost.sources.revenue import detect
from unitcost_models.raw_revenue import RawRevenue


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ({"period": "2026-02"}, ("2026-02-01", "2026-02-28")),
        ({"period": "2028-02"}, ("2028-02-01", "2028-02-29")),
        ({"period": "2026-02-03"}, ("2026-02-03", "2026-02-03")),
        (
            {"period_start": "2026-02-01", "period_end": "2026-02-28"},
            ("2026-02-01", "2026-02-28"),
        ),
        (
            {"period_start": "2026-02-01T00:00:00Z", "period_end": "2026-03-01T00:00:00Z"},
            ("2026-02-01", "2026-02-28"),
        ),
    ],
)
def test_a_period_is_a_month_a_day_or_two_dates(
    workbench: Connection, period: dict[str, str], expected: tuple[str, str]
) -> None:
    record = {"customer_id": "acme", "amount_usd": 5, **period}
    (row,) = parse(workbench, "revenue", record)
    assert (str(row["period_start"]), str(row["period_end"])) == expected
    assert row["day"] == row["period_end"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"customer_id": ""}, "customer_id is missing"),
        ({"period": None}, "period is missing"),
        ({"period": None, "period_start": "2026-02-01"}, "period_end is missing"),
        ({"period": "2026-13"}, "is not known"),
        ({"period": "Q1"}, "is not known"),
        ({"period": None, "period_start": "2026-02-02", "period_end": "2026-02-01"}, "before"),
        ({"period": "1926-02"}, "check the year"),
        ({"period": None, "period_start": "2026-01-01", "period_end": "2060-01-01"}, "ten years"),
        ({"amount": None}, "amount is missing"),
        ({"amount": "$100"}, "write it as 1234.56"),
        ({"amount": "NaN"}, "write it as 1234.56"),
        ({"amount": "1e400"}, "write it as 1234.56"),
        ({"amount": "1e14"}, "below 10^14"),
        ({"currency": "euros"}, "no ISO code"),
        ({"currency": "EUR", "amount": None, "amount_usd": 5}, "in its own currency"),
        ({"recorded_at": "today"}, "recorded_at today"),
    ],
)
def test_a_bad_record_is_rejected_with_its_reason(
    workbench: Connection, changes: dict[str, Any], words: str
) -> None:
    assert words in reasons(workbench, "revenue", {**PAID, **changes})[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"1234.567890123456"', "1234.567890123456"),
        ("1234.567890123456", "1234.567890123456"),
        ("99999999999999.123456789012", "99999999999999.123456789012"),
        ("-5", "-5"),
        ('"1e2"', "100"),
    ],
)
def test_an_amount_is_exact(workbench: Connection, text: str, expected: str) -> None:
    record = f'{{"customer_id": "a", "period": "2026-02", "currency": "usd", "amount": {text}}}'
    (row,) = parse(workbench, "revenue", record)
    assert row["reject_reason"] is None
    assert (row["billed_revenue"], row["currency"]) == (Decimal(expected), "USD")


def test_the_same_record_delivered_again_adds_nothing(workbench: Connection) -> None:
    assert accept(workbench, RawRevenue, PAID, PAID) == 1
    assert accept(workbench, RawRevenue, dict(reversed(PAID.items())), name="b") == 0


def test_detection_takes_its_own_and_leaves_the_rest() -> None:
    assert detect(Sample("a.csv", "csv", ("customer_id", "period", "amount", "currency"), ()))
    assert not detect(Sample("a.csv", "csv", ("start_time", "amount_value", "currency"), ()))
    assert not detect(Sample("a.csv", "csv", ("customer_id", "model", "cost"), ()))
