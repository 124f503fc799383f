"""Which lines of reports, bills and other deliveries are behind a row, by table.

Each is a condition in SQL over `l`, the line, and `r`, the row that is asked for, which stands
alone in `asked`.
"""

from __future__ import annotations

from unitcost.why.behind_bills import ADJUSTED, BILLED, BILLS, RESTATED
from unitcost.why.behind_core import CORE_LINES
from unitcost.why.behind_terms import BILLER, NOT_TOLD, REPORTS, UNKNOWN, every

_SAME_PLACE = every(
    "l.provider = r.provider",
    "l.platform = r.platform or r.platform = '(all)'",
    f"l.workspace_id = r.account_id or l.workspace_id is null or r.account_id in {NOT_TOLD}",
)
_INVOICED_MONTH = "strftime(l.day, '%Y-%m') = strftime(r.day, '%Y-%m')"
_PAID_PLAN = f"coalesce(l.plan, '{UNKNOWN}') = r.plan"
_PAID_FEATURE = f"coalesce(l.feature, '{UNKNOWN}') = r.feature"
_PAID_FOR = f"l.customer_id = r.customer_id and {_PAID_PLAN} and {_PAID_FEATURE}"
_PAID_DAY = "l.period_start <= r.day and l.period_end >= r.day"
_PAID_MONTH = (
    "strftime(l.period_start, '%Y-%m') <= r.month and strftime(l.period_end, '%Y-%m') >= r.month"
)
LINES: dict[str, str] = {
    "marts.reconciliation": every("l.is_primary and l.day = r.day", _SAME_PLACE),
    "marts.reconciliation_gap": every(
        f"l.is_primary and (l.day = r.day or (r.stage = 'invoice' and {_INVOICED_MONTH}))",
        _SAME_PLACE,
    ),
    "marts.attested_usage": (
        "l.is_primary and l.day = r.day and l.provider = r.provider and l.platform = r.platform"
    ),
    "marts.proven_days": "l.is_primary and l.day = r.day",
    "marts.allocated_cost": "r.pool_kind = 'bill' and l.is_primary and l.day = r.day",
    "marts.calibrated_cost": f"""l.record_id in (
        select c.record_id from core.provider_costs as c cross join asked as s
        where c.day = s.day and c.platform = s.platform and c.is_primary
            and c.provider = {BILLER.replace("b.", "s.")}
            and lower(coalesce(c.charge_category, 'usage')) = 'usage')""",
    "marts.reconciliation_months": (
        "l.is_primary and l.provider = r.provider and strftime(l.day, '%Y-%m') = r.month"
    ),
    **dict.fromkeys(REPORTS, "l.record_id = r.record_id and l.source_format = r.source_format"),
    **CORE_LINES,
}
"""Table -> which lines of reports and bills, `l`, are behind a row of it."""


def _booked(month: str) -> str:
    """Of a closed month, in a delivery that it was closed with, whenever that was read again."""
    return f"""not exists (
        select 1 from meta.closed_months as c inner join asked as s on c.month = {month}
    ) or l.source_file in (
        select d.path from meta.closed_files as c inner join asked as s on c.month = {month}
        inner join meta.files as f on c.path = f.path
        inner join meta.deliveries as d on f.delivery = d.sha256
    )"""


_BOOKED_DAY = _booked("strftime(s.day, '%Y-%m')")
_BOOKED_MONTH = _booked("s.month")
_OF_CUSTOMER = "l.customer_id = r.customer_id"
_PAID_SO = every(_PAID_FOR, "l.currency = r.currency", _PAID_DAY)
RECORDS: dict[str, tuple[tuple[str, ...], str]] = {
    "core.revenue": (("revenue",), every(_PAID_SO, _BOOKED_DAY)),
    "core.restated_revenue": (("revenue",), _PAID_SO),
    "core.revenue_adjustments": (
        ("revenue",),
        every(
            *(_PAID_FOR, "l.currency = r.currency"),
            "l.period_start <= r.adjusted_day and l.period_end >= r.adjusted_day",
        ),
    ),
    "core.outcome_adjustments": (("outcomes",), "l.task_id = r.task_id"),
    "core.bill_adjustments": (BILLS, ADJUSTED),
    "core.restated_bills": (BILLS, RESTATED),
    "marts.bills_as_known": (BILLS, BILLED),
    "core.restated_tasks": (("outcomes",), "l.task_id = r.task_id"),
    "marts.revenue": (("revenue",), every(_PAID_FOR, _PAID_DAY, _BOOKED_DAY)),
    "marts.revenue_as_known": (("revenue",), every(_PAID_FOR, _PAID_MONTH)),
    "marts.cost_per_customer": (("revenue",), every(_OF_CUSTOMER, _PAID_DAY, _BOOKED_DAY)),
    "marts.customer_margin": (("revenue",), every(_OF_CUSTOMER, _PAID_MONTH, _BOOKED_MONTH)),
    "marts.feature_margin": (("revenue",), every(_PAID_FEATURE, _PAID_MONTH, _BOOKED_MONTH)),
    "marts.plan_margin": (("revenue",), every(_PAID_PLAN, _PAID_MONTH, _BOOKED_MONTH)),
    "marts.unmatched_judgements": (
        ("outcomes", "langfuse_scores", "feedback"),
        every("l.source_format = r.source_format and l.day = r.day", _BOOKED_DAY),
    ),
}
"""Table -> raw tables whose records, `l`, are behind a row of it, and which of them."""
