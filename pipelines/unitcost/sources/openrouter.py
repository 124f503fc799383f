"""`openrouter`: generations that OpenRouter served, from its API or its export of single requests.

How records are read is in `sql/raw/openrouter.sql`; the rules are told in
`docs/sources/openrouter.md`. Sums by day and model are no calls and not this format.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, api_names, call_log

_ANSWER = {"id", "created_at", "native_tokens_prompt"}
_OWN = {"upstream_id", "cache_discount", "moderation_latency", "num_media_prompt"}
_EXPORT = {"generation_id", "created_at", "model_permaslug"}


def detect(sample: Sample) -> bool:
    """Whether the sample has the names of OpenRouter's generations or of its export.

    Vercel's gateway answers with the same names of usage; its ids begin otherwise.
    """
    inner = [record.get("data", record) for record in sample.records]
    generations = [record for record in inner if isinstance(record, dict)]
    return any(
        _is_generation(api_names(g), g) for g in generations or [dict.fromkeys(sample.columns)]
    )


def _is_generation(names: set[str], generation: dict[str, object]) -> bool:
    is_own = bool(names & _OWN) or str(generation.get("id")).startswith("gen-")
    return names >= _EXPORT or (names >= _ANSWER and is_own)


SOURCE = call_log(
    "openrouter",
    title="OpenRouter generations and its export of single requests",
    record="One generation that OpenRouter served.",
    detect=detect,
)
