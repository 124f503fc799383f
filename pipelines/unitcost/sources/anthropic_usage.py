"""Anthropic messages usage: pages of the Admin usage report and Console usage CSVs.

Rules (Anthropic's Admin API reference; CSV shapes as seen in real exports):

- All classes are exclusive: uncached input, cache reads, 5-minute and 1-hour writes, output.
  Thinking is inside output and not split; the API counts no requests.
- `starting_at` is inclusive, `ending_at` exclusive, both UTC. A CSV row is one UTC day.
- `workspace_id` null is the default workspace, `api_key_id` null the Workbench; both are null too
  when not grouped by.
- The CSV names keys and workspaces instead of giving their ids, may begin with a byte order mark,
  and writes the context window with `≤`. The oldest CSVs lack context window, geography and speed.
- Buckets are delivered again with other numbers; `core.provider_usage` keeps one delivery.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost.sources.pages import buckets, has_columns, names_costs, results
from unitcost_models.raw_provider import RawAnthropicUsage


def detect(sample: Sample) -> bool:
    """Whether the sample is surely an Anthropic usage report."""
    if sample.columns:
        return has_columns(
            sample, ("usage_date_utc",), ("usage_input_tokens_no_cache", "usage_output_tokens")
        )
    rows = results(sample)
    if not rows:
        found = buckets(sample)
        return bool(found) and all("starting_at" in b for b in found) and not names_costs(sample)
    return all("uncached_input_tokens" in row and "output_tokens" in row for row in rows)


SOURCE = Source(
    format="anthropic_usage",
    title="Anthropic's usage report: API pages and Console CSV",
    row=RawAnthropicUsage,
    detect=detect,
)
