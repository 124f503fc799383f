"""`unitcost demo`: a believable month, the nightly run, and the answers."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

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

if TYPE_CHECKING:
    from unitcost.demo import Answer


def demo(
    *,
    through: Annotated[
        date | None, Parameter(help="Last day of the month; default yesterday.")
    ] = None,
    seed: Annotated[int, Parameter(help="Another seed gives another month.")] = 7,
    days: Annotated[
        int, Parameter(validator=Number(gte=1), help="How many days; fewer are sooner there.")
    ] = 30,
    common: Common = COMMON,
) -> int:
    """Write a month of vendor files into landing, run the nightly, print the answers.

    Run again, it shows the same month. It refuses a home folder that holds other deliveries.
    """
    from unitcost.demo import answers, write_agreement, write_demo
    from unitcost.nightly import run_nightly
    from unitcost.paths import Home

    home = Home(common.home)
    landing = home.landing
    month = _month(landing, through, seed, days)
    write_agreement(home.price_tables, *month)
    with progress():
        write_demo(landing, *month)
        report = run_nightly(common.home)
    with read_warehouse(common.home) as con:
        found = answers(con)
    if common.json:
        show_json([{"question": a.question, "rows": as_objects(a.columns, a.rows)} for a in found])
    else:
        show_report(report)
        _show_answers(found)
    return FAILED if report.failed_checks else OK


def _show_answers(found: list[Answer]) -> None:
    for answer in found:
        OUT.print()
        show_table(answer.columns, answer.rows, title=answer.question)
        if answer.note:
            OUT.print(answer.note, style="dim")


def _month(landing: Path, through: date | None, seed: int, days: int) -> tuple[date, int, int]:
    """Last day, seed and length of the folder's demo, noted down when it was first written.

    Raises:
        UsageError: landing holds other deliveries, or another month of the demo.
    """
    from unitcost.reading.landing import deliveries

    hint = "choose another folder: unitcost demo --home /tmp/unitcost-demo"
    marker = landing / ".demo"
    if marker.exists():
        noted = marker.read_text().split()
        if len(noted) != 3:
            message = f"{landing} holds the demo of an older version"
            raise UsageError(message, hint)
        day, number, length = noted
        written = (date.fromisoformat(day), int(number), int(length))
        if (through or written[0], seed, days) != written:
            message = f"{landing} holds {length} days of the demo through {day} with seed {number}"
            raise UsageError(message, hint)
        return written
    if landing.is_dir() and deliveries(landing):
        message = f"{landing} holds deliveries that are not the demo's"
        raise UsageError(message, hint)
    month = (through or datetime.now(UTC).date() - timedelta(days=1), seed, days)
    landing.mkdir(parents=True, exist_ok=True)
    marker.write_text(f"{month[0]} {month[1]} {month[2]}\n")
    return month
