"""Builds several days, two at a time where they are not too large for it.

One core plans the queries of a small day, and of a larger one a core waits for the last part of
each table, which is read in parts of 122,880 rows. A day waits for the day before where it reads
what that day hands on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from queue import SimpleQueue

import duckdb

from unitcost.days.build import Turn, build_day, is_large, open_builder
from unitcost.session import Session
from unitcost.sources import SOURCES
from unitcost_models.meta import LakeFile

LOG = logging.getLogger("unitcost")

Built = dict[date, dict[str, LakeFile]]
_LIGHT_BYTES = 40 * 2**20
"""Two days with raw files up to this size, some 400,000 requests, fit into the memory at once."""


def build_days(session: Session, days: Iterable[date], tables: set[str]) -> Built:
    """Build the given tables of each day, in order of days; the files by day and table.

    Raises:
        ClosedMonthError: a day's tables are frozen.
        ContractError: a table cannot be made; later days may have been built and count for nothing.
    """
    ordered = sorted(days)
    if not ordered:
        return {}
    lanes = 2 if len(ordered) > 1 and _are_light(session, ordered) else 1
    turns = _turns(len(ordered))
    with ExitStack() as stack, ThreadPoolExecutor(lanes) as pool:
        free: SimpleQueue[duckdb.DuckDBPyConnection] = SimpleQueue()
        for _ in range(lanes):
            free.put(stack.enter_context(open_builder(session, lanes)))

        def build(day: date, turn: Turn) -> dict[str, LakeFile]:
            LOG.info("building %s", day)
            con = free.get()
            if is_large(session, day) and (lanes == 1 or day == ordered[-1]):  # nobody works beside
                con.execute("reset threads")
            try:
                return build_day(session, con, day, tables, turn)
            finally:
                turn.handed_on.set()  # also where it failed, so that nobody waits for ever
                free.put(con)

        try:
            return dict(zip(ordered, pool.map(build, ordered, turns), strict=True))
        finally:
            pool.shutdown(cancel_futures=True)


def _turns(count: int) -> list[Turn]:
    """One turn a day, each waiting for the one before."""
    turns = [Turn()]
    for _ in range(count - 1):
        turns.append(Turn(before=turns[-1].handed_on))
    return turns


def _are_light(session: Session, days: Sequence[date]) -> bool:
    size = dict.fromkeys(days, 0)
    for file in (f for name in SOURCES for f in session.catalogue.live(f"raw.{name}", days)):
        if file.day is not None:
            size[file.day] += file.bytes
    return max(size.values()) <= _LIGHT_BYTES
