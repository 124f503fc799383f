"""OpenAI organization usage: pages of the Usage API (all kinds) and dashboard usage CSVs.

Rules (OpenAI's API reference and openapi examples; CSV shapes as seen in real exports):

- Buckets are UTC, `start_time` inclusive and `end_time` exclusive, Unix seconds. The ISO columns of
  a CSV have no offset on filled rows, so the Unix columns decide.
- A dimension is null unless it is grouped by, so null means not grouped or unknown; the grouping
  that a file shows is kept beside its rows.
- An empty bucket is delivered: an empty `results`, or a CSV row with nothing but times. An export
  without any usage has only the four time columns and equals an empty cost export byte for byte.
- CSV columns are matched by name; counts may be written `4.0`, booleans `False`.
- Counts of the newer columns are disjoint; a row without `input_uncached_tokens` is of the older
  meaning. `sql/steps/openai_usage_classes.sql` makes the classes.
- Buckets are delivered again with other numbers; `core.provider_usage` keeps one delivery.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost.sources.pages import buckets, has_columns, is_only, names_costs, results
from unitcost_models.raw_provider import RawOpenaiUsage

TIME_COLUMNS = ("start_time", "end_time", "start_time_iso", "end_time_iso")
"""The columns that every dashboard CSV begins with."""
_MEASURES = (
    "num_model_requests",
    "num_requests",
    "num_sessions",
    "input_tokens",
    "images",
    "characters",
    "seconds",
    "usage_bytes",
)


def detect(sample: Sample) -> bool:
    """Whether the sample is surely an OpenAI usage report."""
    if sample.columns:
        return _is_usage_table(sample)
    rows = results(sample)
    if not rows:
        found = buckets(sample)
        return bool(found) and all("start_time" in b for b in found) and not names_costs(sample)
    return all(str(row.get("object", "")).startswith("organization.usage.") for row in rows)


def _is_usage_table(sample: Sample) -> bool:
    if is_only(sample, TIME_COLUMNS):
        return not names_costs(sample)
    return has_columns(sample, ("start_time", "end_time"), _MEASURES) and not has_columns(
        sample, (), ("amount_value",)
    )


SOURCE = Source(
    format="openai_usage",
    title="OpenAI's usage: API pages and dashboard CSV",
    row=RawOpenaiUsage,
    detect=detect,
)
