"""`azure_cost`: lines for language models of Azure cost details exports.

How rows are read is in `sql/raw/azure_cost.sql`; the rules are told in
`docs/sources/azure_cost.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost.sources.pages import plain_names
from unitcost_models.reports import RawAzureCost

_ALWAYS = {"metercategory", "metername", "unitofmeasure"}
_EITHER = {"costinbillingcurrency", "cost", "pretaxcost"}


def detect(sample: Sample) -> bool:
    """Whether the sample has the meter columns of a cost details export and a cost."""
    names = plain_names(sample)
    return names >= _ALWAYS and bool(names & _EITHER)


SOURCE = Source(
    format="azure_cost",
    title="Azure cost details export: Azure OpenAI and Foundry models",
    row=RawAzureCost,
    detect=detect,
)
