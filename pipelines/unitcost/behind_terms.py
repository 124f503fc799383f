"""SQL terms of a request, `b`, in which rows of several tables say what is behind them."""

from __future__ import annotations

UNKNOWN = "(unattributed)"
BILLER = """case
    when b.platform = 'bedrock' then 'aws' when b.platform = 'azure' then 'azure'
    when b.platform in ('vertex', 'ai_studio') then 'gcp'
    when b.platform = 'direct' then b.provider else b.platform end"""
BILLED_MODEL = "coalesce(b.model, lower(coalesce(b.response_model, b.request_model)), '(unnamed)')"
OWN_DAY = "b.day = r.day"


def every(*conditions: str) -> str:
    """All of the conditions."""
    return " and ".join(f"({condition})" for condition in conditions)
