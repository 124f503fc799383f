"""The lake's files by path, and the current ones by table and day, and by delivery.

A run asks for a table's files of a day hundreds of times: no answer may walk over all of history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime

import pyarrow as pa

from unitcost.lake.kept import Kept, values_of
from unitcost_models.meta import LakeFile

PACKED = "packed."
"""Layer of files that hold the rows of several others, for the writer; no table is read from them,
and they are made anew where they are missing."""

_Paths = dict[str, None]
"""In the order in which they were named."""
_PLACE = ("table_name", "day", "delivery", "retired_at")


class LakeFiles(Kept[str, LakeFile]):
    """Path -> file, replaced ones included; another thread may add files while it is read."""

    def __init__(self, files: Iterable[LakeFile] = (), settled: pa.Table | None = None) -> None:
        """Hold the files that were read, and these."""
        super().__init__(LakeFile, settled=settled)
        self._by_day: defaultdict[str, defaultdict[date | None, _Paths]] = defaultdict(
            lambda: defaultdict(dict)
        )
        self._by_delivery: defaultdict[str, _Paths] = defaultdict(dict)
        self._replaced: _Paths = {}
        places = (values_of(self._settled[column]) for column in _PLACE)
        for path, *place in zip(self._numbers, *places, strict=True):
            self._note_place(path, *place)
        for file in files:
            self[file.path] = file

    def current(self, table: str, days: Iterable[date] | None = None) -> list[LakeFile]:
        """The files of a table that were not replaced, by path; of those days, or of all."""
        held: Mapping[date | None, _Paths] = self._by_day.get(table, {})
        wanted = list(held) if days is None else set(days)
        found = (list(held[day]) for day in wanted if day in held)
        return self.rows_at(sorted(path for paths in found for path in paths))

    def of_delivery(self, sha256: str) -> list[LakeFile]:
        """The files that hold a delivery's records and were not replaced."""
        return self.rows_at(list(self._by_delivery.get(sha256, ())))

    def replaced(self) -> list[LakeFile]:
        """The files that others took the place of."""
        return self.rows_at(list(self._replaced))

    def __setitem__(self, path: str, file: LakeFile) -> None:
        """Name a file, or know it otherwise than before."""
        if path in self:
            self._forget_place(self[path])
        super().__setitem__(path, file)
        self._note_place(path, file.table_name, file.day, file.delivery, file.retired_at)

    def __delitem__(self, path: str) -> None:
        """Forget a file."""
        self._forget_place(self[path])
        super().__delitem__(path)

    def _note_place(
        self,
        path: str,
        table: str,
        day: date | None,
        delivery: str | None,
        retired_at: datetime | None,
    ) -> None:
        if retired_at is not None:
            self._replaced[path] = None
            return
        self._by_day[table][day][path] = None
        if delivery is not None:
            self._by_delivery[delivery][path] = None

    def _forget_place(self, old: LakeFile) -> None:
        self._replaced.pop(old.path, None)
        self._by_day[old.table_name][old.day].pop(old.path, None)
        if old.delivery is not None:
            self._by_delivery[old.delivery].pop(old.path, None)
