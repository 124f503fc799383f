"""Each kind of number goes back to its own requests, price rows, files and lines."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from tests.pipeline.why.keys import keys
from unitcost.why.behind_terms import UNKNOWN
from unitcost.why.part import Part
from unitcost.why.tracing import trace


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
