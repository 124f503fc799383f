"""Writes one table's rows to one immutable Parquet file, audited against the row model.

It does not know the catalogue: a file exists for readers only once the catalogue names it.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

import duckdb

from unitcost.lake.maps import ENTRIES, write_maps
from unitcost.lake.shapes import shape_of
from unitcost.statements import run
from unitcost_models.base import Column, Row, columns

_INTEGERS = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
}
PARQUET = """format parquet, parquet_version v2, compression zstd, compression_level 1,
    dictionary_size_limit 4000"""
"""How a table's file is written: a quarter quicker than by default, and no larger. Most columns
hold few different values or, as ids do, almost only different ones, for which a dictionary is begun
and thrown away. The encodings of v2 are a twentieth quicker and smaller; exports keep those of v1,
which all read."""
_DECIMAL = re.compile(r"DECIMAL\((\d+),(\d+)\)")


class ContractError(ValueError):
    """A result that does not keep its table's contract; nothing of it is published."""


_WITHOUT_ROWS: dict[str, bytes] = {}
"""The file of no rows, by the shape of its columns, once such a one was written and audited."""


@dataclass(frozen=True)
class WrittenFile:
    """A finished file: path under the lake, rows, bytes, digest, and the shape of its columns."""

    path: Path
    rows: int
    bytes: int
    sha256: str
    shape: str


def table_folder(lake: Path, table: str, day: date | None) -> Path:
    """`lake/<layer>/<noun>[/day=YYYY-MM-DD]`."""
    folder = lake.joinpath(*table.split("."))
    return folder / f"day={day.isoformat()}" if day else folder


def write_rows(
    con: duckdb.DuckDBPyConnection,
    row: type[Row],
    sql: str,
    folder: Path,
    is_empty: bool = False,
) -> WrittenFile:
    """Write the answer of `sql` as one file of the table in `folder` and audit it.

    The file's name is the digest of its bytes, so equal rows give the same file. Where there surely
    are none, it is a copy of an earlier one of the same columns, if there was any.

    Raises:
        ContractError: a column is missing, surplus or of another type, or a required one is NULL.
    """
    shape = shape_of(row)
    draft = folder / f".{uuid4().hex}.parquet"
    if is_empty and shape in _WITHOUT_ROWS:
        folder.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(_WITHOUT_ROWS[shape])
        return _finish(draft, 0, shape)
    wanted, given = columns(row), audit_types(con, row, sql)
    folder.mkdir(parents=True, exist_ok=True)
    types = {c.name: _written_type(given[c.name], c.sql_type) for c in wanted}
    _write(con, sql, types, draft, is_whole=sql == f"select * from {row.table}")
    rows = _audit_nulls(con, row, wanted, draft)
    if is_empty:
        _WITHOUT_ROWS[shape] = draft.read_bytes()
    return _finish(draft, rows, shape)


def _written_type(given: str, wanted: str) -> str:
    return ENTRIES if given == ENTRIES else wanted


def _write(
    con: duckdb.DuckDBPyConnection, sql: str, types: dict[str, str], draft: Path, is_whole: bool
) -> None:
    """Write the columns as these types; entries become maps.

    `is_whole`: a table as it is, by the same statement on every day.

    A column that the planner knows to hold no NULL would be written in another way: which it knows
    depends on where the rows come from. With a NULL in a branch without rows it never knows.
    """
    body = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in types.items())
    maps = [name for name, kind in types.items() if kind == ENTRIES]
    answer = f"select {body} from (\n{sql}\n)"
    if maps:
        write_maps(con, answer, maps, draft)
    else:
        nulls = ", ".join(f"cast(null as {kind})" for kind in types.values())
        answer = f"{answer} union all select {nulls} from range(0)"
        copy = f"copy ({answer}) to $draft ({PARQUET})"
        if is_whole:
            run(con, copy, draft=str(draft))
        else:
            con.execute(copy, {"draft": str(draft)})


def _finish(draft: Path, rows: int, shape: str) -> WrittenFile:
    with draft.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
        os.fsync(handle.fileno())
    final = draft.with_name(f"{digest[:20]}.parquet")
    draft.rename(final)
    return WrittenFile(final, rows, final.stat().st_size, digest, shape)


def audit_types(con: duckdb.DuckDBPyConnection, row: type[Row], sql: str) -> dict[str, str]:
    """Refuse a result whose columns differ from the row model, or that could lose a digit.

    A map may be given as its entries. Returns the type that each column is given in.
    """
    found = {str(name): str(kind) for name, kind, *_ in con.execute(f"describe {sql}").fetchall()}
    wanted = {c.name: c.sql_type for c in columns(row)}
    problems = [f"{name} is missing" for name in wanted if name not in found]
    problems += [f"{name} is not in the row model" for name in found if name not in wanted]
    problems += [
        f"{name} is {found[name]} instead of {kind}"
        for name, kind in wanted.items()
        if name in found and not _is_exact(found[name], kind)
    ]
    if problems:
        message = f"{row.table}: {'; '.join(problems)}; mend the SELECT or models/unitcost_models"
        raise ContractError(message)
    return found


def _is_exact(found: str, wanted: str) -> bool:
    if found in (wanted, '"NULL"', "NULL") or (found, wanted) == (ENTRIES, "MAP(VARCHAR, VARCHAR)"):
        return True
    if wanted == "BIGINT":
        return found in _INTEGERS
    if not wanted.startswith("DECIMAL"):
        return False
    target = _DECIMAL.fullmatch(wanted)
    source = _DECIMAL.fullmatch(found)
    fits = source and target and int(source[2]) <= int(target[2])
    return found in _INTEGERS or bool(fits)


def _audit_nulls(
    con: duckdb.DuckDBPyConnection, row: type[Row], wanted: Sequence[Column], file: Path
) -> int:
    required = [c.name for c in wanted if not c.is_nullable]
    counts = ", ".join(f'count("{name}")' for name in required)
    source = "read_parquet($file, hive_partitioning = false)"
    counted = run(con, f"select count(*), {counts or '1'} from {source}", file=str(file))
    answer = counted.fetchall()[0]
    missing = [
        name for name, count in zip(required, answer[1:], strict=False) if count != answer[0]
    ]
    if missing:
        file.unlink()
        message = (
            f"{row.table}: NULL in {', '.join(missing)}, which its row model requires; "
            "mend the SELECT, or let it be None there"
        )
        raise ContractError(message)
    return int(answer[0])
