"""`vercel_ai_gateway`: generations that Vercel's AI Gateway served, from its API.

How records are read is in `sql/raw/vercel_ai_gateway.sql`; the rules are told in
`docs/sources/vercel_ai_gateway.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, api_names, call_log

_ALWAYS = {"id", "created_at", "native_tokens_prompt"}
_SDK = {"id", "created_at", "prompt_tokens", "cache_creation_tokens", "generation_time"}
"""What the AI SDK makes of an answer."""
_OWN = {"native_tokens_cache_creation", "billable_web_search_calls"}


def detect(sample: Sample) -> bool:
    """Whether the sample has names or ids that only Vercel's generations have.

    OpenRouter answers with the same names of usage; its ids begin otherwise.
    """
    inner = [record.get("data", record) for record in sample.records]
    generations = [record for record in inner if isinstance(record, dict)]
    return any(
        _is_generation(api_names(g), g) for g in generations or [dict.fromkeys(sample.columns)]
    )


def _is_generation(names: set[str], generation: dict[str, object]) -> bool:
    is_own = bool(names & _OWN) or str(generation.get("id")).startswith("gen_")
    return is_own and (names >= _ALWAYS or names >= _SDK)


SOURCE = call_log(
    "vercel_ai_gateway",
    title="generations of Vercel's AI Gateway",
    record="One generation that Vercel's AI Gateway served.",
    detect=detect,
)
