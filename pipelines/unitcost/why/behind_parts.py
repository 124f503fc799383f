"""Which requests are behind a row of the daily parts; the marts that add them up are in `behind`.

Conditions over `b`, a request, and `r`, the row, as there.
"""

from __future__ import annotations

from unitcost.why.behind_terms import IN_SIZE, OWN_DAY, SPEND_KIND, UNKNOWN, every, of_size, same

_IS_BILLED = """b.usage_basis = 'reported' and b.cost_usd is not null
    and b.billed_state = 'billed'"""

_BEGUN_AT_COST = f"""
    select t.task_id
    from core.tasks as t
    inner join marts.cost_per_request as c on t.task_id = c.task_id and t.day = c.day
    cross join asked as s
    where t.day = s.day and t.started_on = s.day and coalesce(t.feature, '{UNKNOWN}') = s.feature
        and coalesce(t.task_type, '{UNKNOWN}') = s.task_type
    group by t.task_id, t.outcome, s.success_cost_usd
    having case when t.outcome = 'success' and count(*) = count(c.cost_usd)
        then sum(c.cost_usd) end is not distinct from s.success_cost_usd"""
_BEGUN_RUNS = f"""
    select c.workflow_run_id
    from marts.workflow_runs as w
    inner join marts.cost_per_request as c
        on w.workflow_run_id = c.workflow_run_id and w.day = c.day
    cross join asked as s
    where w.day = s.day and w.is_started_here and w.workflow = s.workflow
        and (s.stage = '(all)' or coalesce(c.stage, '{UNKNOWN}') = s.stage)
    group by c.workflow_run_id, s.calls
    having count(*) filter (where c.is_final_attempt) = s.calls"""
_DEAREST_SHAPES = f"""
    select c.task_id, coalesce(c.model, '{UNKNOWN}') as model,
        coalesce(c.prompt_name, '{UNKNOWN}') as prompt_name,
        coalesce(c.prompt_version, '{UNKNOWN}') as prompt_version
    from marts.cost_per_request as c
    where c.day in (select s.day from asked as s) and c.task_id is not null
    group by c.task_id, c.provider, 2, 3, 4
    qualify row_number() over (
        partition by c.task_id
        order by sum(c.cost_usd) desc nulls last, count(*) desc, c.provider, 2, 3, 4) = 1"""


def _is_member(row: str, of: str, shape: str) -> str:
    """The row's member of its dimension is the task's, or the request's."""
    named = "".join(
        f" when '{name}' then coalesce({of}.{name}, '{UNKNOWN}')"
        for name in ("feature", "workflow", "task_type", "customer_id")
    )
    version = " || ' ' || ".join(
        f"coalesce({shape}.{name}, '{UNKNOWN}')" for name in ("prompt_name", "prompt_version")
    )
    return f"""{row}.member = case {row}.dimension when 'all' then '(all)'{named}
        when 'model' then coalesce({shape}.model, '{UNKNOWN}') else {version} end"""


_BEGUN_TASKS = f"""
    select t.task_id from core.tasks as t
    inner join ({_DEAREST_SHAPES}) as d on t.task_id = d.task_id
    cross join asked as s
    where t.day = s.day and t.started_on = s.day and t.outcome = s.outcome
        and {_is_member("s", "t", "d")}"""

_RETRIEVING_RUNS = """
    select c.workflow_run_id from marts.cost_per_request as c
    where c.day in (select s.day from asked as s)
        and c.stage in ('embedding', 'retrieval', 'rerank', 'context_assembly')"""

PARTS: dict[str, str] = {
    "marts.answers_by_length": every(
        OWN_DAY,
        same("task_type", "provider", "model"),
        "b.completion_tokens = r.completion_tokens",
        "b.status in ('ok', 'truncated')",
    ),
    "marts.calls_by_attempts": every(
        OWN_DAY,
        """(b.call_id, r.feature, r.provider, r.model, r.attempts) in (
            select call_id, coalesce(min(feature), '(unattributed)'), min(provider),
                coalesce(min(model), '(unattributed)'), count(*)
            from marts.cost_per_request as c
            where c.day in (select s.day from asked as s) group by call_id)""",
    ),
    "marts.carried_requests": "b.request_id = r.request_id",
    "marts.carried_tasks": every("b.task_id = r.task_id", "r.tasks = 1 or b.day = r.started_on"),
    "marts.requests_by_hour": every(
        OWN_DAY,
        "date_trunc('hour', b.started_at) = r.hour_at",
        same("feature", "provider", "model", "prompt_name", "prompt_version"),
        SPEND_KIND,
        "coalesce(b.prompt_tokens > 0, false) = r.is_prompted",
        "(b.cost_usd is not null) = r.is_priced",
        f"({_IS_BILLED}) = r.is_billed",
    ),
    "marts.requests_by_size": every(
        OWN_DAY,
        same("feature", "provider", "model"),
        "(b.usage_basis = 'reported') = r.is_reported",
        f"({IN_SIZE}) or (b.prompt_tokens is null and r.from_prompt_tokens is null)",
        of_size("prompt"),
        of_size("completion"),
    ),
    "marts.retrieval_prompts": every(
        OWN_DAY,
        same("feature", "workflow", "provider", "model"),
        f"b.workflow_run_id in ({_RETRIEVING_RUNS})",
        "b.stage = 'inference' and b.prompt_tokens = r.prompt_tokens",
        "b.cost_usd is not null and b.billed_state = 'billed'",
    ),
    "marts.runs_by_stage": every(
        OWN_DAY,
        f"b.workflow_run_id in ({_BEGUN_RUNS})",
        f"r.stage = '(all)' or coalesce(b.stage, '{UNKNOWN}') = r.stage",
    ),
    "marts.tasks_by_cost": every(OWN_DAY, f"b.task_id in ({_BEGUN_AT_COST})"),
    "marts.tasks_by_dimension": every(
        OWN_DAY,
        f"""b.task_id in ({_BEGUN_TASKS})
            or (b.task_id is null and r.outcome = 'unknown'
                and {_is_member("r", "b", "b")})""",
    ),
}
"""Table -> which requests are behind a row of it."""
