"""Which rows of other tables a row is made of, by table: they lead on, and their amounts add up.

Each is a query in SQL over `r`, the row that is asked for, which stands alone in `asked`.
"""

from __future__ import annotations

from typing import Any

from unitcost.sqltext import sql_text
from unitcost.why.part import Part

_PLACE = ("provider", "model", "feature", "workflow", "customer_id")
_KIND = ("task_type", "feature", "workflow")
_PAID = ("customer_id", "plan", "feature")
_BILLED = (
    *("bill_kind", "provider", "platform", "account_id", "raw_model", "charge_category"),
    "currency",
)
_POSTED = "a.day, a.posting_no, a.month, a.adjusted_day"
_POSTED_IN = "strftime(a.day, '%Y-%m') = r.month"
_POSTED_FOR = "a.month = r.month"


def _query(columns: str, table: str, condition: str) -> str:
    return (
        f"select {columns} from {table} as a cross join asked as r where {condition} order by all"
    )


def _same(*names: str) -> str:
    return " and ".join(f"a.{name} = r.{name}" for name in names)


def _posted(table: str, columns: str, condition: str, *names: str) -> dict[str, str]:
    return {table: _query(f"{_POSTED}, {columns}", table, f"{condition} and {_same(*names)}")}


_COSTS = ("core.adjustments", "a.cause, a.requests, a.before_usd, a.after_usd, a.amount_usd")
_VERDICTS = (
    "core.outcome_adjustments",
    "a.task_id, a.outcome_before, a.outcome_after, a.succeeded_amount_usd, a.failed_amount_usd, "
    "a.unknown_amount_usd, a.amount_usd",
)
_COMPARED = "a.account_id, a.model, a.token_class, a.metered_usd, a.reported_cost_usd, a.gap_usd"

ROWS: dict[str, dict[str, str]] = {
    "marts.cost_as_known": _posted(*_COSTS, _POSTED_FOR, *_PLACE),
    "marts.cost_as_reported": _posted(*_COSTS, _POSTED_IN, *_PLACE),
    "marts.success_as_known": _posted(*_VERDICTS, _POSTED_FOR, *_KIND),
    "marts.success_as_reported": _posted(*_VERDICTS, _POSTED_IN, *_KIND),
    "marts.revenue_as_known": _posted(
        "core.revenue_adjustments",
        "a.currency, a.before_revenue, a.after_revenue, a.amount_revenue",
        _POSTED_FOR,
        *_PAID,
    ),
    "marts.bills_as_known": _posted(
        "core.bill_adjustments",
        "a.cause, a.before_cost, a.after_cost, a.amount_cost",
        _POSTED_FOR,
        *_BILLED,
    ),
    "marts.reconciliation": {
        "marts.reconciliation_gap": _query(
            "a.stage, a.cause, a.part_quantity, a.gap_usd",
            "marts.reconciliation_gap",
            "a.stage <> 'invoice' and "
            + _same("day", "provider", "platform", "account_id", "model", "token_class"),
        )
    },
    "marts.reconciliation_months": {
        "marts.reconciliation_gap": """
            select a.stage, a.cause, count(*) as parts, sum(a.gap_usd) as gap_usd
            from marts.reconciliation_gap as a cross join asked as r
            where strftime(a.day, '%Y-%m') = r.month and a.provider = r.provider
            group by a.stage, a.cause order by all"""
    },
    "marts.attested_usage": {
        "marts.reconciliation": _query(
            _COMPARED, "marts.reconciliation", _same("day", "provider", "platform")
        )
    },
    "marts.proven_days": {
        "marts.attested_usage": _query("a.* exclude (day)", "marts.attested_usage", "a.day = r.day")
    },
    "marts.allocated_cost": {
        "marts.allocated_cost": _query(
            "a.receiver, a.direct_cost_usd, a.given_cost_usd, a.allocated_cost_usd",
            "marts.allocated_cost",
            "r.rule_no > 0 and a.day = r.day and a.rule_no = r.rule_no",
        )
    },
    "marts.calibrated_cost": {
        "marts.calibrated_cost": _query(
            "a.provider, a.model, a.metered_cost_usd, a.billed_day_cost_usd, a.calibrated_cost_usd",
            "marts.calibrated_cost",
            "a.day = r.day and a.platform = r.platform "
            "and (a.provider = r.provider or r.platform <> 'direct')",
        )
    },
    "meta.deliveries": {
        "meta.quarantine": _query(
            "a.source_line, a.reason", "meta.quarantine", "a.source_file = r.path"
        )
    },
}
"""Table -> tables whose rows are behind a row of it, and the query of them."""

_DAYS_OF_PART = """
    select day, {part}_pct as proven_pct, reported_tokens, measured_tokens
    from marts.proven_days where {part}_pct < 100 order by proven_pct, day"""
_OF_PART = {
    "quarantine": {
        "meta.quarantine": """
            select source_file, reason, count(*) as records, min(source_line) as first_line
            from meta.quarantine group by all order by all"""
    },
    "duplicates": {
        "meta.deliveries": """
            select path, source_format, delivered, accepted, duplicates, note
            from meta.deliveries where duplicates > 0 order by path"""
    },
    "freshness": {
        "meta.days": """
            select (select max(day) from marts.cost_per_request) as newest_request_day,
                max(built_at) as built_at from meta.days"""
    },
    "finality": {
        "meta.days": "select day, built_at from meta.days where is_provisional order by day"
    },
}
"""Part of trust -> what stands beside the days: refused, repeated, unfinished."""


def rows_of(table: str, row: dict[str, Any]) -> dict[str, str]:
    """Table -> query of the rows behind one; of a part of trust its days, worst first."""
    if table != "marts.trust":
        return ROWS.get(table, {})
    part = str(row["part"])
    days = {"marts.proven_days": _DAYS_OF_PART.format(part=part)} if part != "freshness" else {}
    return days | _OF_PART.get(part, {})


def rates_of(row: dict[str, Any], lines: Part) -> str:
    """Exchange rates of the currencies that prices or lines behind the row are in.

    Of the days of its requests, its own day and, of a month and of an invoice, the whole month.
    """
    told = ", ".join(sorted({sql_text(str(line[-1]).upper()) for line in lines.rows if line[-1]}))
    days = [sql_text(str(row[name])) for name in ("day", "adjusted_day") if row.get(name)]
    month = row.get("month") or (str(row["day"])[:7] if row.get("stage") == "invoice" else "")
    return f"""
        with named as (
            select distinct day, unnest(string_split(price_ids, ',')) as price_id
            from behind where price_ids <> ''
        ),
        used as (
            select n.day, p.currency from named as n
            inner join core.prices as p on n.price_id = p.price_id
            where p.currency <> 'USD'
        )
        select f.* from core.fx_rates as f
        where (f.day, f.currency_pair) in (select day, currency || '/USD' from used)
            or (split_part(f.currency_pair, '/', 1) in ({told or "''"})
                and (cast(f.day as varchar) in ({", ".join(days) or "''"})
                    or strftime(f.day, '%Y-%m') = {sql_text(str(month))}))
        order by f.day, f.currency_pair"""
