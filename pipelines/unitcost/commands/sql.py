"""`unitcost sql`: ask the warehouse."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from unitcost.commands.common import COMMON, ERR, Common, as_objects, json_text, show_table
from unitcost.commands.warehouse import read_warehouse
from unitcost.errors import UsageError

if TYPE_CHECKING:
    import duckdb

SHOWN_ROWS = 200

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
    common: Common = COMMON,
) -> None:
    """Query the published warehouse, also while a nightly run is writing the next one."""
    import duckdb

    chosen = _chosen(output, out, common.json)
    try:
        with read_warehouse(common.home) as con:
            _check(con, query)
            _answer(con, query, chosen, out)
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
    """One statement that only reads."""
    import duckdb

    reading = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
    statements = con.extract_statements(query)
    if len(statements) != 1 or statements[0].type not in reading:
        message = "give one SELECT"
        raise UsageError(message, "files are written by --out or by unitcost export")


def _answer(con: duckdb.DuckDBPyConnection, query: str, output: Format, out: Path | None) -> None:
    if output == "parquet" and out is None:
        message = "--format parquet needs a file"
        raise UsageError(message, "add --out FILE")
    if output in ("csv", "parquet"):
        _copy(con, query.strip().rstrip(";"), output, out)
        return
    cursor = con.execute(query)
    names = [column[0] for column in cursor.description or ()]
    if output == "json":
        text = json_text(as_objects(names, cursor.fetchall()))
        out.write_text(text) if out else sys.stdout.write(text)
        return
    rows = cursor.fetchmany(SHOWN_ROWS + 1)
    show_table(names, rows[:SHOWN_ROWS])
    if len(rows) > SHOWN_ROWS:
        ERR.print(f"hint: only {SHOWN_ROWS} rows are shown; --format csv gives all")


def _copy(con: duckdb.DuckDBPyConnection, query: str, output: Format, out: Path | None) -> None:
    """Write a file, or pass it on to stdout, which must not be opened (and so cut) by its name."""
    header = ", header" if output == "csv" else ""
    with TemporaryDirectory() as folder:
        target = out or Path(folder) / "answer"
        options = f"(format {output}{header})"
        con.execute(f"copy ({query}\n) to $target {options}", {"target": str(target)})
        if out is None:
            with target.open("rb") as answer:
                shutil.copyfileobj(answer, sys.stdout.buffer)
