"""The questions of the demo, each with the SQL that answers it on the published warehouse.

Money stays exact in the SQL; `answers` rounds it for reading. Sums of counts are cast before they
divide: DuckDB 2.0's `decimal_division` overflows without an error on a HUGEINT divisor.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """What is asked, the SELECT that answers it, and how to read the table."""

    text: str
    sql: str
    note: str


BY_TASK_TYPE = Question(
    "What does one request cost, by kind of task?",
    """
    select
        task_type,
        count(*) as requests,
        sum(cost_usd) as cost_usd,
        decimal_division(sum(cost_usd), nullif(count(cost_usd), 0), 12) as cost_per_request_usd,
        count(*) - count(cost_usd) as unpriced_requests
    from marts.cost_per_request
    group by task_type
    order by cost_usd desc nulls last
    """,
    "Unpriced requests are in no sum and no average.",
)
BY_CUSTOMER = Question(
    "What does one request cost the ten customers that cost most?",
    """
    select
        customer_id,
        cast(sum(requests) as bigint) as requests,
        sum(cost_usd) as cost_usd,
        decimal_division(
            sum(cost_usd), cast(nullif(sum(requests - unpriced_requests), 0) as bigint), 12
        ) as cost_per_request_usd
    from marts.cost_per_customer
    where customer_id <> '(unattributed)'
    group by customer_id
    order by cost_usd desc, customer_id
    limit 10
    """,
    "Who is expensive per request uses long documents or the agent.",
)
BY_FEATURE = Question(
    "Which feature drives the month?",
    """
    select
        feature,
        cast(sum(requests) as bigint) as requests,
        sum(cost_usd) as cost_usd,
        decimal_division(
            cast(100 * sum(cost_usd) as decimal(30, 12)), nullif(sum(sum(cost_usd)) over (), 0), 6
        ) as share_pct,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests
    from marts.cost_per_feature
    group by feature
    order by cost_usd desc, feature
    """,
    "Few requests can be most of the bill.",
)
FAILURES = Question(
    "What do failures cost?",
    """
    select
        waste_class,
        billed_state,
        cast(sum(requests) as bigint) as requests,
        sum(waste_usd) as waste_usd,
        cast(sum(unpriced_requests) as bigint) as unpriced_requests,
        sum(waste_lower_bound_usd) as at_least_usd,
        sum(waste_upper_bound_usd) as at_most_usd
    from marts.failure_waste
    group by waste_class, billed_state
    order by waste_usd desc nulls last, waste_class, billed_state
    """,
    "not_billed costs nothing; unknown was perhaps billed: it claims no dollar, and its bounds say "
    "what it cost at most.",
)
SUCCESS = Question(
    "What does one successful task cost?",
    """
    select
        task_type,
        cast(sum(tasks) as bigint) as tasks,
        cast(sum(succeeded) as bigint) as succeeded,
        cast(sum(failed) as bigint) as failed,
        cast(sum(unknown) as bigint) as unknown,
        sum(cost_usd) as cost_usd,
        decimal_division(
            sum(cost_usd), cast(nullif(sum(succeeded), 0) as bigint), 12
        ) as cost_per_successful_task_usd
    from marts.cost_per_successful_task
    group by task_type
    order by cost_usd desc, task_type
    """,
    "Every attempt of every task, failed ones included, divided by the successes.",
)
SUCCESS_BY_WEEK = Question(
    "How does the cost per successful task move from week to week?",
    """
    select
        strftime(date_trunc('week', day), '%Y-%m-%d') as week_from,
        task_type,
        cast(sum(succeeded) as bigint) as succeeded,
        sum(cost_usd) as cost_usd,
        decimal_division(
            sum(cost_usd), cast(nullif(sum(succeeded), 0) as bigint), 12
        ) as cost_per_successful_task_usd
    from marts.cost_per_successful_task
    where task_type in ('draft_reply', 'review_contract', 'analyse_data')
    group by week_from, task_type
    order by task_type, week_from
    """,
    "Tasks of the last days are partly not judged yet, so the newest week reads high.",
)
MARGIN = Question(
    "Which customers do we lose money on?",
    """
    select
        customer_id,
        sum(revenue_usd) as revenue_usd,
        sum(cost_usd) as cost_usd,
        sum(revenue_usd) - sum(cost_usd) as margin_usd
    from marts.cost_per_customer
    group by customer_id
    having sum(revenue_usd) is not null
    order by margin_usd, customer_id
    limit 5
    """,
    "The five lowest margins; below zero the price does not cover the models.",
)
PROMPT_CHANGE = Question(
    "What did the new prompt version change?",
    """
    select
        prompt_name,
        prompt_version,
        cast(sum(requests) as bigint) as requests,
        cast(sum(prompt_tokens) // nullif(sum(requests), 0) as bigint) as prompt_tokens_per_request,
        sum(cost_usd) as cost_usd,
        decimal_division(
            sum(cost_usd), cast(nullif(sum(requests - unpriced_requests), 0) as bigint), 12
        ) as cost_per_request_usd
    from marts.cost_per_prompt_version
    where prompt_name <> '(unattributed)'
    group by prompt_name, prompt_version
    order by prompt_name, prompt_version
    """,
    "Same feature, longer prompt.",
)
UNKNOWN = Question(
    "How much could not be priced or attributed?",
    """
    select
        'unpriced: ' || unpriced_reason as what,
        count(*) as requests,
        cast(
            coalesce(sum(prompt_tokens), 0) + coalesce(sum(completion_tokens), 0) as bigint
        ) as tokens,
        cast(null as decimal(38, 12)) as cost_usd
    from marts.cost_per_request
    where cost_usd is null
    group by unpriced_reason
    union all
    select
        'no customer' as what,
        count(*) as requests,
        cast(
            coalesce(sum(prompt_tokens), 0) + coalesce(sum(completion_tokens), 0) as bigint
        ) as tokens,
        sum(cost_usd) as cost_usd
    from marts.cost_per_request
    where customer_id is null
    having count(*) > 0
    order by what
    """,
    "Never counted as zero and never spread over others.",
)
PROVIDERS = Question(
    "Do the providers' own cost reports agree?",
    """
    with metered as (
        select
            provider,
            sum(cost_usd) as metered_usd
        from marts.cost_per_request
        group by provider
    ),

    reported as (
        select
            provider,
            sum(billed_cost_usd) as provider_reported_usd
        from core.provider_costs
        where is_primary
        group by provider
    )

    select
        reported.provider,
        metered.metered_usd,
        reported.provider_reported_usd,
        reported.provider_reported_usd - metered.metered_usd as gap_usd,
        decimal_division(
            cast(100 * (reported.provider_reported_usd - metered.metered_usd) as decimal(30, 12)),
            nullif(reported.provider_reported_usd, 0),
            6
        ) as gap_pct
    from reported
    left join metered on reported.provider = metered.provider
    order by reported.provider
    """,
    "The gap is what no log saw: calls that timed out here and were answered there, cut streams, "
    "use by hand. `unitcost reconcile` tells them apart.",
)

QUESTIONS = (
    BY_TASK_TYPE,
    BY_CUSTOMER,
    BY_FEATURE,
    FAILURES,
    SUCCESS,
    SUCCESS_BY_WEEK,
    MARGIN,
    PROMPT_CHANGE,
    UNKNOWN,
    PROVIDERS,
)
