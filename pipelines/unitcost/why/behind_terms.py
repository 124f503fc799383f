"""SQL terms of a request, `b`, in which rows of several tables say what is behind them."""

from __future__ import annotations

UNKNOWN = "(unattributed)"
NOT_TOLD = f"('(all)', '(all accounts)', '(not split)', '{UNKNOWN}')"
"""How a mart writes that it does not tell its rows apart by a column."""
REPORTS = ("core.provider_costs", "core.provider_usage", "core.invoice_lines")
"""Tables of which each row is a line of a file that a provider gave."""
BILLER = """case
    when b.platform = 'bedrock' then 'aws' when b.platform = 'azure' then 'azure'
    when b.platform in ('vertex', 'ai_studio') then 'gcp'
    when b.platform = 'direct' then b.provider else b.platform end"""
BILLED_MODEL = "coalesce(b.model, lower(coalesce(b.response_model, b.request_model)), '(unnamed)')"
OWN_DAY = "b.day = r.day"


def every(*conditions: str) -> str:
    """All of the conditions."""
    return " and ".join(f"({condition})" for condition in conditions)


def same(*names: str) -> str:
    """A request's columns are the row's, an unknown as the marts write it."""
    return " and ".join(f"coalesce(b.{name}, '{UNKNOWN}') = r.{name}" for name in names)


SPEND_KIND = """r.spend_kind = case when b.stage = 'evaluation' then 'evaluation'
    when lower(b.environment) in ('production', 'prod', 'live') then 'cost_of_goods'
    when b.environment is not null then 'research_and_development' else 'unknown' end"""
IN_SIZE = """b.prompt_tokens >= r.from_prompt_tokens
    and (r.from_prompt_tokens = 500000 or b.prompt_tokens < case r.from_prompt_tokens
        when 0 then 1000 when 128000 then 200000 when 200000 then 500000
        else 2 * r.from_prompt_tokens end)"""
"""The prompt is of the row's size."""


def of_size(side: str) -> str:
    """The request's prompt or completion has the row's size in powers of two."""
    return f"""r.{side}_size_tokens = case when b.{side}_tokens > 0
        then cast(power(2, floor(log2(b.{side}_tokens))) as bigint) else 0 end"""
