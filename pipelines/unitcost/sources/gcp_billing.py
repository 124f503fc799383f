"""`gcp_billing`: lines for language models of Google Cloud's billing: BigQuery, the cost table.

How rows are read is in `sql/raw/gcp_billing.sql`; the rules are told in
`docs/sources/gcp_billing.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, report
from unitcost.sources.pages import plain_names

_ALWAYS = {"usagestarttime", "usageendtime", "cost", "currency"}
_EITHER = {"sku", "skuid", "skudescription"}
_CONSOLE = {"servicedescription", "skudescription", "costtype", "cost"}
_CONSOLE_EITHER = {"unroundedcost", "credittype"}


def detect(sample: Sample) -> bool:
    """Whether the sample has the columns of the billing export's tables, or the console's."""
    names = plain_names(sample)
    is_console = names >= _CONSOLE and bool(names & _CONSOLE_EITHER)
    return is_console or (names >= _ALWAYS and bool(names & _EITHER))


SOURCE = report(
    "gcp_billing",
    title="Google Cloud's billing export: Vertex AI and the Gemini API",
    record="One line of Google's billing that is for a language model, or one of its credits.",
    detect=detect,
    is_weighed_by_month=True,
)
