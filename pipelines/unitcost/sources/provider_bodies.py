"""`provider_bodies`: responses of model providers as a team logs them, one a record, with a time.

How records are read is in `sql/raw/told_bodies.sql` and what it reads; the rules are told in
`docs/sources/provider_bodies.md`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from unitcost.sources.base import Sample, call_log
from unitcost.sources.langchain import tells_message
from unitcost.sources.usage_objects import choose_rule

_WRAPPED = ("response", "body", "response_body", "raw_response", "events", "chunks", "modelOutput")
_USAGES = (
    "usage",
    "usageMetadata",
    "usage_metadata",
    "meta",
    "usage_info",
    "amazon-bedrock-invocationMetrics",
)
_COUNTS = {"inputTextTokenCount", "prompt_token_count", "generation_token_count", "eval_count"}
_EVENTS = ("message", "response", "metadata", "delta", "x_groq", "interaction")
_TIMES = {
    *("started_at", "start_time", "requested_at", "request_time", "timestamp", "@timestamp", "ts"),
    *(
        "processed_time",
        "time",
        "created_at",
        "logged_at",
        "received_at",
        "date",
        "created",
        "createTime",
    ),
}
_STATUSES = ("status", "status_code", "http_status", "response_status")
_OTHERS = {
    *("custom_id", "schemaType", "sessionId", "isSidechain", "call_type", "request_created_at"),
    *("ai_org", "tokens_in", "run_type", "dotted_order", "op_name", "resourceSpans", "event"),
}
"""Names of logs that hold such responses too and say more about them."""


def detect(sample: Sample) -> bool:
    """Whether most records have a time and hold a usage object of a known shape, or a failure."""
    records = sample.records
    if any(_OTHERS & record.keys() or tells_message(record) for record in records):
        return False
    answers = sum(_has_time(record) and _is_answer(record) for record in records)
    failures = sum(_has_time(record) and _is_failure(record) for record in records)
    return answers > 0 and 2 * (answers + failures) > len(records)


def _has_time(record: dict[str, object]) -> bool:
    return any(_TIMES & part.keys() for part in _parts(record) if isinstance(part, dict))


def _is_answer(record: dict[str, object]) -> bool:
    return any(_counts_tokens(part) for part in _parts(record))


def _is_failure(record: dict[str, object]) -> bool:
    codes = (str(record.get(name)) for name in _STATUSES)
    is_refused = any(code.isdigit() and int(code) >= 400 for code in codes)
    return (is_refused or bool(record.get("error"))) and not _is_answer(record)


def _parts(record: dict[str, object]) -> Iterator[object]:
    """The record and what it may wrap, opened where it is text."""
    yield record
    for name in _WRAPPED:
        part = _opened(record.get(name))
        yield part
        if isinstance(part, dict):
            yield _opened(part.get("body"))


def _opened(value: object) -> object:
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[", "data:", "event:")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        events = (line.removeprefix("data:").lstrip() for line in value.splitlines())
        return [_opened(event) for event in events if event.startswith("{") and event != value]


def _counts_tokens(body: object) -> bool:
    """Whether a body, or an event of a stream, holds a usage object whose names are known."""
    if isinstance(body, list):
        inner = [e.get(n) for e in body if isinstance(e, dict) for n in _EVENTS]
        return any(_counts_tokens(event) for event in (*body, *inner) if isinstance(event, dict))
    if not isinstance(body, dict):
        return False
    if "type" in body and isinstance(event := body.get("response"), dict):
        return _counts_tokens(event)  # the last event of a stream, logged alone
    usages = [usage for name in _USAGES if isinstance(usage := _opened(body.get(name)), dict)]
    return bool(_COUNTS & body.keys()) or any(map(_is_usage, usages))


def _is_usage(usage: dict[str, object]) -> bool:
    return "pages_processed" in usage or choose_rule(None, None, usage) is not None


SOURCE = call_log(
    "provider_bodies",
    title="responses of OpenAI, Anthropic, Gemini, Bedrock, Mistral, Cohere, DeepSeek, xAI, Groq "
    "and others as you log them",
    record="One logged response of a model provider.",
    detect=detect,
)
