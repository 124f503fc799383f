"""`azure_cost`: lines for language models of Azure cost details exports.

How rows are read is in `sql/raw/azure_cost.sql`; the rules are told in
`docs/sources/azure_cost.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, report
from unitcost.sources.pages import plain_names

_ALWAYS = {"metercategory", "metername", "unitofmeasure"}
_EITHER = {"costinbillingcurrency", "cost", "pretaxcost"}


def detect(sample: Sample) -> bool:
    """Whether the sample has the meter columns of a cost details export and a cost."""
    names = plain_names(sample)
    return names >= _ALWAYS and bool(names & _EITHER)


SOURCE = report(
    "azure_cost",
    title="Azure cost details exports: Azure OpenAI and Foundry models",
    record="One line of an Azure cost details export that is for a language model.",
    detect=detect,
)
