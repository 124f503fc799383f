"""`helicone`: requests that Helicone's gateway logged, from its export or its ClickHouse table.

How records are read is in `sql/raw/helicone.sql`; the rules are told in `docs/sources/helicone.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, call_log

_ALWAYS = {"request_id", "request_created_at"}
_EITHER = {"delay_ms", "latency", "response_status", "status", "request_model", "target_url"}
_EXPORTER_CSV = {"response_id", "request_created_at", "request_properties", "latency"}
"""Of what `@helicone/export --format csv` writes: it leaves out the request's id."""


def detect(sample: Sample) -> bool:
    """Whether the sample has Helicone's own names for a request's id and time."""
    names = set(sample.columns) or {name for record in sample.records for name in record}
    return (names >= _ALWAYS and bool(names & _EITHER)) or names >= _EXPORTER_CSV


SOURCE = call_log(
    "helicone",
    title="Helicone's request export and ClickHouse rows",
    record="One request that went through Helicone.",
    detect=detect,
)
