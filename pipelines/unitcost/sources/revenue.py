"""`revenue`: what customers pay for a period, as billing exports it.

How records are read is in `sql/raw/revenue.sql`, how amounts are spread over days in
`sql/core/revenue.sql`; the format is described in `docs/sources/revenue.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost_models.raw_revenue import RawRevenue

_PERIODS = {"period", "period_start"}
_AMOUNTS = {"amount", "amount_usd"}


def detect(sample: Sample) -> bool:
    """Whether the sample gives an amount of a customer for a period.

    Costs that providers report name no customer.
    """
    names = set(sample.columns) or {name for record in sample.records for name in record}
    return "customer_id" in names and bool(names & _PERIODS and names & _AMOUNTS)


SOURCE = Source(
    format="revenue",
    title="what customers pay",
    row=RawRevenue,
    detect=detect,
    late_rows="true",
)
