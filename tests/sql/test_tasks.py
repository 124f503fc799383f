"""Which statement holds for which task, and on which day a task is counted."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from tests.given import given, rows_of
from tests.sql.mart_inputs import DAY, request
from unitcost.queries import load_query
from unitcost.task_rules import TaskRules, create_rule_macros
from unitcost_models.base import columns
from unitcost_models.raw_outcomes import OutcomeStatement
from unitcost_models.requests import Request, Sighting
from unitcost_models.tasks import Task, TaskDay

Connection = duckdb.DuckDBPyConnection
_OF_REQUEST = {c.name for c in columns(Request)}
_PROVENANCE = {"role": "call", "source_file": "a", "source_line": 1, "is_winner": True}


@pytest.fixture(autouse=True)
def _no_rules(workbench: Connection) -> None:
    create_rule_macros(workbench, TaskRules())


def called(request_id: str, task_id: str | None = "t", **values: Any) -> dict[str, Any]:
    """A request of a task."""
    row = request(request_id, task_id=task_id, **values)
    return {k: v for k, v in row.items() if k in _OF_REQUEST}


def said(outcome: str, rank: int = 1, at: str | None = None, **keys: Any) -> dict[str, Any]:
    """A statement about task t unless `keys` say otherwise."""
    about = keys or {"task_id": "t"}
    key = f"{rank} {outcome} {at} {about}"
    source = {1: "outcomes", 2: "evaluation", 3: "status", 4: "attribute"}[rank]
    return {
        "statement_id": key,
        "statement_rank": rank,
        "outcome": outcome,
        "outcome_source": source,
        "outcome_at": at,
        **about,
    }


def tasks(
    con: Connection,
    requests: list[dict[str, Any]],
    statements: list[dict[str, Any]] | None = None,
    earlier: tuple[tuple[str, date], ...] = (),
    sightings: tuple[tuple[str, str, str], ...] = (),
) -> dict[str, dict[str, Any]]:
    given(con, Request, *requests)
    given(con, OutcomeStatement, *(statements or []))
    given(con, TaskDay, *({"task_id": t, "day": d} for t, d in earlier))
    seen = (
        {"request_id": r, "sighting_id": s, "source_format": f, "day": DAY} for r, s, f in sightings
    )
    given(con, Sighting, *(s | _PROVENANCE for s in seen))
    found = rows_of(con, load_query("core.tasks").bind(DAY))
    return {row["task_id"]: row for row in found}


def outcome(con: Connection, *statements: dict[str, Any]) -> str:
    return str(tasks(con, [called("r")], list(statements))["t"]["outcome"])


def test_a_task_nobody_judged_is_unknown_and_a_request_without_task_is_none(
    workbench: Connection,
) -> None:
    found = tasks(workbench, [called("a"), called("b", None)])
    assert {t: row["outcome"] for t, row in found.items()} == {"t": "unknown"}
    assert list(found["t"]) == [c.name for c in columns(Task)]


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([said("success", at="2026-03-03"), said("failure", at="2026-03-04")], "failure"),
        ([said("failure", at="2026-03-03"), said("success", at="2026-03-04")], "success"),
        ([said("failure"), said("success", at="2026-03-04")], "success"),
        ([said("failure", at="2026-03-04"), said("success", at="2026-03-04")], "failure"),
        ([said("unknown", at="2026-03-04"), said("success", at="2026-03-04")], "success"),
        ([said("success", at="2026-03-03"), said("unknown", at="2026-03-04")], "unknown"),
    ],
    ids=["later", "later again", "dated", "tie: failure", "tie: known", "withdrawn"],
)
def test_the_latest_statement_of_a_kind_holds(
    workbench: Connection, statements: list[dict[str, Any]], expected: str
) -> None:
    assert outcome(workbench, *statements) == expected
    assert outcome(workbench, *reversed(statements)) == expected


def test_a_file_beats_an_evaluation_beats_a_status_beats_an_attribute(
    workbench: Connection,
) -> None:
    ranked = [
        said("success", 1, "2026-03-03"),
        said("failure", 2, "2026-03-04"),
        said("success", 3, "2026-03-05"),
        said("failure", 4, "2026-03-06"),
    ]
    found = [outcome(workbench, *ranked[n:]) for n in range(4)]
    assert found == ["success", "failure", "success", "failure"]


def test_a_file_that_does_not_know_leaves_it_to_the_trace(workbench: Connection) -> None:
    assert outcome(workbench, said("unknown", 1, "2026-03-09"), said("success", 4)) == "success"


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"task_id": "t"}, ["t"]),
        ({"workflow_run_id": "run"}, ["t", "u"]),
        ({"trace_id": "trace"}, ["t", "u"]),
        ({"provider_response_id": "resp"}, ["u"]),
        ({"request_id": "mine"}, ["t"]),
        ({"request_id": "core-b"}, ["u"]),
        ({"provider_response_id": "resp", "trace_id": "trace"}, ["u"]),
        ({"provider_response_id": "gone", "trace_id": "trace"}, ["t", "u"]),
        ({"task_id": "elsewhere", "trace_id": "trace"}, []),
        ({"task_id": "gone"}, []),
    ],
)
def test_a_statement_reaches_the_task_by_its_strongest_key(
    workbench: Connection, about: dict[str, str], expected: list[str]
) -> None:
    of_run = {"workflow_run_id": "run", "trace_id": "trace"}
    found = tasks(
        workbench,
        [
            called("core-a", "t", **of_run),
            called("core-b", "u", provider_response_id="resp", **of_run),
        ],
        [said("failure", 1, None, **about)],
        sightings=(
            ("core-a", "requests:mine", "requests"),
            ("core-b", "other:mine", "otlp_json"),
        ),
    )
    assert [t for t, row in found.items() if row["outcome"] == "failure"] == expected


def test_a_named_task_is_found_by_its_trace_where_the_run_is_the_task(
    workbench: Connection,
) -> None:
    run = called("a", "run", workflow_run_id="run", trace_id="trace")
    found = tasks(workbench, [run], [said("success", task_id="ticket-7", trace_id="trace")])
    assert found["run"]["outcome"] == "success"


def test_a_task_starts_on_its_first_day_of_the_last_31(workbench: Connection) -> None:
    found = tasks(
        workbench,
        [called("a"), called("b", "u"), called("c", "new")],
        earlier=(
            ("t", DAY - timedelta(1)),
            ("t", DAY - timedelta(31)),
            ("u", DAY - timedelta(32)),
            ("new", DAY),
        ),
    )
    started = {t: row["started_on"] for t, row in found.items()}
    assert started == {"t": DAY - timedelta(31), "u": DAY, "new": DAY}


def test_only_the_days_own_requests_make_tasks(workbench: Connection) -> None:
    assert tasks(workbench, [called("a", day=DAY - timedelta(1))]) == {}


def test_dimensions_come_from_the_earliest_request_that_has_them(workbench: Connection) -> None:
    found = tasks(
        workbench,
        [
            called("b", feature="late", started_at="2026-03-02 11:00:00", customer_id="acme"),
            called("a", feature="early", started_at="2026-03-02 10:00:00"),
        ],
        [said("success", task_id="t") | {"task_type": "ask", "customer_id": "other"}],
    )
    row = found["t"]
    assert (row["feature"], row["customer_id"], row["task_type"]) == ("early", "acme", "ask")


def test_a_statement_about_a_session_finds_it_only_where_it_is_the_task(
    workbench: Connection,
) -> None:
    requests = [
        called("a", "s", session_id="s"),
        called("b", "run", session_id="s", workflow_run_id="run"),
    ]
    found = tasks(workbench, requests, [said("failure", session_id="s")])
    assert {t: row["outcome"] for t, row in found.items()} == {"s": "failure", "run": "unknown"}


def test_the_latest_statement_that_tells_costs_holds_on_the_first_day(
    workbench: Connection,
) -> None:
    told = [
        said("failure", at="2026-03-02") | {"human_cost_usd": 3, "tool_cost_usd": 1},
        said("success", at="2026-03-03") | {"human_cost_usd": 5},
        said("success", at="2026-03-04"),
    ]
    row = tasks(workbench, [called("a")], told)["t"]
    assert (row["outcome"], row["human_cost_usd"], row["tool_cost_usd"]) == ("success", 5, None)
    later = tasks(workbench, [called("a")], told, earlier=(("t", DAY - timedelta(1)),))["t"]
    assert (later["human_cost_usd"], later["tool_cost_usd"]) == (None, None)


@pytest.mark.parametrize(
    ("kind", "status", "statements", "expected"),
    [
        ("reply", "ok", [], ("success", "no_complaint")),
        ("other", "ok", [], ("success", "no_complaint")),
        ("slow", "ok", [], ("unknown", None)),
        (None, "ok", [], ("success", "no_complaint")),
        ("reply", "timeout", [], ("unknown", None)),
        ("reply", "ok", [said("failure")], ("failure", "outcomes")),
        ("reply", "ok", [said("unknown")], ("unknown", "outcomes")),
    ],
)
def test_silence_is_success_after_its_time_where_an_answer_was_given(
    workbench: Connection,
    kind: str | None,
    status: str,
    statements: list[dict[str, Any]],
    expected: tuple[str, str | None],
) -> None:
    passed = {"reply": DAY, "slow": DAY - timedelta(1), "*": DAY + timedelta(1)}
    create_rule_macros(workbench, TaskRules(), passed)
    requests = [
        called("a", started_at="2026-03-02 09:00:00", status="error", task_type=kind),
        called("b", started_at="2026-03-02 09:01:00", status=status, task_type=kind),
    ]
    row = tasks(workbench, requests, statements)["t"]
    assert (row["outcome"], row["outcome_source"]) == expected
