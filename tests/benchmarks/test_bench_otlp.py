"""What OTLP/JSON into raw costs, against the bare cost of reading lines and extracting spans.

The bare cost is DuckDB's for one statement: `read_ndjson_objects` of the file, each span taken out
of its line as JSON text, untyped, and these texts written to Parquet with zstd. Printed beside it,
for information, is the same with each span read into typed columns (ids, times, attributes) before
it is written. Both sides run on one thread and are timed in processor time, best of three runs.

Prints ratios of one run; asserts only that every span arrives. `UNITCOST_BENCH_MB` sets the size.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from unitcost.lake.files import write_rows
from unitcost.reading.accepting import day_parts, parse
from unitcost.sources.otlp_json import SOURCE
from unitcost.sources.vocabulary import create_macros, load_vocabulary
from unitcost.staging import stage
from unitcost.workbench import open_workbench
from unitcost_models.base import columns
from unitcost_models.raw_otlp import RawOtlp

pytestmark = pytest.mark.benchmark

MEGABYTES = int(os.environ.get("UNITCOST_BENCH_MB", "40"))
SPANS_A_LINE = 24
NANOS = 1_772_409_600_000_000_000
_SPANS = "$.resourceSpans[*].scopeSpans[*].spans[*]"
_VALUE = '{"stringValue": "VARCHAR", "intValue": "VARCHAR", "arrayValue": "VARCHAR"}'
_TYPED = f"""{{"traceId": "VARCHAR", "spanId": "VARCHAR", "parentSpanId": "VARCHAR",
    "name": "VARCHAR", "kind": "VARCHAR", "startTimeUnixNano": "VARCHAR",
    "endTimeUnixNano": "VARCHAR", "status": {{"code": "VARCHAR"}}, "flags": "VARCHAR",
    "attributes": [{{"key": "VARCHAR", "value": {_VALUE}}}]}}"""
_PROMPT = 'The quick brown fox {jumps} over "the" lazy dog.\n' * 6


def export_line(number: int) -> str:
    """One export batch of one trace."""
    trace = f"{number + 1:032x}"
    spans = [_span(trace, number, position) for position in range(SPANS_A_LINE)]
    resource = {
        "attributes": _pairs({"service.name": "api", "deployment.environment.name": "prod"})
    }
    scopes = [{"scope": {"name": "lib", "version": "1"}, "spans": spans}]
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": scopes}]}) + "\n"


def _span(trace: str, number: int, position: int) -> dict[str, object]:
    start = NANOS + number * 1_000_000 + position
    tokens = 100 + number % 9000
    attributes: dict[str, object] = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-x",
        "gen_ai.response.model": "gpt-x-2026-01-01",
        "gen_ai.response.id": f"chatcmpl-{number}-{position}",
        "gen_ai.usage.input_tokens": tokens,
        "gen_ai.usage.output_tokens": tokens // 3,
        "gen_ai.usage.cache_read.input_tokens": tokens // 2,
        "gen_ai.request.max_tokens": 256,
        "server.address": "api.example.org",
        "server.port": 443,
        "openai.response.service_tier": "default",
        "app.feature": f"feature-{position % 5}",
        "tenant.id": f"tenant-{number % 50}",
    }
    if position % 4 == 0:
        attributes["gen_ai.input.messages"] = _PROMPT
    return {
        "traceId": trace,
        "spanId": f"{position + 1:016x}",
        "parentSpanId": f"{999:016x}",
        "name": "chat gpt-x",
        "kind": 3,
        "startTimeUnixNano": str(start),
        "endTimeUnixNano": str(start + 900_000_000),
        "attributes": _pairs(attributes),
        "status": {},
        "flags": 256,
    }


def _pairs(attributes: dict[str, object]) -> list[dict[str, object]]:
    return [
        {
            "key": key,
            "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value},
        }
        for key, value in attributes.items()
    ]


def write_export(file: Path) -> int:
    """Write the file; returns how many spans it holds."""
    size = number = 0
    with file.open("w") as handle:
        while size < MEGABYTES * 1_000_000:
            size += handle.write(export_line(number))
            number += 1
    return number * SPANS_A_LINE


def timed(work: Callable[[], object]) -> float:
    """Processor seconds of the best of three runs: others may load the machine.

    Both sides run on one thread, as two that share a core take longer for the same work.
    """
    seconds = []
    for _ in range(3):
        begin = time.process_time()
        work()
        seconds.append(time.process_time() - begin)
    return min(seconds)


def bare(file: Path, target: Path, columns_of_span: str = "span") -> None:
    """Lines read and spans extracted as JSON, written to Parquet: what nobody can do without."""
    with duckdb.connect() as con:
        con.execute("set enable_progress_bar = false; set threads = 1")
        con.execute(
            f"""copy (
                select {columns_of_span}
                from (
                    select unnest(json_extract(json, '{_SPANS}')) as span
                    from read_ndjson_objects('{file}')
                )
            ) to '{target}' (format parquet, compression zstd)"""
        )


def typed(file: Path, target: Path) -> None:
    """The same, with spans as columns instead of as JSON."""
    bare(file, target, f"unnest(from_json(span, '{_TYPED}'))")


def raw(file: Path, target: Path) -> None:
    """Staging, parsing and one Parquet file a day, as ingest does it."""
    entry = dict.fromkeys(("source_format", "source_file"), "''") | {
        "ingested_at": "timestamp '2026-04-01'"
    }
    body = ", ".join(f"{entry.get(c.name, c.name)} as {c.name}" for c in columns(RawOtlp))
    with open_workbench() as con:
        con.execute("set threads = 1")
        create_macros(con, load_vocabulary())
        stage(con, file, target.parent / "scratch")
        parse(con, SOURCE)
        for _, _, rows in day_parts(con, "raw.parsed", SOURCE.late_rows or "false"):
            write_rows(con, RawOtlp, f"select {body} from {rows}", target)


def test_otlp_to_raw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "traces.jsonl"
    spans = write_export(file)
    floor = timed(lambda: bare(file, tmp_path / "bare.parquet"))
    typed_floor = timed(lambda: typed(file, tmp_path / "typed.parquet"))
    ours = timed(lambda: raw(file, tmp_path / "raw"))
    with capsys.disabled():
        print(  # noqa: T201 -- a benchmark's answer is what it prints
            f"\nOTLP/JSON to raw, {MEGABYTES} MB, {spans:,} spans: {ours:.2f} s of processor time; "
            f"reading lines and extracting spans: {floor:.2f} s; ratio {ours / floor:.2f} "
            f"(spans read typed: {typed_floor:.2f} s; ratio {ours / typed_floor:.2f})"
        )
    with duckdb.connect() as con:
        found = con.execute(
            f"select count(*), count(distinct record_id) from '{tmp_path / 'raw' / '*.parquet'}'"
        ).fetchall()
    assert found == [(spans, spans)]
