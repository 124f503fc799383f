"""What each family of sources costs from a file to raw rows, against DuckDB's bare read of it.

One table of processor time, which a busy machine does not stretch; asserts only that every record
arrives. `UNITCOST_BENCH_RECORDS` sets the size:

    UNITCOST_BENCH_RECORDS=300000 uv run pytest -n 0 -s tests/benchmarks/test_bench_sources.py
"""

from __future__ import annotations

import csv
import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from unitcost.accepting import parse
from unitcost.sources import SOURCES
from unitcost.staging import stage
from unitcost.vocabulary import create_macros, load_vocabulary
from unitcost.workbench import open_workbench

pytestmark = pytest.mark.benchmark

RECORDS = int(os.environ.get("UNITCOST_BENCH_RECORDS", "3000"))
TEXT = "The quick brown fox jumps over the lazy dog. " * 8


def moment(n: int) -> str:
    """A time on one day."""
    return f"2026-11-01T{n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d}Z"


def body(n: int) -> dict[str, Any]:
    """A logged answer of a provider."""
    usage = {
        "prompt_tokens": 900 + n % 500,
        "completion_tokens": 80,
        "total_tokens": 980 + n % 500,
        "prompt_tokens_details": {"cached_tokens": 512},
    }
    answer = {
        "id": f"chatcmpl-{n}",
        "object": "chat.completion",
        "model": "gpt-5-2025-08-07",
        "choices": [{"message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
        "usage": usage,
    }
    return {
        "timestamp": moment(n),
        "status": 200,
        "latency_ms": 900,
        "url": "https://api.openai.com/v1/chat/completions",
        "metadata": {"customer_id": f"c-{n % 200}", "feature": "search"},
        "response": answer,
    }


def observation(n: int) -> dict[str, Any]:
    """An observation of Langfuse."""
    usage = {"input": 400 + n % 300, "input_cached_tokens": 512, "output": 80}
    return {
        "id": f"obs-{n}",
        "trace_id": f"tr-{n // 4}",
        "type": "GENERATION",
        "name": "answer",
        "start_time": moment(n),
        "end_time": moment(n + 1),
        "parent_observation_id": None,
        "provided_model_name": "claude-sonnet-4-5",
        "level": "DEFAULT",
        "usage_details": json.dumps(usage),
        "cost_details": json.dumps({"total": 0.0021}),
        "metadata": json.dumps({"tenant_id": f"t-{n % 200}"}),
        "input": TEXT,
        "output": TEXT,
        "updated_at": moment(n + 2),
    }


def span(n: int) -> dict[str, Any]:
    """A span of a Phoenix export."""
    return {
        "name": "ChatOpenAI",
        "span_kind": "LLM",
        "parent_id": None,
        "start_time": moment(n),
        "end_time": moment(n + 1),
        "status_code": "OK",
        "context.trace_id": f"{n + 1:032x}",
        "context.span_id": f"{n + 1:016x}",
        "attributes.llm.model_name": "gpt-5",
        "attributes.llm.provider": "openai",
        "attributes.llm.token_count.prompt": 900 + n % 500,
        "attributes.llm.token_count.completion": 80,
        "attributes.input.value": TEXT,
    }


def line_item(n: int) -> dict[str, Any]:
    """A line of a cloud's bill."""
    return {
        "bill_billing_entity": "AWS",
        "bill_billing_period_start_date": "2026-11-01T00:00:00.000Z",
        "bill_payer_account_id": "111122223333",
        "line_item_currency_code": "USD",
        "line_item_line_item_description": "$0.0008 per 1K input tokens, on demand",
        "line_item_line_item_type": "Usage",
        "line_item_operation": "InvokeModelInference",
        "line_item_product_code": "AmazonBedrock",
        "line_item_resource_id": f"arn:aws:bedrock:us-east-1:1:application-inference-profile/{n}",
        "line_item_unblended_cost": f"{n % 900}.0000123",
        "line_item_usage_account_id": "444455556666",
        "line_item_usage_amount": f"{n % 700}.5",
        "line_item_usage_start_date": f"2026-11-01T{n % 24:02d}:00:00.000Z",
        "line_item_usage_end_date": f"2026-11-01T{n % 24:02d}:59:59.000Z",
        "line_item_usage_type": f"USE1-NovaPro-{'input' if n % 2 else 'output'}-tokens",
        "pricing_unit": "1K tokens",
        "product_region_code": "us-east-1",
        "resource_tags": json.dumps({"user_team": f"team-{n % 9}"}),
        **{f"reservation_column_{k}": "" for k in range(30)},
    }


def group(n: int) -> dict[str, Any]:
    """A group of a usage report's bucket."""
    usage = {
        "uncached_input_tokens": 1000 + n,
        "cache_read_input_tokens": 500,
        "cache_creation": {"ephemeral_5m_input_tokens": 9, "ephemeral_1h_input_tokens": 0},
        "output_tokens": 77,
        "requests": 4,
    }
    return {
        "starting_at": "2026-11-01T00:00:00Z",
        "ending_at": "2026-11-02T00:00:00Z",
        "group": {"model": "claude-sonnet-4-5", "workspace_id": f"wrkspc_{n}"},
        "usage": usage,
    }


def request(n: int) -> dict[str, Any]:
    """A row of the flat format."""
    return {
        "started_at": moment(n),
        "request_id": f"r-{n}",
        "provider": "openai",
        "model": "gpt-5",
        "input_tokens": 900 + n % 500,
        "output_tokens": 80,
        "customer_id": f"c-{n % 200}",
        "feature": "search",
    }


@dataclass(frozen=True)
class Family:
    """Sources that are read the same way, by one of them."""

    source_format: str
    kind: str
    record: Callable[[int], dict[str, Any]]


FAMILIES = (
    Family("requests", "csv", request),
    Family("provider_bodies", "jsonl", body),
    Family("langfuse", "jsonl", observation),
    Family("langfuse", "csv", observation),
    Family("langfuse", "parquet", observation),
    Family("openinference_parquet", "jsonl", span),
    Family("aws_cur", "csv", line_item),
    Family("aws_cur", "parquet", line_item),
    Family("anthropic_analytics", "jsonl", group),
)


def write(family: Family, file: Path) -> None:
    """Write the family's records in its kind of file."""
    if family.kind == "csv":
        with file.open("w", newline="") as handle:
            writer = csv.DictWriter(handle, list(family.record(0)), lineterminator="\n")
            writer.writeheader()
            writer.writerows(map(family.record, range(RECORDS)))
        return
    lines = file.with_suffix(".jsonl")
    with lines.open("w") as handle:
        handle.writelines(json.dumps(family.record(n)) + "\n" for n in range(RECORDS))
    if family.kind == "parquet":
        duckdb.connect().execute(f"copy (from read_ndjson('{lines}')) to '{file}'")


def bare(file: Path, target: Path) -> None:
    """The same bytes read and kept, with nothing understood."""
    reader = {
        ".csv": f"read_csv('{file}', all_varchar = true)",
        ".jsonl": f"read_ndjson_objects('{file}')",
        ".parquet": f"read_parquet('{file}')",
    }[file.suffix]
    with duckdb.connect() as con:
        con.execute("set enable_progress_bar = false")
        con.execute(f"copy (from {reader}) to '{target}' (format parquet, compression zstd)")


def raw(source_format: str, file: Path, target: Path) -> None:
    """Staged, parsed and kept in order, as ingest does it."""
    with open_workbench() as con:
        create_macros(con, load_vocabulary())
        stage(con, file, target.parent / "scratch")
        parse(con, SOURCES[source_format])
        con.execute(
            f"""copy (select * from raw.parsed order by source_line, record_id)
                to '{target}' (format parquet, compression zstd)"""
        )


def timed(work: Callable[[], None]) -> float:
    """Processor seconds of the better of two runs."""
    seconds = []
    for _ in range(2):
        begin = time.process_time()
        work()
        seconds.append(time.process_time() - begin)
    return min(seconds)


def test_files_to_raw(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [f"{'source':<28} {'MB':>6} {'bare s':>7} {'ours s':>7} {'ratio':>6} {'records/s':>10}"]
    for family in FAMILIES:
        file = tmp_path / f"{family.source_format}.{family.kind}"
        target = tmp_path / "raw.parquet"
        write(family, file)
        floor = timed(partial(bare, file, tmp_path / "bare.parquet"))
        ours = timed(partial(raw, family.source_format, file, target))
        name = f"{family.source_format} ({family.kind})"
        lines.append(
            f"{name:<28} {file.stat().st_size / 1e6:6.1f} {floor:7.2f} {ours:7.2f}"
            f" {ours / floor:6.1f} {RECORDS / ours:10,.0f}"
        )
        with duckdb.connect() as con:
            found = con.execute(f"select count(*), count(reject_reason) from '{target}'").fetchall()
        assert found == [(RECORDS, 0)], name
    with capsys.disabled():
        print(f"\n{RECORDS:,} records each\n" + "\n".join(lines))  # noqa: T201 -- its answer
