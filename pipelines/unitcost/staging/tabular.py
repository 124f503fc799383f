"""Reads CSV and Parquet files: each row becomes a JSON object of column name and text."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from unitcost.sqltext import sql_name, sql_text
from unitcost.staging.csvblocks import blocks_of, read_block
from unitcost.staging.csvlines import take_apart
from unitcost.staging.layout import header_of
from unitcost.staging.limits import StagingError
from unitcost.staging.opening import is_packed, read_chunks, read_head, unpack
from unitcost.staging.preamble import preamble_of
from unitcost.staging.spool import SPOOLED, Spool

_NESTED = ("STRUCT", "MAP", "UNION", "VARIANT", "JSON")


def spool_csv(con: duckdb.DuckDBPyConnection, path: Path, spool: Spool) -> None:
    """Spool every row; a ragged or badly quoted one is rejected alone.

    The first line is the header, or the first below lines of a name and a value: what those tell is
    told of every row. An empty cell is null. A quoted value may span lines.
    """
    head = read_head(path, 1 << 20)
    names = distinct_names(header_of(head))
    cells = _cell_pairs(names, preamble_of(head))
    for block in blocks_of(read_chunks(path), spool):
        sound = read_block(block, len(names))
        if sound is None:
            sound = take_apart(con, block, len(names), spool)
        _keep(con, cells, *sound, spool)


def distinct_names(names: list[str]) -> list[str]:
    """Names for columns without one, and for a second column of the same name."""
    distinct: list[str] = []
    for position, name in enumerate(names, start=1):
        wanted = name or f"column_{position}"
        distinct.append(wanted if wanted not in distinct else f"{wanted}_{position}")
    return distinct


def _cell_pairs(names: list[str], above: dict[str, str]) -> str:
    """SQL of the names and values of a row's object; a column goes before what stands above."""
    cells = {name: f"nullif(c{n}, '')" for n, name in enumerate(names)}
    told = {name: sql_text(value) for name, value in above.items()}
    return ", ".join(f"{sql_text(name)}, {value}" for name, value in (told | cells).items())


def _keep(
    con: duckdb.DuckDBPyConnection, cells: str, lines: pa.Array, rows: pa.Table, spool: Spool
) -> None:
    """Spool rows of texts as JSON objects."""
    con.register("staged_rows", rows)
    table = con.sql(
        f"select json_object({cells})::varchar as record from staged_rows"
    ).to_arrow_table()
    con.unregister("staged_rows")
    spool.flush()
    spool.keep_batch(lines, table.column("record").combine_chunks().cast(pa.string()))


def spool_parquet(con: duckdb.DuckDBPyConnection, path: Path, spool: Spool) -> None:
    """Spool every row, numbered from 1.

    Scalars become text, exactly (decimals digit by digit), nested values JSON.

    Raises:
        StagingError: it is damaged.
    """
    file = unpack(path, spool.folder) if is_packed(path) else path
    source = f"read_parquet({sql_text(file)}, hive_partitioning = false)"
    target = spool.folder / "rows.parquet"
    try:
        kinds = kinds_of(con, source)
        pairs = ", ".join(f"{sql_text(n)}, {_value(sql_name(n), kinds[n])}" for n in kinds)
        con.execute(
            f"""copy (
                select
                    row_number() over () as source_line,
                    json_object({pairs})::varchar as record
                from {source}
            ) to {sql_text(target)} ({SPOOLED})"""
        )
    except duckdb.Error as error:
        message = "the Parquet file is damaged or cannot be read; write it again"
        raise StagingError(message) from error
    spool.take(target, is_json=True)


def kinds_of(con: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    """The type of each column of what a FROM names."""
    described = con.execute(f"describe select * from {source}").fetchall()
    return {str(name): str(kind) for name, kind, *_ in described}


def _value(column: str, kind: str) -> str:
    return f"to_json({column})" if is_nested(kind) else text_of(column, kind)


def is_nested(kind: str) -> bool:
    """Whether values of the type hold others."""
    return kind.startswith(_NESTED) or kind.endswith("]")


def text_of(column: str, kind: str) -> str:
    """SQL of a scalar's text; of a time, cut to microseconds, since a cast would round it."""
    if kind == "TIMESTAMP_NS":
        return f"make_timestamp(epoch_ns({column}) // 1000)::varchar"
    return f"{column}::varchar"
