"""OpenAI organization usage: pages of the Usage API (all kinds), of the one before it, and CSVs.

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
from unitcost.sources.pages import buckets, has_columns, is_only, items, names_costs, results
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
_OLD_ROW = {"aggregation_timestamp", "snapshot_id", "n_context_tokens_total"}
_OLD_LISTS = {"data", "whisper_api_data", "dalle_api_data"}


def detect(sample: Sample) -> bool:
    """Whether the sample is surely an OpenAI usage report."""
    if sample.columns:
        return _is_usage_table(sample)
    if _is_old_page(sample):
        return True
    rows = results(sample)
    if not rows:
        found = buckets(sample)
        return bool(found) and all("start_time" in b for b in found) and not names_costs(sample)
    return all(str(row.get("object", "")).startswith("organization.usage.") for row in rows)


def _is_old_page(sample: Sample) -> bool:
    """Whether it answers `/v1/usage`, which had no buckets."""
    rows = items(sample)
    pages = [record for record in sample.records if record.keys() >= _OLD_LISTS]
    return bool(rows or pages) and all(row.keys() >= _OLD_ROW for row in rows if row not in pages)


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
