"""OTLP batches under older names and under the protocol's own: the same rows as OTLP/JSON."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources.reading import ROOT, golden, parse_texts
from unitcost.sources import detect_format
from unitcost.staging import sample

BATCH = next(
    line
    for file in sorted((ROOT / "otlp_json").glob("*.jsonl"))
    for line in file.read_text().splitlines()
    if '"resourceSpans"' in line
)
QUOTED = json.dumps('a text that says {"trace_id": 1, "scope": 2}')


def _before_2022(text: str) -> str:
    text = text.replace('"scopeSpans"', '"instrumentationLibrarySpans"')
    return re.sub(r'"scope"(\s*:)', r'"instrumentationLibrary"\1', text)


def _of_proto(text: str) -> str:
    def snake(match: re.Match[str]) -> str:
        return re.sub("[A-Z]", lambda hump: "_" + hump.group().lower(), match.group())

    return re.sub(r'"[a-z]+[A-Z]\w*"(?=\s*:)', snake, text)


def _encoded(text: str) -> str:
    def coded(match: re.Match[str]) -> str:
        return match[1] + base64.b64encode(bytes.fromhex(match[2])).decode() + '"'

    return re.sub(r'("(?:traceId|spanId|parentSpanId)": ?")([0-9a-f]+)"', coded, text)


def _encoded_of_proto(text: str) -> str:
    return _of_proto(_encoded(text))


@pytest.mark.parametrize("respelled", [_before_2022, _of_proto, _encoded, _encoded_of_proto])
def test_other_spellings_give_the_same_rows(
    respelled: Callable[[str], str], tmp_path: Path
) -> None:
    told = BATCH.replace('"stringValue": "', '"stringValue": ' + QUOTED[:-1] + " ", 1)
    file = tmp_path / "spans.jsonl"
    file.write_text(respelled(told) + "\n")
    assert respelled(told) != told
    assert detect_format(sample(file)) == "otlp_json"
    rows = [golden(row) for row in parse_texts("otlp_json", [respelled(told)])]
    assert rows == [golden(row) for row in parse_texts("otlp_json", [told])]
    assert not any("reject_reason" in row for row in rows)


def test_logs_under_the_protocols_own_names_give_the_same_rows(tmp_path: Path) -> None:
    told = (ROOT / "agent_events/claude_code.jsonl").read_text().splitlines()[0]
    file = tmp_path / "logs.jsonl"
    file.write_text(_of_proto(told) + "\n")
    assert _of_proto(told) != told
    assert detect_format(sample(file)) == "agent_events"
    rows = [golden(row) for row in parse_texts("agent_events", [told])]
    assert [golden(row) for row in parse_texts("agent_events", [_of_proto(told)])] == rows != []


def test_spans_by_themselves_are_read_as_batches(tmp_path: Path) -> None:
    """As CloudWatch holds those of agents on Bedrock AgentCore; a broken one spoils no other."""
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "us.anthropic.claude-sonnet-4-20250514-v1:0",
        "gen_ai.usage.input_tokens": 1200,
        "gen_ai.response.finish_reasons": ["end_turn"],
    }
    span = {
        "resource": {"attributes": {"service.name": "agent"}},
        "scope": {"name": "strands.telemetry.tracer", "version": ""},
        "traceId": "68b0a1b2c3d4e5f60718293a4b5c6d7e",
        "spanId": "a1b2c3d4e5f60718",
        "kind": "CLIENT",
        "startTimeUnixNano": 1793527200123456789,
        "endTimeUnixNano": 1793527202123456789,
        "attributes": attributes,
        "status": {"code": "OK"},
    }
    broken = [span | {"attributes": None}, span | {"attributes": [1]}, span | {"traceId": "x"}, {}]
    twice = json.dumps(span).replace('"gen_ai.operation.name"', '"a": 1, "a": 2, "b"')
    texts = [json.dumps(told) for told in (span, *broken)] + [twice]
    file = tmp_path / "spans.jsonl"
    file.write_text("\n".join(texts))
    assert detect_format(sample(file)) == "otlp_json"
    rows = {row["source_line"]: row for row in parse_texts("otlp_json", texts)}
    assert rows[1]["reject_reason"] is None
    assert rows[1]["attributes"]["gen_ai.usage.input_tokens"] == "1200"
    assert rows[1]["attributes"]["gen_ai.response.finish_reasons"] == "end_turn"
    assert rows[1]["resource"] == {"service.name": "agent"}
    assert all(rows[line]["reject_reason"] for line in (2, 3, 4, 5))


SPAN = {
    "traceId": "0af7651916cd43dd8448eb211c80319c",
    "spanId": "b7ad6b7169203331",
    "parentSpanId": "00f067aa0ba902b7",
    "name": "chat",
    "kind": 3,
    "startTimeUnixNano": "1795168800000000000",
    "endTimeUnixNano": "1795168801500000000",
    "status": {"code": 2},
    "attributes": [
        {"key": "gen_ai.usage.input_tokens", "value": {"stringValue": "100"}},
        {"key": "error.type", "value": {"stringValue": "RateLimitError"}},
    ],
}
SERVICE = [{"key": "service.name", "value": {"stringValue": "shop"}}]
PRINTED = {
    "name": "chat",
    "context": {"trace_id": f"0x{SPAN['traceId']}", "span_id": f"0x{SPAN['spanId']}"},
    "kind": "SpanKind.CLIENT",
    "parent_id": f"0x{SPAN['parentSpanId']}",
    "start_time": "2026-11-20T10:00:00.000000Z",
    "end_time": "2026-11-20T10:00:01.500000Z",
    "status": {"status_code": "ERROR", "description": "a secret"},
    "attributes": {"gen_ai.usage.input_tokens": 100, "error.type": "RateLimitError"},
    "events": [{"name": "note", "timestamp": "2026-11-20T10:00:01Z", "attributes": {"a": "b"}}],
    "links": [],
    "resource": {"attributes": {"service.name": "shop"}, "schema_url": ""},
}


def _spans(*spans: object) -> list[object]:
    return [{"resource": {"attributes": SERVICE}, "scopeSpans": [{"spans": list(spans)}]}]


def _base64(span: dict[str, object]) -> dict[str, object]:
    ids = ("traceId", "spanId", "parentSpanId")
    told = {n: base64.b64encode(bytes.fromhex(str(span[n]))).decode() for n in ids}
    return span | told | {"kind": "SPAN_KIND_CLIENT", "status": {"code": "STATUS_CODE_ERROR"}}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(json.dumps({"batches": _spans(_base64(SPAN))}), id="Tempo"),
        pytest.param(json.dumps({"trace": {"resourceSpans": _spans(_base64(SPAN))}}), id="Tempo 2"),
        pytest.param(json.dumps(PRINTED, indent=4), id="printed by Python"),
    ],
)
def test_spans_as_other_tools_tell_them_give_the_same_rows(text: str, tmp_path: Path) -> None:
    file = tmp_path / "trace.json"
    file.write_text(text + "\n" + text + "\n")
    assert detect_format(sample(file)) == "otlp_json"
    wanted = golden(parse_texts("otlp_json", [json.dumps({"resourceSpans": _spans(SPAN)})])[0])
    assert [golden(row) for row in parse_texts("otlp_json", [text])] == [wanted]
    assert wanted["day"] == "2026-11-20"


def test_phoenix_tells_what_a_failed_call_raised() -> None:
    told = {"name": "exception", "attributes": {"exception.type": "openai.RateLimitError"}}
    ids = {"context.trace_id": SPAN["traceId"], "context.span_id": SPAN["spanId"]}
    times = {"start_time": "2026-11-20T10:00:00Z", "end_time": "2026-11-20T10:00:01Z"}
    span = {"name": "chat", "span_kind": "LLM", "parent_id": None, "events": [told]}
    (row,) = parse_texts("openinference_parquet", [json.dumps(span | ids | times)])
    assert row["attributes"]["exception.type"] == "openai.RateLimitError"
