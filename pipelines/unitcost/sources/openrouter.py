"""`openrouter`: generations that OpenRouter served, from its API or its export of single requests.

How records are read is in `sql/raw/openrouter.sql`; the rules are told in
`docs/sources/openrouter.md`. Sums by day and model are no calls and not this format.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost_models.call_logs import RawOpenrouter

_OWN = {"tokens_prompt", "upstream_id", "cache_discount", "moderation_latency", "num_media_prompt"}
_EXPORT = {"generation_id", "created_at", "model_permaslug"}


def detect(sample: Sample) -> bool:
    """Whether the sample has the names of OpenRouter's generations or of its export."""
    return any(_is_generation(names) for names in _names(sample))


def _names(sample: Sample) -> list[set[str]]:
    if sample.columns:
        return [set(sample.columns)]
    inner = [record.get("data", record) for record in sample.records]
    return [set(record) for record in inner if isinstance(record, dict)]


def _is_generation(names: set[str]) -> bool:
    is_answer = {"id", "created_at", "native_tokens_prompt"} <= names and bool(names & _OWN)
    return is_answer or names >= _EXPORT


SOURCE = Source(
    format="openrouter",
    title="OpenRouter generations (API answers, export of requests)",
    row=RawOpenrouter,
    detect=detect,
    counts_calls=True,
    reads_vocabulary=True,
)
