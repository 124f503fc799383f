"""Judgements exported without their runs: what they say, and whom they find or do not find."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest

from tests.given import given, rows_of
from tests.sources.reading import parse_staged, stage_texts, workbench
from unitcost.days.uniting import unite
from unitcost.queries import load_query
from unitcost.tables import row_models
from unitcost.workbench import create_empty
from unitcost_models.raw_outcomes import RawOutcome
from unitcost_models.requests import Request

Json = dict[str, Any]
TRACE, SPAN = "1af7651916cd43dd8448eb211c80319c", "c7ad6b7169203331"
MOMENT = "2026-11-03T09:00:00Z"
UNION = ("raw.otlp_json", "raw.openinference_parquet", "raw.mlflow", "raw.langsmith")


def langsmith(**told: Any) -> Json:
    base = {"id": "f", "run_id": "r-1", "trace_id": "t-1", "key": "task_success", "score": 1}
    return base | {"session_id": "project", "modified_at": MOMENT} | told


def phoenix(score: Any = 1, label: str | None = None, **told: Any) -> Json:
    base = {"id": "a", "name": "task_success", "annotator_kind": "HUMAN", "updated_at": MOMENT}
    return base | {"result": {"score": score, "label": label}, "span_id": SPAN} | told


def mlflow(value: Any = "yes", **told: Any) -> Json:
    base = {"assessment_name": "task_success", "trace_id": f"tr-{TRACE}", "create_time": MOMENT}
    return base | {"assessment_id": "m", "feedback": {"value": value}} | told


def accepted(con: duckdb.DuckDBPyConnection, *records: Json) -> None:
    """Put records into raw.feedback, beside empty tables of all else that judges or is judged."""
    stage_texts(con, [json.dumps(record) for record in records])
    assert [r["reject_reason"] for r in parse_staged(con, "feedback") if r["reject_reason"]] == []
    for table in ("raw.outcomes", "raw.langfuse_scores", "raw.feedback", *UNION, "core.sightings"):
        create_empty(con, row_models()[table])
    con.execute(
        """insert into raw.feedback by name
           select * exclude (reject_reason, reject_text), 'feedback' as source_format,
                  'a' as source_file, timestamp '2026-12-01' as ingested_at
           from raw.parsed"""
    )


def given_span(con: duckdb.DuckDBPyConnection, trace: str = TRACE) -> None:
    con.execute(
        """insert into raw.otlp_json by name
           select $1 || 's' as record_id, 'span' as record_kind, $1 as trace_id, $2 as span_id,
                  timestamp '2026-11-01' as started_at, date '2026-11-01' as day""",
        [trace, SPAN],
    )


def said(*records: Json, traces: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
    """Trace, run and outcome of what the records state."""
    with workbench() as con:
        accepted(con, *records)
        for trace in traces:
            given_span(con, trace)
        unite(con)
        rows = rows_of(con, load_query("steps.outcome_statements").text)
    return [(r["trace_id"], r["workflow_run_id"], r["outcome"]) for r in rows]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (langsmith(), [("t-1", "t-1:r-1", "success")]),
        (langsmith(score=False), [("t-1", "t-1:r-1", "failure")]),
        (langsmith(key="verdict", score=None, value="Unresolved"), [("t-1", "t-1:r-1", "failure")]),
        (langsmith(key="kindness"), []),
        (langsmith(score=0.4), []),
        (langsmith(score=None, value="a long remark of the user " * 9), []),
        (mlflow(), [(TRACE, None, "success")]),
        (mlflow(False), [(TRACE, None, "failure")]),
        (mlflow("resolved", assessment_name="verdict"), [(TRACE, None, "success")]),
        (mlflow(valid=False), []),
        (mlflow(expectation={"value": True}), []),
        (
            {"trace_id": f"tr-{TRACE}", "assessments": [mlflow(trace_id=None)]},
            [(TRACE, None, "success")],
        ),
        (phoenix(trace_id=TRACE, span_id=None), [(TRACE, None, "success")]),
        (phoenix(None, "failed", trace_id=TRACE, span_id=None), [(TRACE, None, "failure")]),
        ({"data": [phoenix(trace_id=TRACE)]}, [(TRACE, f"{TRACE}:{SPAN}", "success")]),
    ],
)
def test_feedback_says_how_a_task_ended(record: Json, expected: list[Any]) -> None:
    assert said(record) == expected


def test_a_judged_span_has_the_trace_that_only_one_span_of_its_id_is_in() -> None:
    assert said(phoenix(), traces=(TRACE,)) == [(TRACE, f"{TRACE}:{SPAN}", "success")]
    assert said(phoenix(), traces=(TRACE, "b" * 32)) == [(None, None, "success")]


def test_the_newest_version_holds_whatever_the_digits_of_its_time() -> None:
    old, new = phoenix(1, trace_id=TRACE), phoenix(0, trace_id=TRACE)
    new["updated_at"] = "2026-11-03T09:00:00.5Z"
    assert said(new, old) == [(TRACE, f"{TRACE}:{SPAN}", "failure")]


def test_judgements_that_no_request_answers_to_are_counted() -> None:
    with workbench() as con:
        accepted(con, langsmith(), langsmith(id="g", trace_id="lost"), phoenix(), mlflow("no"))
        given_span(con)
        given(con, RawOutcome, {"record_id": "o", "task_id": "gone", "source_format": "outcomes"})
        given(
            con,
            Request,
            {"request_id": "q", "trace_id": TRACE},
            {"request_id": "p", "trace_id": "t-1"},
        )
        rows = rows_of(con, load_query("marts.unmatched_judgements").text)
    counted = {r["source_format"]: (r["judgement_count"], r["unmatched_count"]) for r in rows}
    assert counted == {"feedback": (4, 1), "outcomes": (1, 1)}
