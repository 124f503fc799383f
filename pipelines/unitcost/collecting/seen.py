"""Which versions of which objects were collected already, kept on disk: millions cost no memory.

It only saves work: an object collected twice is recognised by its content.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import duckdb


class Version(NamedTuple):
    """One object as listed."""

    address: str
    size: int
    changed_at: datetime
    etag: str


class Seen:
    """The memory of what was collected, one small database in landing."""

    def __init__(self, file: Path) -> None:
        """Open it, or begin a new one."""
        file.parent.mkdir(parents=True, exist_ok=True)
        self._con = duckdb.connect(str(file), config={"threads": 1})
        self._con.execute(
            """create table if not exists seen (
                   address varchar, size bigint, changed_at timestamptz, etag varchar,
                   primary key (address, size, changed_at, etag))"""
        )

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self._con.close()

    def new(self, listed: Sequence[Version]) -> list[Version]:
        """Those of the listed versions that were not collected yet, in their order."""
        places = self._con.execute(
            """select l.place from (select unnest(?::varchar[]) as address,
                   unnest(?::bigint[]) as size, unnest(?::timestamptz[]) as changed_at,
                   unnest(?::varchar[]) as etag, unnest(range(?)) as place) as l
               anti join seen using (address, size, changed_at, etag) order by l.place""",
            [*(list(column) for column in zip(*listed, strict=True)), len(listed)],
        ).fetchall()
        return [listed[place] for (place,) in places]

    def add(self, *versions: Version) -> None:
        """Remember versions once their file is in landing."""
        self._con.execute(
            """insert or ignore into seen select unnest(?::varchar[]), unnest(?::bigint[]),
                   unnest(?::timestamptz[]), unnest(?::varchar[])""",
            [list(column) for column in zip(*versions, strict=True)],
        )
