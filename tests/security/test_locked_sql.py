"""`sql` reads the warehouse's own files and nothing else, and changes nothing, unless unlocked."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import exit_code
from tests.pipeline.books import REQUESTS, deliver, night
from unitcost.paths import Home

SECRET = "canary-7f3a"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A built home, and a file outside of it that tells a secret."""
    home = Home(tmp_path_factory.mktemp("locked") / "home")
    deliver(home, "first.csv", REQUESTS[:1])
    night(home)
    (home.root.parent / "secret.csv").write_text(f"a\n{SECRET}\n")
    return home


def tree(home: Home) -> dict[str, bytes]:
    """Every file around the home."""
    files = (path for path in home.root.parent.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files}


READING_ELSEWHERE = (
    "select * from read_csv('{outside}/secret.csv')",
    "from '{outside}/secret.csv'",
    "select content from read_text('{outside}/secret.csv')",
    "select content from read_blob('{home}/lake/../../secret.csv')",
    "select * from glob('{outside}/*')",
    "select * from glob('{home}/lake/../../*')",
    "select * from sniff_csv('{outside}/secret.csv')",
    "select * from read_text('/proc/self/environ')",
    "select * from read_text('{home}/unitcost.toml')",
    "select * from query('select * from read_text(''{outside}/secret.csv'')')",
    "select * from read_parquet('https://example.com/x.parquet')",
    "select * from read_csv('s3://bucket/x.csv')",
    "select * from query_table(['{outside}/secret.csv'])",
    "with x as (select * from read_text('{outside}/secret.csv')) select * from x",
    "explain analyze select * from read_text('{outside}/secret.csv')",
    "select * from duckdb_secrets()",
    "select * from con",
)
CHANGING = (
    "attach '{outside}/other.duckdb'",
    "attach ':memory:' as m",
    "detach warehouse",
    "copy (select 1) to '{outside}/x.csv'",
    "copy (select 1) to '{home}/lake/x.csv'",
    "explain analyze copy (select 1) to '{home}/lake/x.csv'",
    "/* so */ explain analyze copy (select 1) to '{home}/lake/x.csv'",
    "explain (analyze, format json) copy (select 1) to '{home}/lake/x.csv'",
    "select 1) to '{outside}/x.csv' (format csv); --",
    "export database '{outside}/all'",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "reset lock_configuration",
    "pragma enable_profiling",
    "set lock_configuration = false",
    "create table t as select 1",
    "create temp table t as select 1",
    "create secret (type s3)",
    "insert into meta.days select * from meta.days",
    "delete from meta.files",
    "update meta.files set rows = 0",
    "drop view marts.cost_per_feature",
    "call force_checkpoint()",
    "checkpoint",
    "use memory",
    "prepare p as select 1",
    "select 1; select 2",
    "begin; select 1",
    "vacuum",
)


@pytest.mark.parametrize("query", READING_ELSEWHERE + CHANGING)
@pytest.mark.parametrize("output", ["table", "csv"])
def test_a_query_neither_reads_elsewhere_nor_changes_anything(
    query: str, output: str, home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tree(home)
    asked = query.format(home=home.root, outside=home.root.parent)
    assert exit_code("--home", str(home.root), "sql", asked, "--format", output) == 2
    told = capsys.readouterr()
    assert SECRET not in told.out + told.err.replace(asked, "")
    assert tree(home) == before


def test_what_a_query_needs_is_there(home: Home, capsys: pytest.CaptureFixture[str]) -> None:
    tables = "select table_schema || '.' || table_name as name from information_schema.tables"
    assert exit_code("--home", str(home.root), "sql", tables, "--format", "csv") == 0
    for table in capsys.readouterr().out.split()[1:]:
        counted = f"select count(*) as rows from {table}"
        assert exit_code("--home", str(home.root), "sql", counted) == 0, table
    explained = "explain analyze select * from core.requests"
    assert exit_code("--home", str(home.root), "sql", explained) == 0


@pytest.mark.parametrize("ending", ["csv", "json", "parquet"])
def test_answers_are_written_where_asked_and_appear_whole(
    ending: str, home: Home, tmp_path: Path
) -> None:
    out = tmp_path / f"answer.{ending}"
    query = "select request_id, cost_usd from marts.cost_per_request"
    assert exit_code("--home", str(home.root), "sql", query, "--out", str(out)) == 0
    assert out.stat().st_size > 0
    failing = "select error('no') from marts.cost_per_request"
    whole = out.read_bytes()
    assert exit_code("--home", str(home.root), "sql", failing, "--out", str(out)) == 2
    assert out.read_bytes() == whole
    assert list(tmp_path.iterdir()) == [out]


def test_unlocked_it_reads_other_files_and_still_only_reads(
    home: Home, capsys: pytest.CaptureFixture[str]
) -> None:
    query = f"select * from read_csv('{home.root.parent}/secret.csv')"
    assert exit_code("--home", str(home.root), "sql", query, "--unlock") == 0
    assert SECRET in capsys.readouterr().out
    copying = f"copy (select 1) to '{home.root.parent}/x.csv'"
    assert exit_code("--home", str(home.root), "sql", copying, "--unlock") == 2
