"""`unitcost sql`: ask the warehouse."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from unitcost.commands.common import COMMON, ERR, Common, as_objects, json_text, show_table
from unitcost.commands.warehouse import lock_down, read_warehouse
from unitcost.drafts import appearing
from unitcost.errors import UsageError

if TYPE_CHECKING:
    import duckdb

SHOWN_ROWS = 200
_EXPLAIN = re.compile(r"^\s*explain(\s+analyze)?\b", re.IGNORECASE)

Format = Literal["table", "csv", "json", "parquet"]


def sql(
    query: Annotated[
        str,
        Parameter(
            help="One SELECT; schemas are raw, core, marts and meta.", allow_leading_hyphen=True
        ),
    ],
    *,
    output: Annotated[Format, Parameter(name="--format", help="How to give the answer.")] = "table",
    out: Annotated[Path | None, Parameter(help="File to write instead of stdout.")] = None,
    unlock: Annotated[
        bool, Parameter(negative="", help="Let the query read other files and addresses too.")
    ] = False,
    common: Common = COMMON,
) -> None:
    """Query the published warehouse, also while a nightly run is writing the next one.

    It reads only, and nothing but the warehouse's own files.
    """
    import duckdb

    chosen = _chosen(output, out, common.json)
    if chosen == "parquet" and out is None:
        message = "--format parquet needs a file"
        raise UsageError(message, "add --out FILE")
    try:
        with read_warehouse(common.home) as con, _target(chosen, out) as target:
            _check(con, query)
            if not unlock:
                lock_down(con, common.home, target)
            _answer(con, query.strip().rstrip(";"), chosen, target)
    except duckdb.PermissionException as error:
        hint = "a query reads the warehouse's own files only; --unlock lets it read others"
        raise UsageError(str(error), hint) from error
    except duckdb.Error as error:
        listed = "select table_schema, table_name from information_schema.tables order by all"
        hint = f'tables: unitcost sql "{listed}"'
        raise UsageError(str(error), hint) from error


def _chosen(output: Format, out: Path | None, is_json: bool) -> Format:
    """The format asked for: by name, by --json, or by the file's ending."""
    if output != "table":
        return output
    if out is None:
        return "json" if is_json else "table"
    by_ending: dict[str, Format] = {".csv": "csv", ".json": "json", ".parquet": "parquet"}
    if out.suffix not in by_ending:
        message = f"--out {out}: its ending tells no format"
        raise UsageError(message, "add --format csv, json or parquet")
    return by_ending[out.suffix]


def _check(con: duckdb.DuckDBPyConnection, query: str) -> None:
    """One statement that only reads; `explain analyze` runs what it explains."""
    import duckdb

    explained = _EXPLAIN.sub("", query)
    statements = [*con.extract_statements(query), *con.extract_statements(explained)]
    reading = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
    if len(statements) != 2 or any(s.type not in reading for s in statements):
        message = "give one SELECT"
        raise UsageError(message, "files are written by --out or by unitcost export")
    if statements[1].type is not duckdb.StatementType.SELECT:
        message = "explain one SELECT, as `explain select ...` or `explain analyze select ...`"
        raise UsageError(message)


@contextmanager
def _target(output: Format, out: Path | None) -> Iterator[str | None]:
    """What DuckDB or we write so that the answer appears whole; None writes to stdout as it comes.

    DuckDB must not open stdout by its name, which would cut it; what it writes is passed on from a
    nameless file, of which nothing is left where a process is killed.
    """
    if out is None and output != "csv":
        yield None
    elif out is None:
        with TemporaryFile() as answer:
            yield f"/dev/fd/{answer.fileno()}"
            answer.seek(0)
            shutil.copyfileobj(answer, sys.stdout.buffer)
    elif out.exists() and not out.is_file():
        yield str(out)  # a device or a pipe
    else:
        with appearing(out.resolve()) as draft:
            yield str(draft)


def _answer(con: duckdb.DuckDBPyConnection, query: str, output: Format, target: str | None) -> None:
    if output in ("csv", "parquet"):
        header = ", header" if output == "csv" else ""
        options = f"(format {output}{header}, use_tmp_file false)"
        con.execute(f"copy ({query}\n) to $target {options}", {"target": target})
        return
    cursor = con.execute(query)
    names = [column[0] for column in cursor.description or ()]
    if output == "json":
        text = json_text(as_objects(names, cursor.fetchall()))
        Path(target).write_text(text) if target else sys.stdout.write(text)
        return
    rows = cursor.fetchmany(SHOWN_ROWS + 1)
    show_table(names, rows[:SHOWN_ROWS])
    if len(rows) > SHOWN_ROWS:
        ERR.print(f"hint: only {SHOWN_ROWS} rows are shown; --format csv gives all")
