"""A made-up day of requests, tasks and revenue, as many as asked for; the same for the same count.

200 customers with a heavy tail, 10 features, about 3 requests a run, five models, some failures.
"""

from __future__ import annotations

from datetime import date

import duckdb

from tests.shipped_book import open_shipped_book
from unitcost.tables import row_models
from unitcost.workbench import create_empty, open_workbench
from unitcost_models.agreements import AllowanceBefore
from unitcost_models.carried import EarlierRequest, EarlierTask
from unitcost_models.marts import RunDay
from unitcost_models.requests import Request
from unitcost_models.tasks import TaskDay
from unitcost_models.waste import ToolCall

DAY = date(2026, 3, 2)
_ROLLS = """
    select
        i,
        i // 3 as run_no,
        hash(i, 'model') % 100 as model_roll,
        hash(i, 'fate') % 100 as fate_roll,
        hash(i, 'size') % 4000 as size_roll,
        hash(i // 3, 'run') % 1000 as run_roll,
        md5(i::varchar) as request_id,
        md5('run' || i // 3) as run_id
    from range({count}) as r(i)
"""
_REQUESTS = """
    select
        request_id,
        case when fate_roll = 0 then md5((i - 1)::varchar) else request_id end as call_id,
        fate_roll <> 1 as is_final_attempt,
        true as attempt_count_known,
        1 as sampling_weight,
        left(run_id, 32) as trace_id,
        left(request_id, 16) as span_id,
        run_id as workflow_run_id,
        timestamp '2026-03-02' + to_microseconds(i * (86400000000 // {count})) as started_at,
        200 + size_roll as latency_ms,
        date '2026-03-02' as day,
        case
            when model_roll < 70 then 'openai' when model_roll < 90 then 'anthropic' else 'google'
        end as provider,
        case when model_roll < 90 then 'direct' else 'ai_studio' end as platform,
        case
            when model_roll < 40 then 'gpt-5-mini'
            when model_roll < 55 then 'gpt-5'
            when model_roll < 70 then 'text-embedding-3-small'
            when model_roll < 90 then 'claude-haiku-4-5'
            else 'gemini-2.5-pro'
        end as model,
        model as request_model,
        model as response_model,
        case when model_roll between 55 and 69 then 'embeddings' else 'chat' end as operation,
        'standard' as service_tier,
        false as is_batch,
        'resp_' || request_id as provider_response_id,
        'workflow ' || run_roll % 10 as workflow,
        case when model_roll between 55 and 69 then 'embedding' else 'inference' end as stage,
        run_id as task_id,
        'task type ' || run_roll % 25 as task_type,
        case when run_roll > 2 then 'customer ' || (run_roll * run_roll) // 5000 end as customer_id,
        case when run_roll > 2 then 'user ' || run_roll * 7 end as user_id,
        'feature ' || run_roll % 10 as feature,
        'team ' || run_roll % 4 as team,
        'production' as environment,
        'prompt ' || run_roll % 20 as prompt_name,
        (run_roll % 3)::varchar as prompt_version,
        'api' as service_name,
        300 + size_roll as input_tokens,
        case
            when model_roll % 2 = 0 and operation = 'chat' then 1024 else 0
        end as cache_read_tokens,
        case when provider = 'anthropic' then size_roll % 50 end as cache_write_5m_tokens,
        case when operation = 'chat' then size_roll % 700 end as output_tokens,
        case when model = 'gpt-5' then size_roll % 900 end as reasoning_tokens,
        300 + size_roll + cache_read_tokens + coalesce(cache_write_5m_tokens, 0) as prompt_tokens,
        coalesce(output_tokens, 0) + coalesce(reasoning_tokens, 0) as completion_tokens,
        case when model = 'gpt-5' and fate_roll > 95 then 1 end as web_search_calls,
        case
            when fate_roll = 2 then 'timeout' when fate_roll = 3 then 'error'
            when fate_roll = 4 then 'truncated' else 'ok'
        end as status,
        case
            when fate_roll = 2 then 'unknown' when fate_roll = 3 then 'not_billed' else 'billed'
        end as billed_state,
        case when fate_roll in (2, 3) then 'missing' else 'reported' end as usage_basis,
        'litellm' as source_format,
        'made.jsonl' as source_file,
        i as source_line,
        timestamp '2026-03-03' as ingested_at,
        1 as sighting_count
    from rolls
"""
_TASKS = """
    select
        task_id,
        day,
        any_value(task_type) as task_type,
        any_value(feature) as feature,
        any_value(workflow) as workflow,
        any_value(customer_id) as customer_id,
        day as started_on,
        case hash(task_id) % 10
            when 0 then 'failure' when 1 then 'unknown' else 'success'
        end as outcome
    from core.requests
    group by task_id, day
"""
_REVENUE = """
    select
        day, customer_id, '(unattributed)' as plan, '(unattributed)' as feature,
        'USD' as currency, count(*)::decimal(38, 12) as billed_revenue, count(*) as amounts
    from core.requests where customer_id is not null group by day, customer_id
"""


def requests_sql(count: int) -> str:
    """A day's requests as a query, by the columns of core.requests."""
    return f"with rolls as ({_ROLLS.format(count=count)}) {_REQUESTS.format(count=count)}"


def made_day(count: int) -> duckdb.DuckDBPyConnection:
    """A workbench that holds the price book and a day of `count` requests."""
    con = open_workbench()
    open_shipped_book(con)
    models = row_models()
    for row in (
        Request,
        TaskDay,
        RunDay,
        EarlierRequest,
        EarlierTask,
        ToolCall,
        AllowanceBefore,
        models["core.tasks"],
        models["core.revenue"],
    ):
        create_empty(con, row)
    con.execute(f"insert into core.requests by name {requests_sql(count)}")
    con.execute(f"insert into core.tasks by name {_TASKS}")
    con.execute(f"insert into core.revenue by name {_REVENUE}")
    return con
