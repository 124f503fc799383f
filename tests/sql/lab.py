"""The SDK lab's files as spans, their way through parse and counting, and what truly happened.

No expectation lives here.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import duckdb

from tests.given import rows_of
from tests.sql.staging_by_hand import accept
from unitcost.days.uniting import unite
from unitcost.workbench import create_empty, run_steps
from unitcost_models.raw_litellm import RawLitellm
from unitcost_models.raw_otlp import RawOtlp
from unitcost_models.raw_requests import RawRequest

DAY = date(2026, 11, 22)
Batch = dict[str, Any]
Rows = list[dict[str, Any]]


@cache
def lines(lab: Path) -> dict[str, tuple[str, ...]]:
    """File name -> its OTLP/JSON lines."""
    files = sorted(p for p in lab.glob("*.jsonl") if p.name != "gateway_access.jsonl")
    return {p.name: tuple(p.read_text(encoding="utf-8").splitlines()) for p in files}


@cache
def payloads(lab: Path) -> tuple[str, ...]:
    """The records of LiteLLM's standard logging payload file."""
    text = (lab / "litellm_1.106.2_standard_logging_payload.json").read_text(encoding="utf-8")
    return tuple(json.dumps(record) for record in json.loads(text) if record)


def spans_of(batch: Batch) -> Iterator[dict[str, Any]]:
    """Every span of one OTLP/JSON line."""
    for resource in batch["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            yield from scope["spans"]


def kept(batch: Batch, wanted: Callable[[dict[str, Any]], bool]) -> Batch:
    """The line with only the spans that are wanted."""
    copy: Batch = json.loads(json.dumps(batch))
    for resource in copy["resourceSpans"]:
        for scope in resource["scopeSpans"]:
            scope["spans"] = [span for span in scope["spans"] if wanted(span)]
    return copy


def one_span_each(batch: Batch) -> Iterator[Batch]:
    """The line cut into lines of one span."""
    for span_id in [span["spanId"] for span in spans_of(batch)]:
        yield kept(batch, partial(_is, span_id))


def _is(span_id: str, span: dict[str, Any]) -> bool:
    return bool(span["spanId"] == span_id)


def attribute(span: dict[str, Any], key: str) -> str | None:
    """A text attribute of a span as delivered."""
    for pair in span.get("attributes", ()):
        if pair["key"] == key:
            return str(pair["value"].get("stringValue"))
    return None


def load(
    con: duckdb.DuckDBPyConnection,
    files: dict[str, list[str]],
    gateway: tuple[str, ...] = (),
) -> None:
    """Parse files of OTLP lines, and gateway records, into raw tables that hold nothing else."""
    for row in (RawOtlp, RawLitellm, RawRequest):
        create_empty(con, row)
    for name, texts in files.items():
        accept(con, RawOtlp, *texts, name=name)
    if gateway:
        accept(con, RawLitellm, *gateway, name="payloads.json")


def requests(con: duckdb.DuckDBPyConnection) -> Rows:
    """core.requests of the lab's day."""
    unite(con)
    run_steps(con, ["core.requests", "core.sightings"], DAY)
    return rows_of(con, "select * from core.requests order by request_id")


def scenario_of(lab: Path) -> dict[str, tuple[str, str]]:
    """Trace id and response id -> (file, scenario)."""
    found: dict[str, tuple[str, str]] = {}
    named: dict[str, tuple[str, str]] = {}
    for name, texts in lines(lab).items():
        for span in (s for text in texts for s in spans_of(json.loads(text))):
            if scenario := attribute(span, "app.scenario"):
                found[span["traceId"]] = (name, scenario)
                named[attribute(span, "app.scenario.id") or ""] = (name, scenario)
    for attempt in attempts(lab):
        if attempt["response_id"] and (scenario_id := _known(attempt["scenario_id"], named)):
            found[attempt["response_id"]] = named[scenario_id]
    return found


def _known(scenario_id: str, named: dict[str, tuple[str, str]]) -> str | None:
    """The scenario of an attempt; a fallback's attempts carry a suffix."""
    return next((known for known in named if known and scenario_id.startswith(known)), None)


@cache
def attempts(lab: Path) -> tuple[dict[str, Any], ...]:
    """What the gateway in front of the mock saw: the truth, attempt by attempt."""
    text = (lab / "gateway_access.jsonl").read_text(encoding="utf-8")
    return tuple(json.loads(line) for line in text.splitlines())


@cache
def truth(lab: Path) -> dict[tuple[str, str], tuple[int, int]]:
    """(file, scenario) -> true input and output tokens."""
    with (lab / "reconciliation.csv").open(encoding="utf-8") as file:
        return {
            (row["file"], row["scenario"]): (int(row["true_input"]), int(row["true_output"]))
            for row in csv.DictReader(file)
        }


def by_scenario(lab: Path, rows: Rows) -> dict[tuple[str, str], Rows]:
    """The requests of each scenario; every request must belong to one."""
    known = scenario_of(lab)
    found: dict[tuple[str, str], Rows] = defaultdict(list)
    for row in rows:
        place = known.get(row["trace_id"]) or known[row["provider_response_id"]]
        found[place].append(row)
    return found
