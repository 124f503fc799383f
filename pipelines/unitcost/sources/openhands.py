"""`openhands`: results of OpenHands' evaluations (`output.jsonl`), with their calls.

How records are read is in `sql/raw/openhands.sql`; the rules are told in
`docs/sources/openhands.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, Source
from unitcost_models.call_logs import RawOpenhands


def detect(sample: Sample) -> bool:
    """Whether a record is an instance whose metrics list the tokens of single calls."""
    return any(_lists_calls(record) for record in sample.records)


def _lists_calls(record: dict[str, object]) -> bool:
    metrics = record.get("metrics")
    is_result = {"instance_id", "history"} <= record.keys()
    return is_result and isinstance(metrics, dict) and "token_usages" in metrics


SOURCE = Source(
    format="openhands",
    title="OpenHands evaluation results",
    row=RawOpenhands,
    detect=detect,
    counts_calls=True,
    reads_vocabulary=True,
)
