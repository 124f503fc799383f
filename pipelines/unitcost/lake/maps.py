"""Writes rows whose maps are given as their entries, lists of key and value.

DuckDB takes long to make a map, as it looks at each key of each. In Arrow a map is a list of
entries already, so nothing is copied or looked at here but the few different lists of keys.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ENTRIES = 'STRUCT("key" VARCHAR, "value" VARCHAR)[]'
"""What DuckDB calls the entries of a map of texts."""
_MAP = pa.map_(pa.string(), pa.string())
_ROWS = 122_880
_SEPARATOR = "\n"


def write_maps(
    con: duckdb.DuckDBPyConnection, sql: str, names: Collection[str], file: Path
) -> None:
    """Write the answer of `sql` as Parquet, with the columns `names`, of entries, as maps."""
    reader = con.sql(sql).to_arrow_reader(_ROWS)
    fields = [pa.field(f.name, _MAP) if f.name in names else f for f in reader.schema]
    schema = pa.schema(fields)
    with pq.ParquetWriter(file, schema, compression="zstd", store_schema=False) as writer:
        for batch in reader:
            arrays = [
                as_map(a) if f.type == _MAP else a for f, a in zip(fields, batch, strict=True)
            ]
            writer.write_batch(pa.record_batch(arrays, schema=schema), row_group_size=_ROWS)


def as_map(entries: pa.ListArray) -> pa.MapArray:
    """The same as a map; of several values of one key the first is kept."""
    maps = _retyped(entries)
    repeating = _rows_with_repeats(entries)
    if not len(repeating):
        return maps
    mended = [_first_of_each(pairs) for pairs in maps.take(repeating).to_pylist()]
    places = pa.array(range(len(maps)), pa.int64())
    is_mended = pc.is_in(places, repeating)
    mended_places = pa.array(range(len(maps), len(maps) + len(mended)), pa.int64())
    both = pa.concat_arrays([maps, pa.array(mended, _MAP)])
    return both.take(pc.replace_with_mask(places, is_mended, mended_places))


def _retyped(entries: pa.ListArray) -> pa.MapArray:
    keys, values = entries.values.field("key"), entries.values.field("value")
    return pa.MapArray.from_arrays(entries.offsets, keys, values, mask=entries.is_null())


def _rows_with_repeats(entries: pa.ListArray) -> pa.Array:
    """Where a key stands twice; each different list of keys is looked at once."""
    keys = pa.ListArray.from_arrays(entries.offsets, entries.values.field("key"))
    lists = pc.binary_join(keys, _SEPARATOR).dictionary_encode()
    repeating = [n for n, text in enumerate(lists.dictionary.to_pylist()) if _repeats(text)]
    return pc.indices_nonzero(pc.is_in(lists.indices, pa.array(repeating, lists.indices.type)))


def _repeats(text: str) -> bool:
    keys = text.split(_SEPARATOR)
    return len(set(keys)) < len(keys)


def _first_of_each(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    first: dict[str, str] = {}
    for key, value in pairs:
        first.setdefault(key, value)
    return list(first.items())
