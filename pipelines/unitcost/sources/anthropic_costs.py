"""Anthropic costs: pages of the Admin cost report and Console cost CSVs.

Three money units in one vendor; `amount_unit` says which rule read a row (Anthropic's Admin API
reference; CSV shapes as seen in real exports):

- `cents_text`: the API's `amount` is a decimal string in cents, so "123.78912" is 1.2378912 USD.
- `dollars_2dp`: the CSV's `cost_usd` is in dollars with two decimals, so many rows are 0.00 and a
  CSV does not add up to the API.
- Claude Code analytics give a number in cents; that is a source of its own.

The parsed columns (`cost_type`, `token_type`, model, ...) are null unless the report is grouped by
description. The CSV spells models by display name. Priority Tier spend is in no cost report, and
code execution is in no usage report, so usage times price never ties to cost completely.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost.sources.pages import buckets, has_columns, names_costs, results
from unitcost_models.raw_provider import RawAnthropicCost


def detect(sample: Sample) -> bool:
    """Whether the sample is surely an Anthropic cost report."""
    if sample.columns:
        return has_columns(sample, ("usage_date_utc", "cost_usd"), ("token_type", "cost_type"))
    rows = results(sample)
    if not rows:
        found = buckets(sample)
        return bool(found) and all("starting_at" in b for b in found) and names_costs(sample)
    return all(
        isinstance(row.get("amount"), str) and "currency" in row and "object" not in row
        for row in rows
    )


SOURCE = Source(
    format="anthropic_costs",
    title="Anthropic's cost report: API pages and Console CSV",
    row=RawAnthropicCost,
    detect=detect,
)
