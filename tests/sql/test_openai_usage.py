"""OpenAI usage reports: shapes, classes, hostile values. Re-deliveries: test_openai_deliveries."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.sql.provider_reports import START, TIMES, completions, core, openai_page, text
from tests.sql.staging_by_hand import parse, reasons
from unitcost_models.raw_provider import RawOpenaiUsage
from unitcost_models.shared import TOKEN_CLASSES

Con = duckdb.DuckDBPyConnection


def usage(con: Con, *records: Any) -> list[dict[str, Any]]:
    return core(con, "core.provider_usage", (RawOpenaiUsage, list(records)))


def classes(row: dict[str, Any]) -> dict[str, int]:
    return {name: row[name] for name in TOKEN_CLASSES if row[name]}


def csv_row(**columns: str) -> dict[str, str]:
    """A row of the 2026-08 dashboard columns, as text."""
    names = [n for n in completions() if n not in ("object", "api_source")]
    empty = dict.fromkeys([*names, "compute_units"], "")
    return TIMES | empty | {"num_model_requests": "4.0", "batch": "False"} | columns


def test_golden_vector_g4(workbench: Con) -> None:
    (row,) = usage(workbench, openai_page(completions()))
    assert classes(row) == {
        "input_tokens": 550,
        "input_audio_tokens": 50,
        "cache_read_tokens": 300,
        "cache_write_30m_tokens": 100,
        "output_tokens": 80,
    }
    assert (row["residual_tokens"], row["reasoning_tokens"]) == (0, None)
    assert (row["normalisation_rule"], row["num_requests"]) == ("exclusive_classes", 4)
    assert (row["bucket_width"], row["workspace_id"], row["is_primary"]) == ("1d", "proj_a", True)


def test_the_older_meaning_has_no_modalities(workbench: Con) -> None:
    old = {"object": "organization.usage.completions.result", "input_tokens": 1000}
    old |= {"input_cached_tokens": 300, "output_tokens": 80, "input_audio_tokens": 7}
    (row,) = usage(workbench, openai_page(old))
    assert classes(row) == {"input_tokens": 700, "cache_read_tokens": 300, "output_tokens": 80}
    assert (row["input_audio_tokens"], row["residual_tokens"]) == (None, 0)
    assert row["normalisation_rule"] == "inclusive_input"


def test_modalities_that_contain_the_cached_part_are_told_by_their_sum(workbench: Con) -> None:
    (row,) = usage(workbench, openai_page(completions(input_text_tokens=850)))
    assert row["input_tokens"] == 550
    assert (row["normalisation_rule"], row["residual_tokens"]) == ("exclusive_cached_in_split", 0)


def test_counts_that_do_not_add_up_leave_a_residual(workbench: Con) -> None:
    (row,) = usage(workbench, openai_page(completions(input_text_tokens=540)))
    assert (row["input_tokens"], row["residual_tokens"]) == (540, 10)


def test_a_write_without_its_life_is_unknown_and_missing_columns_are_null(workbench: Con) -> None:
    new = completions()
    for name in ("input_cache_write_30m_tokens", "input_cache_write_12h_tokens"):
        del new[name]
    (row,) = usage(workbench, openai_page(new))
    assert row["cache_write_unknown_tokens"] == 100
    assert (row["cache_write_30m_tokens"], row["residual_tokens"]) == (None, 0)


@pytest.mark.parametrize(
    ("kind", "measures", "expected"),
    [
        ("decisions", {"input_tokens": 5, "output_tokens": 2}, {"prompt_tokens": 5}),
        ("embeddings", {"input_tokens": 5}, {"input_tokens": 5, "completion_tokens": None}),
        ("moderations", {"input_tokens": 5}, {"input_tokens": 5}),
        (
            "images",
            {"images": 3, "size": "big", "source": "image.edit"},
            {"images": 3, "meter_detail": "big image.edit "},
        ),
        ("audio_speeches", {"characters": 9}, {"characters": 9}),
        ("audio_transcriptions", {"seconds": 1.5}, {"audio_seconds": Decimal("1.500000")}),
        ("vector_stores", {"usage_bytes": 7}, {"storage_bytes": 7}),
        ("code_interpreter_sessions", {"num_sessions": 2}, {"container_sessions": 2}),
        ("file_searches", {"num_requests": 4}, {"file_search_calls": 4}),
        (
            "web_searches",
            {"num_requests": 4, "num_model_requests": 3},
            {"web_search_calls": 4, "num_requests": 3},
        ),
        ("holograms", {"input_tokens": 1}, {"kind": "holograms", "input_tokens": 1}),
    ],
)
def test_every_kind_loads(
    workbench: Con, kind: str, measures: dict[str, Any], expected: dict[str, Any]
) -> None:
    (row,) = usage(
        workbench, openai_page({"object": f"organization.usage.{kind}.result"} | measures)
    )
    assert {name: row[name] for name in expected} == expected


def test_a_dashboard_row_equals_the_api(workbench: Con) -> None:
    counts = {n: f"{v}.0" for n, v in completions().items() if type(v) is int}
    named = {"project_id": "proj_a", "model": "m-1", "service_tier": "default"}
    (row,) = usage(workbench, csv_row(**counts, **named))
    (same,) = usage(workbench, openai_page(completions()))
    assert {n: row[n] for n in TOKEN_CLASSES} == {n: same[n] for n in TOKEN_CLASSES}
    assert (row["is_batch"], row["num_requests"], row["kind"]) == (False, 4, "completions")


def test_the_older_dashboard_lacks_two_columns(workbench: Con) -> None:
    old = csv_row(
        input_tokens="9", input_uncached_tokens="9", input_text_tokens="9", output_tokens="1"
    )
    del old["compute_units"], old["input_cache_write_tokens"]
    (row,) = usage(workbench, old)
    assert classes(row) == {"input_tokens": 9, "output_tokens": 1}
    assert row["cache_write_unknown_tokens"] is None


def test_empty_buckets_are_delivered_but_are_no_usage(workbench: Con) -> None:
    parsed = parse(workbench, "openai_usage", openai_page(), TIMES)
    assert [(r["is_empty_bucket"], r["reject_reason"]) for r in parsed] == [(True, None)] * 2
    assert usage(workbench, openai_page(), TIMES) == []


def test_the_unix_columns_decide(workbench: Con) -> None:
    (row,) = parse(
        workbench, "openai_usage", csv_row(input_tokens="1", start_time_iso="2026-10-01T05:00:00")
    )
    assert row["bucket_start"] == datetime(2026, 10, 1)
    without = csv_row(input_tokens="1", start_time="", end_time="")
    (row,) = parse(workbench, "openai_usage", without)
    assert str(row["bucket_start"]) == "2026-10-01 00:00:00"


@pytest.mark.parametrize("value", [-1, 0.5, "NaN", "much", True, [1], {"a": 1}, 10**16, "1e400"])
def test_a_wrong_count_is_refused(workbench: Con, value: Any) -> None:
    (reason,) = reasons(workbench, "openai_usage", openai_page(completions(output_tokens=value)))
    assert "is no count of usage" in reason


def test_bare_nan_and_infinity_are_refused(workbench: Con) -> None:
    for word in ("NaN", "Infinity", "1e400"):
        page = text(openai_page(completions(output_tokens=12345))).replace("12345", word)
        assert "is no count of usage" in reasons(workbench, "openai_usage", page)[0]


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ({"error": {"message": "expired"}}, "start_time is missing"),
        ({"data": [{"start_time": START}]}, "no usage bucket"),
        ({"data": [7]}, "no usage bucket"),
        ({"data": [{"start_time": START, "results": {}}]}, "no usage bucket"),
        ({"data": [{"start_time": START, "results": [7]}]}, "no measure that is known"),
        ({"data": [{"start_time": START * 1000, "results": []}]}, "check the unit"),
        ({"data": [{"start_time": START, "end_time": 5, "results": []}]}, "not after start_time"),
        ("[1, 2]", "no usage bucket"),
        ('"text"', "no usage bucket"),
        (TIMES | {"model": "m", "tokens_in": "5"}, "columns may have been renamed"),
    ],
)
def test_what_is_no_usage_is_refused_with_a_reason(workbench: Con, record: Any, words: str) -> None:
    (row,) = parse(workbench, "openai_usage", record)
    assert words in row["reject_reason"]
    assert row["reject_text"]


def test_a_page_without_buckets_delivers_nothing(workbench: Con) -> None:
    assert parse(workbench, "openai_usage", {"object": "page", "data": []}) == []


def test_unknown_columns_and_values_load(workbench: Con) -> None:
    (row,) = usage(
        workbench, openai_page(completions(service_tier="warp", region="x", batch="perhaps"))
    )
    assert (row["service_tier"], row["is_batch"]) == ("warp", None)
