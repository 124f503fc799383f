"""`mlflow`: traces exported from MLflow, as its trace JSON or as rows of `search_traces`.

`sql/raw/mlflow.sql` tells their spans as OTLP/JSON; from there on they are spans like any other.
The rules are told in `docs/sources/mlflow.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, span_export

_INFO = {"trace_metadata", "request_metadata", "tags", "trace_id", "request_id", "state", "status"}


_SPAN = {"name", "attributes"}


def detect(sample: Sample) -> bool:
    """Whether every record is a trace with MLflow's info beside its spans, or one of its spans."""
    return bool(sample.records) and all(map(_is_own, sample.records))


def _is_own(record: dict[str, object]) -> bool:
    info, data = record.get("info"), record.get("data")
    if isinstance(info, dict) and isinstance(data, dict):
        return "spans" in data and bool(_INFO & info.keys())
    names = record.keys()
    if names >= _SPAN and isinstance(own := record["attributes"], dict | str):
        return "mlflow.spanType" in own or "mlflow.traceRequestId" in own
    has_spans = "spans" in names or "trace" in names
    return has_spans and bool({"trace_metadata", "request_metadata"} & names)


SOURCE = span_export(
    "mlflow",
    title="MLflow traces",
    record="One span of an MLflow trace.",
    detect=detect,
)
