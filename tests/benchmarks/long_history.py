"""A warehouse with a long history, made of one day: built once, then named under earlier days.

Building a thousand days takes many minutes and teaches nothing about what the next one costs. In
the earlier days' files are the one day's rows, the requests with ids and times of their own; how
many files there are, and how they are catalogued, is as if each day had been delivered and built.
"""

from __future__ import annotations

import hashlib
import os
from datetime import date, timedelta
from pathlib import Path

import duckdb

from unitcost.days.due import input_digests
from unitcost.days.rebuild import shared_inputs
from unitcost.lake.catalogue import Catalogue
from unitcost.nightly import run_nightly
from unitcost.reconciling.comparing import write_reconciliation
from unitcost.session import open_session
from unitcost.tables import published_models
from unitcost_models.meta import LakeFile

_FORMAT = "requests"
_HEAD = "started_at,request_id,provider,model,input_tokens,output_tokens,customer_id,feature"

_TIME = "date '{day}' as day, started_at - to_days({back}) as started_at"
_OWN = {
    "raw.requests": f"'{{day}} ' || request_id as request_id, {_TIME}",
    "core.requests": f"""'{{day}} ' || task_id as task_id,
        '{{day}} ' || workflow_run_id as workflow_run_id, {_TIME}""",
}
"""Columns that differ from day to day, as days hang together by them."""


def deliver(root: Path, day: date, name: str, records: int, first_hour: int = 0) -> None:
    """A flat file of a day's requests in landing, one an hour."""
    rows = (
        f"{day}T{(first_hour + n) % 24:02d}:00:00Z,{name}-{n},"
        f"openai,gpt-5,{900 + n},80,c-{n % 9},search"
        for n in range(records)
    )
    folder = root / "landing" / _FORMAT
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.csv").write_text("\n".join([_HEAD, *rows, ""]), encoding="utf-8")


def make_history(root: Path, last: date, days: int, records: int) -> None:
    """A home in which `days` days up to `last` were delivered and built."""
    deliver(root, last, f"day-{last}", records)
    run_nightly(root, last)
    with open_session(root) as session, duckdb.connect() as con:
        for number in range(1, days):
            _add_day(con, root, session.catalogue, last, last - timedelta(number))
        catalogue = session.catalogue
        digests = input_digests(catalogue, shared_inputs(session), set())
        built = catalogue.days[last]
        for day, digest in digests.items():
            catalogue.days[day] = built.model_copy(update={"day": day, "inputs": digest})
        for name, on in [*catalogue.checks]:
            for day in digests:
                answer = catalogue.checks[name, on].model_copy(update={"day": day})
                catalogue.checks[name, day] = answer
        write_reconciliation(session)  # its packs are there, as after each day's own run
        session.publish()


def _add_day(
    con: duckdb.DuckDBPyConnection, root: Path, catalogue: Catalogue, last: date, day: date
) -> None:
    source = f"{_FORMAT}/day-{last}.csv"
    target = f"{_FORMAT}/day-{day}.csv"
    _link(root / "landing" / source, root / "landing" / target)
    content = hashlib.sha256(str(day).encode()).hexdigest()
    known = catalogue.deliveries[source]
    catalogue.deliveries[target] = known.model_copy(update={"path": target, "sha256": content})
    for file in _files_of(catalogue, last):
        path = file.path.replace(f"day={last}", f"day={day}")
        own = _OWN.get(file.table_name, "").format(day=day, back=(last - day).days)
        _link(root / file.path, root / path)
        if own:
            (root / path).unlink()
            con.execute(
                f"copy (select * replace ({own}) from '{root / file.path}') to '{root / path}'"
            )
        delivery = content if file.delivery else None
        catalogue.add(file.model_copy(update={"path": path, "day": day, "delivery": delivery}))


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    os.link(source, target)


def _files_of(catalogue: Catalogue, day: date) -> list[LakeFile]:
    return [f for table in published_models() for f in catalogue.live(table.table, [day])]
