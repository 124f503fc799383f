"""The flat `requests` format: what is accepted, how tokens become disjoint, what is one request."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.given import rows_of
from tests.sql.staging_by_hand import accept, accept_staged, parse, reasons, sightings
from unitcost.sources.base import Sample
from unitcost.sources.requests import detect
from unitcost_models.base import columns
from unitcost_models.raw_requests import RawRequest
from unitcost_models.shared import INPUT_CLASSES, OUTPUT_CLASSES
from unitcost_models.sources import SourceSighting

Connection = duckdb.DuckDBPyConnection
CALL: dict[str, Any] = {
    "started_at": "2026-03-02T10:00:00Z",
    "provider": "openai",
    "model": "m-1",
    "input_tokens": 10,
    "output_tokens": 5,
}


def one(con: Connection, **changes: Any) -> dict[str, Any]:
    record = {k: v for k, v in {**CALL, **changes}.items() if v is not ...}
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
    found = reasons(workbench, "requests", "null", "[1]", '"x"', "7", '{"a":1,"a":2}', CALL)
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


def test_equal_records_without_identity_count_each_and_the_same_file_adds_none(
    workbench: Connection,
) -> None:
    assert accept(workbench, RawRequest, CALL, CALL, {**CALL, "input_tokens": 11}) == 3
    assert accept(workbench, RawRequest, CALL, {**CALL, "input_tokens": 11}, CALL, name="b") == 0
    assert len(sightings(workbench, "requests")) == 3


def test_an_unknown_field_tells_equal_records_apart(workbench: Connection) -> None:
    assert accept(workbench, RawRequest, {**CALL, "line": "a"}) == 1
    assert accept(workbench, RawRequest, {**CALL, "line": "b"}, name="b") == 1


def test_field_order_and_empty_fields_change_nothing(workbench: Connection) -> None:
    assert accept(workbench, RawRequest, CALL) == 1
    turned = {"team": "", "stage": None, **dict(reversed(CALL.items()))}
    assert (
        accept(workbench, RawRequest, {k: v if v is None else str(v) for k, v in turned.items()})
        == 0
    )


def test_the_most_complete_version_of_a_request_wins_in_any_order(workbench: Connection) -> None:
    versions = [
        {**CALL, "request_id": "r1", "output_tokens": None, "input_tokens": None},
        {**CALL, "request_id": "r1", "reasoning_tokens": 1},
        {**CALL, "request_id": "r1"},
    ]
    for order in (versions, versions[::-1], [versions[1], *versions]):
        workbench.execute("drop table if exists raw.requests")
        assert accept(workbench, RawRequest, *order) == 3
        (row,) = sightings(workbench, "requests")
        assert (row["sighting_id"], row["reasoning_tokens"]) == ("requests:r1", 1)


def test_a_response_id_is_an_identity_within_its_provider(workbench: Connection) -> None:
    answered = {**CALL, "provider_response_id": "resp-1"}
    accept(
        workbench,
        RawRequest,
        answered,
        {**answered, "output_tokens": 6},
        {**answered, "provider": "xai"},
    )
    assert sorted(r["provider_name"] for r in sightings(workbench, "requests")) == ["openai", "xai"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"status": "ok"}, (False, None, None, False)),
        ({"status": "timeout"}, (True, "timeout", None, False)),
        ({"status": "timeout", "error_type": "ReadTimeout"}, (True, "ReadTimeout", None, False)),
        ({"status": "cancelled", "error_type": "Gone"}, (True, "cancelled: Gone", None, False)),
        ({"status": "truncated"}, (False, None, "length", False)),
        ({"status": "refused", "finish_reason": "refusal"}, (False, None, "refusal", False)),
        ({"status": "cache_hit"}, (False, None, None, True)),
        ({"http_status": 429}, (True, None, None, None)),
        ({"error_type": "Overloaded"}, (True, "Overloaded", None, None)),
    ],
)
def test_status_reaches_counting(
    workbench: Connection, changes: dict[str, Any], expected: tuple[object, ...]
) -> None:
    accept(workbench, RawRequest, {**CALL, **changes})
    (row,) = sightings(workbench, "requests")
    names = ("has_error", "error_type", "finish_reason", "is_cache_hit")
    assert tuple(row[n] for n in names) == expected


def test_sightings_have_the_contract_columns(workbench: Connection) -> None:
    accept(
        workbench,
        RawRequest,
        {
            **CALL,
            "latency_ms": 1500.4,
            "trace_id": "A" * 32,
            "workflow_run_id": "run-1",
            "user_id": "u",
        },
    )
    (row,) = sightings(workbench, "requests")
    assert list(row) == [c.name for c in columns(SourceSighting)]
    assert str(row["ended_at"]) == "2026-03-02 10:00:01.500400"
    assert (row["trace_id"], row["task_id"], row["request_model"]) == ("a" * 32, "run-1", "m-1")


def test_detection_takes_its_own_and_leaves_the_rest() -> None:
    assert detect(Sample("a.csv", "csv", ("started_at", "provider", "model", "prompt_tokens"), ()))
    assert detect(Sample("a.jsonl", "json", (), (dict(CALL),)))
    assert not detect(Sample("a.csv", "csv", ("started_at", "provider", "model"), ()))
    spend = ("request_id", "startTime", "model", "prompt_tokens", "custom_llm_provider")
    assert not detect(Sample("a.csv", "csv", spend, ()))
    assert not detect(Sample("a.json", "json", (), ({"object": "page", "data": []},)))


AZURE = """
    select row_number() over () as source_line,
        json_object('started_at', "TIMESTAMP", 'provider', 'azure', 'model', 'm-1',
            'prompt_tokens', "ContextTokens", 'completion_tokens', "GeneratedTokens") as record
    from read_csv('{path}', all_varchar = true)
"""
MOONCAKE = """
    select row_number() over () as source_line,
        json_object('started_at', 1772445600000 + "timestamp", 'provider', 'moonshot',
            'model', 'm-1', 'input_tokens', input_length, 'output_tokens', output_length,
            'blocks', hash_ids
        ) as record
    from read_ndjson('{path}')
"""


@pytest.mark.parametrize(
    ("file", "mapping", "expected"),
    [
        ("azure_llm_2023/AzureLLMInferenceTrace_code.csv", AZURE, 8819),
        ("azure_llm_2023/AzureLLMInferenceTrace_conv.csv", AZURE, 19366),
        ("mooncake/conversation_trace.jsonl", MOONCAKE, 12031),
        ("mooncake/synthetic_trace.jsonl", MOONCAKE, 3993),
    ],
)
def test_real_traces_keep_every_request_and_token(
    workbench: Connection, shared_data: Path, file: str, mapping: str, expected: int
) -> None:
    workbench.execute(f"create table raw.staged as {mapping.format(path=shared_data / file)}")
    assert accept_staged(workbench, RawRequest) == expected
    assert accept_staged(workbench, RawRequest) == 0
    names = (
        ("ContextTokens", "GeneratedTokens")
        if mapping == AZURE
        else ("input_length", "output_length")
    )
    truth = f"select count(*), sum({names[0]}), sum({names[1]}) from '{shared_data / file}'"
    from_sightings = sightings(workbench, "requests")
    counted = (
        len(from_sightings),
        sum(sum(r[c] or 0 for c in INPUT_CLASSES) for r in from_sightings),
        sum(sum(r[c] or 0 for c in OUTPUT_CLASSES) for r in from_sightings),
    )
    assert counted == workbench.execute(truth).fetchall()[0]
    first = rows_of(workbench, "select min(day) as day from raw.requests")[0]["day"]
    assert first == (date(2023, 11, 16) if mapping == AZURE else date(2026, 3, 2))


def test_the_account_and_the_container_size_reach_the_request(workbench: Connection) -> None:
    row = one(workbench, account_id=" org-1 ", container_size="4GB", container_minutes="2.5")
    assert (row["account_id"], row["container_size"]) == ("org-1", "4gb")
