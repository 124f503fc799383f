"""Reads a table whose files were written with different columns, as a closed month's may be.

A file keeps the columns of its time for ever; what a newer version added is NULL in it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from unitcost.sqltext import sql_files
from unitcost_models.base import Column, Row, columns
from unitcost_models.meta import LakeFile


def shape_of(row: type[Row]) -> str:
    """Digest of a row model's columns and their types."""
    text = ", ".join(f"{c.name} {c.sql_type}" for c in columns(row))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def select_rows(
    con: duckdb.DuckDBPyConnection, row: type[Row], root: Path, files: Iterable[LakeFile]
) -> str:
    """A SELECT of exactly the row model's columns from files of any shape; none is no rows."""
    by_shape: dict[str | None, list[str]] = defaultdict(list)
    for file in files:
        by_shape[file.shape].append(file.path)
    return select_shapes(con, row, root, by_shape)


def select_shapes(
    con: duckdb.DuckDBPyConnection,
    row: type[Row],
    root: Path,
    paths: Mapping[str | None, Sequence[str]],
) -> str:
    """The same, by shape the paths of the files."""
    parts = [
        _select(con, row, root, shaped, is_current=shape == shape_of(row))
        for shape, shaped in paths.items()
    ]
    return " union all ".join(parts) or f"select {_typed(row, set())} where false"


def _select(
    con: duckdb.DuckDBPyConnection,
    row: type[Row],
    root: Path,
    paths: Sequence[str],
    is_current: bool,
) -> str:
    source = _read_parquet(row, root, paths)
    if is_current:
        return f"select {', '.join(_quoted(c) for c in columns(row))} from {source}"
    first = _read_parquet(row, root, paths[:1])
    described = con.execute(f"describe select * from {first}").fetchall()
    return f"select {_typed(row, {str(name) for name, *_ in described})} from {source}"


def _typed(row: type[Row], held: set[str]) -> str:
    """Every column in the model's type; NULL where it is not held."""
    return ", ".join(
        f"cast({_quoted(c) if c.name in held else 'null'} as {c.sql_type}) as {_quoted(c)}"
        for c in columns(row)
    )


def _quoted(column: Column) -> str:
    return f'"{column.name}"'


def _read_parquet(row: type[Row], root: Path, paths: Iterable[str]) -> str:
    hive = (
        "hive_partitioning = true, hive_types = {'day': DATE}"
        if row.is_daily
        else "hive_partitioning = false"
    )
    return f"read_parquet({sql_files(f'{root}/{path}' for path in paths)}, {hive})"
