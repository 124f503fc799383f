"""The lake's files by path, and the current ones by table and day, and by delivery.

A run asks for a table's files of a day hundreds of times: no answer may walk over all of history.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, ValuesView
from datetime import date

from unitcost_models.meta import LakeFile

_Files = dict[str, LakeFile]


class LakeFiles(MutableMapping[str, LakeFile]):
    """Path -> file, replaced ones included; another thread may add files while it is read."""

    def __init__(self, files: Iterable[LakeFile] = ()) -> None:
        """Hold these files."""
        self._all: _Files = {}
        self._by_day: defaultdict[str, defaultdict[date | None, _Files]] = defaultdict(
            lambda: defaultdict(dict)
        )
        self._by_delivery: defaultdict[str, _Files] = defaultdict(dict)
        for file in files:
            self[file.path] = file

    def current(self, table: str, days: Iterable[date] | None = None) -> list[LakeFile]:
        """The files of a table that were not replaced, by path; of those days, or of all."""
        held: Mapping[date | None, _Files] = self._by_day.get(table, {})
        wanted = list(held) if days is None else set(days)
        found = (list(held[day].values()) for day in wanted if day in held)
        return sorted((file for files in found for file in files), key=lambda file: file.path)

    def of_delivery(self, sha256: str) -> list[LakeFile]:
        """The files that hold a delivery's records and were not replaced."""
        return list(self._by_delivery.get(sha256, {}).values())

    def __setitem__(self, path: str, file: LakeFile) -> None:
        """Name a file, or know it otherwise than before."""
        if path in self._all:
            self._forget_place(self._all[path])
        self._all[path] = file
        if file.retired_at is None:
            self._by_day[file.table_name][file.day][path] = file
            if file.delivery is not None:
                self._by_delivery[file.delivery][path] = file

    def __delitem__(self, path: str) -> None:
        """Forget a file."""
        self._forget_place(self._all.pop(path))

    def _forget_place(self, old: LakeFile) -> None:
        self._by_day[old.table_name][old.day].pop(old.path, None)
        if old.delivery is not None:
            self._by_delivery[old.delivery].pop(old.path, None)

    def __getitem__(self, path: str) -> LakeFile:
        """The file of a path."""
        return self._all[path]

    def __iter__(self) -> Iterator[str]:
        """All paths."""
        return iter(self._all)

    def __len__(self) -> int:
        """How many files there are."""
        return len(self._all)

    def values(self) -> ValuesView[LakeFile]:
        """All files, without a look-up each."""
        return self._all.values()
