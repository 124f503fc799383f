"""`invoices`: what invoices of any provider state, line by line.

How rows are read is in `sql/raw/invoices.sql`; the rules are told in `docs/sources/invoices.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, report
from unitcost.sources.pages import plain_names

_ALWAYS = {"provider", "invoiceid", "amount"}
_PERIODS = {"period", "periodstart"}


def detect(sample: Sample) -> bool:
    """Whether the sample gives amounts of a provider's invoice for a period.

    What customers pay names a customer and no provider.
    """
    names = plain_names(sample)
    return names >= _ALWAYS and bool(names & _PERIODS) and "customerid" not in names


SOURCE = report(
    "invoices",
    title="what invoices of any provider state, line by line",
    record="One line of an invoice, for any period.",
    detect=detect,
)
