"""Evaluations and feedback that trace stores keep beside runs say how tasks ended."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from tests.given import rows_of
from tests.sources.reading import parse_staged, workbench
from tests.sql.staging_by_hand import with_maps
from unitcost.days.uniting import unite
from unitcost.queries import load_query
from unitcost.sources import SOURCES
from unitcost.workbench import create_empty
from unitcost_models.raw_outcomes import RawLangfuseScore, RawOutcome

Json = dict[str, Any]
TRACE, ROOT, CALL = "1af7651916cd43dd8448eb211c80319c", "c7ad6b7169203331", "c7ad6b7169203332"


def statements(source_format: str, records: Iterable[Json]) -> list[tuple[str, str, str]]:
    """What the records say of tasks: source, time, outcome."""
    with workbench() as con:
        con.execute("create table raw.texts (source_line bigint, record varchar)")
        con.execute("create view raw.staged as select * from raw.texts")
        lines = [(n, json.dumps(r)) for n, r in enumerate(records, start=1)]
        con.executemany("insert into raw.texts values (?, ?)", lines)
        parsed = parse_staged(con, source_format)
        assert [r["reject_reason"] for r in parsed if r["reject_reason"]] == []
        for row in (RawOutcome, RawLangfuseScore, SOURCES[source_format].row):
            create_empty(con, row)
        answer = with_maps(con, "select * from raw.parsed")
        con.execute(
            f"""insert into raw.{source_format} by name
                select * exclude (reject_reason, reject_text), '{source_format}' as source_format,
                       'a' as source_file, timestamp '2026-12-01' as ingested_at
                from ({answer})"""
        )
        unite(con)
        rows = rows_of(con, load_query("steps.outcome_statements").text)
    assert {r["trace_id"] for r in rows} <= {TRACE, "t-1"}
    return sorted((r["outcome_source"], str(r["outcome_at"]), r["outcome"]) for r in rows)


def run(stats: Json) -> Json:
    return {
        "id": "r-1",
        "run_type": "chain",
        "trace_id": "t-1",
        "session_id": "p",
        "start_time": "2026-11-01T10:00:00",
        "end_time": "2026-11-01T10:00:09",
        "feedback_stats": stats,
    }


FEEDBACK = ("langsmith_feedback", "2026-11-01 10:00:09")


@pytest.mark.parametrize(
    ("stats", "outcome"),
    [
        ({"task_success": {"n": 2, "avg": 1.0}}, "success"),
        ({"resolved": {"n": 1, "avg": 0}}, "failure"),
        ({"task_success": {"n": 2, "avg": 0.5}}, None),
        ({"politeness": {"n": 1, "avg": 1}}, None),
        ({"verdict": {"n": 1, "avg": None, "values": {"Resolved": 1}}}, "success"),
        ({"verdict": {"n": 2, "avg": None, "values": {"passed": 1, "failed": 1}}}, None),
        ({"verdict": {}}, None),
        ({}, None),
        (None, None),
        ("broken", None),
    ],
)
def test_feedback_of_langsmith(stats: Json, outcome: str | None) -> None:
    assert statements("langsmith", [run(stats)]) == ([(*FEEDBACK, outcome)] if outcome else [])


def test_feedback_of_langsmith_as_text() -> None:
    text: Any = json.dumps({"task_success": {"n": 1, "avg": 1}})
    assert statements("langsmith", [run(text)]) == [(*FEEDBACK, "success")]


def mlflow(*assessments: Json, **info: Any) -> Json:
    span = {"start_time_unix_nano": 1793527200000000000, "end_time_unix_nano": 1793527203000000000}
    spans = [
        span | {"trace_id": TRACE, "span_id": ROOT, "parent_span_id": None, "name": "answer"},
        span | {"trace_id": TRACE, "span_id": CALL, "parent_span_id": ROOT, "name": "chat"},
    ]
    head = {"trace_id": f"tr-{TRACE}", "trace_metadata": {}, "assessments": list(assessments)}
    return {"info": head | info, "data": {"spans": spans}}


def assessed(value: Any, name: str = "task_success", **others: Any) -> Json:
    told = {"assessment_name": name, "create_time": "2026-11-03T09:00:00Z"}
    return told | {"feedback": {"value": value}} | others


@pytest.mark.parametrize(
    ("assessment", "outcome"),
    [
        (assessed(True), "success"),
        (assessed("no", span_id=CALL), "failure"),
        (assessed("resolved", "verdict"), "success"),
        (assessed(True, "is_english"), None),
        (assessed("yes", "safety"), None),
        (assessed(0.5), None),
        (assessed(True, valid=False), None),
        (assessed({"a": 1}), None),
        ({"assessment_name": "task_success", "expectation": {"value": True}}, None),
    ],
)
def test_assessments_of_mlflow(assessment: Json, outcome: str | None) -> None:
    wanted = [("gen_ai.evaluation.result", "2026-11-03 09:00:00", outcome)] if outcome else []
    assert statements("mlflow", [mlflow(assessment)]) == wanted


def test_assessments_in_a_row_of_mlflow() -> None:
    trace = mlflow(assessed(False))
    row = {
        "trace_id": f"tr-{TRACE}",
        "trace_metadata": "{}",
        "assessments": json.dumps(trace["info"]["assessments"]),
        "spans": json.dumps(trace["data"]["spans"]),
    }
    assert [outcome for *_, outcome in statements("mlflow", [row])] == ["failure"]


def phoenix(span_id: str, parent_id: str | None, **others: Any) -> Json:
    return {
        "name": "answer",
        "context": {"trace_id": TRACE, "span_id": span_id},
        "parent_id": parent_id,
        "span_kind": "CHAIN",
        "start_time": "2026-11-01T11:00:00Z",
        "end_time": "2026-11-01T11:00:01Z",
        "attributes": {},
    } | others


def annotated(name: str, **result: Any) -> Json:
    return {
        "name": name,
        "annotator_kind": "HUMAN",
        "result": result,
        "updated_at": "2026-11-04T08:00:00Z",
    }


LATER = ("gen_ai.evaluation.result", "2026-11-04 08:00:00")


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        (phoenix(ROOT, None, annotations=[annotated("task", score=1)]), [(*LATER, "success")]),
        (phoenix(ROOT, "", annotations=[annotated("task", score=1)]), [(*LATER, "success")]),
        (phoenix(ROOT, None, annotations=[annotated("tone", score=1)]), []),
        (phoenix(ROOT, None, annotations=[annotated("task", explanation="none")]), []),
        (
            {
                "spans": [phoenix(CALL, ROOT), phoenix(ROOT, None)],
                "annotations": [annotated("verdict", label="incorrect")],
            },
            [(*LATER, "failure")],
        ),
        (
            phoenix(
                ROOT,
                None,
                attributes={
                    "evaluations.0.name": "tone",
                    "evaluations.0.score": 1,
                    "evaluations.1.name": "task success",
                    "evaluations.1.score": 0,
                },
            ),
            [(LATER[0], "2026-11-01 11:00:01", "failure")],
        ),
    ],
)
def test_annotations_of_phoenix(record: Json, wanted: list[tuple[str, str, str]]) -> None:
    assert statements("openinference_parquet", [record]) == wanted
