"""An invented fortnight that our records and the providers' reports agree on, to break at will.

`truth` is what happened. Our side and the providers' side are made of it by SQL; a fault changes
one of them. Each fault has a month of its own, and all months are reconciled at once, as to plan
the queries takes longer than to run them. No expectation is here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import duckdb

from tests.sql.reconciled_sides import create_records, create_reports
from unitcost.reconciling.comparing import reconcile
from unitcost.workbench import create_empty, run_step
from unitcost_models.provider import InvoiceLine

FIRST = date(2026, 10, 5)
DAYS = 14

_REPORTED = ("core.provider_usage", "core.provider_costs", "core.exchange_rates")
"""What a fault of the reports may change."""

_TRUTH = f"""
    create or replace table truth as
    with series as (
        select
            *,
            date '{FIRST}' + interval 1 minute * (n * 7 + 1) as started_at,
            hash(n, service) as draw
        from range({DAYS} * 24 * 60 // 7) as r (n)
        cross join (
            values
            (0, 'openai', 'proj_a', 'gpt-5.4', 'gpt-5.4-2026-03-05'),
            (1, 'openai', 'proj_a', 'gpt-5.4-mini', 'gpt-5.4-mini-2026-03-17'),
            (2, 'openai', 'proj_b', 'gpt-5.4', 'gpt-5.4-2026-03-05'),
            (3, 'anthropic', 'ws_a', 'claude-sonnet-4-6', 'claude-sonnet-4-6'),
            (4, 'openai', 'proj_c', 'gpt-5.4', 'gpt-5.4-2026-03-05')
        ) as s (service, provider, account_id, model, raw_model)
    )

    select
        'r' || service || '-' || n as request_id,
        started_at,
        provider,
        account_id,
        model,
        raw_model,
        'standard' as service_tier,
        'a.jsonl' as source_file,
        500 + (draw % 1500)::bigint as input_tokens,
        if(service = 1, 0, 2000 + (draw // 7 % 3000)::bigint) as cache_read_tokens,
        if(service = 3, 100 + (draw // 11 % 400)::bigint, 0) as cache_write_5m_tokens,
        80 + (draw // 13 % 400)::bigint as output_tokens,
        n
    from series
    -- Weekends are quiet and nights quieter, so that no day is like the next.
    where (dayofweek(started_at) in (1, 2, 3, 4, 5) or n % 3 = 0)
        and (hour(started_at) between 7 and 18 or n % 4 = 0)
"""
_RATES = """
    create or replace table rates as
    select provider, model, service_tier, meter, any_value(price_per_unit) as price_per_unit
    from core.price_lines
    where platform = 'direct' and region_scope = 'global' and ctx_gt = -1
        and timestamp '2026-10-10' >= valid_from and timestamp '2026-10-10' < valid_to
    group by provider, model, service_tier, meter
"""


@dataclass(frozen=True)
class Fault:
    """What is done to our records, to what the providers count, or to their charges."""

    ours: str = ""
    """SQL on `ours`, a copy of the truth with `price_factor`, `status` and `is_known`."""
    theirs: str = ""
    """SQL on `theirs`, a copy of the truth."""
    reports: str = ""
    """SQL on core.provider_usage, core.provider_costs or core.exchange_rates."""


def reconcile_month(con: duckdb.DuckDBPyConnection, fault: Fault) -> None:
    """One fault, in the month of `FIRST`."""
    reconcile_months(con, [fault])


def reconcile_months(con: duckdb.DuckDBPyConnection, faults: Sequence[Fault]) -> list[str]:
    """Make both sides of a month for each fault, and reconcile them, in a workbench with prices.

    Answers the months, each as YYYY-MM.
    """
    days = [monday(n) for n in range(len(faults))]
    con.execute(_TRUTH)
    con.execute(_RATES)
    for day, fault in zip(days, faults, strict=True):
        _sides(con, fault, day)
    for side in ("ours", "theirs"):
        con.execute(f"create or replace table {side} as from every_{side}")
    create_records(con)
    create_reports(con)
    create_empty(con, InvoiceLine)
    for day, fault in zip(days, faults, strict=True):
        if fault.reports:
            _break_reports(con, fault.reports, day)
    for table in (
        "core.metered_usage",
        "steps.reported_models",
        "steps.called_models",
        "core.reported_usage",
    ):
        run_step(con, table, FIRST)
    reconcile(con)
    return [day.strftime("%Y-%m") for day in days]


def monday(number: int) -> date:
    """The first Monday from the 5th of a month, so many months after that of `FIRST`."""
    months = FIRST.month - 1 + number
    fifth = date(FIRST.year + months // 12, months % 12 + 1, 5)
    return fifth + timedelta(-fifth.weekday() % 7)


def _sides(con: duckdb.DuckDBPyConnection, fault: Fault, day: date) -> None:
    """Break both sides of the fortnight, then move it to that day."""
    con.execute(
        """create or replace table ours as
        select *, 1.0::decimal(4, 2) as price_factor, 'ok' as status, true as is_known from truth"""
    )
    con.execute("create or replace table theirs as from truth")
    for sql in (fault.ours, fault.theirs):
        if sql:
            con.execute(sql)
    make = "create or replace table {} as" if day == FIRST else "insert into {}"
    for side in ("ours", "theirs"):
        con.execute(
            f"""{make.format(f"every_{side}")} select * replace (
                started_at + interval {(day - FIRST).days} day as started_at,
                '{day} ' || request_id as request_id
            ) from {side}"""
        )


def _break_reports(con: duckdb.DuckDBPyConnection, sql: str, day: date) -> None:
    """Break the reports of the fortnight from that day, which the fault's SQL sees in its own."""
    month = f"day between date '{day}' and date '{day}' + {DAYS}"
    for table in _REPORTED:
        con.execute(f"create or replace table {table}_others as from {table} where not {month}")
        con.execute(
            f"""create or replace table {table} as
            select * replace (day - {(day - FIRST).days} as day) from {table} where {month}"""
        )
    con.execute(sql)
    for table in _REPORTED:
        con.execute(
            f"""insert into {table}_others by name
            select * replace (day + {(day - FIRST).days} as day) from {table}"""
        )
        con.execute(f"create or replace table {table} as from {table}_others")
