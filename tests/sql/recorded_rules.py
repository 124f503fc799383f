"""Which rule reads a recorded usage object, by the host and path that were asked."""

from __future__ import annotations

from typing import Any

from unitcost.sources.usage_objects import choose_rule

Json = dict[str, Any]

HOSTS = (
    ("openrouter", "openrouter"),
    ("mistral", "mistral"),
    ("anthropic", "anthropic"),
    ("googleapis", "google"),
    ("bedrock", "bedrock"),
    ("cohere", "cohere"),
    ("deepseek", "deepseek"),
    ("x.ai", "xai"),
    ("127.0.0.1", "ollama"),
    ("openai", "openai"),
)
FLAVOURS = (
    ("interactions", "interactions"),
    ("/openai/", "openai_compatible"),
    ("transcriptions", "transcriptions"),
    ("converse", "converse"),
)


def rule_of(row: Json) -> str | None:
    provider = next((name for part, name in HOSTS if part in (row["host"] or "")), None)
    flavour = next((name for part, name in FLAVOURS if part in (row["url_path"] or "")), None)
    if provider == "ollama" and "eval_count" not in row["usage"]:
        provider = None  # a local stand-in for another provider
    return choose_rule(provider, flavour, row["usage"])
