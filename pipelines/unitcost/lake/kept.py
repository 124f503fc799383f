"""A meta table's rows by key: columnar, as they were read, until one is asked for or changed.

A long history has ten thousands of them, and a run asks for few.
"""

from __future__ import annotations

from collections.abc import Collection, ItemsView, Iterable, Iterator, MutableMapping, ValuesView
from typing import Any, Generic, TypeVar, cast

import pyarrow as pa

from unitcost_models.base import MONEY, Row, columns

R = TypeVar("R", bound=Row)
K = TypeVar("K")

_ARROW = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    MONEY: pa.decimal128(38, 12),
}


def columnar(row: type[R], rows: Iterable[R]) -> pa.Table:
    """Rows as a table of the row model's columns."""
    held = list(rows)
    fields = [(c.name, _ARROW[c.sql_type]) for c in columns(row)]
    arrays = [pa.array([getattr(r, name) for r in held], type=kind) for name, kind in fields]
    return pa.table(arrays, schema=pa.schema(fields))


def rows_in(row: type[R], table: pa.Table) -> list[R]:
    """The rows of a table; they were valid when they were written."""
    return [cast(R, row.model_construct(**values)) for values in table.to_pylist()]


def values_of(column: pa.ChunkedArray) -> list[Any]:
    """A column of few different values as Python's own, each made once."""
    encoded = column.combine_chunks().dictionary_encode()
    different = encoded.dictionary.to_pylist()
    return [None if n is None else different[n] for n in encoded.indices.to_pylist()]


class Kept(MutableMapping[K, R], Generic[K, R]):
    """Key -> row of one table; the key is a tuple where the table's has several columns.

    Another thread may set rows while it is read.
    """

    def __init__(
        self, row: type[R], rows: Iterable[R] = (), settled: pa.Table | None = None
    ) -> None:
        """Hold what was read, and these rows."""
        self._row = row
        self._settled = columnar(row, ()) if settled is None else settled
        keys = self._keys(self._settled)
        self._numbers: dict[K, int] = dict(zip(keys, range(len(keys)), strict=True))
        """Of the rows that hold as they were read."""
        self._made: dict[K, R] = {}
        """Rows that were asked for or set."""
        for one in rows:
            self[self._key(one)] = one

    def _keys(self, table: pa.Table) -> list[K]:
        parts = [values_of(table[name]) for name in self._row.key]
        return cast(list[K], parts[0] if len(parts) == 1 else list(zip(*parts, strict=True)))

    def _key(self, one: R) -> K:
        parts = tuple(getattr(one, name) for name in self._row.key)
        return cast(K, parts[0] if len(parts) == 1 else parts)

    def rows_at(self, keys: Iterable[K]) -> list[R]:
        """The rows of these keys, in their order; made together, which costs less."""
        wanted = list(keys)
        self._make(wanted)
        return [self._made[key] for key in wanted]

    def _make(self, keys: Iterable[K]) -> None:
        numbers = ((key, self._numbers.get(key)) for key in keys if key not in self._made)
        missing = {key: number for key, number in numbers if number is not None}
        if missing:
            rows = rows_in(self._row, self._taken(missing.values()))
            for key, one in zip(missing, rows, strict=True):
                self._made.setdefault(key, one)  # another thread may have set it

    def changed(self) -> list[R]:
        """The rows that were set since the table was read."""
        return [one for key, one in list(self._made.items()) if key not in self._numbers]

    def to_table(self) -> pa.Table:
        """All rows, in no order."""
        are_all = len(self._numbers) == len(self._settled)
        kept = self._settled if are_all else self._taken(self._numbers.values())
        return pa.concat_tables([kept, columnar(self._row, self.changed())])

    def _taken(self, numbers: Collection[int]) -> pa.Table:
        return self._settled.take(pa.array(numbers, type=pa.int64()))

    def __getitem__(self, key: K) -> R:
        """The row of a key."""
        if key not in self._made:
            self._make([key])
        return self._made[key]

    def __setitem__(self, key: K, row: R) -> None:
        """Hold a row, or another one than before."""
        self._made[key] = row
        self._numbers.pop(key, None)

    def __delitem__(self, key: K) -> None:
        """Forget a row."""
        if key not in self:
            raise KeyError(key)
        self._numbers.pop(key, None)
        self._made.pop(key, None)

    def __contains__(self, key: object) -> bool:
        """Whether there is a row of this key."""
        return key in self._numbers or key in self._made

    def __iter__(self) -> Iterator[K]:
        """All keys there are now; rows may be set meanwhile."""
        yield from dict.fromkeys([*self._numbers, *self._made])

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self._numbers.keys() | self._made.keys())

    def values(self) -> ValuesView[R]:
        """All rows, made together."""
        self._make(self)
        return super().values()

    def items(self) -> ItemsView[K, R]:
        """All keys and rows, made together."""
        self._make(self)
        return super().items()
