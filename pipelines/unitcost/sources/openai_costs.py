"""OpenAI organization costs: pages of the Costs API and dashboard cost CSVs.

Rules (OpenAI's API reference; CSV shapes and line items as seen in real exports):

- `amount.value` is a JSON number in whole currency units, with up to 36 digits; it is read from its
  text, never through a binary float, kept as delivered in `amount_text` and rounded half-even at
  the twelfth decimal. `amount_unit` is `currency_number`.
- `line_item` is free text that has drifted. It is read as an optional prefix before ` | `, a model,
  and words after the comma; what no rule reads has the meter `unparsed` and is kept.
- Buckets are days, in UTC; time columns, empty buckets and re-deliveries are as in `openai_usage`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost.sources.openai_usage import TIME_COLUMNS
from unitcost.sources.pages import buckets, has_columns, is_only, names_costs, results
from unitcost_models.raw_provider import RawOpenaiCost


def detect(sample: Sample) -> bool:
    """Whether the sample is surely an OpenAI cost report."""
    if sample.columns:
        if is_only(sample, TIME_COLUMNS):
            return names_costs(sample)
        return has_columns(sample, ("start_time", "amount_value"), ("amount_currency",))
    rows = results(sample)
    if not rows:
        found = buckets(sample)
        return bool(found) and all("start_time" in b for b in found) and names_costs(sample)
    return all(row.get("object") == "organization.costs.result" for row in rows)


SOURCE = Source(
    format="openai_costs",
    title="OpenAI's costs: API pages and dashboard CSV",
    row=RawOpenaiCost,
    detect=detect,
)
