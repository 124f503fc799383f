"""Langfuse's rows count once; traces say whom a call was for, scores how it ended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.given import rows_of
from tests.sources.counting import count_fixtures
from tests.sources.reading import parse_texts, workbench
from unitcost.days.uniting import unite
from unitcost.queries import load_query
from unitcost.reading.landing import recognise
from unitcost.workbench import create_empty
from unitcost_models.raw_outcomes import RawLangfuseScore, RawOutcome


@pytest.fixture(scope="module")
def requests(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return count_fixtures(tmp_path_factory.mktemp("scratch"), "langfuse")


def test_agents_that_repeat_their_calls_and_older_versions_are_not_counted(
    requests: list[dict[str, Any]],
) -> None:
    models = [r["request_model"] for r in requests if r["trace_id"] == "tr-1"]
    assert models == ["claude-sonnet-4-5-20250929", "gpt-5", "text-embedding-3-small"]
    assert (requests[0]["prompt_tokens"], requests[0]["completion_tokens"]) == (9112, 250)


def test_the_trace_names_whom_its_calls_are_for(requests: list[dict[str, Any]]) -> None:
    call = requests[0]
    assert (call["user_id"], call["session_id"], call["user_id_origin"]) == (
        "user-7",
        "chat-1",
        "root",
    )
    assert call["customer_id"] == "acme"
    assert {r["workflow"] for r in requests if r["trace_id"] == "tr-1"} == {"support"}


def test_failures_keep_how_they_failed(requests: list[dict[str, Any]]) -> None:
    found = {
        r["request_model"]: (r["status"], r["billed_state"]) for r in requests if r["error_type"]
    }
    assert found == {"gpt-5": ("error", "not_billed"), "gemini-2.5-pro": ("timeout", "unknown")}


GENERATION = {"id": "o", "type": "GENERATION", "start_time": "2026-11-01 10:00:00"}


@pytest.mark.parametrize(
    ("details", "classes"),
    [
        ({"input": 100, "cache_read_input_tokens": 60, "output": 9, "total": 109}, (40, 9, 0)),
        ({"input": 100, "input_cache_creation": 30, "output": 9, "total": 109}, (70, 9, 0)),
        (
            {"input": 100, "input_cached_tokens": 60, "input_cache_creation": 30, "total": 109}
            | {"output": 9, "output_reasoning_tokens": 4},
            (10, 5, 0),
        ),
        ({"input": 100, "output": 9, "output_reasoning_tokens": 4, "total": 109}, (100, 5, 0)),
        ({"input": 40, "input_cached_tokens": 60, "output": 9, "total": 109}, (40, 9, 0)),
        ({"input": 100, "input_cached_tokens": 60, "output": 9}, (100, 9, 0)),
        ({"input": 100, "input_cached_tokens": 60, "output": 9, "total": 120}, (100, 9, -49)),
        ({"input": 50, "input_cached_tokens": 60, "output": 9, "total": 59}, (50, 9, -60)),
    ],
)
def test_the_total_tells_whether_the_input_repeats_the_cache(
    details: dict[str, int], classes: tuple[int | None, ...]
) -> None:
    (row,) = parse_texts("langfuse", [json.dumps(GENERATION | {"usage_details": details})])
    names = ("input_tokens", "output_tokens", "residual_tokens")
    assert tuple(row[name] for name in names) == classes


@pytest.mark.parametrize(
    ("id_", "cache_hit", "found"),
    [
        ("time-10-00-00-123456_chatcmpl-1", "False", ("chatcmpl-1", False)),
        ("time-10-00-00-123456_chatcmpl-1", True, ("chatcmpl-1", True)),
        ("time-and-again_chatcmpl-1", True, (None, False)),
    ],
)
def test_generations_of_litellm_name_their_answer(
    id_: str, cache_hit: object, found: tuple[str | None, bool]
) -> None:
    record = GENERATION | {"id": id_, "metadata": {"cache_hit": cache_hit}}
    (row,) = parse_texts("langfuse", [json.dumps(record)])
    assert (row["provider_response_id"], row["is_cache_hit"]) == found


def test_a_trace_alone_is_no_call() -> None:
    texts = ['{"id": "t", "timestamp": "2026-11-01", "public": false, "bookmarked": false}']
    (row,) = parse_texts("langfuse", texts)
    assert (row["role"], row["trace_id"]) == ("context", "t")


@pytest.mark.parametrize(
    ("scores", "judgements"),
    [
        ({"task_success": [1]}, {"task_success": "1"}),
        ({"task_success": [1, 1], "taste": ["good", "bad"]}, {"task_success": "1"}),
        ({"mood": "fine"}, {"mood": "fine"}),
        (
            [{"name": "ok", "value": 1}, {"name": "ok", "value": 0, "timestamp": "2026"}],
            {"ok": "0"},
        ),
        ([{"name": "said", "stringValue": "words", "dataType": "TEXT"}], None),
        ([{"name": "span's", "value": 1, "observationId": "o"}], None),
        ("no scores", None),
    ],
)
def test_scores_inside_a_trace_say_how_it_ended(
    scores: object, judgements: dict[str, str] | None
) -> None:
    trace = {"id": "t", "timestamp": "2026-11-01", "public": False, "bookmarked": False}
    for held in (scores, json.dumps(scores)):
        (row,) = parse_texts("langfuse", [json.dumps(trace | {"scores": held})])
        assert row["judgements"] == judgements


def _statements(*records: str) -> list[tuple[Any, ...]]:
    with workbench() as con:
        for row in (RawOutcome, RawLangfuseScore):
            create_empty(con, row)
        unite(con)
        con.execute("create table raw.staged (source_line bigint, record varchar)")
        con.executemany("insert into raw.staged values (?, ?)", list(enumerate(records)))
        con.execute(
            f"""insert into raw.langfuse_scores by name
                select * exclude (reject_reason, reject_text), 'langfuse_scores' as source_format,
                       'a' as source_file, timestamp '2026-12-01' as ingested_at
                from ({load_query("raw.langfuse_scores").text})"""
        )
        rows = rows_of(con, load_query("steps.outcome_statements").text)
        return [(r["trace_id"], r["workflow_run_id"], r["outcome"]) for r in rows]


def _score(**values: Any) -> str:
    fields = {"id": "s", "timestamp": "2026-11-03 09:00:00", "trace_id": "t", **values}
    return str(fields).replace("'", '"').replace("None", "null")


@pytest.mark.parametrize(
    ("score", "outcome"),
    [
        ({"name": "task_success", "data_type": "BOOLEAN", "value": 1}, "success"),
        ({"name": "Goal reached", "data_type": "NUMERIC", "value": 0}, "failure"),
        ({"name": "verdict", "data_type": "CATEGORICAL", "string_value": "Resolved"}, "success"),
        ({"name": "verdict", "data_type": "CATEGORICAL", "string_value": "friendly"}, None),
        ({"name": "task_success", "data_type": "NUMERIC", "value": 0.5}, None),
        ({"name": "toxic", "data_type": "BOOLEAN", "value": 1}, None),
        ({"name": "task_success", "data_type": "TEXT", "string_value": "success"}, None),
    ],
)
def test_scores_of_success_are_outcomes(score: dict[str, Any], outcome: str | None) -> None:
    assert _statements(_score(**score)) == ([("t", None, outcome)] if outcome else [])


def test_the_newest_version_of_a_score_holds() -> None:
    score = {"name": "task_success", "data_type": "BOOLEAN", "observation_id": "o"}
    old = _score(**score, value=1, updated_at="2026-11-03 09:00:00")
    new = _score(**score, value=0, updated_at="2026-11-04T09:00:00Z")
    assert _statements(new, old) == [("t", "t:o", "failure")]


@pytest.mark.parametrize("is_around", [True, False])
def test_a_trace_is_read_with_the_observations_in_it(is_around: bool, tmp_path: Path) -> None:
    """As the API answers, and as the page of a trace downloads it."""
    trace = {
        "id": "tr-9",
        "timestamp": "2026-11-01T12:00:00.000Z",
        "name": "support",
        "userId": "user-9",
        "public": False,
        "bookmarked": False,
    }
    calls: list[dict[str, Any]] = [
        {
            "id": f"obs-{number}",
            "traceId": "tr-9",
            "type": "GENERATION",
            "startTime": f"2026-11-01T12:00:0{number}.000Z",
            "parentObservationId": None,
            "model": "gpt-4o",
        }
        for number in range(2)
    ]
    calls[0] |= {"usageDetails": {"input": 10, "output": 20}, "costDetails": {"total": 0.5}}
    calls[1] |= {"promptTokens": 12, "completionTokens": 5, "calculatedTotalCost": 0.25}
    told = trace if is_around else {"trace": trace}
    file = tmp_path / "trace.json"
    file.write_text(json.dumps(told | {"observations": calls, "scores": []}, indent=1))
    assert recognise(file) == "langfuse"
    rows = parse_texts("langfuse", [file.read_text()])
    assert [row["role"] for row in rows] == ["context", "call", "call"]
    assert rows[0]["user_id"] == "user-9"
    assert [row["prompt_tokens"] for row in rows[1:]] == [10, 12]
    assert [float(row["reported_cost_usd"]) for row in rows[1:]] == [0.5, 0.25]
