-- One row per prompt template and version: when it shipped, how long it is, and against the version before it.
-- grain: prompt_name, prompt_version
-- view
--
-- The shortest prompt of a version bounds what all its calls repeat (instructions, examples, tools) from above. A
-- version without a price stands out all the same; what it costs is told of its priced requests.
with versions as (
    select
        prompt_name,
        prompt_version,
        min(day) as first_on,
        min(first_request_at) as first_request_at,
        max(day) as last_on,
        cast(sum(requests) as bigint) as requests,
        cast(sum(prompt_tokens) as bigint) as prompt_tokens,
        min(shortest_prompt_tokens) as shortest_prompt_tokens,
        max(longest_prompt_tokens) as longest_prompt_tokens,
        cast(sum(cache_read_tokens) as bigint) as cache_read_tokens,
        cast(coalesce(sum(requests) filter (where is_priced), 0) as bigint) as priced_requests,
        cast(sum(prompt_tokens) filter (where is_priced) as bigint) as priced_tokens,
        sum(prompt_cost_usd) filter (where is_priced) as prompt_cost_usd,
        sum(cost_usd) as cost_usd
    from marts.requests_by_hour
    where prompt_name <> '(unattributed)' and prompt_version <> '(unattributed)' and is_prompted
    group by prompt_name, prompt_version
),

measured as (
    select
        *,
        cast(decimal_division(prompt_tokens, requests, 6) as decimal(18, 6)) as prompt_per_request,
        cast(decimal_division(priced_tokens, nullif(priced_requests, 0), 6) as decimal(18, 6)) as priced_per_request
    from versions
),

followed as (
    select
        *,
        lag(prompt_version) over (
            partition by prompt_name order by first_request_at asc, prompt_version asc
        ) as previous_version,
        lag(prompt_per_request) over (
            partition by prompt_name order by first_request_at asc, prompt_version asc
        ) as previous_per_request
    from measured
)

select
    prompt_name,
    prompt_version,
    first_on,
    last_on,
    requests,
    requests - priced_requests as unpriced_requests,
    prompt_per_request,
    previous_version,
    cast(decimal_division(
        100 * (prompt_per_request - previous_per_request), previous_per_request, 6
    ) as decimal(18, 6)) as growth_pct,
    shortest_prompt_tokens,
    longest_prompt_tokens,
    cast(decimal_division(100 * cache_read_tokens, prompt_tokens, 6) as decimal(18, 6)) as cache_read_pct,
    prompt_cost_usd,
    cast(decimal_division(
        cast(prompt_cost_usd * shortest_prompt_tokens as decimal(28, 12)), priced_per_request, 12
    ) as decimal(38, 12)) as repeated_prefix_usd,
    decimal_division(cost_usd, nullif(priced_requests, 0), 12) as cost_per_request_usd
from followed
order by prompt_name, prompt_version
