"""What a wrong key is told, and what the commands `why` and `trust` answer."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from unitcost.cli import main
from unitcost.errors import UsageError
from unitcost.paths import Home
from unitcost.why.tracing import trace


@pytest.mark.parametrize(
    ("table", "words", "complaint", "hint"),
    [
        ("marts.nothing", [], "not a table whose rows go back", "marts.cost_per_feature"),
        ("meta.days", ["x"], "not a table whose rows go back", "core.requests"),
        ("marts.cost_per_featur", ["x"], "not a table", "did you mean marts.cost_per_feature"),
        ("core.restated_requests", ["x"], "no row", "the table is empty"),
        ("marts.cost_per_feature", ["chat"], "day is not given", "day=... feature=..."),
        ("marts.cost_per_feature", ["dya=1", "feature=chat"], "'dya=1' names no column", "write"),
        ("marts.cost_per_feature", ["2026-13-01", "chat"], "not a day", "YYYY-MM-DD"),
        ("marts.cost_per_feature", ["2026-10-30", "cat"], "no row with", "there is feature chat"),
        ("marts.cost_per_feature", ["2026-10-01", "chat"], "no row", "there is day 2026-10-30"),
        ("marts.cost_per_feature", ["2026-10-30", "' or true --"], "no row with", "lists all"),
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
    assert Decimal(answer["score"]) == score
    assert any(Decimal(part["plain_pct"]) > 0 for part in answer["parts"])
    with pytest.raises(SystemExit):
        main(["--home", str(home.root), "trust"])
    assert "Reports that count tokens attest" in " ".join(capsys.readouterr().out.split())
    for part in answer["parts"]:
        shown = con.execute(part["evidence_sql"]).fetchall()[0]
        assert shown[1:] == (part["days"], part["good_count"], part["whole_count"]), part["part"]
    assert sum(part["weight"] for part in answer["parts"]) == 100
