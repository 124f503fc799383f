"""Delivered judgements: words, times, subjects; and the statements made of files and traces."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.given import given, rows_of
from tests.sql.staging_by_hand import accept, parse, reasons
from unitcost.days.uniting import unite
from unitcost.queries import load_query
from unitcost.sources.base import Sample
from unitcost.sources.outcomes import detect
from unitcost.sources.vocabulary import create_macros, load_vocabulary
from unitcost.task_rules import Labels, TaskRules, create_rule_macros
from unitcost.workbench import create_empty
from unitcost_models.base import columns
from unitcost_models.raw_otlp import RawOtlp
from unitcost_models.raw_outcomes import OutcomeStatement, RawLangfuseScore, RawOutcome

Connection = duckdb.DuckDBPyConnection


@pytest.mark.parametrize(
    ("record", "outcome"),
    [
        ({"outcome": "Success"}, "success"),
        ({"outcome": True}, "success"),
        ({"outcome": 0}, "failure"),
        ({"outcome": "unknown"}, "unknown"),
        ({"resolved": "true"}, "success"),
        ({"passed": False}, "failure"),
        ({"success": "1"}, "success"),
        ({"score": 1.0}, "success"),
        ({"score": "0"}, "failure"),
        ({"outcome": "failed", "score": 0.9}, "failure"),
    ],
)
def test_an_outcome_may_be_written_in_common_words(
    workbench: Connection, record: dict[str, Any], outcome: str
) -> None:
    (row,) = parse(workbench, "outcomes", {"task_id": "t", **record})
    assert (row["outcome"], row["reject_reason"]) == (outcome, None)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"outcome": "success"}, "names no task"),
        ({"task_id": "t"}, "outcome is missing"),
        ({"task_id": "t", "score": 0.5}, "outcome is missing"),
        ({"task_id": "t", "outcome": "fine"}, "give success (true, 1"),
        ({"task_id": "t", "outcome": {"a": 1}}, "is not known"),
        ({"task_id": "t", "outcome": "ok", "score": "NaN"}, "score NaN"),
        ({"task_id": "t", "outcome": "ok", "judged_at": "later"}, "not a time"),
        ({"task_id": "t", "outcome": "ok", "judged_at": 1772445}, "check the unit"),
        ("[]", "each record is one object"),
        ("null", "each record is one object"),
    ],
)
def test_a_bad_record_is_rejected_with_its_reason(
    workbench: Connection, record: dict[str, Any] | str, words: str
) -> None:
    assert words in reasons(workbench, "outcomes", record)[0]


def test_a_judgement_without_a_time_is_seen_by_every_day(workbench: Connection) -> None:
    early, never = parse(
        workbench,
        "outcomes",
        {"task_id": "t", "outcome": "ok", "outcome_at": "2026-03-05T23:30:00-02:00"},
        {"task_id": "t", "outcome": "ok"},
    )
    assert (str(early["day"]), str(early["judged_at"])) == ("2026-03-06", "2026-03-06 01:30:00")
    assert (str(never["day"]), never["judged_at"]) == ("2099-12-31", None)


def test_the_same_judgement_delivered_again_adds_nothing(workbench: Connection) -> None:
    record = {"task_id": "t", "outcome": "ok", "judged_at": "2026-03-05"}
    assert accept(workbench, RawOutcome, record) == 1
    assert accept(workbench, RawOutcome, dict(reversed(record.items())), name="b") == 0


SPAN = {
    "record_kind": "span",
    "trace_id": "a" * 32,
    "span_id": "b" * 16,
    "started_at": "2026-03-02 10:00:00",
    "ended_at": "2026-03-02 10:00:05",
    "day": "2026-03-02",
    "source_format": "otlp_json",
    "source_file": "a",
    "source_line": 1,
    "ingested_at": "2026-03-03 00:00:00",
}


def statements(
    con: Connection, *attributes: dict[str, str], kind: str = "span"
) -> list[dict[str, Any]]:
    create_macros(con, load_vocabulary())
    for row in (RawOutcome, RawLangfuseScore):
        create_empty(con, row)
    spans = [
        SPAN | {"record_id": f"r{n}", "record_kind": kind, "attributes": a}
        for n, a in enumerate(attributes)
    ]
    given(con, RawOtlp, *spans)
    unite(con)
    return rows_of(con, load_query("steps.outcome_statements").text)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"app.task.outcome": "success"}, ("success", 4)),
        ({"gen_ai.task.status": "failure"}, ("failure", 3)),
        (
            {"gen_ai.evaluation.name": "quality", "gen_ai.evaluation.score.label": "PASS"},
            ("success", 2),
        ),
        ({"gen_ai.evaluation.name": "task", "gen_ai.evaluation.score.value": "0"}, ("failure", 2)),
    ],
)
def test_traces_state_outcomes(
    workbench: Connection, attributes: dict[str, str], expected: tuple[str, int]
) -> None:
    (row,) = statements(workbench, attributes)
    assert (row["outcome"], row["statement_rank"]) == expected
    assert str(row["outcome_at"]) == "2026-03-02 10:00:05"
    assert row["workflow_run_id"] == f"{'a' * 32}:{'b' * 16}"


@pytest.mark.parametrize(
    "attributes",
    [
        {"gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.label": "friendly"},
        {"gen_ai.evaluation.name": "tone", "gen_ai.evaluation.score.value": "1"},
        {"gen_ai.evaluation.name": "task", "gen_ai.evaluation.score.value": "0.7"},
        {"gen_ai.task.status": "running"},
        {"gen_ai.request.model": "m"},
    ],
)
def test_what_judges_no_task_states_nothing(
    workbench: Connection, attributes: dict[str, str]
) -> None:
    assert statements(workbench, attributes) == []


def test_an_event_judges_the_answer_it_names(workbench: Connection) -> None:
    (row,) = statements(
        workbench,
        {
            "gen_ai.evaluation.name": "quality",
            "gen_ai.evaluation.score.label": "fail",
            "gen_ai.response.id": "resp-1",
        },
        kind="event",
    )
    assert (row["provider_response_id"], row["workflow_run_id"]) == ("resp-1", None)


def test_a_configured_attribute_states_outcomes(workbench: Connection) -> None:
    statements(workbench, {})
    create_macros(workbench, load_vocabulary({"task_outcome": ["ticket.state"]}))
    workbench.execute("update raw.otlp_json set attributes = map {'ticket.state': 'solved'}")
    (row,) = rows_of(workbench, load_query("steps.outcome_statements").text)
    assert row["outcome"] == "success"


def test_statements_have_the_contract_columns(workbench: Connection) -> None:
    (row,) = statements(workbench, {"app.task.outcome": "success"})
    assert list(row) == [c.name for c in columns(OutcomeStatement)]


def test_detection_takes_its_own_and_leaves_the_rest() -> None:
    assert detect(Sample("a.csv", "csv", ("task_id", "outcome", "judged_at"), ()))
    assert detect(Sample("a.jsonl", "json", (), ({"trace_id": "x", "resolved": True},)))
    request = ("started_at", "provider", "model", "task_id", "prompt_tokens", "success")
    assert not detect(Sample("a.csv", "csv", request, ()))
    assert not detect(Sample("a.csv", "csv", ("task_id", "amount"), ()))


def _judged_by(con: Connection, rules: TaskRules, attributes: dict[str, str]) -> list[str]:
    statements(con, attributes)
    create_rule_macros(con, rules)
    found = rows_of(con, load_query("steps.outcome_statements").text)
    return [row["outcome"] for row in found]


@pytest.mark.parametrize(
    ("score", "expected"),
    [("0.8", ["success"]), ("0.79", ["failure"]), ("0.79999999", ["failure"]), ("much", [])],
)
def test_a_threshold_makes_a_score_an_outcome(
    workbench: Connection, score: str, expected: list[str]
) -> None:
    attributes = {"gen_ai.evaluation.name": "Faithful", "gen_ai.evaluation.score.value": score}
    rules = TaskRules(scores={"faithful": Decimal("0.8")})
    assert _judged_by(workbench, rules, attributes) == expected
    assert _judged_by(workbench, TaskRules(), attributes) == []


@pytest.mark.parametrize(("word", "expected"), [("GREAT", ["success"]), ("ok", ["failure"])])
def test_configured_words_go_before_the_built_in_ones(
    workbench: Connection, word: str, expected: list[str]
) -> None:
    rules = TaskRules(labels=Labels(success=("great",), failure=("OK",)))
    assert _judged_by(workbench, rules, {"gen_ai.task.status": word}) == expected


@pytest.mark.parametrize(
    ("unit", "ids", "task"),
    [
        ("run", ("t", "s", "r"), "t"),
        ("run", (None, "s", "r"), "r"),
        ("session", ("t", "s", "r"), "t"),
        ("session", (None, "s", "r"), "s"),
        ("session", (None, None, "r"), "r"),
    ],
)
def test_the_unit_is_the_task_where_none_is_named(
    workbench: Connection, unit: Any, ids: tuple[str | None, ...], task: str
) -> None:
    create_rule_macros(workbench, TaskRules(unit=unit))
    assert workbench.execute("select task_of(?, ?, ?)", ids).fetchall() == [(task,)]


@pytest.mark.parametrize("amount", ["-1", "much", "1e400", "NaN", "100000000000000"])
def test_a_cost_that_is_no_amount_rejects_the_record(workbench: Connection, amount: str) -> None:
    record = {"task_id": "t", "outcome": "ok", "human_cost_usd": amount}
    assert f"human_cost_usd {amount}" in reasons(workbench, "outcomes", record)[0]


def test_human_and_tool_costs_are_read_exactly(workbench: Connection) -> None:
    numbers, texts = parse(
        workbench,
        "outcomes",
        '{"session_id": "s", "outcome": "ok", "human_cost_usd": 0.100000000001}',
        {"task_id": "t", "outcome": "ok", "tool_cost_usd": "12.5", "human_cost_usd": "0"},
    )
    assert (numbers["human_cost_usd"], numbers["tool_cost_usd"]) == (
        Decimal("0.100000000001"),
        None,
    )
    assert (texts["human_cost_usd"], texts["tool_cost_usd"]) == (Decimal(0), Decimal("12.5"))
