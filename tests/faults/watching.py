"""A reader that opens the published warehouse again and again and looks for half a state."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self

import duckdb

from unitcost.paths import Home

# Of one state: each of three tables of a day is of the same requests, and the catalogue names them.
_TORN = """
    with of_requests as (select day, count(*) as rows from core.requests group by day),
    of_costs as (select day, count(*) as rows from core.request_costs group by day),
    of_marts as (select day, count(*) as rows, sum(cost_usd) as cost_usd
        from marts.cost_per_request group by day),
    of_features as (select day, sum(cost_usd) as cost_usd from marts.cost_per_feature group by day)
    select day from of_requests
    full join of_costs using (day) full join of_marts using (day) full join of_features using (day)
    full join (select day, rows from meta.files
        where table_name = 'core.requests' and retired_at is null) as named using (day)
    where coalesce(of_requests.rows, 0) <> coalesce(of_costs.rows, 0)
        or coalesce(of_requests.rows, 0) <> coalesce(of_marts.rows, 0)
        or coalesce(of_requests.rows, 0) <> coalesce(named.rows, 0)
        or of_marts.cost_usd is distinct from of_features.cost_usd
"""


class Watcher:
    """Reads in a thread while the block runs; `torn` says what was wrong, `reads` how often."""

    def __init__(self, home: Home, pause_seconds: float = 0.1) -> None:
        """Watch a home."""
        self._file = home.warehouse
        self._pause = pause_seconds
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.torn: list[str] = []
        self.reads = 0

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End."""
        self._is_over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._is_over.wait(self._pause):
            if self._file.exists():
                self._read()

    def _read(self) -> None:
        try:
            with duckdb.connect(str(self._file), read_only=True) as con:
                rows = con.execute(_TORN).fetchall()
        except duckdb.Error as error:
            self.torn.append(str(error))
            return
        self.reads += 1
        self.torn += [f"day {day}" for (day,) in rows]
