"""The registry of sources: one line each. Adding a source is adding its module and its line."""

from __future__ import annotations

from unitcost.sources import (
    aider,
    anthropic_analytics,
    anthropic_claude_code,
    anthropic_costs,
    anthropic_usage,
    aws_cur,
    azure_cost,
    bedrock_invocation_log,
    claude_code,
    cloudflare_ai_gateway,
    codex,
    deepseek,
    focus,
    gcp_billing,
    gemini_cli,
    helicone,
    invoices,
    langfuse,
    langfuse_scores,
    langsmith,
    litellm,
    mlflow,
    openai_batch,
    openai_costs,
    openai_usage,
    openhands,
    openinference_parquet,
    openrouter,
    openrouter_activity,
    otlp_json,
    outcomes,
    portkey,
    posthog,
    provider_bodies,
    requests,
    revenue,
    vercel_ai_gateway,
    weave,
)
from unitcost.sources.base import Sample, Source

SOURCES: dict[str, Source] = {
    source.format: source
    for source in (
        otlp_json.SOURCE,
        openinference_parquet.SOURCE,
        mlflow.SOURCE,
        litellm.SOURCE,
        helicone.SOURCE,
        openrouter.SOURCE,
        langfuse.SOURCE,
        provider_bodies.SOURCE,
        openai_batch.SOURCE,
        bedrock_invocation_log.SOURCE,
        langsmith.SOURCE,
        posthog.SOURCE,
        claude_code.SOURCE,
        codex.SOURCE,
        gemini_cli.SOURCE,
        aider.SOURCE,
        portkey.SOURCE,
        cloudflare_ai_gateway.SOURCE,
        vercel_ai_gateway.SOURCE,
        weave.SOURCE,
        openhands.SOURCE,
        openai_usage.SOURCE,
        openai_costs.SOURCE,
        anthropic_usage.SOURCE,
        anthropic_costs.SOURCE,
        anthropic_analytics.SOURCE,
        anthropic_claude_code.SOURCE,
        openrouter_activity.SOURCE,
        deepseek.SOURCE,
        aws_cur.SOURCE,
        azure_cost.SOURCE,
        gcp_billing.SOURCE,
        focus.SOURCE,
        invoices.SOURCE,
        outcomes.SOURCE,
        langfuse_scores.SOURCE,
        revenue.SOURCE,
        requests.SOURCE,
    )
}


def detect_format(sample: Sample) -> str | None:
    """The first source that is sure of the sample, or None."""
    return next((s.format for s in SOURCES.values() if s.detect(sample)), None)
