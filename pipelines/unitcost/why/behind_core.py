"""What is behind rows of tables that are kept for comparing, for agreements and for prices.

Where the warehouse does not keep what an agreement covers, the requests are those that it may be
about: the day's, of its provider and account. Each way is written as in `unitcost.why.behind`.
"""

from __future__ import annotations

from unitcost.why.behind_terms import BILLED_MODEL, BILLER, OWN_DAY, UNKNOWN, every, same

STATEMENTS = ("core.prices", "core.prices_in_force", "core.fx_rates")
"""Tables of which each row is what the price book says; its source and dates stand in it."""
RESTATED = ("core.restated_requests", "core.restated_tasks")
"""Known after the closing."""
NO_SUMS = (*RESTATED, "core.commitment_use")
"""Tables whose cost is another than what the requests behind cost together."""


def _named(own: str, column: str) -> str:
    """As the request says it, or as the price list, where no row says what the request does."""
    return f"""{own} = r.{column} or {own} not in (
        select m.{column} from core.metered_usage as m cross join asked as s
        where m.day = s.day and m.model = s.model)"""


def _used(cost: str, *tokens: str) -> str:
    return f"greatest({', '.join(f'b.{name}' for name in tokens)}) > 0 or b.{cost} <> 0"


_TIER = "case when b.is_batch and b.service_tier = 'standard' then 'batch' else b.service_tier end"
_PARTS = ("input_cost_usd", "cache_read_cost_usd", "cache_write_cost_usd", "output_cost_usd")
_METERED = f"""case r.token_class
    when 'input' then
        {_used("input_cost_usd", "input_tokens", "input_audio_tokens", "input_image_tokens")}
    when 'cache_read' then
        {_used("cache_read_cost_usd", "cache_read_tokens", "cache_read_audio_tokens")}
        or b.cache_read_image_tokens > 0
    when 'cache_write' then {_used("cache_write_cost_usd", "cache_write_tokens")}
    when 'output' then
        {_used("output_cost_usd", "output_tokens", "reasoning_tokens", "output_audio_tokens")}
        or b.output_image_tokens > 0
    when 'other' then b.cost_usd <> {" + ".join(f"coalesce(b.{name}, 0)" for name in _PARTS)}
    when 'requests' then
        b.billed_state = 'billed' and b.usage_basis = 'reported' and b.status <> 'cache_hit'
    when 'untold' then b.billed_state = 'unknown' and b.retry_evidence = 'resend_count'
        and b.usage_basis = 'missing' and not b.is_final_attempt
    else b.billed_state = 'unknown' end"""
SHARES = {
    "core.metered_usage": f"""case r.token_class
        when 'input' then b.input_cost_usd when 'cache_read' then b.cache_read_cost_usd
        when 'cache_write' then b.cache_write_cost_usd when 'output' then b.output_cost_usd
        when 'other' then b.cost_usd - ({" + ".join(f"coalesce(b.{name}, 0)" for name in _PARTS)})
        end"""
}
"""Table -> the part of a request's cost that is the row's: that of its token class."""
_COUNTED = (
    *("web_search_calls", "web_fetch_calls", "file_search_calls", "grounding_prompts"),
    *("grounding_queries", "search_units", "images", "audio_seconds", "characters", "pages"),
    *("container_minutes", "cache_storage_token_hours"),
)
"""What an allowance may be of."""

CORE_WAYS: dict[str, str] = {
    "core.sightings": every(OWN_DAY, "b.request_id = r.request_id"),
    "core.restated_requests": every(OWN_DAY, "b.request_id = r.request_id", "b.is_first_side"),
    "core.adjustments": every(
        "b.day = r.adjusted_day",
        "b.provider = r.provider",
        same("model", "feature", "workflow", "customer_id"),
        "b.is_changed",
        "r.cause <> 'late_records' or not b.was_reported",
    ),
    "core.metered_usage": every(
        OWN_DAY,
        "extract(hour from b.started_at) = r.hour_of_day",
        f"{BILLER} = r.provider and b.platform = r.platform and {BILLED_MODEL} = r.model",
        "b.account_id is not distinct from r.account_id",
        _named(_TIER, "service_tier"),
        _named("lower(coalesce(b.region_scope, ''))", "region_scope"),
        _METERED,
    ),
    "core.commitment_use": every(
        OWN_DAY,
        "b.provider = r.provider and r.platform in (b.platform, '*')",
        "r.account_id in (b.account_id, '*')",
        "b.cost_basis = 'allocated'",
    ),
    "core.allowance_use": every(
        OWN_DAY,
        f"coalesce(b.account_id, '{UNKNOWN}') = r.account_id",
        "b.billed_state = 'billed' and b.usage_basis = 'reported' and b.status <> 'cache_hit'",
        f"greatest({', '.join(f'b.{name}' for name in _COUNTED)}) > 0",
    ),
    "core.credit_use": every(
        OWN_DAY,
        *(
            f"r.{name} in (coalesce(b.{name}, '{UNKNOWN}'), '*')"
            for name in ("provider", "platform", "account_id")
        ),
    ),
    **dict.fromkeys((*STATEMENTS, "core.reported_usage"), "false"),
}
"""Table -> which requests are behind a row of it."""
CORE_LINES: dict[str, str] = {
    "core.reported_usage": every(
        "l.is_primary and l.day = r.day",
        "l.provider = r.provider and l.platform = r.platform",
        "l.workspace_id is not distinct from r.account_id",
        "(l.raw_model is null) = (r.model is null)",
        """l.record_id in (select record_id from core.provider_costs)
            or (r.report_kind = 'usage'
                and l.record_id in (select record_id from core.provider_usage))""",
    )
}
"""Table -> which lines of reports are behind a row of it; their models may be spelled otherwise."""
