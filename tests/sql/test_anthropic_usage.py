"""Anthropic usage reports: exclusive classes, both generations of CSV, hostile values."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.sql.provider_reports import NEW_USAGE_CSV, OLD_USAGE_CSV, anthropic_page, core, messages
from tests.sql.staging_by_hand import parse, reasons
from unitcost_models.raw_provider import RawAnthropicUsage
from unitcost_models.shared import TOKEN_CLASSES

Con = duckdb.DuckDBPyConnection


def usage(con: Con, *records: Any) -> list[dict[str, Any]]:
    return core(con, "core.provider_usage", (RawAnthropicUsage, list(records)))


@pytest.mark.parametrize("report", [anthropic_page(messages()), OLD_USAGE_CSV, NEW_USAGE_CSV])
def test_classes_are_exclusive_as_delivered(workbench: Con, report: dict[str, Any]) -> None:
    (row,) = usage(workbench, report)
    assert {name: row[name] for name in TOKEN_CLASSES if row[name]} == {
        "input_tokens": 10,
        "cache_read_tokens": 900,
        "cache_write_5m_tokens": 30,
        "cache_write_1h_tokens": 60,
        "output_tokens": 40,
    }
    assert (row["prompt_tokens"], row["completion_tokens"], row["web_search_calls"]) == (
        1000,
        40,
        2,
    )
    assert (row["reasoning_tokens"], row["num_requests"]) == (None, None)
    assert (row["bucket_width"], row["is_batch"]) == ("1d", False)


def test_the_oldest_files_know_one_life_of_a_cache(workbench: Con) -> None:
    split = ("usage_input_tokens_cache_write_5m", "usage_input_tokens_cache_write_1h")
    oldest = {name: value for name, value in OLD_USAGE_CSV.items() if name not in split}
    (row,) = usage(workbench, oldest | {"usage_input_tokens_cache_write": "90"})
    assert (row["cache_write_5m_tokens"], row["cache_write_1h_tokens"]) == (90, None)
    assert row["prompt_tokens"] == 1000


def test_the_console_gives_names_and_the_api_ids(workbench: Con) -> None:
    (row,) = usage(workbench, NEW_USAGE_CSV)
    assert (row["workspace_name"], row["workspace_id"]) == ("Default", None)
    assert (row["api_key_name"], row["raw_model"]) == ("backend", "claude-1-20260101")
    assert (row["context_window"], row["inference_geo"], row["speed"]) == ("≤ 200k", "us", "fast")
    (row,) = usage(workbench, anthropic_page(messages(workspace_id="wrk", api_key_id="key")))
    assert (row["workspace_id"], row["api_key_id"]) == ("wrk", "key")


def test_a_null_dimension_is_grouped_by_where_a_sibling_has_one(workbench: Con) -> None:
    rows = usage(workbench, anthropic_page(messages(), messages(workspace_id="wrk")))
    assert {"workspace_id" in r["report_grouping"] for r in rows} == {True}
    assert sum(r["prompt_tokens"] for r in rows if r["is_primary"]) == 2000


def test_batch_is_known_from_the_tier(workbench: Con) -> None:
    (row,) = usage(workbench, anthropic_page(messages(service_tier="batch")))
    assert row["is_batch"] is True
    (row,) = usage(workbench, anthropic_page(messages(service_tier=None)))
    assert row["is_batch"] is None


def test_missing_parts_are_null(workbench: Con) -> None:
    bare = messages(cache_creation=None, server_tool_use=None, cache_read_input_tokens=None)
    (row,) = usage(workbench, anthropic_page(bare))
    assert (row["cache_write_5m_tokens"], row["cache_read_tokens"]) == (None, None)
    assert (row["web_search_calls"], row["prompt_tokens"]) == (None, 10)


def test_offsets_are_converted_to_utc(workbench: Con) -> None:
    page = anthropic_page(messages())
    page["data"][0] |= {
        "starting_at": "2026-10-01T02:00:00+02:00",
        "ending_at": "2026-10-01T03:00:00+02:00",
    }
    (row,) = usage(workbench, page)
    assert (str(row["bucket_start"]), row["bucket_width"]) == ("2026-10-01 00:00:00", "1h")


@pytest.mark.parametrize("value", [-1, 0.5, "NaN", "many", {"a": 1}, 10**16])
def test_a_wrong_count_is_refused(workbench: Con, value: Any) -> None:
    wrong = messages(cache_creation={"ephemeral_5m_input_tokens": value})
    (reason,) = reasons(workbench, "anthropic_usage", anthropic_page(wrong))
    assert "is no count of usage" in reason


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"type": "error", "error": {}}, "has no start"),
        ({"data": [3]}, "no usage bucket"),
        ({"data": [{"starting_at": "soon", "results": []}]}, "has no start"),
        ({"data": [{"starting_at": "1970-01-21T00:00:00Z", "results": []}]}, "check the unit"),
        (OLD_USAGE_CSV | {"usage_date_utc": "yesterday"}, "has no start"),
        (
            {"usage_date_utc": "2026-10-01", "model_version": "m", "tokens": "4"},
            "have been renamed",
        ),
        ("[]", "no usage bucket"),
    ],
)
def test_what_is_no_usage_is_refused_with_a_reason(workbench: Con, record: Any, words: str) -> None:
    (reason,) = reasons(workbench, "anthropic_usage", record)
    assert words in reason


def test_empty_buckets_and_unknown_values_load(workbench: Con) -> None:
    (row,) = parse(workbench, "anthropic_usage", anthropic_page())
    assert (row["is_empty_bucket"], row["reject_reason"]) == (True, None)
    new = messages(cache_creation=5, speed="warp", service_tier="new", brand_new={"x": 1})
    (row,) = usage(workbench, anthropic_page(new))
    assert (row["speed"], row["service_tier"], row["cache_write_5m_tokens"]) == (
        "warp",
        "new",
        None,
    )
