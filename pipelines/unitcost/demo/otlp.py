"""OTLP/JSON lines as the collector's file exporter writes them.

Batches are cut per service in the order in which spans end: children come before their parents,
and a trace is spread over lines (and over files at midnight).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from unitcost.demo.run import Attributes, Step
from unitcost.demo.scenario import (
    CONTRACT_REVIEW,
    DATA_AGENT,
    DOC_SEARCH,
    DRAFT_REPLY,
    JUDGE_SERVICE,
    JUDGE_TEAM,
    TICKET_SUMMARY,
)
from unitcost.demo.vocabularies import call_attributes

TracedStep = tuple[str, Step]
"""A trace id and one of its spans."""

_BATCH = 48
_TEAMS = {
    feature.service: feature.team
    for feature in (TICKET_SUMMARY, DRAFT_REPLY, DOC_SEARCH, CONTRACT_REVIEW, DATA_AGENT)
} | {JUDGE_SERVICE: JUDGE_TEAM}
_SCOPES = {
    DRAFT_REPLY.service: ("opentelemetry.instrumentation.openai.v1", "0.62.4"),
    DOC_SEARCH.service: ("openinference.instrumentation.llama_index", "4.3.1"),
    JUDGE_SERVICE: ("openinference.instrumentation.openai", "0.1.66"),
}
_CURRENT_SCOPE = ("opentelemetry.util.genai.handler", "1.3b0")


def export_lines(steps: Iterable[TracedStep]) -> list[str]:
    """The day's lines in the order in which the collector received the batches."""
    by_service: dict[str, list[TracedStep]] = defaultdict(list)
    for step in sorted(steps, key=lambda pair: (pair[1].ended, pair[1].span_id)):
        by_service[step[1].service].append(step)
    batches = [
        (spans[start : start + _BATCH][-1][1].ended, _line(service, spans[start : start + _BATCH]))
        for service, spans in by_service.items()
        for start in range(0, len(spans), _BATCH)
    ]
    return [line for _, line in sorted(batches)]


def _line(service: str, steps: list[TracedStep]) -> str:
    resource = {
        "service.name": service,
        "deployment.environment.name": "production",
        "team": _TEAMS[service],
        "telemetry.sdk.language": "python",
    }
    scope, version = _SCOPES.get(service, _CURRENT_SCOPE)
    spans = ",".join(_span(trace_id, step) for trace_id, step in steps)
    return (
        f'{{"resourceSpans":[{{"resource":{{"attributes":{_render(resource)}}},"scopeSpans":[{{'
        f'"scope":{{"name":"{scope}","version":"{version}"}},"spans":[{spans}]}}]}}]}}\n'
    )


def _span(trace_id: str, step: Step) -> str:
    attributes = step.attributes
    if step.call is not None:
        attributes = attributes | call_attributes(step.service, step.call)
    parent = f'"parentSpanId":"{step.parent_id}",' if step.parent_id else ""
    status = '{"code":2}' if step.has_failed else "{}"
    return (
        f'{{"traceId":"{trace_id}","spanId":"{step.span_id}",{parent}"name":"{step.name}",'
        f'"kind":{step.kind},"startTimeUnixNano":"{step.started}000000",'
        f'"endTimeUnixNano":"{step.ended}000000","attributes":{_render(attributes)},'
        f'"status":{status}}}'
    )


def _render(attributes: Attributes | dict[str, str]) -> str:
    return f"[{','.join([_attribute(key, value) for key, value in attributes.items()])}]"


def _attribute(key: str, value: str | int | tuple[str, ...]) -> str:
    if isinstance(value, int):
        return f'{{"key":"{key}","value":{{"intValue":"{value}"}}}}'
    if isinstance(value, tuple):
        members = ",".join(f'{{"stringValue":"{member}"}}' for member in value)
        return f'{{"key":"{key}","value":{{"arrayValue":{{"values":[{members}]}}}}}}'
    text = value.replace('"', '\\"')
    return f'{{"key":"{key}","value":{{"stringValue":"{text}"}}}}'
