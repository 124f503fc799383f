"""Which lines of reports and bills are behind what is billed, and behind its adjustments.

What came later is in no table of the closed day, so of a day with adjustments all lines of its
bills are. Conditions in SQL over `l`, a record of a raw table, and `r`, the row that is asked for.
"""

from __future__ import annotations

_BILLED_BY = {
    "openai_costs": "openai",
    "anthropic_costs": "anthropic",
    "anthropic_analytics": "anthropic",
    "anthropic_claude_code": "anthropic",
    "aws_cur": "aws",
    "azure_cost": "azure",
    "gcp_billing": "gcp",
    "deepseek": "deepseek",
    "openrouter_activity": "openrouter",
}
"""Format of a provider's own -> who bills; the others tell it line by line."""
BILLS = (*_BILLED_BY, "focus", "invoices")
_OWN_BILLER = f"""case l.source_format
    {" ".join(f"when '{name}' then r.provider = '{by}'" for name, by in _BILLED_BY.items())}
    else true end"""
_BILLED_LATER = """l.day in (
    select a.adjusted_day from core.bill_adjustments as a where a.month = r.month
        and (a.bill_kind, a.provider, a.platform, a.account_id, a.raw_model, a.charge_category,
            a.currency) = (r.bill_kind, r.provider, r.platform, r.account_id, r.raw_model,
            r.charge_category, r.currency))"""


def _is_booked(kind: str, table: str, condition: str) -> str:
    """A line is a primary one of the table that meets a condition, at the row's place."""
    place = " and ".join(
        (
            "b.provider = r.provider and b.platform = r.platform",
            "coalesce(b.workspace_id, b.billing_account_id, '(unattributed)') = r.account_id",
            "coalesce(b.raw_model, '(unattributed)') = r.raw_model",
            "coalesce(b.charge_category, 'usage') = r.charge_category",
            "coalesce(b.currency, '(unattributed)') = r.currency",
        )
    )
    return f"""(r.bill_kind = '{kind}' and l.record_id in (
        select b.record_id from {table} as b
        where b.is_primary and {condition} and strftime(b.day, '%Y-%m') = r.month and {place}))"""


_BOOKED = " or ".join(
    _is_booked(*kind)
    for kind in (
        ("costs", "core.provider_costs", "true"),
        ("bills", "core.invoice_lines", "b.source_format <> 'invoices'"),
        ("invoices", "core.invoice_lines", "b.source_format = 'invoices'"),
    )
)
_OWN_CURRENCY = "coalesce(lower(l.currency), r.currency) = r.currency"
ADJUSTED = f"l.day = r.adjusted_day and {_OWN_BILLER} and {_OWN_CURRENCY}"
RESTATED = f"l.day = r.day and {_OWN_BILLER} and {_OWN_CURRENCY}"
BILLED = f"{_BOOKED} or ({_BILLED_LATER} and {_OWN_BILLER} and {_OWN_CURRENCY})"
