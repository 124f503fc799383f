"""Reports as files: recognised, staged and read alike however they are written down."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.given import rows_of
from tests.sql.provider_reports import (
    DAY,
    NEW_USAGE_CSV,
    TIMES,
    anthropic_page,
    completions,
    cost,
    messages,
    openai_page,
)
from unitcost.reading.buckets import parse_buckets
from unitcost.sources import detect_format
from unitcost.staging import sample, stage

Con = duckdb.DuckDBPyConnection
DIGITS = "0.061234567890123456789012345678901234"
WRITERS: list[Callable[[str], bytes]] = [
    str.encode,
    lambda page: (
        json.dumps(json.loads(page, parse_float=str), indent=2)
        .replace(f'"{DIGITS}"', DIGITS)
        .encode()
    ),
    lambda page: f"[{page}]".encode(),
    lambda page: f"{page}\n".encode(),
    lambda page: b"\xef\xbb\xbf" + page.encode(),
    lambda page: gzip.compress(page.encode()),
]


def read(con: Con, path: Path, scratch: Path) -> tuple[str | None, list[dict[str, Any]]]:
    """The detected format and the parsed rows of a file."""
    found = detect_format(sample(path))
    stage(con, path, scratch)
    assert rows_of(con, "from raw.rejected") == []
    con.execute("drop table if exists raw.parsed")
    parse_buckets(con, str(found))
    return found, rows_of(con, "from raw.parsed")


def write_table(path: Path, *rows: dict[str, str], mark: str = "") -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(mark)
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


@pytest.mark.parametrize("written", WRITERS)
def test_an_amount_stays_exact_in_every_layout(
    workbench: Con, tmp_path: Path, written: Callable[[str], bytes]
) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(
        written(json.dumps(openai_page(cost("m, input", 4711))).replace("4711", DIGITS))
    )
    found, rows = read(workbench, path, tmp_path)
    assert (found, len(rows)) == ("openai_costs", 1)
    assert (rows[0]["amount_text"], rows[0]["reject_reason"]) == (DIGITS, None)
    assert rows[0]["billed_cost_usd"] == Decimal("0.061234567890")


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_console_file_may_begin_with_a_mark(workbench: Con, tmp_path: Path, mark: str) -> None:
    path = write_table(tmp_path / "console.csv", NEW_USAGE_CSV, mark=mark)
    found, (row,) = read(workbench, path, tmp_path)
    assert (found, row["day"], row["context_window"]) == ("anthropic_usage", DAY, "≤ 200k")
    assert row["cache_read_input_tokens"] == 900


def test_a_dashboard_file_has_days_without_usage(workbench: Con, tmp_path: Path) -> None:
    columns = TIMES | {"num_model_requests": "4.0", "batch": "False", "input_tokens": "9.0"}
    empty = TIMES | dict.fromkeys(["num_model_requests", "batch", "input_tokens"], "")
    path = write_table(tmp_path / "completions_usage.csv", columns, empty)
    found, rows = read(workbench, path, tmp_path)
    assert found == "openai_usage"
    assert sorted((r["is_empty_bucket"], r["input_tokens"]) for r in rows) == [
        (False, 9),
        (True, None),
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("completions_usage_a_b.csv", "openai_usage"), ("cost_a_b.csv", "openai_costs")],
)
def test_equal_files_without_usage_are_told_by_name(
    workbench: Con, tmp_path: Path, name: str, expected: str
) -> None:
    found, rows = read(workbench, write_table(tmp_path / name, TIMES, TIMES), tmp_path)
    assert found == expected
    assert [(r["is_empty_bucket"], r["reject_reason"]) for r in rows] == [(True, None)] * 2


def test_a_table_of_headers_only_is_recognised(workbench: Con, tmp_path: Path) -> None:
    path = tmp_path / "cost.csv"
    path.write_text(",".join(TIMES) + "\n")
    assert read(workbench, path, tmp_path) == ("openai_costs", [])


@pytest.mark.parametrize(
    ("expected", "page"),
    [
        ("openai_usage", openai_page(*[completions(user_id=f"user_{n:06}") for n in range(3000)])),
        (
            "anthropic_usage",
            anthropic_page(*[messages(account_id=f"u_{n:06}") for n in range(3000)]),
        ),
    ],
)
def test_a_page_longer_than_the_sample_is_recognised(
    workbench: Con, tmp_path: Path, expected: str, page: dict[str, Any]
) -> None:
    path = tmp_path / "long.json"
    path.write_text(json.dumps(page))
    found, rows = read(workbench, path, tmp_path)
    assert (found, len(rows)) == (expected, 3000)
    assert {r["reject_reason"] for r in rows} == {None}


def test_many_results_of_a_bucket_do_not_each_hold_all_of_it(
    workbench: Con, tmp_path: Path
) -> None:
    """Three buckets of 250 KB took more than 400 MB."""
    page = json.dumps(openai_page(*[completions(user_id=f"u{n}") for n in range(400)]))
    path = tmp_path / "pages.jsonl"
    path.write_text(f"{page}\n" * 3)
    workbench.execute("set memory_limit = '200MB'")
    assert len(read(workbench, path, tmp_path)[1]) == 1200
