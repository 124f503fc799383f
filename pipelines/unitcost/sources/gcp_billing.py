"""`gcp_billing`: lines for language models of Google Cloud's billing export from BigQuery.

How rows are read is in `sql/raw/gcp_billing.sql`; the rules are told in
`docs/sources/gcp_billing.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost.sources.pages import plain_names
from unitcost_models.reports import RawGcpBilling

_ALWAYS = {"usagestarttime", "usageendtime", "cost", "currency"}
_EITHER = {"sku", "skuid", "skudescription"}


def detect(sample: Sample) -> bool:
    """Whether the sample has the columns of the billing export's tables."""
    names = plain_names(sample)
    return names >= _ALWAYS and bool(names & _EITHER)


SOURCE = Source(
    format="gcp_billing",
    title="Google Cloud billing export: Vertex AI and the Gemini API",
    row=RawGcpBilling,
    detect=detect,
)
