"""LiteLLM records: inclusive usage made disjoint, failures, cache hits, spend logs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.sources import reading
from tests.sql.litellm_by_hand import START, failed, payload, usage
from tests.sql.staging_by_hand import accept, parse, reasons, sightings
from unitcost.sources.base import Sample
from unitcost.sources.litellm import detect
from unitcost_models.base import columns
from unitcost_models.raw_litellm import RawLitellm
from unitcost_models.sources import SourceSighting

Connection = duckdb.DuckDBPyConnection


@pytest.fixture
def workbench() -> Iterator[Connection]:
    """A workbench with the vocabulary's macros; no test may change them."""
    with reading.workbench() as con:
        yield con


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ({}, {"input_tokens": 1000, "output_tokens": 50, "cache_write_unknown_tokens": None}),
        (
            {
                "prompt_tokens_details": {"cached_tokens": 300, "audio_tokens": 5},
                "completion_tokens_details": {"reasoning_tokens": 20, "audio_tokens": 1},
            },
            {
                "input_tokens": 695,
                "cache_read_tokens": 300,
                "input_audio_tokens": 5,
                "output_tokens": 29,
                "reasoning_tokens": 20,
            },
        ),
        (
            {"cache_read_input_tokens": 900, "cache_creation_input_tokens": 90},
            {"input_tokens": 10, "cache_read_tokens": 900, "cache_write_unknown_tokens": 90},
        ),
        (
            {
                "cache_creation_input_tokens": 90,
                "prompt_tokens_details": {
                    "cached_tokens": 900,
                    "cache_creation_token_details": {
                        "ephemeral_5m_input_tokens": 30,
                        "ephemeral_1h_input_tokens": 60,
                    },
                },
            },
            {
                "input_tokens": 10,
                "cache_write_5m_tokens": 30,
                "cache_write_1h_tokens": 60,
                "cache_write_unknown_tokens": 0,
            },
        ),
        (
            {"prompt_tokens_details": {"cached_tokens": 1400}},
            {"input_tokens": 0, "cache_read_tokens": 1400, "residual_tokens": -400},
        ),
    ],
)
def test_the_inclusive_prompt_is_split(
    workbench: Connection, details: dict[str, Any], expected: dict[str, int | None]
) -> None:
    (row,) = parse(workbench, "litellm", payload(metadata=usage(**details)))
    assert {name: row[name] for name in expected} == expected
    assert (row["prompt_tokens"], row["completion_tokens"]) == (1000, 50)


@pytest.mark.parametrize(
    ("call_type", "expected"),
    [(..., (50, None)), ("acompletion", (50, None)), ("aimage_generation", (0, 50))],
)
def test_only_pictures_are_counted_as_pictures(
    workbench: Connection, call_type: object, expected: tuple[int, int | None]
) -> None:
    (row,) = parse(workbench, "litellm", payload(call_type=call_type))
    assert (row["output_tokens"], row["output_image_tokens"]) == expected


def test_times_money_and_host_are_read_exactly(workbench: Connection) -> None:
    (row,) = parse(workbench, "litellm", payload(startTime=1795317487.203408))
    assert str(row["started_at"]) == "2026-11-22 03:18:07.203408"
    assert row["reported_cost_usd"] == Decimal("0.000741150000")
    assert row["server_address"] == "api.example.com"


def test_nothing_of_the_conversation_or_of_keys_is_kept(workbench: Connection) -> None:
    (row,) = parse(workbench, "litellm", payload())
    text = json.dumps(row, default=str)
    assert "secret" not in text
    assert "key@" not in text


def test_zero_cost_beside_tokens_is_unknown_but_free_on_a_cache_hit(workbench: Connection) -> None:
    free = payload(1, response_cost=0)
    hit = payload(2, response_cost=0, cache_hit="True")
    costs = [row["reported_cost_usd"] for row in parse(workbench, "litellm", free, hit)]
    assert costs == [None, Decimal(0)]


def test_a_cache_hit_is_a_call_of_its_own_that_nobody_bills(workbench: Connection) -> None:
    hit = payload(2, id="chatcmpl-1_cache_hit1772445602.5", cache_hit=True, response_cost=0)
    accept(workbench, RawLitellm, payload(1), hit, {**hit, "litellm_call_id": None})
    first, *hits = sightings(workbench, "litellm")
    assert first["is_cache_hit"] is False
    assert [h["billed_state"] for h in hits] == ["not_billed", "not_billed"]
    assert {h["provider_response_id"] for h in hits} == {"chatcmpl-1"}


@pytest.mark.parametrize(
    ("error", "http_status"),
    [
        ({"error_code": "429", "error_class": "RateLimitError"}, 429),
        ({"error_code": "408", "error_class": "Timeout"}, None),
        ({"error_code": "499", "error_class": "ClientDisconnected"}, None),
        ({"error_code": "500", "error_class": "APIConnectionError"}, None),
        ({"error_code": "invalid_api_key", "error_class": "AuthenticationError"}, None),
    ],
)
def test_a_failure_has_no_usage_and_only_a_real_http_status(
    workbench: Connection, error: dict[str, str], http_status: int | None
) -> None:
    accept(workbench, RawLitellm, failed(1, error_information=error))
    (row,) = sightings(workbench, "litellm")
    assert (row["has_error"], row["usage_basis"], row["prompt_tokens"]) == (True, "missing", None)
    assert (row["http_status"], row["error_type"]) == (http_status, error["error_class"])
    assert row["provider_response_id"] is None


def test_usage_of_a_failure_is_partial(workbench: Connection) -> None:
    (row,) = parse(workbench, "litellm", failed(1, prompt_tokens=24, completion_tokens=3))
    assert (row["usage_basis"], row["input_tokens"], row["output_tokens"]) == ("partial", 24, 3)


def spend_row(record: dict[str, Any]) -> dict[str, str]:
    """The same record as a row of a SpendLogs CSV."""
    return {
        "request_id": record["id"],
        "litellm_call_id": record["litellm_call_id"],
        "call_type": record["call_type"],
        "spend": "0.00074115",
        "prompt_tokens": str(record["prompt_tokens"]),
        "completion_tokens": str(record["completion_tokens"]),
        "total_tokens": str(record["total_tokens"]),
        "startTime": "2026-03-02T10:00:01.250000+00:00",
        "endTime": "2026-03-02 10:00:01.75",
        "model": "m-1",
        "model_group": record["model_group"],
        "custom_llm_provider": "anthropic",
        "metadata": json.dumps(record["metadata"] | {"status": record["status"]}),
        "cache_hit": "None",
        "request_tags": '["feature:f"]',
        "team_id": "t-1",
        "end_user": "acme",
        "user": "",
        "api_base": "",
    }


def test_spend_logs_tell_the_same_and_are_the_same_call(workbench: Connection) -> None:
    record = payload(1, metadata=usage(prompt_tokens_details={"cached_tokens": 300}))
    (row,) = parse(workbench, "litellm", spend_row(record))
    assert (row["input_tokens"], row["cache_read_tokens"], row["team"]) == (700, 300, "t-1")
    assert (row["feature"], row["customer_id"], row["has_error"]) == ("f", "acme", False)
    assert str(row["started_at"]) == "2026-03-02 10:00:01.250000"
    assert accept(workbench, RawLitellm, record, spend_row(record)) == 2
    assert [s["sighting_id"] for s in sightings(workbench, "litellm")] == ["litellm:chatcmpl-1"]


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ("null", "each record is one object"),
        ({"a": 1}, "is this a LiteLLM log"),
        (payload(startTime=...), "startTime is missing"),
        (payload(startTime="soon"), "not a time"),
        (payload(startTime=START / 1000), "check the unit"),
        (payload(prompt_tokens=-1), "whole number"),
        (payload(prompt_tokens="NaN"), "whole number"),
        (payload(metadata=usage(prompt_tokens_details={"cached_tokens": 1.5})), "cache_read"),
        (payload(response_cost="much"), "give dollars"),
    ],
)
def test_a_bad_record_is_rejected_with_its_reason(
    workbench: Connection, record: dict[str, Any] | str, words: str
) -> None:
    assert words in reasons(workbench, "litellm", record)[0]


def test_odd_containers_do_no_harm(workbench: Connection) -> None:
    odd = payload(
        metadata='{"usage_object": "no"}', response="text", request_tags="no", error_information=[]
    )
    assert reasons(workbench, "litellm", odd, payload(2, metadata=None, request_tags=None)) == [
        None,
        None,
    ]


def test_sightings_have_the_contract_columns(workbench: Connection) -> None:
    accept(workbench, RawLitellm, payload())
    (row,) = sightings(workbench, "litellm")
    assert list(row) == [c.name for c in columns(SourceSighting)]
    assert (row["role"], row["witness"], row["operation"]) == ("call", 2, "chat")


def test_detection_takes_its_own_and_leaves_the_rest() -> None:
    assert detect(Sample("a.json", "json", (), (payload(),)))
    assert detect(Sample("a.csv", "csv", tuple(spend_row(payload())), ()))
    assert not detect(Sample("a.csv", "csv", ("started_at", "provider", "model"), ()))
    assert not detect(Sample("a.json", "json", (), ({"resourceSpans": []},)))


def test_the_recorded_gateway_log_agrees_with_what_went_over_the_wire(
    workbench: Connection, shared_data: Path
) -> None:
    lab = shared_data / "otlp_sdk_lab"
    delivered = json.loads((lab / "litellm_1.106.2_standard_logging_payload.json").read_text())
    accept(workbench, RawLitellm, *("null" if r is None else r for r in delivered))
    wire = [json.loads(line) for line in (lab / "gateway_access.jsonl").read_text().splitlines()]
    truth = {w["response_id"]: w["usage"] for w in wire if "-ll_" in w["scenario_id"]}
    found = {s["provider_response_id"]: s for s in sightings(workbench, "litellm")}
    assert set(found) == set(truth)
    for response_id, told in truth.items():
        if told is not None:
            seen = found[response_id]
            assert seen["prompt_tokens"] == told["prompt_tokens"]
            assert seen["cache_read_tokens"] == told["prompt_tokens_details"]["cached_tokens"]
            assert seen["completion_tokens"] == told["completion_tokens"]
    routed = [s for s in sightings(workbench, "litellm") if s["call_key"]]
    assert [s["attempt_no"] for s in routed] == [1, 2, 3]
    assert len({s["call_key"] for s in routed}) == 1
