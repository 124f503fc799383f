"""Brings every due day up to date and records what each was built from."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from unitcost.days.beside import untouched
from unitcost.days.due import due_days, input_digests, transforms_fingerprint
from unitcost.days.inputs import TASK_WINDOW_DAYS, read_prices
from unitcost.days.lanes import Built, build_days
from unitcost.days.quiet_days import paid_days
from unitcost.lake.catalogue import utc_now
from unitcost.session import Session
from unitcost.tables import day_tables, upstream
from unitcost.workbench import create_empty, create_view
from unitcost_models.agreements import AllowanceUse
from unitcost_models.meta import BuiltDay, LakeFile

REQUESTS = "core.requests"

_SHARING = """
    with used as (
        select 'old' as state, * exclude (free_quantity) from core.old
        union all
        select 'new' as state, * exclude (free_quantity) from core.new
    ),
    changed as (
        select account_id, allowance_id, period_start, day
        from used
        group by all
        having count(*) = 1 or count(distinct quantity) > 1
    )
    select distinct l.day
    from core.later as l
    inner join changed as c
        on l.account_id = c.account_id and l.allowance_id = c.allowance_id
        and l.period_start = c.period_start and l.day > c.day
    order by l.day
"""


def shared_inputs(session: Session, price_revision: str | None = None) -> str:
    """Digest of what all days share: prices (of this or another revision), transforms, settings."""
    parts = (
        price_revision or session.book.revision(),
        transforms_fingerprint(),
        session.vocabulary.fingerprint,
        session.settings.fingerprint(),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def names_revision(session: Session) -> str:
    """Digest of the part of the price book that core.requests is made with: names, no prices."""
    book = read_prices(session)
    digest = hashlib.sha256()
    for table in sorted(upstream(REQUESTS) & set(book)):
        digest.update(f"{table}{book[table].to_pylist()}".encode())
    return digest.hexdigest()[:16]


def only_prices_changed(session: Session) -> set[date]:
    """Built days whose requests would be counted as they were: nothing but prices is another."""
    names, days = names_revision(session), session.catalogue.days
    found: set[date] = set()
    for revision in {built.price_revision for built in days.values()}:
        digests = input_digests(session.catalogue, shared_inputs(session, revision), set())
        found |= {
            day
            for day, built in days.items()
            if (built.price_revision, built.names_revision) == (revision, names)
            and built.inputs == digests[day]
        }
    return found


def build_due(session: Session, requested: set[date], tables: set[str]) -> Built:
    """Build the requested days; with all tables wanted, what is due of all days up to the last.

    A day that continues a task of a rebuilt day is built again too, since the task's first day and
    what it cost there may have changed; so is one that shares an allowance with a day on which its
    use has changed.
    A closed day is left as it is; what changed in it is posted elsewhere. So is a day of which
    nothing is new but files beside it, where no row of them belongs to it.

    Raises:
        ClosedMonthError: some tables of a closed day were asked for.
        PriceBookError: the book's commitments cannot be read.
    """
    if tables != set(day_tables()):
        return build_days(session, requested, tables)
    through, constant = max(requested), shared_inputs(session)
    also = requested | paid_days(session, through)
    digests = input_digests(session.catalogue, constant, also)
    due = due_days(session.catalogue, digests, through)
    before = session.catalogue.live(AllowanceUse.table)
    same = untouched(session, constant, due)
    for day in same:
        known = session.catalogue.days[day]
        session.catalogue.days[day] = known.model_copy(update={"inputs": digests[day]})
    built = build_days(session, {*due} - {*same}, tables)
    days = set(built)
    later = {*_continuing(session, days, through), *_sharing(session, before, days, through)}
    built |= build_days(session, later, tables)
    for day in built:
        session.catalogue.days[day] = _record(session, digests[day], day)
    session.catalogue.end_days()
    return built


def _record(session: Session, inputs: str, day: date) -> BuiltDay:
    now = utc_now()
    return BuiltDay(
        day=day,
        inputs=inputs,
        price_revision=session.book.revision(),
        names_revision=names_revision(session),
        built_at=now,
        is_provisional=day >= now.date(),
    )


def _continuing(session: Session, built: set[date], through: date) -> list[date]:
    """Later days, not built now, that spend on a task or a run of a day that was."""
    catalogue = session.catalogue
    near = [
        day
        for day in sorted(set(catalogue.days) - built)
        if day <= through
        and not catalogue.is_closed(day)
        and any(b < day <= b + timedelta(TASK_WINDOW_DAYS) for b in built)
    ]
    later = session.absolute(catalogue.live("core.requests", near))
    earlier = session.absolute(catalogue.live("core.requests", built))
    if not later or not earlier:
        return []
    with session.workbench(with_vocabulary=False) as con:
        create_view(con, "core.later", later)
        create_view(con, "core.earlier", earlier)
        rows = con.execute(
            """select distinct day from core.later
               where task_id in (select task_id from core.earlier)
                  or workflow_run_id in (select workflow_run_id from core.earlier)
               order by day"""
        ).fetchall()
    return [day for (day,) in rows]


def _sharing(
    session: Session, before: list[LakeFile], built: set[date], through: date
) -> list[date]:
    """Later days, not built now, in a period of which an earlier day's use has changed."""
    now = session.catalogue.live(AllowanceUse.table)
    old, new = ({f.sha256: f for f in files if f.day in built} for files in (before, now))
    later = [
        f
        for f in now
        if f.day is not None
        and f.day not in built
        and f.day <= through
        and not session.catalogue.is_closed(f.day)
    ]
    if old.keys() == new.keys() or not later:
        return []
    with session.workbench(with_vocabulary=False) as con:
        for name, files in (("old", [*old.values()]), ("new", [*new.values()]), ("later", later)):
            create_empty(con, AllowanceUse, f"core.{name}")
            if files:
                create_view(con, f"core.{name}_files", session.absolute(files))
                con.execute(f"insert into core.{name} by name from core.{name}_files")
        rows = con.execute(_SHARING).fetchall()
    return [day for (day,) in rows]
