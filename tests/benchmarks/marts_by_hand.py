"""The day's cost tables as one would write them by hand for DuckDB, for this data and nothing else.

It knows which meters occur and that prices hold all day, writes the same Parquet tables, and checks
nothing: the yardstick for the general transforms in `sql/`.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from unitcost_models.base import columns
from unitcost_models.marts import CostPerRequest
from unitcost_models.requests import Request, RequestCost

_METERS = ("cache_read", "cache_write_5m", "input", "output", "reasoning", "web_search_call")
_QUANTITIES = {m: f"{m}_tokens" for m in _METERS} | {"web_search_call": "web_search_calls"}
_RATES = ", ".join(
    f"max(price_per_unit) filter (meter = '{m}')::decimal(18, 12) as {m}_rate, "
    f"max(price_id) filter (meter = '{m}') as {m}_price_id"
    for m in _METERS
)
_PRICES = f"""
    create temp table rates as
    select provider, platform, model, ctx_gt, ctx_le,
        {", ".join(f"{m}_rate, {m}_price_id" for m in _METERS)}
    from core.price_cards
    join (select card_id, {_RATES} from core.price_lines group by card_id) using (card_id)
    where price_group = 'list' and region_scope = '' and service_tier = 'standard'
        and time_band is null
        and valid_from <= date '2026-03-02' and valid_to > date '2026-03-02'
"""


def _charge(meter: str) -> str:
    return f"coalesce({_QUANTITIES[meter]} * {meter}_rate, 0)"


def _reported(value: str) -> str:
    kind = "decimal(38, 12)"
    return f"case when status = 'error' then 0 when status <> 'timeout' then ({value})::{kind} end"


_WHOLE = " + ".join(_charge(m) for m in _METERS)
_OWN = f"""
    {_reported(_charge("input"))} as input_cost_usd,
    {_reported(_charge("cache_read"))} as cache_read_cost_usd,
    {_reported(_charge("cache_write_5m"))} as cache_write_cost_usd,
    {_reported(_charge("output") + " + " + _charge("reasoning"))} as output_cost_usd,
    {_reported(_charge("reasoning"))} as reasoning_cost_usd,
    {_reported(_charge("web_search_call"))} as tool_cost_usd,
    {_reported(_WHOLE)} as cost_usd,
    {_reported(_WHOLE)} as list_cost_usd,
    {_reported(_WHOLE)} as contracted_cost_usd,
    {_reported("0")} as commitment_cost_usd,
    null::varchar as contract_ids,
    case when status = 'timeout' then 'unpriced' else 'metered_list' end as cost_basis,
    case when status = 'timeout' then 'usage_missing' end as unpriced_reason,
    case when status not in ('timeout', 'error') then concat_ws(',',
        case when web_search_calls > 0 then web_search_call_price_id end,
        case when cache_read_tokens > 0 then cache_read_price_id end,
        case when cache_write_5m_tokens > 0 then cache_write_5m_price_id end,
        case when input_tokens > 0 then input_price_id end,
        case when output_tokens > 0 or reasoning_tokens > 0 then output_price_id end
    ) end as price_ids,
    (select price_revision from core.price_revision) as price_revision,
    cache_write_5m_tokens as cache_write_tokens,
    null::bigint as input_media_tokens,
    null::bigint as output_media_tokens,
    outcome,
    case
        when status = 'timeout' then 'timed_out' when status = 'error' then 'errored'
        when status = 'truncated' then 'truncated' when not is_final_attempt then 'retried'
        when outcome = 'failure' then 'failed_task'
    end as waste_class
"""
_CARRIED = ", ".join(
    f"r.{c.name}" for c in columns(CostPerRequest) if c.name in Request.model_fields
)
_PROMPT = "input_cost_usd + cache_read_cost_usd + cache_write_cost_usd"
_UNBOUNDED = f"""
    create temp table unbounded as
    select {_CARRIED}, {_OWN}
    from core.requests as r
    left join rates as p
        on r.provider = p.provider and r.platform = p.platform and r.model = p.model
        and r.prompt_tokens > p.ctx_gt and r.prompt_tokens <= p.ctx_le
    left join core.tasks as t on r.task_id = t.task_id
"""
_PRICED = f"""
    create temp table priced as
    with peers as (
        select feature, provider, platform, model, service_tier, operation,
            max({_PROMPT}) as prompt_usd, max(cost_usd - ({_PROMPT})) as answer_usd
        from unbounded where status not in ('error', 'timeout') group by all
    ), attempts as (
        select call_id, model, max({_PROMPT}) as prompt_usd
        from unbounded
        where status not in ('error', 'timeout') and coalesce(cache_read_tokens, 0) = 0
            and call_id in (select call_id from unbounded where status = 'timeout')
        group by all
    )
    select u.*, coalesce(cost_usd, 0) as cost_lower_bound_usd,
        coalesce(cost_usd, coalesce(a.prompt_usd, p.prompt_usd) + answer_usd)
            as cost_upper_bound_usd
    from unbounded as u
    left join peers as p
        on u.status = 'timeout' and u.feature = p.feature and u.provider = p.provider
        and u.platform = p.platform and u.model = p.model and u.service_tier = p.service_tier
        and u.operation is not distinct from p.operation
    left join attempts as a on u.call_id = a.call_id and u.model = a.model
"""
_SPEND = """
    count(*) as requests,
    count(*) filter (is_final_attempt) as calls,
    count(*) filter (status in ('error', 'timeout', 'cancelled', 'incomplete')) as failed_requests,
    count(*) filter (usage_basis <> 'reported' and billed_state <> 'not_billed')
        as unknown_usage_requests,
    coalesce(sum(input_tokens), 0)::bigint as input_tokens,
    coalesce(sum(cache_read_tokens), 0)::bigint as cache_read_tokens,
    coalesce(sum(cache_write_tokens), 0)::bigint as cache_write_tokens,
    coalesce(sum(input_media_tokens), 0)::bigint as input_media_tokens,
    coalesce(sum(output_tokens), 0)::bigint as output_tokens,
    coalesce(sum(reasoning_tokens), 0)::bigint as reasoning_tokens,
    coalesce(sum(output_media_tokens), 0)::bigint as output_media_tokens,
    coalesce(sum(prompt_tokens), 0)::bigint as prompt_tokens,
    coalesce(sum(completion_tokens), 0)::bigint as completion_tokens,
    coalesce(sum(cost_usd), 0) as cost_usd,
    count(*) filter (cost_usd is null) as unpriced_requests,
    decimal_division(sum(cost_usd), nullif(count(cost_usd), 0), 12) as cost_per_request_usd,
    decimal_division((100 * sum(cost_usd))::decimal(30, 12), sum(sum(cost_usd)) over (), 6)
        as share_of_day_pct
"""
_GROUPS = {
    "cost_per_feature": ("feature",),
    "customer_spend": ("customer_id",),
    "cost_per_stage": ("stage",),
    "cost_per_team": ("team",),
    "cost_per_task_type": ("task_type",),
    "cost_per_user": ("customer_id", "user_id"),
    "cost_per_model": ("provider", "platform", "model"),
    "cost_per_prompt_version": ("prompt_name", "prompt_version"),
}


def _named(dimensions: tuple[str, ...]) -> str:
    return ", ".join(f"coalesce({d}, '(unattributed)') as {d}" for d in dimensions)


def _spend(dimensions: tuple[str, ...]) -> str:
    return f"select day, {_named(dimensions)}, {_SPEND} from priced group by all"


_OTHERS = {
    "cost_per_account": f"""
        select day, {_named(("provider", "platform", "account_id"))}, {_SPEND},
            coalesce(sum(list_cost_usd), 0) as list_cost_usd,
            coalesce(sum(contracted_cost_usd), 0) as contracted_cost_usd
        from priced group by all order by all""",
    "sampled_cost": f"""
        select day, {_named(("service_name",))}, count(*) as requests,
            count(*) filter (sampling_weight > 1) as sampled_requests,
            sum(sampling_weight)::decimal(18, 6) as weighted_quantity,
            coalesce(sum(cost_usd), 0) as cost_usd,
            coalesce(sum(round(cost_usd * sampling_weight, 12)), 0)::decimal(38, 12)
                as weighted_cost_usd,
            count(*) filter (cost_usd is null) as unpriced_requests
        from priced group by all order by all""",
    "workflow_runs": """
        select day, workflow_run_id, min(workflow) as workflow, min(feature) as feature,
            coalesce(min(customer_id), '(unattributed)') as customer_id,
            min(task_type) as task_type,
            day as started_on, true as is_started_here, min(started_at) as first_request_at,
            max(date_diff('ms', day, started_at) + latency_ms)
                - date_diff('ms', any_value(day), min(started_at)) as duration_ms,
            count(*) as requests, count(*) filter (is_final_attempt) as calls,
            count(*) filter (status in ('error', 'timeout')) as failed_requests,
            count(*) filter (status = 'truncated') as truncated_requests,
            count(*) filter (status = 'refused') as refused_requests,
            count(*) filter (status = 'timeout') as unknown_usage_requests,
            sum(prompt_tokens)::bigint as prompt_tokens,
            sum(completion_tokens)::bigint as completion_tokens,
            coalesce(sum(cost_usd), 0) as cost_usd,
            count(*) filter (cost_usd is null) as unpriced_requests, min(outcome) as outcome
        from priced group by day, workflow_run_id order by day, workflow_run_id""",
    "cost_per_workflow": f"""
        with spend as ({_spend(("workflow",))}), run as (
            select workflow, sum(cost_usd) as run_cost
            from priced group by workflow_run_id, workflow
        ), runs as (
            select workflow, count(*) as runs, quantile_disc(run_cost, [0.5, 0.95]) as p
            from run group by workflow
        )
        select spend.*, runs, decimal_division(calls, runs, 6) as calls_per_run,
            decimal_division(cost_usd, runs, 12) as cost_per_run_usd,
            p[1] as p50_run_cost_usd, p[2] as p95_run_cost_usd
        from spend join runs using (workflow) order by day, workflow""",
    "failure_waste": f"""
        select day, waste_class, billed_state, provider,
            {_named(("model", "feature", "workflow", "customer_id"))},
            count(*) as requests, sum(prompt_tokens)::bigint as wasted_prompt_tokens,
            sum(completion_tokens)::bigint as wasted_completion_tokens,
            count(*) filter (status = 'timeout') as unknown_usage_requests,
            sum(cost_usd) as waste_usd, count(*) filter (cost_usd is null) as unpriced_requests,
            sum(cost_lower_bound_usd) as waste_lower_bound_usd,
            sum(cost_upper_bound_usd) as waste_upper_bound_usd,
            count(*) filter (cost_upper_bound_usd is null) as unbounded_requests
        from priced where waste_class is not null group by all order by all""",
    "cost_per_successful_task": """
        with task as (
            select day, task_type, feature, workflow, outcome, count(*) as requests,
                sum(cost_usd) as cost_usd, count(*) filter (cost_usd is null) as unpriced_requests
            from priced group by day, task_type, feature, workflow, outcome, task_id
        )
        select day, task_type, feature, workflow, count(*) as tasks,
            count(*) filter (outcome = 'success') as succeeded,
            count(*) filter (outcome = 'failure') as failed,
            count(*) filter (outcome = 'unknown') as unknown,
            decimal_division(100 * succeeded, nullif(succeeded + failed, 0), 6) as success_rate_pct,
            sum(requests)::bigint as requests, coalesce(sum(cost_usd), 0) as cost_usd,
            sum(unpriced_requests)::bigint as unpriced_requests,
            coalesce(sum(cost_usd) filter (outcome = 'success'), 0) as cost_of_succeeded_usd,
            coalesce(sum(cost_usd) filter (outcome = 'failure'), 0) as cost_of_failed_usd,
            coalesce(sum(cost_usd) filter (outcome = 'unknown'), 0) as cost_of_unknown_usd,
            decimal_division(sum(cost_usd), nullif(succeeded, 0), 12)
                as cost_per_successful_task_usd
        from task group by all order by all""",
}


def write_by_hand(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Write `<noun>.parquet` for core.request_costs and every mart."""
    con.execute(_PRICES)
    con.execute(_UNBOUNDED)
    con.execute(_PRICED)
    costs = ", ".join(c.name for c in columns(RequestCost))
    _write(con, folder, "request_costs", f"select {costs} from priced order by request_id")
    _write(con, folder, "cost_per_request", "from priced order by started_at, request_id")
    for noun, dimensions in _GROUPS.items():
        _write(con, folder, noun, f"{_spend(dimensions)} order by all")
    for noun, query in _OTHERS.items():
        _write(con, folder, noun, query)


def _write(con: duckdb.DuckDBPyConnection, folder: Path, noun: str, query: str) -> None:
    target = folder / f"{noun}.parquet"
    con.execute(f"copy ({query}) to '{target}' (format parquet, compression zstd)")
