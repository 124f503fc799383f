"""Invented OTLP/JSON: values, spans, batches and logs as exporters write them.

No expectation lives here.
"""

from __future__ import annotations

from typing import Any

import duckdb

from tests.sql.staging_by_hand import parse

Con = duckdb.DuckDBPyConnection
TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
NANOS = 1_772_409_600_123_456_789


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
