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

from unitcost.reconciling.comparing import reconcile
from unitcost.workbench import create_empty, run_step
from unitcost_models.provider import InvoiceLine, ProviderCost, ProviderUsage
from unitcost_models.requests import Request, RequestCost

FIRST = date(2026, 10, 5)
DAYS = 14
CLASSES = {
    "input_tokens": "input",
    "cache_read_tokens": "cache_read",
    "cache_write_5m_tokens": "cache_write_5m",
    "output_tokens": "output",
}

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
    _records(con)
    _reports(con)
    create_empty(con, InvoiceLine)
    for day, fault in zip(days, faults, strict=True):
        if fault.reports:
            _break_reports(con, fault.reports, day)
    for table in ("core.metered_usage", "steps.reported_models", "core.reported_usage"):
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


def _rate(meter: str, source: str) -> str:
    return f"""coalesce((
        select any_value(price_per_unit) from rates
        where rates.model = {source}.model and rates.meter = '{meter}'
            and rates.service_tier = {source}.service_tier
    ), 0)"""


def _records(con: duckdb.DuckDBPyConnection) -> None:
    create_empty(con, Request)
    tokens = ", ".join(f"if(status = 'ok', {column}, null) as {column}" for column in CLASSES)
    con.execute(
        f"""insert into core.requests by name
        select
            request_id, request_id as call_id, status <> 'retry' as is_final_attempt, started_at,
            started_at::date as day, provider, 'direct' as platform, account_id,
            raw_model as request_model, if(is_known, model, null) as model, service_tier,
            service_tier = 'batch' as is_batch, status, source_file, 900 as latency_ms,
            case status when 'ok' then 'billed' else 'unknown' end as billed_state,
            case status when 'ok' then 'reported' else 'missing' end as usage_basis,
            if(status = 'retry', 'resend_count', null) as retry_evidence, {tokens},
            if(status = 'ok', output_tokens, null) as completion_tokens,
            if(status = 'ok', input_tokens, null) as prompt_tokens
        from ours"""
    )
    create_empty(con, RequestCost)
    cost = {
        meter: f"coalesce({column}, 0) * {_rate(meter, 'ours')} * price_factor"
        for column, meter in CLASSES.items()
    }
    con.execute(
        f"""insert into core.request_costs by name
        with priced as (
            select
                request_id, started_at::date as day, is_known and status = 'ok' as is_priced,
                ({cost["input"]})::decimal(38, 12) as input_cost_usd,
                ({cost["cache_read"]})::decimal(38, 12) as cache_read_cost_usd,
                ({cost["cache_write_5m"]})::decimal(38, 12) as cache_write_cost_usd,
                ({cost["output"]})::decimal(38, 12) as output_cost_usd
            from ours
        )
        select
            request_id, day,
            if(is_priced, input_cost_usd, null) as input_cost_usd,
            if(is_priced, cache_read_cost_usd, null) as cache_read_cost_usd,
            if(is_priced, cache_write_cost_usd, null) as cache_write_cost_usd,
            if(is_priced, output_cost_usd, null) as output_cost_usd,
            if(
                is_priced,
                input_cost_usd + cache_read_cost_usd + cache_write_cost_usd + output_cost_usd, null
            ) as cost_usd
        from priced"""
    )


def _reports(con: duckdb.DuckDBPyConnection) -> None:
    create_empty(con, ProviderUsage)
    sums = ", ".join(f"sum({column})::bigint as {column}" for column in CLASSES)
    labels = """started_at::date as day, provider, 'direct' as platform, account_id as workspace_id,
        raw_model, true as is_primary, false as is_provisional"""
    con.execute(
        f"""insert into core.provider_usage by name
        select
            {labels}, if(service_tier = 'batch', 'default', service_tier) as service_tier,
            service_tier = 'batch' as is_batch, {sums},
            case when provider = 'openai' then count(*) end as num_requests
        from theirs
        group by started_at::date, provider, account_id, raw_model, service_tier"""
    )
    create_empty(con, ProviderCost)
    for column, meter in CLASSES.items():
        con.execute(
            f"""insert into core.provider_costs by name
            with charged as (
                select {labels}, model, service_tier, sum({column}) as tokens
                from theirs
                group by started_at::date, provider, account_id, raw_model, model, service_tier
                having sum({column}) > 0
            ),
            priced as (
                select
                    * exclude (model, service_tier, tokens),
                    (tokens::bigint * {_rate(meter, "charged")})::decimal(38, 12) as billed_cost
                from charged
            )
            select
                *, billed_cost as billed_cost_usd, 'usd' as currency, 'tokens' as cost_type,
                '{column}' as token_class, 'currency_number' as amount_unit
            from priced"""
        )
