"""OTLP/JSON into raw: every record once, what is wrong rejected alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.given import rows_of
from tests.sources import reading
from tests.sql.otlp_by_hand import NANOS, SPAN, TRACE, batch, logs, pairs, span
from tests.sql.staging_by_hand import parse
from unitcost.queries import inlined
from unitcost.sources import detect_format
from unitcost.staging import sample, stage
from unitcost_models.base import columns
from unitcost_models.raw_otlp import RawOtlp

Con = duckdb.DuckDBPyConnection
LAB_SPANS = {
    "litellm_1.106.2": 11,
    "openinference_0.1.66": 42,
    "openllmetry_0.62.4": 41,
    "otel_genai_1.3b0": 42,
}


@pytest.fixture
def con() -> Iterator[Con]:
    """A workbench with the vocabulary's macros; no test may change them."""
    with reading.workbench() as con:
        yield con


def test_a_span_becomes_one_row(con: Con) -> None:
    given = span(
        {"gen_ai.request.model": "m"},
        traceId=TRACE.upper(),
        parentSpanId="00F067AA0BA902B7",
        flags=769,
        traceState="ot=th:8",
        status={"code": 2, "message": "the prompt was: secret"},
    )
    (row,) = parse(
        con, "otlp_json", batch(given, resource={"service.name": "api", "process.command": "x"})
    )
    digest = row.pop("record_id")
    assert len(digest) == 32
    assert row == {
        "record_kind": "span",
        "trace_id": TRACE,
        "span_id": SPAN,
        "parent_span_id": "00f067aa0ba902b7",
        "span_name": "chat",
        "kind": "client",
        "started_at": datetime(2026, 3, 2, 0, 0, 0, 123456, UTC).replace(tzinfo=None),
        "ended_at": datetime(2026, 3, 2, 0, 0, 2, 123456, UTC).replace(tzinfo=None),
        "status_code": "error",
        "scope_name": "lib",
        "scope_version": "1",
        "trace_state": "ot=th:8",
        "flags": 769,
        "resource": {"service.name": "api"},
        "attributes": {"gen_ai.request.model": "m"},
        "day": datetime(2026, 3, 2, tzinfo=UTC).date(),
        "source_line": 1,
        "reject_reason": None,
        "reject_text": None,
    }


def test_the_columns_are_those_of_the_row_model(con: Con) -> None:
    (row,) = parse(con, "otlp_json", batch(span()))
    added_by_ingest = {"source_format", "source_file", "ingested_at"}
    expected = [c.name for c in columns(RawOtlp) if c.name not in added_by_ingest]
    assert sorted(row) == sorted([*expected, "reject_reason", "reject_text"])


@pytest.mark.parametrize(
    ("name", "expected"), [(3, "client"), ("SPAN_KIND_SERVER", "server"), (0, None), (None, None)]
)
def test_kinds_are_numbers_or_names(con: Con, name: Any, expected: str | None) -> None:
    (row,) = parse(con, "otlp_json", batch(span(kind=name)))
    assert row["kind"] == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"parentSpanId": ""},
        {"parentSpanId": "0" * 16},
        {"startTimeUnixNano": NANOS},
        {"endTimeUnixNano": None},
        {"endTimeUnixNano": "0"},
        {"attributes": None},
        {"attributes": "no list"},
        {"attributes": [1, {"key": "a"}, {"value": {"stringValue": "x"}}, None]},
        {"status": None, "name": None},
        {"droppedAttributesCount": 3, "surprise": [{"deep": [[[1]]]}]},
    ],
)
def test_what_may_be_missing_may_be_missing(con: Con, fields: dict[str, Any]) -> None:
    (row,) = parse(con, "otlp_json", batch(span(**fields)))
    assert (row["reject_reason"], row["parent_span_id"]) == (None, None)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"traceId": "abc"}, "traceId is not 32 hex digits"),
        ({"traceId": "0" * 32}, "traceId is not 32 hex digits"),
        ({"traceId": None}, "traceId is not 32 hex digits"),
        ({"traceId": 12}, "traceId is not 32 hex digits"),
        ({"traceId": "CvdlGRbNQ92ESOshHIAxnA=="}, "traceId is not 32 hex digits"),
        ({"spanId": "g" * 16}, "spanId is not 16 hex digits"),
        ({"spanId": ""}, "spanId is not 16 hex digits"),
        ({"parentSpanId": "zz"}, "parentSpanId is not 16 hex digits"),
        ({"startTimeUnixNano": None}, "the start time is missing"),
        ({"startTimeUnixNano": "soon"}, "the start time is missing"),
        ({"startTimeUnixNano": "NaN"}, "the start time is missing"),
        ({"startTimeUnixNano": NANOS // 1000}, "before 2020 or after 2100; check the unit"),
        ({"startTimeUnixNano": "9" * 30}, "before 2020 or after 2100; check the unit"),
        ({"startTimeUnixNano": -5}, "before 2020 or after 2100; check the unit"),
        (
            {"attributes": pairs({"gen_ai.usage.input_tokens": -1})},
            "gen_ai.usage.input_tokens is no",
        ),
        ({"attributes": pairs({"gen_ai.usage.input_tokens": 10**13})}, "input_tokens is no whole"),
        (
            {"attributes": pairs({"llm.token_count.prompt": 1.5})},
            "llm.token_count.prompt is no whole",
        ),
        (
            {"attributes": pairs({"llm.token_count.prompt": "NaN"})},
            "llm.token_count.prompt is no whole",
        ),
        (
            {"attributes": pairs({"ai.usage.promptTokens": "1e400"})},
            "ai.usage.promptTokens is no whole",
        ),
    ],
)
def test_a_bad_span_is_rejected_alone(con: Con, fields: dict[str, Any], reason: str) -> None:
    rows = parse(
        con, "otlp_json", batch(span(spanId="1" * 16), span(**fields), span(spanId="2" * 16))
    )
    assert [row["reject_reason"] is None for row in rows] == [True, False, True]
    assert reason in rows[1]["reject_reason"]
    assert json.loads(rows[1]["reject_text"])["name"] == "chat"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"a": 1}, "not an OTLP/JSON batch"),
        ({"resourceSpans": "text"}, "a batch without readable spans"),
        ({"resourceSpans": [{"scopeSpans": {}}]}, "a batch without readable spans"),
        ({"resourceSpans": [{"scopeSpans": [{"spans": 5}]}]}, "a batch without readable spans"),
        ({"resourceSpans": [7]}, "a batch without readable spans"),
        ({"x": "resourceSpans"}, "a batch without readable spans"),
        (batch(5), "traceId is not"),
        ({"resourceLogs": 5}, "not an OTLP/JSON batch"),
        ({"resourceMetrics": []}, "metrics are control totals"),
    ],
)
def test_a_line_that_is_no_batch_is_rejected(con: Con, record: dict[str, Any], reason: str) -> None:
    rows = parse(con, "otlp_json", record, batch(span()))
    assert [row["source_line"] for row in rows if row["reject_reason"] is None] == [2]
    (rejected,) = (row["reject_reason"] for row in rows if row["reject_reason"])
    assert rejected.startswith(reason)


def test_empty_batches_hold_nothing(con: Con) -> None:
    empty: Any = {"resourceSpans": []}, batch(), {"resourceSpans": [{"scopeSpans": []}]}, logs()
    assert parse(con, "otlp_json", *empty) == []


def test_judgements_are_rows_of_their_own(con: Con) -> None:
    score = {"gen_ai.evaluation.name": "solved", "gen_ai.evaluation.score.value": 1.0}
    content = {"gen_ai.evaluation.explanation": "SECRET"}
    event = {
        "name": "gen_ai.evaluation.result",
        "timeUnixNano": str(NANOS),
        "attributes": pairs(score | content),
    }
    log = event | {"eventName": event["name"], "traceId": TRACE, "spanId": SPAN}
    old_log = event | {"attributes": pairs(score | {"event.name": event["name"]})}
    other = {"eventName": "gen_ai.client.inference.operation.details", "timeUnixNano": str(NANOS)}
    rows = parse(
        con, "otlp_json", batch(span(events=[event, {"name": "x"}])), logs(log, old_log, other)
    )
    assert sorted(
        (r["record_kind"], r["trace_id"], r["span_id"], r["source_line"])
        for r in rows
        if r["trace_id"]
    ) == [
        ("event", TRACE, SPAN, 1),
        ("log", TRACE, SPAN, 2),
        ("span", TRACE, SPAN, 1),
    ]
    assert len(rows) == 4
    judged = [r["attributes"] for r in rows if r["record_kind"] != "span"]
    assert all(a["gen_ai.evaluation.score.value"] == "1.0" for a in judged)
    assert {r["reject_reason"] for r in rows} == {None}
    assert "SECRET" not in str(rows)


def test_the_same_record_has_the_same_id_wherever_it_stands(con: Con) -> None:
    again = batch(span(spanId="1" * 16), span({"user.id": "u"}))
    rows = parse(
        con, "otlp_json", batch(span({"user.id": "u"})), again, batch(span({"user.id": "v"}))
    )
    ids = [row["record_id"] for row in rows]
    assert ids[0] == ids[2]
    assert len(set(ids)) == 3


@pytest.mark.parametrize("name", LAB_SPANS)
def test_every_span_of_real_files_is_read(
    con: Con, shared_data: Path, tmp_path: Path, name: str
) -> None:
    file = shared_data / "otlp_sdk_lab" / f"{name}.jsonl"
    assert detect_format(sample(file)) == "otlp_json"
    stage(con, file, tmp_path)
    rows = rows_of(con, inlined("raw.otlp_json"))
    assert len(rows) == LAB_SPANS[name]
    assert {row["reject_reason"] for row in rows} == {None}
    assert len({row["record_id"] for row in rows}) == len(rows)
    stored = " ".join(str(row) for row in rows)
    for phrase in (
        "Summarise",
        "sky blue",
        "OpenTelemetry:",
        "Comprehensive",
        "traceback",
        "Traceback",
    ):
        assert phrase not in stored
