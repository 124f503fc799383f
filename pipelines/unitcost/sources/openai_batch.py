"""`openai_batch`: results of batches, OpenAI's output and error files and Anthropic's results.

A line holds a response as `provider_bodies` does and is read by the same query,
`sql/raw/told_bodies.sql`; the rules are told in `docs/sources/openai_batch.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost_models.call_logs import RawOpenaiBatch


def detect(sample: Sample) -> bool:
    """Whether every record is a custom_id with a batch's answer, error or result."""
    return bool(sample.records) and all(_is_result(record) for record in sample.records)


def _is_result(record: dict[str, object]) -> bool:
    response, result = record.get("response"), record.get("result")
    if "custom_id" not in record:
        return False
    if isinstance(result, dict):
        return "type" in result
    return {"response", "error"} <= record.keys() and isinstance(response, dict | None)


SOURCE = Source(
    format="openai_batch",
    title="Results of batches (OpenAI output files, Anthropic results)",
    row=RawOpenaiBatch,
    detect=detect,
    counts_calls=True,
    reads_vocabulary=True,
)
