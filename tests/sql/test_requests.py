"""The flat `requests` format: what is accepted, how tokens become disjoint, what is one request."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.sql.staging_by_hand import FLAT_CALL, parse, reasons
from unitcost.sources.base import Sample
from unitcost.sources.requests import detect

Connection = duckdb.DuckDBPyConnection


def one(con: Connection, **changes: Any) -> dict[str, Any]:
    record = {k: v for k, v in {**FLAT_CALL, **changes}.items() if v is not ...}
    (row,) = parse(con, "requests", record)
    return row


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-03-02T10:00:00", "2026-03-02 10:00:00"),
        ("2026-03-02T10:00:00Z", "2026-03-02 10:00:00"),
        ("2026-03-02T00:30:00+02:00", "2026-03-01 22:30:00"),
        ("2026-03-02T10:00:00+14:00", "2026-03-01 20:00:00"),
        ("2026-03-02 10:00:00.1234567", "2026-03-02 10:00:00.123456"),
        (1772445600, "2026-03-02 10:00:00"),
        ("1772445600.123456", "2026-03-02 10:00:00.123456"),
        (1772445600.203408, "2026-03-02 10:00:00.203408"),
        (1772445600123, "2026-03-02 10:00:00.123000"),
        (1772445600123456, "2026-03-02 10:00:00.123456"),
        ("1772445600123456789", "2026-03-02 10:00:00.123456"),
    ],
)
def test_a_time_is_read_by_its_shape_and_magnitude(
    workbench: Connection, given: object, expected: str
) -> None:
    row = one(workbench, started_at=given)
    assert (str(row["started_at"]), str(row["day"])) == (expected, expected[:10])
    assert row["reject_reason"] is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"started_at": ...}, "started_at is missing"),
        ({"started_at": "yesterday"}, "not a time"),
        ({"started_at": "2026-02-30"}, "not a time"),
        ({"started_at": "infinity"}, "check the unit"),
        ({"started_at": 1e300}, "not a time"),
        ({"started_at": 1772445}, "check the unit"),
        ({"started_at": "1_772_445_600"}, "not a time"),
        ({"started_at": "2026-03-02T10:00:00+99:00"}, "further from UTC"),
        ({"started_at": "2026-03-02 10:00-15"}, "further from UTC"),
        ({"provider": " "}, "provider is missing"),
        ({"model": ...}, "model is missing"),
        ({"input_tokens": -1}, "not negative"),
        ({"input_tokens": "NaN"}, "not negative"),
        ({"input_tokens": "1e400"}, "not negative"),
        ({"input_tokens": "1_000"}, "not negative"),
        ({"audio_seconds": "1_0"}, "not negative"),
        ({"reported_cost_usd": "1_0.5"}, "not negative"),
        ({"input_tokens": 1.5}, "whole"),
        ({"input_tokens": "1.000000000001"}, "whole"),
        ({"input_tokens": 10**12 + 1}, "10^12"),
        ({"input_tokens": 2**63}, "10^12"),
        ({"input_tokens": True}, "not negative"),
        ({"input_tokens": [1]}, "not negative"),
        ({"latency_ms": "soon"}, "latency_ms"),
        ({"reported_cost_usd": "$3"}, "reported_cost_usd"),
        ({"status": "fine"}, "status fine is unknown; give ok"),
        ({"billed_state": "free"}, "billed_state free"),
        ({"usage_basis": "sure"}, "usage_basis sure"),
        ({"is_batch": "maybe"}, "is_batch maybe"),
        ({"container_size": "2GB"}, "container_size 2GB is unknown; give 1gb, 4gb, 16gb or 64gb"),
        (
            {"input_tokens": ..., "prompt_tokens": 5, "cache_read_tokens": 9},
            "prompt_tokens is less",
        ),
        (
            {"output_tokens": ..., "completion_tokens": 5, "reasoning_tokens": 9},
            "completion_tokens is less",
        ),
    ],
)
def test_a_bad_record_is_rejected_with_its_reason(
    workbench: Connection, changes: dict[str, Any], words: str
) -> None:
    row = one(workbench, **changes)
    assert words in row["reject_reason"]
    assert row["reject_text"]


def test_what_is_no_object_is_rejected_and_its_neighbours_are_not(workbench: Connection) -> None:
    found = reasons(workbench, "requests", "null", "[1]", '"x"', "7", '{"a":1,"a":2}', FLAT_CALL)
    assert all("one object" in reason for reason in found[:-1])
    assert found[-1] is None


@pytest.mark.parametrize("number", [4, 4.0, "4", "4.0", " 4 ", "4e0"])
def test_a_whole_number_may_be_written_in_any_way(workbench: Connection, number: object) -> None:
    assert one(workbench, input_tokens=number)["input_tokens"] == 4


def test_inclusive_totals_are_split_by_the_given_classes(workbench: Connection) -> None:
    row = one(
        workbench,
        input_tokens=...,
        output_tokens=...,
        prompt_tokens=1000,
        completion_tokens=50,
        cache_read_tokens=300,
        cache_write_30m_tokens=100,
        reasoning_tokens=20,
    )
    assert (row["input_tokens"], row["output_tokens"]) == (600, 30)
    assert (row["prompt_tokens"], row["completion_tokens"], row["residual_tokens"]) == (1000, 50, 0)
    assert row["normalisation_rule"] == "inclusive_totals"
    assert row["cache_write_5m_tokens"] is None


def test_disjoint_classes_give_the_totals(workbench: Connection) -> None:
    row = one(workbench, cache_read_tokens=7, reasoning_tokens=2)
    assert (row["prompt_tokens"], row["completion_tokens"]) == (17, 7)
    assert (row["residual_tokens"], row["normalisation_rule"]) == (None, "disjoint_classes")


def test_totals_beside_classes_leave_their_difference_in_sight(workbench: Connection) -> None:
    row = one(workbench, prompt_tokens=12, completion_tokens=4)
    assert (row["input_tokens"], row["prompt_tokens"], row["residual_tokens"]) == (10, 12, 1)


@pytest.mark.parametrize(
    ("changes", "basis"),
    [
        ({}, "reported"),
        ({"output_tokens": ...}, "reported"),
        ({"output_tokens": ..., "status": "timeout"}, "partial"),
        ({"input_tokens": ..., "output_tokens": ""}, "missing"),
        ({"input_tokens": ..., "output_tokens": ..., "search_units": 1}, "reported"),
        ({"usage_basis": "Estimated"}, "estimated"),
    ],
)
def test_usage_basis_says_how_usage_is_known(
    workbench: Connection, changes: dict[str, Any], basis: str
) -> None:
    assert one(workbench, **changes)["usage_basis"] == basis


def test_money_stays_exact(workbench: Connection) -> None:
    row = one(workbench, reported_cost_usd="0.000741149999")
    assert row["reported_cost_usd"] == Decimal("0.000741149999")
    assert one(workbench, reported_cost_usd=8.4e-06)["reported_cost_usd"] == Decimal("0.0000084")


def test_detection_takes_its_own_and_leaves_the_rest() -> None:
    assert detect(Sample("a.csv", "csv", ("started_at", "provider", "model", "prompt_tokens"), ()))
    assert detect(Sample("a.jsonl", "json", (), (dict(FLAT_CALL),)))
    assert not detect(Sample("a.csv", "csv", ("started_at", "provider", "model"), ()))
    spend = ("request_id", "startTime", "model", "prompt_tokens", "custom_llm_provider")
    assert not detect(Sample("a.csv", "csv", spend, ()))
    assert not detect(Sample("a.json", "json", (), ({"object": "page", "data": []},)))


def test_the_account_and_the_container_size_reach_the_request(workbench: Connection) -> None:
    row = one(workbench, account_id=" org-1 ", container_size="4GB", container_minutes="2.5")
    assert (row["account_id"], row["container_size"]) == ("org-1", "4gb")
