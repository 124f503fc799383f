"""Which requests are behind rows that a request's own columns do not name.

Each way is a condition in SQL over `b`, a request, and `r`, the row that is asked for, which stands
alone in `asked`. Tables whose grain is made of columns of requests need none.
"""

from __future__ import annotations

from unitcost.sources import SOURCES
from unitcost.why.behind_core import CORE_WAYS
from unitcost.why.behind_parts import PARTS
from unitcost.why.behind_terms import (
    BILLED_MODEL,
    BILLER,
    IN_SIZE,
    NOT_TOLD,
    OWN_DAY,
    REPORTS,
    SPEND_KIND,
    UNKNOWN,
    every,
    of_size,
    same,
)
from unitcost_models.raw_otlp import RawSpan

REQUESTS = "marts.cost_per_request"

_MONTH = "substr(cast(b.day as varchar), 1, 7) = r.month"


_COMPARED = every(
    f"{BILLER} = r.provider",
    "b.platform = r.platform or r.platform = '(all)'",
    f"{BILLED_MODEL} = r.model or r.model in {NOT_TOLD}",
)
_ACCOUNT = f"b.account_id = r.account_id or b.account_id is null or r.account_id in {NOT_TOLD}"
_NO_TASK = ("feature", "workflow", "task_type", "customer_id", "provider", "model")
_NO_TASK_KEY = (*_NO_TASK, "prompt_name", "prompt_version")
_TASKS_OF_SUCCESS = """
    from marts.task_costs as t cross join asked as s
    where s.period_from = cast(case s.period
            when 'day' then t.started_on when 'week' then date_trunc('week', t.started_on)
            else date_trunc('month', t.started_on) end as date)
        and s.member = case s.dimension
            when 'all' then '(all)' when 'feature' then t.feature when 'workflow' then t.workflow
            when 'task_type' then t.task_type when 'model' then t.model
            when 'prompt_version' then concat(t.prompt_name, ' ', t.prompt_version)
            else t.customer_id end"""
_KEY_OF_REQUEST = ", ".join(f"coalesce(b.{name}, '{UNKNOWN}')" for name in _NO_TASK_KEY)
_KEY_OF_TASK = ", ".join(f"t.{name}" for name in _NO_TASK_KEY)
_PAID_MOST = """
    select day, customer_id, plan from marts.revenue group by day, customer_id, plan
    qualify row_number() over (
        partition by day, customer_id order by sum(revenue_usd) desc nulls last, plan asc) = 1"""

_KIND_OF_TASK = " and ".join(
    f"coalesce(t.{name}, '{UNKNOWN}') = r.{name}" for name in ("task_type", "feature", "workflow")
)


def _tasks(day: str) -> str:
    """Requests of the row's task; where several tasks are one row, those of its kind that moved.

    A late request tells its place only: it is behind the rows of no task, and of late tasks, there.
    """
    of_none = f"b.task_id is null and {same('feature', 'workflow')}"
    return every(
        f"b.day = {day} and b.is_first_side",
        f"""b.task_id = r.task_id
            or (r.task_id = '(no task)' and {of_none})
            or (b.is_changed and {of_none} and r.task_id not in (
                select t.task_id from core.tasks as t where t.day = {day}))
            or (r.task_id = '(as judged)' and b.is_changed and (({of_none}) or b.task_id in (
                select t.task_id from core.tasks as t
                where t.day = {day} and {_KIND_OF_TASK})))""",
    )


_OLD_PRICES = f"""
    select u.day, u.price_ids
    from (
        select day, price_ids, unnest(string_split(price_ids, ',')) as price_id
        from (select distinct day, price_ids from {REQUESTS} where cost_usd is not null)
    ) as u
    inner join core.prices as p on u.price_id = p.price_id
    where p.recorded_on < u.day - 180"""

_OF_REVENUE = (
    "core.revenue",
    "core.restated_revenue",
    "core.revenue_adjustments",
    "marts.revenue",
    "marts.revenue_as_known",
)

_OF_BILLS = ("core.bill_adjustments", "core.restated_bills", "marts.bills_as_known")


def _told_in(file: str, more: str = "true") -> str:
    """Requests of which a file, or a line of it, tells."""
    return f"""b.request_id in (
        select s.request_id from core.sightings as s cross join asked as r
        where s.source_file = {file} and {more})"""


_OWN_SPAN = "s.source_line = r.source_line and (s.span_id = r.span_id or s.span_id is null)"
RAW_WAYS: dict[str, str] = {
    source.row.table: _told_in(
        "r.source_file",
        _OWN_SPAN if issubclass(source.row, RawSpan) else "s.source_line = r.source_line",
    )
    for source in SOURCES.values()
} | {
    "raw.outcomes": """b.task_id = r.task_id or b.request_id = r.request_id
        or b.workflow_run_id = r.workflow_run_id or b.session_id = r.session_id"""
}
"""Raw table -> the requests of which the record's line tells, or that an outcome judges."""

WAYS: dict[str, str] = {
    "marts.agent_loops": every(
        OWN_DAY,
        "b.trace_id = r.trace_id",
        "b.started_at > r.first_call_at and b.started_at <= r.last_call_at",
    ),
    "marts.allocated_cost": every(
        OWN_DAY,
        f"""coalesce(case r.receivers
            when 'customer_id' then b.customer_id when 'feature' then b.feature
            when 'team' then b.team when 'workflow' then b.workflow
            when 'environment' then b.environment else b.service_name end, '{UNKNOWN}')
            = r.receiver""",
    ),
    "marts.call_shapes": every(
        _MONTH,
        same("feature", "provider", "model"),
        "b.usage_basis = 'reported'",
        of_size("prompt"),
        of_size("completion"),
    ),
    "marts.context_sizes": every(
        _MONTH,
        same("feature", "provider", "model"),
        IN_SIZE,
    ),
    "marts.conversation_turns": every(
        _MONTH,
        same("feature"),
        f"""(b.request_id, r.turn_no) in (
            select request_id, least(row_number() over (
                partition by coalesce(session_id, workflow_run_id), feature
                order by started_at asc, request_id asc), 20)
            from {REQUESTS}
            where coalesce(session_id, workflow_run_id) is not null and status = 'ok'
                and is_final_attempt and stage = 'inference' and prompt_tokens is not null
                and cost_usd is not null)""",
    ),
    "marts.cost_kinds": every(_MONTH, SPEND_KIND),
    "marts.cost_per_success": f"""b.task_id in (select t.task_id {_TASKS_OF_SUCCESS} and t.is_task)
        or (b.task_id is null and (b.day, {_KEY_OF_REQUEST}) in (
            select t.started_on, {_KEY_OF_TASK} {_TASKS_OF_SUCCESS} and not t.is_task))""",
    "marts.task_costs": f"""b.task_id = r.task_id
        or (not r.is_task and b.task_id is null and b.day = r.started_on
            and {same(*_NO_TASK_KEY)})""",
    "marts.customers_under_water": every(
        "b.day >= r.first_on and b.day <= r.last_on", same("customer_id")
    ),
    "marts.plan_margin": every(
        _MONTH,
        f"""(b.day, coalesce(b.customer_id, '{UNKNOWN}'), r.plan) in ({_PAID_MOST})
            or (r.plan = '{UNKNOWN}' and (b.day, coalesce(b.customer_id, '{UNKNOWN}'))
                not in (select day, customer_id from marts.revenue))""",
    ),
    "marts.retry_depth": every(
        _MONTH,
        f"""(b.day, b.call_id, r.feature, r.provider, r.model, r.attempts) in (
            select day, call_id, coalesce(min(feature), '{UNKNOWN}'), min(provider),
                coalesce(min(model), '{UNKNOWN}'), count(*)
            from {REQUESTS} group by day, call_id)""",
    ),
    "marts.reconciliation": every(OWN_DAY, _COMPARED, _ACCOUNT),
    "marts.reconciliation_gap": every(
        """case r.cause when 'failed_but_billed' then b.billed_state = 'unknown'
            when 'unpriced' then b.cost_usd is null else true end""",
        f"{OWN_DAY} or (r.stage = 'invoice' and date_trunc('month', b.day) = r.day)",
        _COMPARED,
        _ACCOUNT,
    ),
    "marts.attested_usage": every(OWN_DAY, f"{BILLER} = r.provider", "b.platform = r.platform"),
    "marts.proven_days": OWN_DAY,
    "marts.reconciliation_months": every(_MONTH, f"{BILLER} = r.provider"),
    # The requests that keep the part from being whole.
    "marts.trust": f"""case r.part
        when 'pricing' then b.cost_usd is null
        when 'price_age' then (b.day, b.price_ids) in ({_OLD_PRICES})
        when 'attribution' then b.customer_id is null or b.feature is null
        when 'outcomes' then b.task_id in (
            select task_id from core.tasks where outcome not in ('success', 'failure'))
        when 'reconciliation' then (b.day, {BILLER}, b.platform) in (
            select day, provider, platform from marts.attested_usage
            where reported_tokens is null or reported_cost_usd is null or unmatched_usd > 0)
        else false end""",
    "marts.unmatched_judgements": "false",
    "core.outcome_adjustments": _tasks("r.adjusted_day"),
    "core.restated_tasks": _tasks("r.day"),
    **dict.fromkeys((*REPORTS, *_OF_REVENUE, *_OF_BILLS), "false"),
    **CORE_WAYS,
    **PARTS,
    **RAW_WAYS,
    "meta.deliveries": _told_in("r.path"),
    "meta.unread_usage": _told_in("r.path"),
    "meta.quarantine": "false",
}
"""Table -> which requests are behind a row of it; `false` where only lines of files are."""
