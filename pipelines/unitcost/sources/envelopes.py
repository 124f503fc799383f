"""Pages of an API's answers: records in one list of an object, as they are often kept in files.

A source that reads such pages itself (reports, whose pages say more) is not asked to know this.
"""

from __future__ import annotations

from dataclasses import replace

from unitcost.sources.base import Sample

TRACE_LIST = "observations"
"""The name under which a trace of Langfuse lists its parts. The trace is a record beside them."""
LISTS = (
    *("data", "results", "result", "runs", "traces", "items", "logs", "calls", "rows"),
    TRACE_LIST,
)
"""Names under which APIs list what they answer."""


def list_name(record: dict[str, object]) -> str | None:
    """The one name under which an object holds a list of objects, if it is a page."""
    found = [name for name in LISTS if _is_list(record.get(name))]
    return found[0] if len(found) == 1 else None


def opened(sample: Sample) -> Sample | None:
    """The sample with the records of its pages; None where not every record is a page."""
    names = {list_name(record) for record in sample.records}
    if sample.columns or not names or None in names:
        return None
    inner = (
        item
        for record in sample.records
        for name in names & record.keys()
        if isinstance(items := record[str(name)], list)
        for item in items
        if isinstance(item, dict)
    )
    return replace(sample, records=tuple(inner))


def _is_list(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)
