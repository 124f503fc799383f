"""`invoices`: what invoices of any provider state, line by line.

How rows are read is in `sql/raw/invoices.sql`; the rules are told in `docs/sources/invoices.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost.sources.pages import plain_names
from unitcost_models.reports import RawInvoice

_ALWAYS = {"provider", "invoiceid", "amount"}
_PERIODS = {"period", "periodstart"}


def detect(sample: Sample) -> bool:
    """Whether the sample gives amounts of a provider's invoice for a period.

    What customers pay names a customer and no provider.
    """
    names = plain_names(sample)
    return names >= _ALWAYS and bool(names & _PERIODS) and "customerid" not in names


SOURCE = Source(
    format="invoices",
    title="Invoices, line by line (CSV, JSON lines, Parquet)",
    row=RawInvoice,
    detect=detect,
)
