"""`requests`: the project's own flat log format, for anyone whose log is none of the others.

How records are read is in `unitcost.reading.flat_records` and `sql/raw/requests.sql`, how they
are counted in `sql/steps/requests_sightings.sql`; the format is described in
`docs/sources/requests.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost_models.raw_requests import RawRequest
from unitcost_models.shared import DIMENSIONS, METERS, TOKEN_CLASSES

_MODELS = ("model", "request_model", "response_model")
_QUANTITIES = (*TOKEN_CLASSES, "prompt_tokens", "completion_tokens", *METERS)
FRACTIONS = (
    *("latency_ms", "audio_seconds", "container_minutes", "cache_storage_token_hours"),
    "reported_cost_usd",
)
"""Numbers that need not be whole."""
COUNTS = (*(name for name in _QUANTITIES if name not in FRACTIONS), "attempt_no", "http_status")
WORDS = (
    *("request_id", "call_id", "trace_id", "span_id", "workflow_run_id"),
    *("provider_response_id", "started_at", "provider", "platform", "region_scope", "account_id"),
    *_MODELS,
    *("operation", "service_tier", "is_batch", "container_size"),
    *DIMENSIONS,
    *("status", "error_type", "finish_reason", "billed_state", "usage_basis"),
)
NAMES = (*WORDS, *COUNTS, *FRACTIONS)
"""All that a record may tell; what other names tell is ignored."""


def detect(sample: Sample) -> bool:
    """Whether the sample names started_at, provider, a model and a quantity as core.requests does.

    `started_at` with `provider` is the format's own spelling: LiteLLM writes startTime and
    custom_llm_provider, provider exports start_time or usage_date_utc.
    """
    names = set(sample.columns) or {name for record in sample.records for name in record}
    return {"started_at", "provider"} <= names and not (
        names.isdisjoint(_MODELS) or names.isdisjoint(_QUANTITIES)
    )


SOURCE = Source(
    format="requests",
    title="the project's own flat format, for any other log",
    row=RawRequest,
    detect=detect,
    counts_calls=True,
    names=NAMES,
)
