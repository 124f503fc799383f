"""The rules of the SQL files, and that each answers exactly what its row model says.

What a query answers is tested in `tests/sql`; layout is sqlfluff's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

import duckdb
import pytest
from sqlglot import exp

from tests.shipped_book import open_shipped_book
from tests.unit.sql_trees import tree_of
from unitcost.days.uniting import unite
from unitcost.lake.maps import ENTRIES
from unitcost.queries import LAYERS, READ_ONLY, inlined, load_query, query_names, query_path
from unitcost.reading.buckets import parse_buckets
from unitcost.reading.call_logs import create_macros as create_log_macros
from unitcost.reading.call_logs import parse_call_log
from unitcost.reading.flat_records import create_texts
from unitcost.reading.reports import parse_report, prepare_report
from unitcost.sources import SOURCES
from unitcost.sources.vocabulary import create_macros, load_vocabulary
from unitcost.tables import CALL_LOGS, REPORTS, SPANS, row_models, unions
from unitcost.workbench import create_empty, open_workbench, run_steps
from unitcost_models.base import Row, columns
from unitcost_models.call_logs import RawCall, ToldCall
from unitcost_models.raw_otlp import RawOtlp
from unitcost_models.reports import RawReport, ToldReport
from unitcost_models.shared import Provenance

FILES = [name for layer in LAYERS for name in query_names(layer)]
READING_ATTRIBUTES = [n for n in FILES if re.search(r"\battr_\w+\(\w", load_query(n).text)]
LOGS = unions()[CALL_LOGS]
REPORTED = unions()[REPORTS]
TOLD = {*LOGS, *REPORTED, *unions()[SPANS]} - {RawOtlp.table}
BUCKETED = [source.row.table for source in SOURCES.values() if source.is_bucketed]
PARSERS = [n for n in query_names("raw") if n in row_models() and n not in {*TOLD, *BUCKETED}]
KEPT = [*query_names("core"), *query_names("marts")]
PORTABLE = [*query_names("steps"), *KEPT]
DAY = date(2026, 3, 2)
INEXACT_TYPES = (exp.DType.DOUBLE, exp.DType.FLOAT)
INEXACT = (exp.Div, exp.Avg, exp.Median, exp.Quantile, exp.ApproxQuantile, exp.PercentileCont)
SAFE_INTERVALS = ("MONTH", "YEAR")


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_that_may_reorder_its_rows_orders_them(name: str) -> None:
    """Which thread ends first must not decide the order in which a file holds its rows."""
    reorders = any(tree_of(name).find(kind) for kind in (exp.Window, exp.Group, exp.Join))
    assert not reorders or tree_of(name).args.get("order")


@pytest.mark.parametrize("name", FILES)
def test_file_loads_and_says_what_a_row_is(name: str) -> None:
    first, second = load_query(name).text.splitlines()[:2]
    assert first.startswith("-- One row ")
    assert second.removeprefix("-- grain: ")


@pytest.mark.parametrize("name", KEPT)
def test_header_names_the_key_of_the_row_model(name: str) -> None:
    grain = load_query(name).text.splitlines()[1].removeprefix("-- grain: ")
    assert tuple(grain.split(", ")) == row_models()[name].key


@pytest.mark.parametrize("name", READING_ATTRIBUTES)
def test_attributes_are_read_without_their_empty_values(name: str) -> None:
    query = load_query(name)
    assert "filled(" in query.text or "steps.otlp_spans" in query.inputs


@pytest.mark.parametrize("name", PORTABLE)
def test_money_is_never_divided_or_averaged_into_a_float(name: str) -> None:
    tree = tree_of(name)
    floats = [t.sql() for t in tree.find_all(exp.DataType) if t.this in INEXACT_TYPES]
    assert [e.sql() for e in tree.find_all(*INEXACT)] + floats == []


@pytest.mark.parametrize("name", FILES)
def test_days_are_integers_not_intervals(name: str) -> None:
    """DuckDB merges interval constants that compare equal (1 MONTH and 30 DAY) within a query."""
    units = [
        str(i.args.get("unit")).upper().rstrip("S") for i in tree_of(name).find_all(exp.Interval)
    ]
    assert [unit for unit in units if unit not in SAFE_INTERVALS] == []


@pytest.mark.parametrize("name", FILES)
def test_digest_of_a_whole_group_is_materialized(name: str) -> None:
    """DuckDB digests after a join, again for each row: 20,000 rows of one bucket took 20 s."""
    wrong = [
        cte.alias
        for cte in tree_of(name).find_all(exp.CTE)
        if any(digest.find(exp.AggFunc) for digest in cte.this.find_all(exp.MD5))
        and not cte.args.get("materialized")
    ]
    assert wrong == []


@pytest.mark.parametrize("name", PORTABLE)
def test_json_is_read_in_raw_only(name: str) -> None:
    called = [f.name or f.key for f in tree_of(name).find_all(exp.Func)]
    assert [f for f in called if "json" in f.lower()] == []


@pytest.mark.parametrize("name", KEPT)
def test_rows_are_in_an_order_that_their_key_decides(name: str) -> None:
    """Columns may come before the key, so that readers of a range skip more of the file."""
    order = tree_of(name).args.get("order")
    assert order is not None, "end with `order by` and the key, so that a re-run writes equal bytes"
    by = [e.this.name if isinstance(e.this, exp.Column) else "" for e in order.expressions]
    assert len(by) >= len(row_models()[name].key)
    assert "" in by or set(row_models()[name].key) <= set(by)


def test_every_daily_row_model_of_core_and_marts_has_a_query() -> None:
    kept = {t for t, row in row_models().items() if t.startswith(("core.", "marts."))}
    daily = sorted(t for t in kept if row_models()[t].is_daily)
    assert [t for t in daily if not query_path(t).is_file()] == [], "add sql/<layer>/<noun>.sql"


@pytest.fixture(scope="module")
def empty_day() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every table that a row model or the price book makes, of a day on which nothing happened."""
    with open_workbench() as con:
        create_macros(con, load_vocabulary())
        con.execute("create table raw.staged (source_line bigint, record varchar)")
        create_texts(con)
        con.execute("create schema meta")
        for row in row_models().values():
            if row.table.split(".")[0] in (*LAYERS, *READ_ONLY):
                create_empty(con, row)
        unite(con)
        open_shipped_book(con)
        yield con


@pytest.mark.parametrize("name", KEPT)
def test_query_answers_exactly_the_columns_of_its_row_model(
    empty_day: duckdb.DuckDBPyConnection, name: str
) -> None:
    needed = [step for step in load_query(name).inputs if step.startswith("steps.")]
    run_steps(empty_day, [step for step in needed if query_path(step).is_file()], DAY)
    assert _described(empty_day, load_query(name).bind(DAY)) == _modelled(row_models()[name])


@pytest.mark.parametrize("name", [*PARSERS, *BUCKETED])
def test_parser_answers_the_columns_of_its_row_model_and_why_it_rejects(
    empty_day: duckdb.DuckDBPyConnection, name: str
) -> None:
    added = {"source_format", "source_file", "ingested_at"}
    found = _described(empty_day, _parsed(empty_day, name))
    rejected = {column: found.pop(column, None) for column in ("reject_reason", "reject_text")}
    wanted = _modelled(row_models()[name])
    for column, kind in found.items():  # a map may be given as its entries
        if kind == ENTRIES and wanted[column].startswith("MAP"):
            found[column] = wanted[column]
    assert added < set(Provenance.model_fields)
    assert rejected["reject_reason"] == "VARCHAR"
    assert rejected["reject_text"] in ("VARCHAR", "JSON")
    assert found == {column: kind for column, kind in wanted.items() if column not in added}


@pytest.mark.parametrize("name", LOGS)
def test_call_log_tells_only_what_call_logs_may(
    empty_day: duckdb.DuckDBPyConnection, name: str
) -> None:
    told = _modelled(ToldCall)
    create_log_macros(empty_day)
    found = _described(empty_day, inlined(name))
    wrong = {c: k for c, k in found.items() if told.get(c) != k and k not in ("INTEGER", '"NULL"')}
    assert wrong == {}


def test_call_logs_share_the_columns_of_their_row_model() -> None:
    with open_workbench() as con:
        create_macros(con, load_vocabulary())
        con.execute("create table raw.staged (source_line bigint, record varchar)")
        parse_call_log(con, LOGS[0].removeprefix("raw."))
        found = _described(con, "select * from raw.parsed")
    added = {"source_format", "source_file", "ingested_at"}
    reasons = {"reject_reason": "VARCHAR", "reject_text": "VARCHAR"}
    wanted = {c: k for c, k in _modelled(RawCall).items() if c not in added}
    assert found == wanted | reasons


@pytest.mark.parametrize("name", REPORTED)
def test_report_tells_only_what_reports_may(
    empty_day: duckdb.DuckDBPyConnection, name: str
) -> None:
    told = _modelled(ToldReport)
    prepare_report(empty_day, name.removeprefix("raw."))
    found = _described(empty_day, inlined(name))
    wrong = {c: k for c, k in found.items() if told.get(c) != k and k not in ("INTEGER", '"NULL"')}
    assert wrong == {}


def test_reports_share_the_columns_of_their_row_model() -> None:
    with open_workbench() as con:
        con.execute("create table raw.staged (source_line bigint, record varchar)")
        parse_report(con, REPORTED[0].removeprefix("raw."))
        found = _described(con, "select * from raw.parsed")
    added = {"source_format", "source_file", "ingested_at"}
    reasons = {"reject_reason": "VARCHAR", "reject_text": "VARCHAR"}
    wanted = {c: k for c, k in _modelled(RawReport).items() if c not in added}
    assert found == wanted | reasons


def _parsed(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """SQL for what is made of `raw.staged`."""
    if name not in BUCKETED:
        return inlined(name)
    con.execute("drop table if exists raw.parsed")
    parse_buckets(con, name.removeprefix("raw."))
    return "select * from raw.parsed"


def _described(con: duckdb.DuckDBPyConnection, sql: str) -> dict[str, str]:
    return {str(name): str(kind) for name, kind, *_ in con.execute(f"describe {sql}").fetchall()}


def _modelled(row: type[Row]) -> dict[str, str]:
    return {c.name: c.sql_type for c in columns(row)}
