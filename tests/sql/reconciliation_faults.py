"""Faults to inject into a fortnight that agrees, each with the cause it belongs to, and what moved.

No test is here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

import duckdb

from tests.sql.reconciled_month import Fault, reconcile_months

ENOUGH = Decimal("0.95")
"""Share of what moved that its own cause must hold."""
_EURO_RATE = """
    create or replace table core.exchange_rates as
    select d::date as day, 'EUR' as currency, 1.10::decimal(18, 6) as usd_per_unit,
        'test' as source, d::date as recorded_on, 'fx.csv' as source_file, 1::bigint as source_line
    from range(timestamp '2026-10-01', timestamp '2026-11-01', interval 1 day) as r (d)
"""
_EUROS = """
    update core.provider_costs
    set currency = 'eur', billed_cost_usd = null, billed_cost = (billed_cost * 0.9)::decimal(38, 12)
    where provider = 'openai'
"""
_CHARGE = """
    insert into core.provider_costs by name
    select date '2026-10-07' as day, 'openai' as provider, 'direct' as platform,
        'proj_a' as workspace_id, true as is_primary, 'usd' as currency,
        'currency_number' as amount_unit, {} as billed_cost, billed_cost as billed_cost_usd, {}
"""
_LATE_FILE = "started_at::date = date '2026-10-07' and hour(started_at) >= 16"

FAULTS = {
    "drop 5 % of the traces": ("not_instrumented", Fault("delete from ours where n % 20 = 7")),
    "double a file": (
        "duplicate",
        Fault(
            """insert into ours
            select * replace ('again-' || request_id as request_id, 'b.jsonl' as source_file)
            from ours where started_at::date = date '2026-10-07'"""
        ),
    ),
    "lose the cache classes": ("token_class", Fault("update ours set cache_read_tokens = null")),
    "lose the cache classes of a part": (
        "token_class",
        Fault("update ours set cache_read_tokens = null where n % 3 = 0"),
    ),
    "count cached input as input": (
        "token_class",
        Fault(
            """update ours
            set input_tokens = input_tokens + cache_read_tokens, cache_read_tokens = 0"""
        ),
    ),
    "old price": ("price", Fault("update ours set price_factor = 0.8 where model = 'gpt-5.4'")),
    "wrong tier": (
        "tier",
        Fault(theirs="update theirs set service_tier = 'batch' where model = 'gpt-5.4-mini'"),
    ),
    "wrong tier of a part": (
        "tier",
        Fault(
            theirs="""update theirs set service_tier = 'batch'
            where model = 'gpt-5.4-mini' and n % 3 = 0"""
        ),
    ),
    "a tier that only the charge tells": (
        "tier",
        Fault(
            theirs="update theirs set service_tier = 'batch' where provider = 'openai'",
            reports="update core.provider_usage set service_tier = null, is_batch = null",
        ),
    ),
    "a region that only the charge tells": (
        "region",
        Fault(
            reports="""update core.provider_costs
            set billed_cost = billed_cost * 1.1, billed_cost_usd = billed_cost * 1.1
            where provider = 'openai' and raw_model like 'gpt-5.4-2%'"""
        ),
    ),
    "one project not instrumented": (
        "not_instrumented",
        Fault("delete from ours where account_id = 'proj_b'"),
    ),
    "a provider's day by its own time zone": (
        "timing",
        Fault(theirs="update theirs set started_at = started_at + interval 8 hour"),
    ),
    "a day's file shifted by the time zone": (
        "timing",
        Fault(f"update ours set started_at = started_at + interval 8 hour where {_LATE_FILE}"),
    ),
    "tool fees": (
        "fees",
        Fault(
            reports=_CHARGE.format("12.5", "'web_search' as cost_type, 'web search' as line_item")
        ),
    ),
    "a billed timeout": (
        "failed_but_billed",
        Fault("update ours set status = 'timeout' where n = 500 and provider = 'openai'"),
    ),
    "billed timeouts where no requests are counted": (
        "failed_but_billed",
        Fault("update ours set status = 'timeout' where n % 50 = 3 and provider = 'anthropic'"),
    ),
    "attempts of which only the count is told": (
        "hidden_retries",
        Fault("update ours set status = 'retry' where n % 50 = 3"),
    ),
    "a credit": (
        "credits_discounts_tax",
        Fault(
            reports=_CHARGE.format("-5.25", "'credit' as cost_type, 'credit' as charge_category")
        ),
    ),
    "a refund of a model's tokens": (
        "credits_discounts_tax",
        Fault(
            reports=_CHARGE.format(
                "-1.5",
                """'tokens' as cost_type, 'input_tokens' as token_class,
                'gpt-5.4-2026-03-05' as raw_model, 'credit' as charge_category""",
            )
        ),
    ),
    "EUR bill": ("currency", Fault(reports=_EUROS)),
    "EUR bill at a recorded rate": ("currency", Fault(reports=_EUROS + ";" + _EURO_RATE)),
    "an unknown model": (
        "unpriced",
        Fault(
            """update ours set raw_model = 'gpt-9-new', is_known = false
            where model = 'gpt-5.4-mini'""",
            "update theirs set raw_model = 'gpt-9-new' where model = 'gpt-5.4-mini'",
        ),
    ),
    "an unknown model in another tier": (
        "unpriced",
        Fault(
            """update ours set raw_model = 'gpt-9-new', is_known = false
            where model = 'gpt-5.4-mini'""",
            """update theirs set raw_model = 'gpt-9-new', service_tier = 'batch'
            where model = 'gpt-5.4-mini'""",
        ),
    ),
    "a discount stated beside the list cost": (
        "credits_discounts_tax",
        Fault(
            reports="""update core.provider_costs
            set list_cost_usd = billed_cost, billed_cost = (billed_cost * 0.9)::decimal(38, 12),
                billed_cost_usd = (billed_cost * 0.9)::decimal(38, 12)"""
        ),
    ),
    "cents": (
        "rounding",
        Fault(
            reports="""update core.provider_costs
            set billed_cost = round(billed_cost, 2), billed_cost_usd = round(billed_cost, 2),
                amount_unit = 'dollars_2dp'"""
        ),
    ),
}


def moved(con: duckdb.DuckDBPyConnection) -> dict[str, Decimal]:
    """Cause -> money moved, up and down alike."""
    [found] = moved_in(con, [""])
    return found


def moved_in(con: duckdb.DuckDBPyConnection, months: Iterable[str]) -> list[dict[str, Decimal]]:
    """The same of each month alone, a month being how its days begin."""
    rows = con.execute("select day::varchar, cause, gap_usd from marts.reconciliation_gap")
    found: dict[str, dict[str, Decimal]] = {month: defaultdict(Decimal) for month in months}
    for day, cause, amount in rows.fetchall():
        for month in (m for m in found if day.startswith(m)):
            found[month][cause] += abs(amount)
    return [dict(causes) for causes in found.values()]


def lands(found: dict[str, Decimal], cause: str) -> bool:
    """Whether nearly all that moved is in this cause, and anything moved."""
    return found.get(cause, 0) >= ENOUGH * sum(found.values()) > 0


def assert_each_lands(
    con: duckdb.DuckDBPyConnection, faults: Mapping[str, tuple[str, Fault]]
) -> None:
    """Of faults in months of their own, nearly all that each moved is in its cause."""
    months = reconcile_months(con, [fault for _, fault in faults.values()])
    found = dict(zip(faults, moved_in(con, months), strict=True))
    wrong = {name: found[name] for name, (c, _) in faults.items() if not lands(found[name], c)}
    assert wrong == {}, "; ".join(f"{name} moved {causes}" for name, causes in wrong.items())
    assert_parts_sum(con)


def assert_parts_sum(con: duckdb.DuckDBPyConnection) -> None:
    """The causes of each day and provider are exactly its gap; and the months' too."""
    wrong = con.execute(
        """
        with gaps as (
            select day, provider, sum(gap_usd) as gap_usd,
                sum(coalesce(reported_cost_usd, reported_usage_usd) - metered_usd) as stated_usd
            from marts.reconciliation group by day, provider
        ),
        parts as (
            select day, provider, sum(gap_usd) as gap_usd
            from marts.reconciliation_gap group by day, provider
        )
        select * from gaps left join parts using (day, provider)
        where coalesce(parts.gap_usd, 0) <> gaps.gap_usd or gaps.gap_usd <> stated_usd
        """
    ).fetchall()
    assert wrong == []
    months = con.execute(
        """select month from marts.reconciliation_months
        where gap_usd <> explained_usd + unexplained_usd
            or gap_usd
                <> coalesce(reported_cost_usd, reported_usage_usd) - metered_usd + unreported_usd"""
    ).fetchall()
    assert months == []


def together(*names: str) -> Fault:
    """Faults at once."""
    faults = [FAULTS[name][1] for name in names]
    joined = {
        side: "; ".join(sql for sql in (getattr(fault, side) for fault in faults) if sql)
        for side in ("ours", "theirs", "reports")
    }
    return Fault(**joined)
