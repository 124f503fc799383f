"""The nightly run: the same job as the schedule's, started only when there is work."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from unitcost.collecting.run import collect
from unitcost.days.due import changed_closed_days, due_days, input_digests
from unitcost.days.quiet_days import paid_days
from unitcost.days.rebuild import shared_inputs
from unitcost.export.folder import stale_months
from unitcost.lake.catalogue import Catalogue, load_catalogue, utc_now
from unitcost.lake.closed import reads_below
from unitcost.lake.opening import open_published
from unitcost.nightly_report import NightlyError, NightlyReport, report_of
from unitcost.paths import Home, data_root
from unitcost.reading.arriving import Arrival, arrivals
from unitcost.reconciling.rates import rates_are_published
from unitcost.session import Session, open_session

if TYPE_CHECKING:
    from dagster import ExecuteInProcessResult


def run_nightly(root: Path, through: date | None = None) -> NightlyReport:
    """Ingest what is new, build every due day up to `through` (default today), check, publish.

    Raises:
        LockedError: another process is writing.
        NightlyError: the run failed; nothing was published.
    """
    started = time.monotonic()
    today = utc_now().date()
    last = through or today
    if last > today:
        message = f"--through {last} is after today ({today}); days are built when they have begun"
        raise NightlyError(message)
    home = Home(root.resolve())
    prepare(home)
    with open_session(home.root) as session:
        before, result = _known(session.catalogue), _work(session, last)
    return report_of(before, _published(session, last, result), last, started, result)


def _published(session: Session, last: date, result: ExecuteInProcessResult | None) -> Catalogue:
    """What readers see after a run: what it worked with, unless it failed before publishing."""
    if result is None or result.success:
        return session.catalogue
    return load_catalogue(session.home.warehouse, files_after=last)  # what waits, of all files


def prepare(home: Home) -> None:
    """Make the folders; DAGSTER_HOME must be set before Dagster is first imported."""
    for folder in (home.landing, home.lake, home.dagster):
        folder.mkdir(parents=True, exist_ok=True)
    config = home.dagster / "dagster.yaml"
    if not config.exists():
        shutil.copyfile(data_root() / "dagster.yaml", config)
    os.environ["DAGSTER_HOME"] = str(home.dagster)
    os.environ["UNITCOST_HOME"] = str(home.root)


def _known(catalogue: Catalogue) -> Catalogue:
    """What was known before a run, as far as its report compares."""
    return Catalogue(
        deliveries=dict(catalogue.deliveries),
        days=dict(catalogue.days),
        postings=dict(catalogue.postings),
    )


def _work(session: Session, through: date) -> ExecuteInProcessResult | None:
    """Run the job if there is work for it.

    Else ended days become final, a home that was moved is published where it is now, a lake of an
    older version as the newest, and what the settings expect as they say now.
    """
    collected = collect(session.home, session.settings.sources)
    new = arrivals(session)
    if session.settings.pull or collected.problems or has_work(session, through, new):
        return _run_with(session, through, new)
    known = session.catalogue
    is_other = known.is_older or known.expected != session.settings.expected_reports()
    if known.end_days() or is_other or _is_moved(session.home):
        session.publish()
    return None


def _run_with(session: Session, through: date, new: Sequence[Arrival]) -> ExecuteInProcessResult:
    from unitcost.resources import lend

    with lend(session):
        return run_job(session.home, through, _formats_in_use(session, new))


def _is_moved(home: Home) -> bool:
    """Whether what is published names files of another folder."""
    if not home.warehouse.is_file():
        return False
    with open_published(home.warehouse) as con:
        return not reads_below(con, home.root)


def _formats_in_use(session: Session, new: Sequence[Arrival]) -> set[str]:
    """Formats that were ever delivered or will be pulled."""
    known = {d.source_format for d in session.catalogue.deliveries.values()}
    came = {arrival.source_format for arrival in new}
    return {name for name in known | came | {*session.settings.pull} if name is not None}


def has_work(session: Session, through: date, new: Sequence[Arrival]) -> bool:
    """Whether anything is new, due, known of a closed day and not posted, or not published."""
    catalogue = session.catalogue
    also = {through} | paid_days(session, through)
    digests = input_digests(catalogue, shared_inputs(session), also)
    return bool(
        new
        or due_days(catalogue, digests, through)
        or changed_closed_days(catalogue, digests, through)
        or not rates_are_published(session)
        or stale_months(session.home, catalogue, session.settings.exports)
    )


def run_job(home: Home, through: date, formats: set[str]) -> ExecuteInProcessResult:
    """Run the Dagster job in this process, whether there is work or not.

    Assets of other formats than these are left out: each costs five events in Dagster's log.
    """
    from dagster import DagsterInstance

    from unitcost.definitions import build_definitions
    from unitcost.jobs import assets_for
    from unitcost.run_log import open_run_log

    definitions = build_definitions(str(home.root))
    with open_run_log(), DagsterInstance.get() as instance:
        return definitions.resolve_job_def("nightly").execute_in_process(
            partition_key=through.isoformat(),
            instance=instance,
            asset_selection=assets_for(definitions, formats),
            raise_on_error=False,
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )
