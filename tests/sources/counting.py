"""Counts what fixtures of call logs tell, with the real SQL from the files to `core.requests`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from tests.given import rows_of
from tests.shipped_book import open_shipped_book
from tests.sources.reading import ROOT, workbench
from unitcost.days.uniting import unite
from unitcost.reading.accepting import parse
from unitcost.sources import SOURCES
from unitcost.staging import stage
from unitcost.workbench import create_empty, run_steps

DAY = date(2026, 11, 1)


def count_fixtures(scratch: Path, *names: str, day: date = DAY) -> list[dict[str, Any]]:
    """The rows of core.requests for all fixtures of these sources, in time order."""
    with workbench() as con:
        for name in ("litellm", "requests", *names):
            create_empty(con, SOURCES[name].row)
        for file in (f for name in names for f in sorted((ROOT / name).iterdir())):
            if file.name == "expected.json":
                continue
            stage(con, file, scratch)
            con.execute("drop table if exists raw.parsed")
            parse(con, SOURCES[file.parent.name])
            con.execute(
                f"""insert into raw.{file.parent.name} by name
                    select * exclude (reject_reason, reject_text), $1 as source_format,
                           $2 as source_file, timestamp '2026-12-01' as ingested_at
                    from raw.parsed where reject_reason is null""",
                [file.parent.name, file.name],
            )
        unite(con)
        open_shipped_book(con)
        run_steps(con, ["core.requests"], day)
        return rows_of(con, "select * from core.requests order by started_at, request_id")
