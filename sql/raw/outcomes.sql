-- One row per delivered judgement of a task, read and checked, or with the reason why not
-- grain: source_line
with
delivered as (
    select
        source_line,
        record,
        from_json(record, '"MAP(VARCHAR, VARCHAR)"') as all_values,
        from_json(
            record,
            '{"task_id": "VARCHAR", "workflow_run_id": "VARCHAR", "trace_id": "VARCHAR",
            "provider_response_id": "VARCHAR", "request_id": "VARCHAR", "session_id": "VARCHAR", "outcome": "VARCHAR",
            "success": "VARCHAR", "resolved": "VARCHAR", "passed": "VARCHAR", "score": "VARCHAR",
            "judged_at": "VARCHAR", "outcome_at": "VARCHAR", "outcome_source": "VARCHAR",
            "task_type": "VARCHAR", "customer_id": "VARCHAR", "human_cost_usd": "VARCHAR", "tool_cost_usd": "VARCHAR"}'
        ) as known,
        from_json(record, '{"human_cost_usd": "DECIMAL(38,12)", "tool_cost_usd": "DECIMAL(38,12)"}') as exact
    from raw.staged
),

spread as (
    select
        source_line,
        record,
        all_values,
        exact,
        known.*
    from delivered
),

texts as (
    select
        source_line,
        record,
        exact,
        list_sort(list_filter(map_entries(all_values), lambda e: trim(e.value) <> '')) as given,
        nullif(trim(columns(* exclude (source_line, record, all_values, exact))), '')
    from spread
),

worded as (
    select
        *,
        coalesce(judged_at, outcome_at) as judged_text,
        try_cast(plain_number(coalesce(judged_at, outcome_at)) as decimal(28, 9)) as epoch_count,
        try_cast(plain_number(score) as decimal(38, 18)) as score_number,
        case
            when try_cast(plain_number(human_cost_usd) as decimal(38, 12)) >= 0 then exact.human_cost_usd
        end as human_usd,
        case
            when try_cast(plain_number(tool_cost_usd) as decimal(38, 12)) >= 0 then exact.tool_cost_usd
        end as tool_usd,
        coalesce(outcome, success, resolved, passed) as word
    from texts
),

judged as (
    select
        * exclude (judged_at, outcome),
        case
            when epoch_count is null then try_cast(plain_time(judged_text) as timestamptz) at time zone 'UTC'
            when epoch_count < 100000000000 then make_timestamp(try_cast(floor(epoch_count * 1000000) as bigint))
            when epoch_count < 100000000000000 then make_timestamp(try_cast(floor(epoch_count * 1000) as bigint))
            when epoch_count < 100000000000000000 then make_timestamp(try_cast(floor(epoch_count) as bigint))
            else make_timestamp(try_cast(floor(epoch_count) as bigint) // 1000)
        end as judged_at,
        case
            when
                lower(word) in ('success', 'succeeded', 'successful', 'true', 'yes', 'pass', 'passed', 'resolved')
                or lower(word) in ('solved', 'correct', 'ok', '1', '1.0')
                then 'success'
            when
                lower(word) in ('failure', 'failed', 'fail', 'false', 'no', 'unresolved', 'unsolved', 'incorrect')
                or lower(word) in ('error', '0', '0.0')
                then 'failure'
            when lower(word) in ('unknown', 'pending', 'undecided') then 'unknown'
            when word is null and score_number = 1 then 'success'
            when word is null and score_number = 0 then 'failure'
        end as outcome
    from worded
),

checked as (
    select
        *,
        case
            when given is null then 'not a record with named fields; each record is one object whose names differ'
            when coalesce(task_id, workflow_run_id, trace_id, provider_response_id, request_id, session_id) is null
                then
                    'names no task; give task_id, workflow_run_id, trace_id, provider_response_id, request_id '
                    || 'or session_id'
            when score is not null and coalesce(contains(score, '_') or abs(score_number) >= 1000000000000, true)
                then 'score ' || score || ' is not a number below 10^12'
            when word is null and outcome is null then 'outcome is missing; give success, failure or unknown'
            when outcome is null
                then
                    'outcome ' || word || ' is not known; give success (true, 1, passed, resolved, solved, correct), '
                    || 'failure (false, 0, failed, unresolved, unsolved, incorrect) or unknown (pending, undecided)'
            when
                human_cost_usd is not null
                and coalesce(contains(human_cost_usd, '_') or human_usd >= 100000000000000, true)
                then 'human_cost_usd ' || human_cost_usd || ' is not an amount; give US dollars, 0 or more, as 1.50'
            when
                tool_cost_usd is not null
                and coalesce(contains(tool_cost_usd, '_') or tool_usd >= 100000000000000, true)
                then 'tool_cost_usd ' || tool_cost_usd || ' is not an amount; give US dollars, 0 or more, as 1.50'
            when
                judged_text is not null
                and (
                    judged_at is null
                    or contains(judged_text, '_')
                    or regexp_matches(judged_text, ':[0-9.]+ ?[+-](1[5-9]|[2-9][0-9])')
                )
                then 'judged_at ' || judged_text || ' is not a time; give ISO 8601 or an epoch number'
            when judged_at < timestamp '2020-01-01' or judged_at >= timestamp '2100-01-01'
                then 'judged_at ' || judged_text || ' is outside 2020 to 2099; check the unit'
        end as reject_reason
    from judged
)

select
    md5(cast(to_json(given) as varchar)) as record_id,
    coalesce(cast(judged_at as date), date '2099-12-31') as day,
    source_line,
    task_id,
    workflow_run_id,
    case when regexp_full_match(trace_id, '[0-9a-fA-F]{32}') then lower(trace_id) else trace_id end as trace_id,
    provider_response_id,
    request_id,
    session_id,
    outcome,
    try_cast(score as decimal(18, 6)) as score,
    judged_at,
    coalesce(outcome_source, 'outcomes') as outcome_source,
    task_type,
    customer_id,
    human_usd as human_cost_usd,
    tool_usd as tool_cost_usd,
    reject_reason,
    case when reject_reason is not null then cast(record as varchar) end as reject_text
from checked
order by source_line
