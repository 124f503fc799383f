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
from unitcost.reconciling.comparing import write_reconciliation
from unitcost.session import open_session
from unitcost.tables import published_models, row_models
from unitcost.why.asked import traceable
from unitcost.why.behind import WAYS
from unitcost.why.behind_deliveries import LINES, RECORDS
from unitcost.why.behind_lines import lines_behind
from unitcost.why.behind_terms import UNKNOWN
from unitcost.why.part import Part
from unitcost.why.tracing import _requests, trace

COSTS = """start_time,end_time,amount_value,amount_currency,line_item,project_id
1793318400,1793404800,2.3,usd,"gpt-5-2025-08-07, input",proj_a
1793318400,1793404800,0.5,usd,web search tool calls,proj_a
"""
INVOICE = """provider,invoice_id,period,amount,currency
openai,i-1,2026-10,3.00,USD
"""


PAID = """customer_id,period_start,period_end,amount,currency
acme,2026-10-30,2026-10-30,1,USD
birch,2026-10-01,2026-10-31,31,EUR
"""
REFUSED = """started_at,provider,model,input_tokens
yesterday,openai,gpt-5,1
"""
RATES = """day,currency,usd_per_unit,source,recorded_on
2026-10-29,EUR,1.05,ecb,2026-10-31
2026-10-30,EUR,1.1,ecb,2026-10-31
"""
RULES = """[[allocation.rules]]
name = "fee"
monthly_usd = "31"
method = "even"
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("why"))
    deliver(home, "first.csv", (*REQUESTS, ("2026-10-30T12:00:00Z", "f", "gpt-5", 9, 9, "")))
    put(home, "openai_costs/cost.csv", COSTS)
    put(home, "invoices/invoice.csv", INVOICE)
    put(home, "revenue/paid.csv", PAID)
    put(home, "requests/refused.csv", REFUSED)
    home.price_tables.mkdir()
    (home.price_tables / "fx.csv").write_text(RATES)
    home.settings_file.write_text(RULES)
    put(home, "outcomes/told.csv", "task_id,outcome,judged_at\nlost,success,2026-10-30\n")
    night(home)
    with open_session(home.root) as writer:
        write_reconciliation(writer)
        writer.publish()
    return home


def put(home: Home, name: str, text: str) -> None:
    file = home.landing / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture(scope="module")
def con(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        yield connection


def keys(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[str, ...]]:
    grain = ", ".join(f"coalesce(\"{c}\"::varchar, '{UNKNOWN}')" for c in row_models()[table].key)
    return [tuple(row) for row in con.execute(f"select {grain} from {table}").fetchall()]


WITHOUT_REQUESTS = {"marts.trust", "marts.reconciliation", "marts.reconciliation_gap"}
"""A part of trust may lack nothing; usage that is not instrumented has no requests."""
WITHOUT_REQUESTS |= {*LINES, *RECORDS, *(t for t, way in WAYS.items() if way == "false")}
WITHOUT_REQUESTS |= {"meta.deliveries", *(t for t in WAYS if t.startswith("raw."))}
"""Made of lines: a charge, revenue of a day without a request, a price; reports."""
MOST_ROWS = 8
"""Of a table, such as all prices."""
PUBLISHED = [m.table for m in published_models() if not m.table.startswith("raw.")]


@pytest.mark.parametrize("table", PUBLISHED)
def test_a_row_of_every_table_can_be_asked_for(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """A new core table or mart is under this test as soon as it is published."""
    assert table in traceable(), f"{table}: write its way into behind.py"
    grain = row_models()[table].key
    with pytest.raises(UsageError, match="no row with"):
        trace(con, table, [f"{c}=2026-01-01" for c in grain], 5)


def test_every_row_of_every_table_is_accounted_for(con: duckdb.DuckDBPyConnection) -> None:
    seen = set()
    for table in traceable():
        for key in keys(con, table)[:MOST_ROWS]:
            found = trace(con, table, key, 0)
            assert found.is_whole is not False, (table, key)
            assert len(found.largest.rows) == found.requests, (table, key)
            assert found.requests > 0 or table in WITHOUT_REQUESTS, (table, key)
            seen.add(table)
    assert len(seen) >= 40
    assert {"core.metered_usage", "core.reported_usage", "core.sightings"} <= seen


def test_every_way_back_can_be_gone(con: duckdb.DuckDBPyConnection) -> None:
    """Of the marts that have no row here too."""
    for table in {*WAYS, *LINES, *RECORDS}:
        con.execute(f"create or replace temp table asked as select * from {table} limit 0")
        con.execute(_requests(table, dict.fromkeys(row_models()[table].key, "2026-01-01")))
        assert lines_behind(con, table, ()).rows == []


@pytest.mark.parametrize(
    ("table", "words", "files"),
    [
        ("marts.reconciliation_months", ["2026-10", "openai"], ["invoice.csv", "cost.csv"]),
        ("marts.attested_usage", ["2026-10-30", "openai", "direct"], ["cost.csv"]),
        (
            "marts.reconciliation_gap",
            ["2026-10-01", "openai", *["(all)"] * 4, "invoice", "unexplained"],
            ["invoice.csv", "cost.csv"],
        ),
        ("core.revenue", ["2026-10-30", "acme", UNKNOWN, UNKNOWN, "USD"], ["paid.csv"]),
        ("marts.revenue", ["2026-10-30", "acme", UNKNOWN, UNKNOWN], ["paid.csv"]),
        ("marts.unmatched_judgements", ["outcomes", "2026-10-30"], ["told.csv"]),
        (
            "core.reported_usage",
            [
                *("2026-10-30", "openai", "direct", "proj_a", "gpt-5", UNKNOWN, UNKNOWN),
                *("input", "usage", "usd"),
            ],
            ["cost.csv"],
        ),
    ],
)
def test_what_is_billed_or_told_leads_to_the_lines_of_its_files(
    con: duckdb.DuckDBPyConnection, table: str, words: list[str], files: list[str]
) -> None:
    found = trace(con, table, words, 5)
    assert {str(row[2]).split("/")[-1] for row in found.lines.rows} == set(files)
    assert all(row[3] >= 1 for row in found.lines.rows)


def test_a_charge_leads_to_its_own_line(con: duckdb.DuckDBPyConnection) -> None:
    for record_id, item in con.execute(
        "select record_id, line_item from core.provider_costs"
    ).fetchall():
        (line,) = trace(con, "core.provider_costs", [record_id], 5).lines.rows
        assert line[2] == "openai_costs/cost.csv"
        assert line[3] == (3 if item == "web search tool calls" else 2)


def test_a_number_leads_to_price_rows_and_lines(con: duckdb.DuckDBPyConnection) -> None:
    found = trace(con, "marts.cost_per_customer", ["customer_id=acme", "day=2026-10-30"], 5)
    assert (found.requests, found.cost_usd) == (1, Decimal("2.25"))
    prices = [dict(zip(found.prices.columns, row, strict=True)) for row in found.prices.rows]
    assert {p["meter"] for p in prices} == {"input", "output"}
    assert all(p["sources"] and p["recorded_on"] and p["source_line"] for p in prices)
    (file,) = found.files.rows
    assert (file[0], file[4], file[5]) == ("requests/first.csv", 2, 2)
    assert found.largest.rows[0][-2:] == ("requests/first.csv", 2)


def test_what_was_metered_leads_to_the_requests_of_its_kind(con: duckdb.DuckDBPyConnection) -> None:
    """Of an hour and a class: together they have its tokens and its cost."""
    outputs = [key for key in keys(con, "core.metered_usage") if key[-1] == "output"]
    assert len(outputs) == 4
    for key in outputs:
        row = trace(con, "core.metered_usage", key, 0).row
        found = con.execute(
            "select sum(output_tokens), sum(output_cost_usd) from behind"
        ).fetchall()
        (tokens, cost) = found[0]
        assert tokens == row["priced_quantity"] + row["unpriced_quantity"]
        assert (cost or 0) == row["cost_usd"]


def test_a_sighting_leads_to_its_request(con: duckdb.DuckDBPyConnection) -> None:
    for request_id, sighting_id in keys(con, "core.sightings"):
        found = trace(con, "core.sightings", [request_id, sighting_id], 5)
        assert [row[0] for row in found.largest.rows] == [request_id]


def test_a_price_leads_to_itself(con: duckdb.DuckDBPyConnection) -> None:
    (price,) = trace(con, "core.prices", keys(con, "core.prices")[0], 5).prices.rows
    assert price[1] == 0
    assert price[-1] >= 2


def places(part: Part, file: str) -> set[tuple[str, int]]:
    """Where the lines are, by the columns that say so."""
    at, line = part.columns.index(file), part.columns.index("source_line")
    return {(row[at], row[line]) for row in part.rows}


def test_a_converted_amount_leads_to_its_rate_and_the_rate_to_its_line(
    con: duckdb.DuckDBPyConnection,
) -> None:
    found = trace(con, "marts.revenue", ["2026-10-30", "birch", UNKNOWN, UNKNOWN], 5)
    rates = found.rows["core.fx_rates"]
    assert places(rates, "source_file") == {("$UNITCOST_HOME/price_tables/fx.csv", 3)}
    (line,) = found.lines.rows
    assert line[2:] == ("revenue/paid.csv", 3, "2026-10-01 to 2026-10-31", Decimal(31), "EUR")
    assert found.row["revenue_usd"] == Decimal("1.1")
    rate = trace(con, "core.fx_rates", ["2026-10-30", "EUR/USD"], 5)
    assert (rate.row["source"], places(rate.lines, "source_file")) == (
        "ecb",
        {("$UNITCOST_HOME/price_tables/fx.csv", 3)},
    )


def test_a_part_of_trust_leads_to_its_days_and_they_to_reports_and_requests(
    con: duckdb.DuckDBPyConnection,
) -> None:
    for (part,) in keys(con, "marts.trust"):
        found = trace(con, "marts.trust", [part], 5)
        assert found.rows, part
        days = found.rows.get("marts.proven_days")
        assert days is None or found.row["days"] >= len(days.rows), part
    (refused,) = trace(con, "marts.trust", ["quarantine"], 5).rows["meta.quarantine"].rows
    assert refused[0] == "requests/refused.csv"
    line = trace(con, "meta.quarantine", ["requests/refused.csv", "2"], 5).lines.rows
    assert [at[2:4] for at in line] == [("requests/refused.csv", 2)]
    for (day,) in keys(con, "marts.proven_days"):
        found = trace(con, "marts.proven_days", [day], 5)
        assert {row[0] for row in found.rows["marts.attested_usage"].rows} >= {"openai"}


def test_lines_add_up_to_what_is_billed(con: duckdb.DuckDBPyConnection) -> None:
    """Of every place on a bill, and of the day that a model's cost is scaled to."""
    for key in keys(con, "marts.bills_as_known"):
        found = trace(con, "marts.bills_as_known", key, 5)
        assert [row[-1] for row in found.billed.rows] == [found.row["billed_cost"]]
    calibrated = {key[0]: key for key in keys(con, "marts.calibrated_cost")}["2026-10-30"]
    found = trace(con, "marts.calibrated_cost", calibrated, 5)
    assert sum(row[-1] for row in found.billed.rows) == found.row["billed_day_cost_usd"]


def test_a_rule_of_allocation_leads_to_all_that_it_gives(con: duckdb.DuckDBPyConnection) -> None:
    given = [k for k in keys(con, "marts.allocated_cost") if k[:2] == ("2026-10-30", "1")]
    assert given
    for key in given:
        shares = trace(con, "marts.allocated_cost", key, 5).rows["marts.allocated_cost"]
        assert sum(row[-1] for row in shares.rows) == 1


def test_a_raw_record_leads_to_its_request_and_a_file_to_all_of_its(
    con: duckdb.DuckDBPyConnection,
) -> None:
    for (record,) in keys(con, "raw.requests"):
        found = trace(con, "raw.requests", [record], 5)
        assert found.requests == 1
        assert places(found.lines, "source_file") == places(found.largest, "source_file")
    assert trace(con, "meta.deliveries", ["requests/first.csv"], 0).requests == len(
        keys(con, "raw.requests")
    )


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
