"""`aider`: aider's analytics log (`--analytics-log`).

How records are read is in `sql/raw/aider.sql`; the rules are told in `docs/sources/aider.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, call_log

_NAMES = {"event", "properties", "user_id", "time"}
_EVENTS = {"launched", "message_send", "message_send_starting", "cli session", "exit", "repo"}


def detect(sample: Sample) -> bool:
    """Whether every record is an event with aider's four names, and one has a name of aider's."""
    records = sample.records
    are_events = bool(records) and all(record.keys() == _NAMES for record in records)
    return are_events and any(record["event"] in _EVENTS for record in records)


SOURCE = call_log(
    "aider",
    title="aider's analytics log",
    record="One message that aider sent to a model.",
    detect=detect,
    is_told_by_file=True,
)
