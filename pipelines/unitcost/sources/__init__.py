"""The registry of sources: one line each. Adding a source is adding its module and its line."""

from __future__ import annotations

from importlib import import_module

from unitcost.sources.base import Sample, Source
from unitcost.sources.envelopes import opened

FORMATS = (
    "otlp_json",
    "openinference_parquet",
    "mlflow",
    "jaeger",
    "litellm",
    "helicone",
    "openrouter",
    "langchain",
    "langfuse",
    "provider_bodies",
    "openai_batch",
    "bedrock_invocation_log",
    "langsmith",
    "posthog",
    "agent_events",
    "claude_code",
    "codex",
    "gemini_cli",
    "aider",
    "portkey",
    "cloudflare_ai_gateway",
    "vercel_ai_gateway",
    "weave",
    "openhands",
    "openai_usage",
    "openai_costs",
    "anthropic_usage",
    "anthropic_costs",
    "anthropic_analytics",
    "anthropic_claude_code",
    "openrouter_activity",
    "deepseek",
    "aws_cur",
    "azure_cost",
    "gcp_billing",
    "focus",
    "invoices",
    "outcomes",
    "langfuse_scores",
    "feedback",
    "revenue",
    "requests",
)
"""Names of the modules, in the order in which users read of them."""

SOURCES: dict[str, Source] = {
    name: import_module(f"unitcost.sources.{name}").SOURCE for name in FORMATS
}


def detect_format(sample: Sample) -> str | None:
    """The first source that is sure of the sample, or of the records of its pages, or None."""
    inner = opened(sample)
    return _sure_of(sample) or (_sure_of(inner) if inner else None)


def _sure_of(sample: Sample) -> str | None:
    return next((s.format for s in SOURCES.values() if s.detect(sample)), None)
