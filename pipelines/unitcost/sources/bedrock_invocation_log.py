"""`bedrock_invocation_log`: Bedrock's model invocation log, from S3 or CloudWatch.

How records are read is in `sql/raw/bedrock_invocation_log.sql`; the rules are told in
`docs/sources/bedrock_invocation_log.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, call_log

_SCHEMA = "ModelInvocationLog"


_CARRIERS = ("message", "@message", "logEvents", "events", "results")
"""What CloudWatch, its subscriptions, `aws logs` and its queries hold records in."""


def detect(sample: Sample) -> bool:
    """Whether the records, or the messages that CloudWatch wraps them in, name the log's schema."""
    return any(_names_schema(record) for record in sample.records)


def _names_schema(record: dict[str, object]) -> bool:
    texts = (str(record.get(name, "")) for name in _CARRIERS)
    return record.get("schemaType") == _SCHEMA or any(f'"{_SCHEMA}"' in text for text in texts)


SOURCE = call_log(
    "bedrock_invocation_log",
    title="Bedrock's model invocation log, from S3 or CloudWatch",
    record="One invocation that Bedrock logged.",
    detect=detect,
)
