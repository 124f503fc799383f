"""OTLP/JSON into raw: every record once, only allowed attributes, what is wrong rejected alone."""

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
from tests.sql.staging_by_hand import parse
from unitcost.queries import load_query
from unitcost.sources import detect_format
from unitcost.staging import sample, stage
from unitcost.vocabulary import VocabularyError, create_macros, load_vocabulary
from unitcost_models.base import columns
from unitcost_models.raw_otlp import RawOtlp

Con = duckdb.DuckDBPyConnection
TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
NANOS = 1_772_409_600_123_456_789
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


def any_value(value: object) -> dict[str, Any]:
    """A value as OTLP/JSON writes it."""
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int):
        return {"intValue": str(value)}
    if isinstance(value, float):
        return {"doubleValue": value}
    if isinstance(value, list):
        return {"arrayValue": {"values": [any_value(v) for v in value]}}
    if isinstance(value, dict):
        return {"kvlistValue": {"values": pairs(value)}}
    return {"stringValue": value}


def pairs(attributes: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": any_value(value)} for key, value in attributes.items()]


def span(kept: dict[str, Any] | None = None, /, **fields: Any) -> dict[str, Any]:
    """A well-formed span with some fields replaced."""
    whole = {
        "traceId": TRACE,
        "spanId": SPAN,
        "name": "chat",
        "kind": 3,
        "startTimeUnixNano": str(NANOS),
        "endTimeUnixNano": str(NANOS + 2_000_000_000),
        "status": {},
        "attributes": pairs(kept or {}),
    }
    return {key: value for key, value in (whole | fields).items() if value is not None}


def batch(*spans: Any, resource: dict[str, Any] | None = None) -> dict[str, Any]:
    """One export batch of spans."""
    scope = {"scope": {"name": "lib", "version": "1"}, "spans": list(spans)}
    return {
        "resourceSpans": [
            {"resource": {"attributes": pairs(resource or {})}, "scopeSpans": [scope]}
        ]
    }


def logs(*records: dict[str, Any]) -> dict[str, Any]:
    """One export batch of log records."""
    scope = {"scope": {"name": "judge"}, "logRecords": list(records)}
    return {"resourceLogs": [{"resource": {"attributes": []}, "scopeLogs": [scope]}]}


def attributes_of(con: Con, attributes: dict[str, Any]) -> dict[str, str]:
    """What raw keeps of a span's attributes."""
    (row,) = parse(con, "otlp_json", batch(span(attributes)))
    assert row["reject_reason"] is None
    return dict(row["attributes"])


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


def test_values_of_every_type_become_text(con: Con) -> None:
    given = {
        "gen_ai.response.finish_reasons": ["stop", "length"],
        "gen_ai.request.stream": True,
        "gen_ai.usage.input_tokens": 7,
        "operation.cost": 0.25,
        "tag.tags": [],
    }
    assert attributes_of(con, given) == {
        "gen_ai.response.finish_reasons": "stop,length",
        "gen_ai.request.stream": "true",
        "gen_ai.usage.input_tokens": "7",
        "operation.cost": "0.25",
        "tag.tags": "",
    }


@pytest.mark.parametrize("count", ["12", 12, 12.0, "12.0", "1.2e1"])
def test_counts_may_be_written_in_any_way(con: Con, count: Any) -> None:
    kept = attributes_of(con, {"gen_ai.usage.input_tokens": count})
    assert float(kept["gen_ai.usage.input_tokens"]) == 12


def test_an_integer_may_be_a_number(con: Con) -> None:
    value = [{"key": "gen_ai.usage.input_tokens", "value": {"intValue": 12}}]
    (row,) = parse(con, "otlp_json", batch(span(attributes=value)))
    assert row["attributes"] == {"gen_ai.usage.input_tokens": "12"}


def test_of_a_repeated_key_the_first_is_kept(con: Con) -> None:
    repeated = pairs({"user.id": "a"}) + pairs({"user.id": "b", "tenant.id": "t"})
    (row,) = parse(con, "otlp_json", batch(span(attributes=repeated)))
    assert row["attributes"] == {"user.id": "a", "tenant.id": "t"}


def test_a_list_written_as_text_becomes_what_a_list_becomes(con: Con) -> None:
    for text in ('["stop"]', "['stop']"):
        kept = attributes_of(con, {"gen_ai.response.finish_reasons": text})
        assert kept == {"gen_ai.response.finish_reasons": "stop"}


CONTENT = {
    "gen_ai.input.messages": "SECRET",
    "gen_ai.output.messages": "SECRET",
    "gen_ai.prompt.0.content": "SECRET",
    "input.value": "SECRET",
    "llm.input_messages.0.message.content": "SECRET",
    "llm.openai.choices": "[{'message': 'SECRET'}]",
    "llm.prompt_template.variables": "SECRET",
    "embedding.embeddings.0.embedding.text": "SECRET",
    "error.message": "SECRET",
    "metadata": '{"customer": {"note": "SECRET"}, "feature": "%s SECRET", "note": "SECRET"}'
    % ("x" * 300),
    "output.value": '{"id": {"a": "SECRET"}, "content": "SECRET", "model": "m"}',
    "hidden_params": "not json SECRET",
    "llm.openai.usage": "{'prompt_tokens': broken SECRET",
}


def test_no_content_is_kept(con: Con) -> None:
    exception = {
        "name": "exception",
        "timeUnixNano": str(NANOS),
        "attributes": pairs({"exception.type": "E", "exception.message": "SECRET"}),
    }
    rows = parse(con, "otlp_json", batch(span(CONTENT, events=[exception])))
    assert "SECRET" not in str(rows)
    kept = dict(rows[0]["attributes"])
    kept.pop("derived.input_hash")
    assert kept == {"output.value.model": "m", "derived.exception_type": "E"}


def test_no_content_reaches_the_quarantine(con: Con) -> None:
    rows = parse(con, "otlp_json", batch(span(CONTENT, traceId="x")))
    assert rows[0]["reject_reason"]
    assert "SECRET" not in rows[0]["reject_text"]


def test_equal_inputs_have_equal_digests(con: Con) -> None:
    one, same, other = (
        attributes_of(con, {"gen_ai.input.messages": text})["derived.input_hash"]
        for text in ("a", "a", "b")
    )
    assert one == same != other


@pytest.mark.parametrize(
    "usage",
    [
        "{'prompt_tokens': 5, 'prompt_tokens_details': {'cached_tokens': 3, 'audio_tokens': None}}",
        '{"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": 3}}',
    ],
)
def test_usage_is_lifted_out_of_python_and_json_text(con: Con, usage: str) -> None:
    assert attributes_of(con, {"llm.openai.usage": usage}) == {
        "llm.openai.usage.prompt_tokens": "5",
        "llm.openai.usage.prompt_tokens_details.cached_tokens": "3",
    }


@pytest.mark.parametrize("metadata", ['{"tenant_id": "t", "x": 1}', {"tenant_id": "t", "x": "y"}])
def test_metadata_is_lifted_by_name(con: Con, metadata: Any) -> None:
    assert attributes_of(con, {"metadata": metadata}) == {"metadata.tenant_id": "t"}


def test_a_langchain_answer_gives_its_id(con: Con) -> None:
    message = {"kwargs": {"response_metadata": {"id": "chatcmpl-1", "finish_reason": "stop"}}}
    answer = json.dumps({"generations": [[{"text": "SECRET", "message": message}]]})
    kept = attributes_of(con, {"output.value": answer})
    assert sorted(kept.values()) == ["chatcmpl-1", "stop"]


def test_a_tool_answer_that_looks_like_usage_does_no_harm(con: Con) -> None:
    answer = '{"usage": {"prompt_tokens": "many"}, "id": "order"}'
    assert attributes_of(con, {"output.value": answer}) == {"output.value.id": "order"}


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


def test_an_added_key_is_kept_and_comes_first(workbench: Con) -> None:
    create_macros(workbench, load_vocabulary({"customer_id": ["my.account"]}))
    kept = attributes_of(workbench, {"tenant.id": "t", "my.account": "a", "my.other": "x"})
    assert kept == {"tenant.id": "t", "my.account": "a"}
    asked = "select attr_customer_id(?::map(varchar, varchar))"
    found = workbench.execute(asked, [kept]).fetchall()
    assert found == [("a",)]


@pytest.mark.parametrize(
    "additions", [{"nonsense": ["a"]}, {"customer_id": "a"}, {"customer_id": [""]}]
)
def test_a_wrong_addition_is_refused(additions: Any) -> None:
    with pytest.raises(VocabularyError, match="vocabulary: "):
        load_vocabulary(additions)


@pytest.mark.parametrize("name", LAB_SPANS)
def test_every_span_of_real_files_is_read(
    con: Con, shared_data: Path, tmp_path: Path, name: str
) -> None:
    file = shared_data / "otlp_sdk_lab" / f"{name}.jsonl"
    assert detect_format(sample(file)) == "otlp_json"
    stage(con, file, tmp_path)
    rows = rows_of(con, load_query("raw.otlp_json").text)
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
