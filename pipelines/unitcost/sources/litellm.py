"""`litellm`: the LiteLLM gateway's own log, StandardLoggingPayload and SpendLogs exports.

What records say is in `sql/raw/litellm_texts.sql`, how they are read in `litellm.sql`, how attempts
become calls in `sql/steps/litellm_sightings.sql`; the rules are told in `docs/sources/litellm.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost_models.raw_litellm import RawLitellm

_ALWAYS = {"startTime", "call_type", "model", "prompt_tokens"}
_COSTS = {"response_cost", "spend"}


def detect(sample: Sample) -> bool:
    """Whether the sample has the camel-case times, call_type and cost that only LiteLLM writes."""
    names = set(sample.columns) or {name for record in sample.records for name in record}
    return names >= _ALWAYS and bool(names & _COSTS)


SOURCE = Source(
    format="litellm",
    title="LiteLLM's standard logging payload and spend logs",
    row=RawLitellm,
    detect=detect,
    counts_calls=True,
    reads_vocabulary=True,
)
