"""`focus`: charges for language models in files of the FinOps Open Cost and Usage Specification.

How rows are read is in `sql/raw/focus.sql`; the rules are told in `docs/sources/focus.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, report
from unitcost.sources.pages import plain_names

_ALWAYS = {"billedcost", "billingcurrency", "chargeperiodstart"}
_EITHER = {"servicename", "servicecategory", "providername", "serviceprovidername"}


def detect(sample: Sample) -> bool:
    """Whether the sample has FOCUS's own names of a charge, its period and who charges it."""
    names = plain_names(sample)
    return names >= _ALWAYS and bool(names & _EITHER)


SOURCE = report(
    "focus",
    title="FOCUS 1.0 to 1.4 of any provider",
    record="One charge of a FOCUS file that is for a language model.",
    detect=detect,
    is_weighed_by_month=True,
)
