"""`openai_batch`: results of batches, OpenAI's output and error files and Anthropic's results.

A line holds a response as `provider_bodies` does and is read by the same query,
`sql/raw/told_bodies.sql`; the rules are told in `docs/sources/openai_batch.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, call_log


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


SOURCE = call_log(
    "openai_batch",
    title="results of batches: OpenAI's output and error files, Anthropic's results",
    record="One line of a batch's results.",
    detect=detect,
)
