"""Which requests are behind a row of the daily parts; the marts that add them up are in `behind`.

Conditions over `b`, a request, and `r`, the row, as there.
"""

from __future__ import annotations

from unitcost.behind_terms import IN_SIZE, OWN_DAY, SPEND_KIND, every, of_size, same

_IS_BILLED = """b.usage_basis = 'reported' and b.cost_usd is not null
    and b.billed_state = 'billed'"""

PARTS: dict[str, str] = {
    "marts.calls_by_attempts": every(
        OWN_DAY,
        """(b.call_id, r.feature, r.provider, r.model, r.attempts) in (
            select call_id, coalesce(min(feature), '(unattributed)'), min(provider),
                coalesce(min(model), '(unattributed)'), count(*)
            from marts.cost_per_request as c
            where c.day in (select s.day from asked as s) group by call_id)""",
    ),
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
}
"""Table -> which requests are behind a row of it."""
