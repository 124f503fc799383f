"""Every number goes back to requests that account for it, to price rows, files and lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.pipeline.books import REQUESTS, deliver, night
from unitcost.cli import main
from unitcost.errors import UsageError
from unitcost.paths import Home
from unitcost.tables import row_models
from unitcost.why import UNKNOWN, trace, traceable


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("why"))
    deliver(home, "first.csv", (*REQUESTS, ("2026-10-30T12:00:00Z", "f", "gpt-5", 9, 9, "")))
    night(home)
    return home


@pytest.fixture(scope="module")
def con(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        yield connection


def keys(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, ...]]:
    grain = ", ".join(f"coalesce(\"{c}\"::varchar, '{UNKNOWN}')" for c in row_models()[table].key)
    return [tuple(row) for row in con.execute(f"select {grain} from {table}").fetchall()]


def test_every_row_of_every_table_is_accounted_for(con: duckdb.DuckDBPyConnection) -> None:
    seen = set()
    for table in traceable():
        for key in keys(con, table):
            found = trace(con, table, key, 0)
            assert found.is_whole is not False, (table, key)
            assert len(found.largest.rows) == found.requests > 0, (table, key)
            seen.add(table)
    assert {"marts.cost_per_successful_task", "core.requests"} <= seen
    assert len(seen) >= 14


def test_a_number_leads_to_price_rows_and_lines(con: duckdb.DuckDBPyConnection) -> None:
    found = trace(con, "marts.cost_per_customer", ["customer_id=acme", "day=2026-10-30"], 5)
    assert (found.requests, found.cost_usd) == (1, Decimal("2.25"))
    prices = [dict(zip(found.prices.columns, row, strict=True)) for row in found.prices.rows]
    assert {p["meter"] for p in prices} == {"input", "output"}
    assert all(p["sources"] and p["recorded_on"] and p["source_line"] for p in prices)
    (file,) = found.files.rows
    assert (file[0], file[4], file[5]) == ("requests/first.csv", 2, 2)
    assert found.largest.rows[0][-2:] == ("requests/first.csv", 2)


def test_the_unattributed_are_found_by_their_name(con: duckdb.DuckDBPyConnection) -> None:
    found = trace(con, "marts.cost_per_customer", ["2026-10-30", UNKNOWN], 5)
    assert (found.requests, found.is_whole) == (1, True)


def test_the_limit_cuts_the_list_and_not_the_sum(con: duckdb.DuckDBPyConnection) -> None:
    found = trace(con, "marts.cost_per_feature", ["2026-10-30", "chat"], 1)
    assert (len(found.largest.rows), found.requests) == (1, 3)


@pytest.mark.parametrize(
    ("table", "words", "complaint", "hint"),
    [
        ("marts.nothing", [], "not a table whose rows go back", "marts.cost_per_feature"),
        ("core.prices", ["x"], "not a table whose rows go back", "core.requests"),
        ("marts.cost_per_feature", ["chat"], "day is not given", "day=... feature=..."),
        ("marts.cost_per_feature", ["dya=1", "feature=chat"], "'dya=1' names no column", "write"),
        ("marts.cost_per_feature", ["2026-13-01", "chat"], "not a day", "YYYY-MM-DD"),
        ("marts.cost_per_feature", ["2026-10-30", "no"], "no row with", "lists them"),
        ("marts.cost_per_feature", ["2026-10-30", "' or true --"], "no row with", "lists them"),
    ],
)
def test_what_names_no_row_is_explained(
    con: duckdb.DuckDBPyConnection, table: str, words: list[str], complaint: str, hint: str
) -> None:
    with pytest.raises(UsageError, match=complaint) as caught:
        trace(con, table, words, 5)
    assert hint in (caught.value.hint or "")


def test_the_command_answers_in_json(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--json", "--home", str(home.root), "why", "core.requests")
    with duckdb.connect(str(Path(home.warehouse)), read_only=True) as con:
        request_id = con.execute(
            "select request_id from core.requests where model = 'gpt-5-mini'"
        ).fetchall()[0][0]
    with pytest.raises(SystemExit) as caught:
        main([*words, request_id])
    assert caught.value.code == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["largest"][0]["request_id"] == request_id
    assert answer["files"][0]["source_file"] == "requests/first.csv"


def test_trust_is_told_with_evidence_that_holds(
    home: Home, con: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--json", "--home", str(home.root), "trust"])
    assert caught.value.code == 0
    answer = json.loads(capsys.readouterr().out)
    (score,) = con.execute("select sum(points_pct) from marts.trust").fetchall()[0]
    assert Decimal(answer["score"]) == score > 0
    for part in answer["parts"]:
        shown = con.execute(part["evidence_sql"]).fetchall()[0]
        assert shown == (part["good_count"], part["whole_count"]), part["part"]
    assert sum(part["weight"] for part in answer["parts"]) == 100
