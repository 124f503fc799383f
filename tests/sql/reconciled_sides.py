"""Our records, and the providers' reports, of the calls in the tables `ours` and `theirs`."""

from __future__ import annotations

import duckdb

from unitcost.workbench import create_empty
from unitcost_models.provider import ProviderCost, ProviderUsage
from unitcost_models.requests import Request, RequestCost

CLASSES = {
    "input_tokens": "input",
    "cache_read_tokens": "cache_read",
    "cache_write_5m_tokens": "cache_write_5m",
    "output_tokens": "output",
}


def _rate(meter: str, source: str) -> str:
    return f"""coalesce((
        select any_value(price_per_unit) from rates
        where rates.model = {source}.model and rates.meter = '{meter}'
            and rates.service_tier = {source}.service_tier
    ), 0)"""


def create_records(con: duckdb.DuckDBPyConnection) -> None:
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


def create_reports(con: duckdb.DuckDBPyConnection) -> None:
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
