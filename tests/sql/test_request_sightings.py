"""The flat `requests` format: what is one request, and what of it reaches counting."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.given import rows_of
from tests.sql.staging_by_hand import FLAT_CALL, accept, accept_staged, sightings
from unitcost_models.base import columns
from unitcost_models.raw_requests import RawRequest
from unitcost_models.shared import INPUT_CLASSES, OUTPUT_CLASSES
from unitcost_models.sources import SourceSighting

Connection = duckdb.DuckDBPyConnection


def test_equal_records_without_identity_count_each_and_the_same_file_adds_none(
    workbench: Connection,
) -> None:
    assert (
        accept(workbench, RawRequest, FLAT_CALL, FLAT_CALL, {**FLAT_CALL, "input_tokens": 11}) == 3
    )
    assert (
        accept(
            workbench, RawRequest, FLAT_CALL, {**FLAT_CALL, "input_tokens": 11}, FLAT_CALL, name="b"
        )
        == 0
    )
    assert len(sightings(workbench, "requests")) == 3


def test_an_unknown_field_tells_equal_records_apart(workbench: Connection) -> None:
    assert accept(workbench, RawRequest, {**FLAT_CALL, "line": "a"}) == 1
    assert accept(workbench, RawRequest, {**FLAT_CALL, "line": "b"}, name="b") == 1


def test_field_order_and_empty_fields_change_nothing(workbench: Connection) -> None:
    assert accept(workbench, RawRequest, FLAT_CALL) == 1
    turned = {"team": "", "stage": None, **dict(reversed(FLAT_CALL.items()))}
    assert (
        accept(workbench, RawRequest, {k: v if v is None else str(v) for k, v in turned.items()})
        == 0
    )


def test_the_most_complete_version_of_a_request_wins_in_any_order(workbench: Connection) -> None:
    versions = [
        {**FLAT_CALL, "request_id": "r1", "output_tokens": None, "input_tokens": None},
        {**FLAT_CALL, "request_id": "r1", "reasoning_tokens": 1},
        {**FLAT_CALL, "request_id": "r1"},
    ]
    for order in (versions, versions[::-1], [versions[1], *versions]):
        workbench.execute("drop table if exists raw.requests")
        assert accept(workbench, RawRequest, *order) == 3
        (row,) = sightings(workbench, "requests")
        assert (row["sighting_id"], row["reasoning_tokens"]) == ("requests:r1", 1)


def test_a_response_id_is_an_identity_within_its_provider(workbench: Connection) -> None:
    answered = {**FLAT_CALL, "provider_response_id": "resp-1"}
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
    accept(workbench, RawRequest, {**FLAT_CALL, **changes})
    (row,) = sightings(workbench, "requests")
    names = ("has_error", "error_type", "finish_reason", "is_cache_hit")
    assert tuple(row[n] for n in names) == expected


def test_sightings_have_the_contract_columns(workbench: Connection) -> None:
    accept(
        workbench,
        RawRequest,
        {
            **FLAT_CALL,
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
