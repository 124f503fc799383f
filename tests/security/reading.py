"""Everything that a home holds as text: tables, Parquet, logs and databases, unpacked.

Landing and the settings are left out: they are the files of the user, as they were given.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

from unitcost.paths import Home
from unitcost.sqltext import sql_text


def words_in(home: Home, but: tuple[str, ...] = ("landing", "unitcost.toml")) -> set[str]:
    """Every text value of every table and file, and the bytes of all other files as text."""
    found: set[str] = set()
    with duckdb.connect() as con:
        for file in sorted(p for p in home.root.rglob("*") if p.is_file()):
            if file.relative_to(home.root).parts[0] not in but:
                bare = file.read_bytes().decode("latin-1")
                found |= {bare} if bare in found else {bare, *_words(con, file)}
    return found


def _words(con: duckdb.DuckDBPyConnection, file: Path) -> Iterator[str]:
    if file.suffix == ".parquet":
        yield from _values(con, f"read_parquet({sql_text(file)}, hive_partitioning = false)")
    elif file.suffix == ".duckdb":
        with duckdb.connect(str(file), read_only=True) as database:
            tables = database.execute(
                "select schema_name || '.' || table_name from duckdb_tables()"
            ).fetchall()
            for (table,) in tables:
                yield from _values(database, table)
            yield str(database.execute("select sql from duckdb_views()").fetchall())
    elif zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            yield from (archive.read(name).decode("latin-1") for name in archive.namelist())


def _values(con: duckdb.DuckDBPyConnection, relation: str) -> Iterator[str]:
    for row in con.execute(f"select * from {relation}").fetchall():
        yield from (repr(value) for value in row if value is not None)
