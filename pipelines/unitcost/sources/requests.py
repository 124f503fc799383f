"""`requests`: the project's own flat log format, for anyone whose log is none of the others.

How records are read is in `sql/raw/requests.sql`, how they are counted in
`sql/steps/requests_sightings.sql`; the format is described in `docs/sources/requests.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost_models.raw_requests import RawRequest
from unitcost_models.shared import METERS, TOKEN_CLASSES

_MODELS = {"model", "request_model", "response_model"}
_QUANTITIES = {*TOKEN_CLASSES, "prompt_tokens", "completion_tokens", *METERS}


def detect(sample: Sample) -> bool:
    """Whether the sample names started_at, provider, a model and a quantity as core.requests does.

    `started_at` with `provider` is the format's own spelling: LiteLLM writes startTime and
    custom_llm_provider, provider exports start_time or usage_date_utc.
    """
    names = set(sample.columns) or {name for record in sample.records for name in record}
    return {"started_at", "provider"} <= names and bool(names & _MODELS and names & _QUANTITIES)


SOURCE = Source(
    format="requests",
    title="the project's own flat format, for any other log",
    row=RawRequest,
    detect=detect,
    counts_calls=True,
)
