"""Makes the usage objects of provider responses disjoint, each by its own source's rule.

`with_usage` gives the SQL of `sql/raw/usage_*.sql` over whole relations; no record is looped over.
Which table the rows end up in, and who delivered the responses, is not known here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import duckdb

from unitcost.queries import inlined
from unitcost.sqltext import sql_text
from unitcost.workbench import create_empty
from unitcost_models.provider import UsageObject

RULES: dict[str, str] = {
    "openai_chat": "prompt includes cache and modalities, completion includes reasoning",
    "openai_responses": "input includes cache reads and writes, output includes reasoning",
    "openai_realtime": "modality counts include their cached part",
    "openai_images": "input is text and image; output is image unless split",
    "openai_transcription": "tokens by modality, or seconds of audio and no token",
    "gemini": "cached inside prompt; tool prompts and thoughts beside; details over modalities",
    "gemini_interactions": "gemini under the names of the Interactions API",
    "gemini_openai": "what the total has beyond prompt and completion is reasoning",
    "deepseek": "prompt is cache hits and misses",
    "xai": "reasoning stands beside completion where the total says so",
    "mistral": "openai_chat; audio is told in seconds",
    "openrouter": "openai_chat for every model, Claude included; the cost is stated",
    "openrouter_activity": "openai_chat; a replayed row may have more cached than prompt",
    "litellm": "prompt includes reads and writes for every provider",
    "vercel_gateway": "input includes cache reads and writes",
    "total_only": "one total, all of it input (embeddings, reranking)",
    "anthropic": "input, reads and writes beside each other; output includes thinking",
    "bedrock_converse": "input, reads and writes beside each other; the total has all four",
    "bedrock_metrics": "counts of the invocation log and of streams, beside each other",
    "bedrock_titan": "input and output",
    "bedrock_llama": "input and output",
    "cohere": "billed units; what was processed is kept aside",
    "ollama": "input and output; a prompt that was cached is absent",
    "cloudflare_gateway": "input and output, nothing split",
    "disjoint_classes": "the columns of core.requests by name, with stated totals or not",
    "marketplace_units": "a usage amount in millions of tokens of one direction",
}
"""Rule name -> how the object's counts relate. Names are `normalisation_rule` in the results."""

_FAMILIES = ("inclusive", "exclusive", "gemini", "disjoint")
QUERY = "raw.usage_objects"
"""What all families of rules read, one row per billed entry."""
_NONE = "raw.no_usage_objects"

_BY_FLAVOUR: dict[tuple[str, str], str] = {
    ("anthropic", "openai_compatible"): "openai_chat",
    ("cohere", "openai_compatible"): "openai_chat",
    ("google", "openai_compatible"): "gemini_openai",
    ("google", "interactions"): "gemini_interactions",
    ("openai", "images"): "openai_images",
    ("openai", "realtime"): "openai_realtime",
    ("openai", "transcriptions"): "openai_transcription",
    ("openrouter", "activity"): "openrouter_activity",
    ("bedrock", "converse"): "bedrock_converse",
    ("bedrock", "invocation_log"): "bedrock_metrics",
    ("aws_marketplace", "cur"): "marketplace_units",
}
_BY_PROVIDER: dict[str, str] = {
    "anthropic": "anthropic",
    "cloudflare_gateway": "cloudflare_gateway",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "google": "gemini",
    "litellm": "litellm",
    "mistral": "mistral",
    "ollama": "ollama",
    "openrouter": "openrouter",
    "vercel_gateway": "vercel_gateway",
    "xai": "xai",
}
_BY_KEYS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"billed_units"}), "cohere"),
    (frozenset({"total_input_tokens"}), "gemini_interactions"),
    (frozenset({"inputTextTokenCount"}), "bedrock_titan"),
    (frozenset({"inputTokenCount"}), "bedrock_metrics"),
    (frozenset({"inputTokens"}), "bedrock_converse"),
    (frozenset({"outputTokens"}), "bedrock_converse"),
    (frozenset({"promptTokenCount"}), "gemini"),
    (frozenset({"candidatesTokenCount"}), "gemini"),
    (frozenset({"totalTokenCount"}), "gemini"),
    (frozenset({"prompt_token_count"}), "bedrock_llama"),
    (frozenset({"eval_count"}), "ollama"),
    (frozenset({"prompt_cache_miss_tokens"}), "deepseek"),
    (frozenset({"cost_in_usd_ticks"}), "xai"),
    (frozenset({"num_cached_tokens"}), "mistral"),
    (frozenset({"prompt_audio_seconds"}), "mistral"),
    (frozenset({"seconds", "type"}), "openai_transcription"),
    (frozenset({"input_token_details", "type"}), "openai_transcription"),
    (frozenset({"input_token_details"}), "openai_realtime"),
    (frozenset({"cached_input_tokens"}), "vercel_gateway"),
    (frozenset({"prompt_tokens"}), "openai_chat"),
    (frozenset({"input_tokens", "total_tokens"}), "openai_responses"),
    (frozenset({"input_tokens", "output_tokens"}), "anthropic"),
    (frozenset({"total_tokens"}), "total_only"),
    (frozenset({"tokens_in", "tokens_out"}), "cloudflare_gateway"),
)
_NEEDED_KEYS: dict[str, frozenset[str]] = {
    "anthropic": frozenset({"input_tokens", "output_tokens"}),
    "cohere": frozenset({"billed_units"}),
    "deepseek": frozenset({"prompt_cache_miss_tokens"}),
    "ollama": frozenset({"eval_count"}),
}
"""A provider's own object; what it answers in another's shape is read by that shape."""
_IN_OTHER_SHAPES: dict[str, dict[str, str]] = {
    "google": {"gemini": "gemini", "gemini_interactions": "gemini_interactions"}
    | dict.fromkeys(("openai_chat", "openai_responses"), "gemini_openai"),
}
"""What a provider that serves several makers answers: its own rules by shape, else the shape's."""


def choose_rule(provider: str | None, flavour: str | None, keys: Collection[str]) -> str | None:
    """The rule for a usage object.

    `provider` is who answered (the gateway, where one rewrites usage), `flavour` the API where a
    provider has several, `keys` the object's top-level names: Bedrock and most gateways pass the
    maker's own object on, so its names decide what neither of the two does. None where the object
    counts no tokens at all.
    """
    names = set(keys)
    by_flavour = _BY_FLAVOUR.get((provider or "", flavour or ""))
    if by_flavour is not None:
        return by_flavour
    own = _BY_PROVIDER.get(provider or "")
    by_keys = next((rule for needed, rule in _BY_KEYS if needed <= names), None)
    if own is None or by_keys is None:
        return by_keys
    if provider in _IN_OTHER_SHAPES:
        return _IN_OTHER_SHAPES[provider].get(by_keys, by_keys)
    return own if names >= _NEEDED_KEYS.get(own, frozenset()) else by_keys


def rule_macros() -> dict[str, str]:
    """Signature -> body of `choose_rule` as SQL: `usage_shape` of the names, then the rule."""
    shapes = " ".join(f"when {_have(needed)} then {sql_text(rule)}" for needed, rule in _BY_KEYS)
    choices = " ".join(_choices())
    return {
        "usage_shape(names)": f"case {shapes} end",
        "usage_rule(provider, flavour, names, shape)": f"case {choices} else shape end",
    }


def _choices() -> Iterator[str]:
    for (provider, flavour), rule in _BY_FLAVOUR.items():
        yield f"when provider = '{provider}' and flavour = '{flavour}' then '{rule}'"
    yield "when shape is null then null"
    for provider, by_shape in _IN_OTHER_SHAPES.items():
        for shape, rule in by_shape.items():
            yield f"when provider = '{provider}' and shape = '{shape}' then '{rule}'"
    for provider, rule in _BY_PROVIDER.items():
        if provider not in _IN_OTHER_SHAPES:
            needed = _NEEDED_KEYS.get(rule, frozenset())
            yield f"when provider = '{provider}' and {_have(needed)} then '{rule}'"


def _have(needed: Collection[str]) -> str:
    """SQL: all are among `names`. One after the other, as `list_has_all` takes 14 times as long."""
    return " and ".join(f"list_contains(names, {sql_text(n)})" for n in sorted(needed)) or "true"


def with_usage(con: duckdb.DuckDBPyConnection, name: str = QUERY) -> str:
    """SQL: `raw.usage_objects` of `raw.usage_bodies(body_id, rule, usage JSON)`, or what reads it.

    Its columns are those of `unitcost_models.provider.UsageObject`: one row per billed entry. A
    count that is none (negative, fractional, not a number) is left out and named in `problem`. A
    body whose rule is NULL or unknown gives no row. The families of rules that no body has are
    left out: planned for nothing, one costs more than a small file's records.
    """
    rules = con.execute("select distinct rule from raw.usage_bodies").fetchall()
    create_empty(con, UsageObject, _NONE)
    families = [f"{QUERY}_{family}" for family in _FAMILIES]
    unread = [f for f in families if not any(f"'{rule}'" in inlined(f) for (rule,) in rules)]
    return inlined(name, frozenset(unread), _NONE)
