"""The SDK lab, parsed and counted: 60 scenarios against what the gateway saw, in any delivery."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.given import rows_of
from tests.sql import lab
from tests.sql.spans_by_hand import totals

Connection = duckdb.DuckDBPyConnection
UNKNOWABLE = {"timeout", "stream_nousage", "anth_stream_abort"}
"""Scenarios of three files each whose usage left no trace, or one that stopped half-way."""
LITELLM = "litellm_1.106.2.jsonl"
PROVENANCE = {"source_format", "source_file", "source_line", "ingested_at"}


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "otlp_sdk_lab"


@pytest.fixture(scope="module")
def delivered(folder: Path) -> dict[str, list[str]]:
    return {name: list(texts) for name, texts in lab.lines(folder).items()}


@pytest.fixture(scope="module")
def counted(counting: Connection, delivered: dict[str, list[str]]) -> lab.Rows:
    lab.load(counting, delivered)
    return lab.requests(counting)


def told(rows: lab.Rows) -> list[dict[str, Any]]:
    """The rows without where they were read."""
    return [{k: v for k, v in row.items() if k not in PROVENANCE} for row in rows]


def test_tokens_of_51_scenarios_are_true(folder: Path, counted: lab.Rows) -> None:
    found = lab.by_scenario(folder, counted)
    truth = lab.truth(folder)
    knowable = {place: true for place, true in truth.items() if place[1] not in UNKNOWABLE}
    assert (len(truth), len(knowable)) == (60, 51)
    assert {place: totals(found[place]) for place in knowable} == knowable


def test_the_other_nine_say_so(folder: Path, counted: lab.Rows) -> None:
    found = lab.by_scenario(folder, counted)
    places = [place for place in lab.truth(folder) if place[1] in UNKNOWABLE]
    assert len(places) == 9
    for place in places:
        assert {row["usage_basis"] for row in found[place]} <= {"missing", "partial"}, place
        assert {row["billed_state"] for row in found[place]} == {"unknown"}, place


def test_every_scenario_has_a_customer_and_a_workflow(folder: Path, counted: lab.Rows) -> None:
    for place, rows in lab.by_scenario(folder, counted).items():
        if place == (LITELLM, "ll_stream"):
            continue  # its root names neither: LiteLLM wrote it outside the application's trace
        assert all(row["customer_id"] and row["workflow"] and row["feature"] for row in rows), place


def test_failures_are_told_apart(folder: Path, counted: lab.Rows) -> None:
    expected = {
        "500_always": ("error", "not_billed"),
        "400": ("error", "not_billed"),
        "timeout": ("timeout", "unknown"),
        "stream_abort": ("incomplete", "unknown"),
    }
    for (_, scenario), rows in lab.by_scenario(folder, counted).items():
        if scenario in expected:
            assert {(r["status"], r["billed_state"]) for r in rows} == {expected[scenario]}


def test_the_anthropic_sdk_tells_of_its_resend(folder: Path, counted: lab.Rows) -> None:
    for (_, scenario), rows in lab.by_scenario(folder, counted).items():
        if scenario == "anth_429_then_ok":
            assert sorted((r["attempt_no"], r["status"]) for r in rows) == [(1, "error"), (2, "ok")]
            assert len({r["call_id"] for r in rows}) == 1


def test_every_sighting_belongs_to_a_request(counting: Connection, counted: lab.Rows) -> None:
    seen = rows_of(counting, "select request_id, count(*) as n from core.sightings group by all")
    assert {s["request_id"]: s["n"] for s in seen} == {
        r["request_id"]: r["sighting_count"] for r in counted
    }


def test_any_order_files_and_repetition_give_the_same_requests(
    counting: Connection, counted: lab.Rows, delivered: dict[str, list[str]]
) -> None:
    """Every span is a line of its own, twice, in any order, spread over seven files."""
    texts = [
        json.dumps(alone)
        for texts in delivered.values()
        for batch in map(json.loads, texts)
        for alone in lab.one_span_each(batch)
    ] * 2
    random.Random(20261122).shuffle(texts)
    lab.load(counting, {f"part-{n}.jsonl": texts[n::7] for n in range(7)})
    assert told(lab.requests(counting)) == told(counted)


def test_a_lost_root_takes_no_tokens_with_it(
    counting: Connection, counted: lab.Rows, delivered: dict[str, list[str]]
) -> None:
    def is_root_of_the_application(span: dict[str, Any]) -> bool:
        return span["name"].startswith("POST ") and not lab.attribute(span, "litellm.call_id")

    rootless = {
        name: [
            json.dumps(lab.kept(json.loads(text), lambda s: not is_root_of_the_application(s)))
            for text in texts
        ]
        for name, texts in delivered.items()
    }
    lab.load(counting, rootless)
    found = {row["request_id"]: row for row in lab.requests(counting)}
    assert {i: row["prompt_tokens"] for i, row in found.items()} == {
        row["request_id"]: row["prompt_tokens"] for row in counted
    }


def test_an_aggregate_above_everything_adds_nothing(
    counting: Connection, counted: lab.Rows, delivered: dict[str, list[str]]
) -> None:
    agents = {
        name: [line for text in texts for line in _agent_above(text)]
        for name, texts in delivered.items()
    }
    lab.load(counting, agents)
    kept = ("request_id", "prompt_tokens", "completion_tokens", "status", "call_id")
    assert [[r[k] for k in kept] for r in lab.requests(counting)] == [
        [r[k] for k in kept] for r in counted
    ]


def _agent_above(text: str) -> list[str]:
    """The line with a new root around every root, which states a sum of usage."""
    batch = json.loads(text)
    agents = lab.kept(batch, lambda s: not s.get("parentSpanId") and not _is_empty(s))
    for root in lab.spans_of(batch):
        root["parentSpanId"] = root.get("parentSpanId") or "f" * 16
    for agent in lab.spans_of(agents):
        agent["spanId"] = "f" * 16
        agent["attributes"] = [
            {"key": "gen_ai.operation.name", "value": {"stringValue": "invoke_agent"}},
            {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "999999"}},
        ]
    return [json.dumps(batch), json.dumps(agents)]


def _is_empty(root: dict[str, Any]) -> bool:
    """The one trace without a call in it: LiteLLM wrote its stream outside."""
    return lab.attribute(root, "app.scenario") == "ll_stream"


def test_the_gateways_own_log_beside_the_spans_counts_nothing_twice(
    counting: Connection, folder: Path, counted: lab.Rows, delivered: dict[str, list[str]]
) -> None:
    lab.load(counting, delivered, lab.payloads(folder))
    rows = lab.requests(counting)
    assert totals(rows) == totals(counted)
    known = lab.scenario_of(folder)
    fallback = [
        row for row in rows if row["retry_evidence"] == "gateway_log" and row["status"] == "error"
    ]
    final = next(r for r in rows if known.get(r["trace_id"]) == (LITELLM, "ll_router_fallback"))
    assert [row["call_id"] for row in fallback] == [final["call_id"]] * 2
    assert (final["attempt_no"], final["is_final_attempt"]) == (3, True)
    assert len(rows) == len(counted) + len(fallback)
