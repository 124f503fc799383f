"""Writes invented spans and log records into raw tables and counts them with the real SQL.

No expectation lives here.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import duckdb

from tests.given import given, rows_of
from unitcost.days.uniting import unite
from unitcost.workbench import contents_of, create_empty, run_steps
from unitcost_models.base import columns
from unitcost_models.raw_litellm import RawLitellm
from unitcost_models.raw_otlp import RawOtlp
from unitcost_models.raw_requests import RawRequest
from unitcost_models.shared import INPUT_CLASSES, OUTPUT_CLASSES
from unitcost_models.sources import SourceSighting

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12)
TRACE = "a" * 32
ANSWER = {"gen_ai.response.id": "msg_1"}
OTEL = "opentelemetry.instrumentation.openai.v1"
_PROVENANCE = {
    "source_format": "otlp_json",
    "source_file": "spans.jsonl",
    "source_line": 1,
    "ingested_at": datetime(2026, 4, 1),
}

Span = dict[str, Any]


class LogSighting(SourceSighting):
    """A sighting that a test gives instead of the gateway's parsed log."""

    table: ClassVar[str] = "steps.litellm_sightings"


def span(
    span_id: str,
    parent: str | None = None,
    attributes: dict[str, Any] | None = None,
    *,
    at: float = 0,
    lasts: float = 1,
    scope: str = OTEL,
    trace: str = TRACE,
    resource: dict[str, str] | None = None,
    **values: Any,
) -> Span:
    """A span that starts `at` seconds after noon; ids are short names."""
    started_at = NOON + timedelta(seconds=at)
    row = {
        "record_kind": "span",
        "trace_id": trace,
        "span_id": span_id,
        "parent_span_id": parent,
        "span_name": span_id,
        "kind": "internal",
        "started_at": started_at,
        "ended_at": started_at + timedelta(seconds=lasts),
        "scope_name": scope,
        "resource": _map(resource or {}),
        "attributes": _map(attributes or {}),
        "day": started_at.date(),
        **_PROVENANCE,
    } | values
    return row | {"record_id": hashlib.md5(repr(sorted(row.items())).encode()).hexdigest()}


def chat(
    span_id: str, parent: str | None = None, attributes: dict[str, Any] | None = None, **values: Any
) -> Span:
    """A finished chat call of 100 input and 20 output tokens without a response id."""
    told = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "gen_ai.response.finish_reasons": "stop",
    } | (attributes or {})
    return span(span_id, parent, told, **{"kind": "client", **values})


def http_try(span_id: str, parent: str, status: int | None, **values: Any) -> Span:
    """An HTTP client span of one POST to the chat endpoint."""
    told = {"http.request.method": "POST", "url.path": "/v1/chat/completions"}
    answered = {} if status is None else {"http.response.status_code": status}
    scope = "opentelemetry.instrumentation.httpx"
    return span(span_id, parent, told | answered, **{"kind": "client", "scope": scope, **values})


def log_record(sighting_id: str, **values: Any) -> dict[str, Any]:
    """A gateway's record of one call of 100 input and 20 output tokens, outside any trace."""
    started_at = values.get("started_at", NOON)
    return {
        "sighting_id": sighting_id,
        "role": "call",
        "witness": 2,
        "started_at": started_at,
        "ended_at": started_at + timedelta(seconds=1),
        "day": started_at.date(),
        "provider_name": "openai",
        "request_model": "gpt-4o-mini",
        "operation": "chat",
        "has_error": False,
        "usage_basis": "reported",
        "finish_reason": "stop",
        "is_workflow": False,
        "input_tokens": 100,
        "output_tokens": 20,
        "prompt_tokens": 100,
        "completion_tokens": 20,
        **_PROVENANCE,
        "source_format": "litellm",
    } | values


def count(
    con: duckdb.DuckDBPyConnection,
    spans: Iterable[Span],
    records: Iterable[dict[str, Any]] = (),
    day: date = DAY,
) -> list[dict[str, Any]]:
    """The rows of core.requests for these spans and gateway records, in time order."""
    create_empty(con, RawLitellm)
    create_empty(con, RawRequest)
    _given_spans(con, spans)
    unite(con)
    done: list[str] = []
    if records := list(records):
        given(con, LogSighting, *records)
        done = ["steps.litellm_sightings"]
    run_steps(con, ["core.requests", "core.sightings"], day, contents_of(con, done))
    return rows_of(con, "select * from core.requests order by started_at, attempt_no, request_id")


def count_one(con: duckdb.DuckDBPyConnection, *spans: Span) -> dict[str, Any]:
    """The one row of core.requests for these spans."""
    (row,) = count(con, spans)
    return row


def attempt_of(row: dict[str, Any]) -> tuple[Any, ...]:
    """What an attempt row says of itself."""
    return (row["attempt_no"], row["is_final_attempt"], row["status"], row["billed_state"])


def classes(row: dict[str, Any]) -> dict[str, int]:
    """The token classes that are not zero or unknown, by their short names."""
    names = (*INPUT_CLASSES, *OUTPUT_CLASSES)
    return {name.removesuffix("_tokens"): row[name] for name in names if row[name]}


def totals(rows: Iterable[dict[str, Any]]) -> tuple[int, int]:
    """Prompt and completion tokens of all rows, the unknown left out."""
    kept = list(rows)
    return (
        sum(r["prompt_tokens"] or 0 for r in kept),
        sum(r["completion_tokens"] or 0 for r in kept),
    )


def _given_spans(con: duckdb.DuckDBPyConnection, spans: Iterable[Span]) -> None:
    create_empty(con, RawOtlp)
    names = [c.name for c in columns(RawOtlp)]
    cells = ", ".join(
        f"unnest(?::varchar[])::json::map(varchar, varchar) as {c.name}"
        if c.sql_type.startswith("MAP")
        else f"unnest(?::{c.sql_type}[]) as {c.name}"
        for c in columns(RawOtlp)
    )
    rows = list(spans)
    con.execute(
        f"insert into raw.otlp_json select {cells}", [[r.get(n) for r in rows] for n in names]
    )


def _map(values: dict[str, Any]) -> str:
    return json.dumps({key: str(value) for key, value in values.items()})
