"""Reads files of reports and bills, with the real SQL from the files to `core.provider_*`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.given import rows_of
from tests.sources.reading import ROOT, workbench
from unitcost.days.uniting import unite
from unitcost.reading.accepting import parse
from unitcost.sources import SOURCES
from unitcost.staging import stage
from unitcost.workbench import create_empty, run_steps
from unitcost_models.raw_provider import (
    RawAnthropicCost,
    RawAnthropicUsage,
    RawOpenaiCost,
    RawOpenaiUsage,
)

AZURE, GOOGLE, CHARGED = ROOT / "azure_cost", ROOT / "gcp_billing", ROOT / "focus"
"""Fixtures: reports of clouds, and a file of FOCUS."""
FIRST, SECOND = date(2026, 11, 1), date(2026, 11, 2)
_OWN_STEPS = (RawOpenaiCost, RawOpenaiUsage, RawAnthropicCost, RawAnthropicUsage)
_ORDER = {
    "core.provider_costs": "bucket_start, line_item",
    "core.provider_usage": "bucket_start",
    "core.invoice_lines": "line_item",
}
Rows = list[dict[str, Any]]


def report(
    scratch: Path, files: Iterable[Path], day: date, source_format: str | None = None
) -> tuple[Rows, Rows]:
    """The day's rows of core.provider_costs and core.provider_usage, after these deliveries."""
    costs, usage = tables(
        scratch, files, day, ["core.provider_costs", "core.provider_usage"], source_format
    )
    return costs, usage


def tables(
    scratch: Path,
    files: Iterable[Path],
    day: date,
    wanted: list[str],
    source_format: str | None = None,
) -> list[Rows]:
    """The day's rows of tables of reports, after these deliveries."""
    with workbench() as con:
        for row in _OWN_STEPS:
            create_empty(con, row)
        for file in files:
            _accept(con, file, scratch, source_format or file.parent.name)
        unite(con)
        run_steps(con, wanted, day)
        return [rows_of(con, f"from {name} order by {_ORDER[name]}, record_id") for name in wanted]


def billed(rows: Rows) -> Decimal:
    """What the rows that belong in a total add up to."""
    return sum((r["billed_cost"] for r in rows if r["is_primary"]), Decimal(0))


def _accept(con: duckdb.DuckDBPyConnection, file: Path, scratch: Path, name: str) -> None:
    stage(con, file, scratch)
    con.execute("drop table if exists raw.parsed")
    parse(con, SOURCES[name])
    table = SOURCES[name].row.table
    if not con.execute(
        "select 1 from duckdb_tables() where schema_name || '.' || table_name = ?", [table]
    ).fetchall():
        create_empty(con, SOURCES[name].row)
    con.execute(
        f"""insert into {table} by name
            select distinct on (record_id) * exclude (reject_reason, reject_text),
                   $1 as source_format, $2 as source_file,
                   timestamp '2026-12-01' as ingested_at
            from raw.parsed
            where reject_reason is null
              and record_id not in (select record_id from {table})""",
        [name, file.name],
    )
