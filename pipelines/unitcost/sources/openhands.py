"""`openhands`: results of OpenHands' evaluations (`output.jsonl`), with their calls.

How records are read is in `sql/raw/openhands.sql`; the rules are told in
`docs/sources/openhands.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, call_log


def detect(sample: Sample) -> bool:
    """Whether a record is an instance whose metrics list the tokens of single calls."""
    return any(_lists_calls(record) for record in sample.records)


def _lists_calls(record: dict[str, object]) -> bool:
    metrics = record.get("metrics")
    is_result = {"instance_id", "history"} <= record.keys()
    return is_result and isinstance(metrics, dict) and "token_usages" in metrics


SOURCE = call_log(
    "openhands",
    title="OpenHands' results of an evaluation",
    record="One model call of an OpenHands result.",
    detect=detect,
    is_told_by_file=True,
)
