"""`unitcost demo`: a believable month, the nightly run, and the answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from unitcost.commands.common import (
    COMMON,
    OUT,
    Common,
    as_objects,
    progress,
    show_json,
    show_table,
)
from unitcost.commands.errors import FAILED, OK
from unitcost.commands.nightly import show_report
from unitcost.commands.warehouse import read_warehouse
from unitcost.errors import UsageError


def demo(
    *,
    through: Annotated[
        date | None, Parameter(help="Last day of the month; default yesterday.")
    ] = None,
    seed: Annotated[int, Parameter(help="Another seed gives another month.")] = 7,
    common: Common = COMMON,
) -> int:
    """Write a month of vendor files into landing, run the nightly, print the answers.

    It refuses a home folder that already holds other deliveries.
    """
    from unitcost.demo import answers, write_demo
    from unitcost.nightly import run_nightly
    from unitcost.paths import Home

    last = through or datetime.now(UTC).date() - timedelta(days=1)
    landing = Home(common.home).landing
    marker = landing / ".demo"
    _refuse_real_data(landing, marker)
    with progress():
        landing.mkdir(parents=True, exist_ok=True)
        marker.touch()
        write_demo(landing, last, seed)
        report = run_nightly(common.home)
    with read_warehouse(common.home) as con:
        found = answers(con)
    if common.json:
        show_json([{"question": a.question, "rows": as_objects(a.columns, a.rows)} for a in found])
    else:
        show_report(report)
        for answer in found:
            OUT.print()
            show_table(answer.columns, answer.rows, title=answer.question)
            if answer.note:
                OUT.print(answer.note, style="dim")
    return FAILED if report.failed_checks else OK


def _refuse_real_data(landing: Path, marker: Path) -> None:
    from unitcost.landing import deliveries

    if landing.is_dir() and deliveries(landing) and not marker.exists():
        message = f"{landing} holds deliveries that are not the demo's"
        raise UsageError(message, "choose another folder: unitcost demo --home /tmp/unitcost-demo")
