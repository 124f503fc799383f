"""Marts over all days, written anew over every request; no daily part is read.

What is compared with them is in `test_parts`.
"""

WHOLE = {
    "cost_per_success": """
        select p.period, date_trunc(p.period, t.started_on)::date, d.dimension,
            case d.dimension when 'all' then '(all)' when 'feature' then t.feature
                when 'workflow' then t.workflow when 'task_type' then t.task_type
                when 'model' then t.model when 'customer_id' then t.customer_id
                else concat(t.prompt_name, ' ', t.prompt_version) end,
            count(*) filter (is_task), count(*) filter (outcome = 'success'),
            count(*) filter (outcome = 'failure'),
            count(*) filter (is_task and outcome = 'unknown'),
            sum(requests), sum(cost_usd), sum(unpriced_requests),
            coalesce(sum(cost_usd) filter (outcome = 'failure'), 0),
            count(*) filter (human_cost_usd is not null or tool_cost_usd is not null),
            sum(human_cost_usd), sum(tool_cost_usd)
        from marts.task_costs as t, unnest(['day', 'week', 'month']) as p(period),
            unnest(['all', 'feature', 'workflow', 'task_type', 'model', 'prompt_version',
                'customer_id']) as d(dimension)
        group by 1, 2, 3, 4 order by 1, 2, 3, 4""",
    "token_floor": """
        with tasks as (
            select strftime(started_on, '%Y-%m') as month, feature, task_type, cost_usd,
                outcome = 'success' and unpriced_requests = 0 as is_good, outcome,
                row_number() over (of_kind order by cost_usd, task_id) as place,
                count(*) over (of_kind) as alike
            from marts.task_costs where is_task
            window of_kind as (partition by strftime(started_on, '%Y-%m'), feature, task_type,
                outcome = 'success' and unpriced_requests = 0))
        select month, feature, task_type, count(*), count(*) filter (outcome = 'success'),
            sum(cost_usd), decimal_division(
                sum(cost_usd) filter (is_good and 10 * place < alike + 10),
                count(*) filter (is_good and 10 * place < alike + 10), 12),
            min(cost_usd) filter (is_good and 2 * place >= alike)
        from tasks group by 1, 2, 3 order by 1, 2, 3""",
    "fan_out": """
        with runs as (
            select workflow_run_id, strftime(min(day), '%Y-%m') as month,
                coalesce(min(workflow), '(unattributed)') as workflow
            from marts.cost_per_request where workflow_run_id is not null group by 1),
        stages as (
            select month, r.workflow, coalesce(stage, '(unattributed)') as stage, workflow_run_id,
                count(*) filter (is_final_attempt) as calls, count(*) as requests,
                coalesce(sum(cost_usd), 0) as cost_usd
            from runs as r join marts.cost_per_request using (workflow_run_id) group by 1, 2, 3, 4)
        select month, workflow, stage, (select count(*) from runs as r where r.month = s.month
                and r.workflow = s.workflow),
            sum(calls), sum(requests), max(calls), sum(cost_usd)
        from stages as s group by month, workflow, stage order by month, workflow, stage""",
    "retry_depth": """
        select strftime(day, '%Y-%m') as month, feature, provider, model, attempts, count(*),
            sum(retried), sum(lower), case when sum(retried) = 0 then 0 else sum(upper) end
        from (select day, coalesce(min(feature), '(unattributed)') as feature,
                min(provider) as provider, min(model) as model, count(*) as attempts,
                count(*) filter (not is_final_attempt) as retried,
                coalesce(sum(cost_lower_bound_usd) filter (not is_final_attempt), 0) as lower,
                sum(cost_upper_bound_usd) filter (not is_final_attempt) as upper
            from marts.cost_per_request group by day, call_id)
        group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5""",
    "cost_kinds": """
        select strftime(day, '%Y-%m') as month, case when stage = 'evaluation' then 'evaluation'
                when environment = 'prod' then 'cost_of_goods'
                when environment is not null then 'research_and_development' else 'unknown' end,
            count(*), coalesce(sum(cost_usd), 0), count(*) filter (cost_usd is null)
        from marts.cost_per_request group by 1, 2 order by 1, 2""",
    "cache_hits": """
        select date_trunc('hour', started_at), coalesce(feature, '(unattributed)'), provider,
            model, prompt_name, prompt_version, count(*), sum(prompt_tokens),
            coalesce(sum(cache_read_tokens), 0),
            sum(input_cost_usd + cache_read_cost_usd + cache_write_cost_usd)
        from marts.cost_per_request where prompt_tokens > 0
        group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6""",
    "context_sizes": """
        select strftime(day, '%Y-%m') as month, coalesce(feature, '(unattributed)'), provider,
            model, case when prompt_tokens < 1000 then 0 when prompt_tokens < 2000 then 1000
                else 2000 end, count(*), sum(prompt_tokens), coalesce(sum(cost_usd), 0)
        from marts.cost_per_request where prompt_tokens is not null
        group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5""",
    "prompt_growth": """
        select prompt_name, prompt_version, min(day), max(day), count(*),
            count(*) - count(cost_usd), min(prompt_tokens), max(prompt_tokens),
            sum(input_cost_usd + cache_read_cost_usd + cache_write_cost_usd)
                filter (cost_usd is not null)
        from marts.cost_per_request where prompt_name is not null and prompt_tokens > 0
        group by 1, 2 order by 1, 2""",
    "token_profile": """
        select strftime(day, '%Y-%m') as month, coalesce(feature, '(unattributed)'), provider,
            model, count(*), sum(input_cost_usd + cache_read_cost_usd + cache_write_cost_usd),
            sum(output_cost_usd), sum(cost_usd)
        from marts.cost_per_request
        where usage_basis = 'reported' and cost_usd is not null and billed_state = 'billed'
        group by 1, 2, 3, 4 order by 1, 2, 3, 4""",
    "retrieval_padding": """
        with calls as (
            select strftime(c.day, '%Y-%m') as month, coalesce(c.feature, '(unattributed)') as f,
                c.workflow as w, c.provider as p, c.model as m, c.prompt_tokens as tokens,
                c.day || c.workflow_run_id as run, t.outcome,
                c.input_cost_usd + c.cache_read_cost_usd + c.cache_write_cost_usd as cost
            from marts.cost_per_request as c
            left join core.tasks as t on c.task_id = t.task_id and c.day = t.day
            where c.stage = 'inference' and c.prompt_tokens > 0 and c.cost_usd is not null
                and c.billed_state = 'billed' and (c.day, c.workflow_run_id) in (
                    select r.day, r.workflow_run_id from marts.cost_per_request as r
                    where r.stage = 'retrieval' and r.workflow_run_id is not null)),
        halves as (
            select month, f, w, p, m, min(tokens) as least, quantile_disc(tokens, 0.5) as middle
            from calls group by all)
        select month, f, w, p, m, count(distinct run), count(*), sum(tokens), least, middle,
            max(tokens), sum(tokens - least), sum(greatest(tokens - middle, 0)), sum(cost),
            decimal_division(100 * count(*) filter (tokens > middle and outcome = 'success'),
                nullif(count(*) filter (
                    tokens > middle and outcome in ('success', 'failure')), 0), 6)
        from calls join halves using (month, f, w, p, m)
        group by month, f, w, p, m, least, middle order by month, f, w, p, m""",
    "verbosity": """
        select strftime(day, '%Y-%m') as month, coalesce(task_type, '(unattributed)'), provider,
            model, count(*), quantile_disc(completion_tokens, 0.5),
            quantile_disc(completion_tokens, 0.95), max(completion_tokens),
            decimal_division(sum(completion_tokens)::bigint, count(*), 6)::decimal(18, 6),
            decimal_division(100 * coalesce(sum(reasoning_tokens), 0)::bigint,
                sum(completion_tokens)::bigint, 6)::decimal(18, 6), sum(output_cost_usd)
        from marts.cost_per_request
        where completion_tokens > 0 and status in ('ok', 'truncated')
        group by 1, 2, 3, 4 order by 1, 2, 3, 4""",
    "waste_per_month": """
        select strftime(day, '%Y-%m') as month, waste_class, provider, model,
            coalesce(feature, '(unattributed)'), workflow, prompt_name, prompt_version, count(*),
            sum(cost_usd), sum(cost_lower_bound_usd), sum(cost_upper_bound_usd),
            count(*) - count(cost_upper_bound_usd)
        from marts.cost_per_request where waste_class is not null
        group by 1, 2, 3, 4, 5, 6, 7, 8 order by 1, 2, 3, 4, 5, 6, 7, 8""",
}
"""Mart -> the same by every request; its columns of below."""
COLUMNS = {
    "cost_per_success": """period, period_from, dimension, member, tasks, succeeded, failed,
        unknown, requests, cost_usd, unpriced_requests, cost_of_failed_usd, other_cost_tasks,
        human_cost_usd, tool_cost_usd""",
    "token_floor": """month, feature, task_type, tasks, succeeded, cost_usd, floor_usd,
        median_success_usd""",
    "fan_out": "month, workflow, stage, runs, calls, requests, most_calls, cost_usd",
    "retry_depth": """month, feature, provider, model, attempts, calls, retried_requests,
        waste_lower_bound_usd, waste_upper_bound_usd""",
    "cost_kinds": "month, spend_kind, requests, cost_usd, unpriced_requests",
    "cache_hits": """hour_at, feature, provider, model, prompt_name, prompt_version, requests,
        prompt_tokens, cache_read_tokens, prompt_cost_usd""",
    "context_sizes": """month, feature, provider, model, from_prompt_tokens, requests,
        prompt_tokens, cost_usd""",
    "prompt_growth": """prompt_name, prompt_version, first_on, last_on, requests,
        unpriced_requests, shortest_prompt_tokens, longest_prompt_tokens, prompt_cost_usd""",
    "token_profile": """month, feature, provider, model, requests, prompt_cost_usd,
        completion_cost_usd, cost_usd""",
    "retrieval_padding": """month, feature, workflow, provider, model, runs, requests,
        prompt_tokens, shortest_prompt_tokens, median_prompt_tokens, longest_prompt_tokens,
        added_tokens, padding_tokens, prompt_cost_usd, longer_success_rate_pct""",
    "verbosity": """month, task_type, provider, model, requests, p50_completion_tokens,
        p95_completion_tokens, longest_completion_tokens, completion_per_request, reasoning_pct,
        completion_cost_usd""",
    "waste_per_month": """month, waste_class, provider, model, feature, workflow, prompt_name,
        prompt_version, requests, waste_usd, waste_lower_bound_usd, waste_upper_bound_usd,
        unbounded_requests""",
}
