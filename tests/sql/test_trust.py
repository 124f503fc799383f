"""The score can be recomputed from SQL: what gives points, what weighs, and what proves nothing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import duckdb
import pytest

from tests.given import rows_of
from tests.sql.trust_worlds import (
    DAY,
    EXPECTED,
    MODELS,
    harmed,
    open_trust,
    place,
    request,
    score,
    without_reports,
    world,
)
from unitcost.queries import view_query
from unitcost.settings import load_settings
from unitcost.workbench import open_workbench
from unitcost_models.trust import AttestedUsage, ProvenDay, Trust


def test_views_that_are_read_as_views_answer_the_same() -> None:
    told = harmed(world(3), "requests.unpriced", 1) | EXPECTED
    with open_workbench() as con:
        as_tables = open_trust(con, told)
        for view in (AttestedUsage.table, ProvenDay.table, Trust.table):
            con.execute(f"drop table {view}; create view {view} as {view_query(view)}")
        assert rows_of(con, f"select * from {Trust.table}") == as_tables


def test_a_good_warehouse_has_all_points(workbench: duckdb.DuckDBPyConnection) -> None:
    parts = open_trust(workbench, world(2))
    assert score(parts) == sum(part["weight"] for part in parts) == 100
    assert {p["part"]: p["remedy"] for p in parts if p["remedy"]}.keys() == {
        *("pricing", "attribution", "outcomes", "reconciliation", "freshness"),
        *("duplicates", "quarantine", "price_age", "finality"),
    }


def test_the_evidence_answers_what_the_parts_say(workbench: duckdb.DuckDBPyConnection) -> None:
    told = harmed(harmed(world(3), "requests.unpriced", 1), "requests.no_feature", 2)
    for part in open_trust(workbench, without_reports(told, DAY + timedelta(1))):
        proven, *counts = workbench.execute(part["evidence_sql"]).fetchall()[0]
        assert counts == [part["days"], part["good_count"], part["whole_count"]], part["part"]
        score_pct = (Decimal(proven) / part["days"]).quantize(Decimal("0.000001"), ROUND_HALF_EVEN)
        assert score_pct == part["score_pct"], part["part"]


def test_an_empty_warehouse_has_none(workbench: duckdb.DuckDBPyConnection) -> None:
    assert score(open_trust(workbench, {name: [] for name in MODELS})) == 0


def test_what_is_not_expected_weighs_nothing_and_what_is_weighs_alike(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    """A provider of which nothing is ever told is a third of the day; a large one no more."""
    parts = {p["part"]: p["score_pct"] for p in open_trust(workbench, world(4) | EXPECTED)}
    assert parts.pop("freshness") == 100
    assert {*parts.values()} == {Decimal("66.666667")}
    told = world(4) | {"expected": EXPECTED["expected"][:1]}
    told["reports"] = [
        r | {"reported_quantity": 10**12} if r["provider"] == "anthropic" else r
        for r in told["reports"]
    ]
    assert score(open_trust(workbench, told)) == 100
    later = {"expected": [EXPECTED["expected"][0] | {"since": DAY - timedelta(2)}]}
    parts = {p["part"]: p for p in open_trust(workbench, told | later)}
    assert (parts["pricing"]["days"], parts["pricing"]["score_pct"]) == (4, 50)


def test_whose_usage_is_pulled_is_expected_since_its_report_first_tells(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    """One that never told is, since any other did; to lose reports never is to be expected less."""
    pulled = {"expected": [e | {"since": None} for e in EXPECTED["expected"]]}
    told = harmed(world(6), "requests.unpriced", 0) | pulled
    before = score(open_trust(workbench, told))
    assert before == score(open_trust(workbench, told | EXPECTED))
    for lost_days in ((1,), (1, 2), (0, 1, 2)):
        for provider in ("openai", "anthropic"):
            days = {DAY + timedelta(n) for n in lost_days}
            after = told | {
                name: [r for r in told[name] if r["provider"] != provider or r["day"] not in days]
                for name in ("reports", "bills", "gaps")
            }
            assert score(open_trust(workbench, after)) < before, (provider, lost_days)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[pull.openai_usage]\n[pull.openai_costs]\n", {"openai": None}),
        ("[pull.anthropic_costs]\n", {}),
        ("[pull.openai_usage]\n[trust.providers]\naws = 2026-10-01\n", {"aws": date(2026, 10, 1)}),
    ],
)
def test_a_pull_of_usage_says_who_bills_unless_the_settings_do(
    tmp_path: Path, text: str, expected: dict[str, date | None]
) -> None:
    """Costs alone attest no tokens."""
    file = tmp_path / "unitcost.toml"
    file.write_text(text, encoding="utf-8")
    assert load_settings(file).expected_reports() == expected


def test_what_no_report_attests_gives_no_points(workbench: duckdb.DuckDBPyConnection) -> None:
    told = without_reports(world(2), DAY)
    parts = {p["part"]: p for p in open_trust(workbench, told)}
    assert score([*parts.values()]) == parts["freshness"]["points_pct"] == 10
    assert parts["pricing"]["plain_pct"] == parts["attribution"]["plain_pct"] == 100


def test_models_on_own_machines_have_no_report_to_miss(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    told = world(2)
    own = {"provider": "self_hosted", "platform": "self_hosted"}
    told["requests"] += [r | own | {"cost_usd": None} for r in world(2)["requests"]]
    parts = open_trust(workbench, told)
    assert score(parts) == 100
    assert {p["part"]: p["plain_pct"] for p in parts}["pricing"] == 50


def test_a_task_of_two_days_counts_its_requests_once(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    told = world(1)
    told["tasks"].append(told["tasks"][0] | {"day": DAY + timedelta(1)})
    assert score(open_trust(workbench, told)) == 100


def test_a_request_too_many_proves_no_other(workbench: duckdb.DuckDBPyConnection) -> None:
    told = world(1)
    told["requests"].append(request(3, place(0)))
    parts = {p["part"]: p["score_pct"] for p in open_trust(workbench, told)}
    assert parts.pop("duplicates") == Decimal("66.666667")
    assert {*parts.values()} == {100}
