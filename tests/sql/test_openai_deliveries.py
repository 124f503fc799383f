"""A bucket delivered again, split or grouped otherwise: counted once, in whatever order."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import duckdb
import pytest

from tests.sql.provider_reports import START, TIMES, completions, core, openai_page
from tests.sql.staging_by_hand import accept
from unitcost.workbench import create_empty
from unitcost_models.raw_provider import RawOpenaiUsage

Con = duckdb.DuckDBPyConnection
Rows = list[dict[str, Any]]


def small(model: str, tokens: int, **more: Any) -> dict[str, Any]:
    base = {"object": "organization.usage.completions.result", "num_model_requests": 1}
    return base | {"model": model, "input_tokens": tokens, "output_tokens": 0} | more


def files(con: Con, *deliveries: list[Any]) -> Rows:
    return core(con, "core.provider_usage", *((RawOpenaiUsage, d) for d in deliveries))


def seen(rows: Rows) -> list[tuple[Any, ...]]:
    return sorted((r["raw_model"], r["prompt_tokens"]) for r in rows if r["is_primary"])


def test_a_bucket_is_replaced_whole_by_a_larger_delivery(workbench: Con) -> None:
    early = [openai_page(small("a", 5), small("b", 5))]
    late = [openai_page(small("a", 30))]
    for order in permutations([early, late, early]):
        assert seen(files(workbench, *order)) == [("a", 30)]


def test_a_watermark_outranks_size(workbench: Con) -> None:
    early = [openai_page(small("a", 50), retrieved_at="2026-10-01T12:00:00Z")]
    late = [openai_page(small("a", 30), retrieved_at="2026-10-04T12:00:00Z")]
    for order in ([early, late], [late, early]):
        (row,) = files(workbench, *order)
        assert (row["prompt_tokens"], row["is_provisional"]) == (30, False)
    (row,) = files(workbench, early)
    assert row["is_provisional"] is True


def test_a_bucket_that_a_newer_watermark_empties_is_not_primary(workbench: Con) -> None:
    early = [openai_page(small("a", 50), retrieved_at="2026-10-01T12:00:00Z")]
    empty = [openai_page(small("a", 7), retrieved_at="2026-10-04T12:00:00Z")]
    empty[0]["data"][0] |= {"start_time": START - 86400, "end_time": START}
    empty[0]["data"].append(openai_page()["data"][0])
    assert seen(files(workbench, early, empty)) == []


def test_the_same_delivery_twice_adds_nothing(workbench: Con) -> None:
    create_empty(workbench, RawOpenaiUsage)
    page = openai_page(completions(), completions(model="m-2"))
    assert accept(workbench, RawOpenaiUsage, page) == 2
    assert accept(workbench, RawOpenaiUsage, page, page, name="b.json") == 0


def test_equal_rows_of_one_bucket_are_both_counted(workbench: Con) -> None:
    row = TIMES | {"input_tokens": "5", "output_tokens": "0", "model": "a"}
    assert seen(files(workbench, [row, row])) == [("a", 5), ("a", 5)]
    assert seen(files(workbench, [row, row], [row, row])) == [("a", 5), ("a", 5)]


def test_a_table_split_inside_a_bucket_is_joined(workbench: Con) -> None:
    rows = [TIMES | {"input_tokens": "5", "output_tokens": "1", "model": m} for m in "abcd"]
    whole = files(workbench, rows)
    assert files(workbench, rows[2:], rows[:2]) == whole
    assert files(workbench, rows[::-1]) == whole
    assert files(workbench, rows, rows[1:3]) == whole


def test_a_table_downloaded_again_replaces_its_rows(workbench: Con) -> None:
    row = TIMES | {"model": "a", "output_tokens": "0"}
    early, late = [row | {"input_tokens": "5"}], [row | {"input_tokens": "9"}]
    assert seen(files(workbench, late, early)) == seen(files(workbench, early, late)) == [("a", 9)]


def test_one_bucket_grouped_in_two_ways_is_kept_twice_and_counted_once(workbench: Con) -> None:
    by_model = [openai_page(small("a", 5), small("b", 5))]
    by_both = [openai_page(small("a", 5, project_id="p"), small("b", 5, project_id="p"))]
    ungrouped = [openai_page(small("", 10))]
    rows = files(workbench, by_model, by_both, ungrouped)
    assert len(rows) == 5
    assert {r["report_grouping"] for r in rows if r["is_primary"]} == {"model,project_id"}
    assert sum(r["prompt_tokens"] for r in rows if r["is_primary"]) == 10


def test_hours_and_days_of_one_day_are_counted_once(workbench: Con) -> None:
    hours = openai_page(small("a", 5), seconds=3600)
    next_hour = openai_page(small("a", 4), seconds=3600)
    next_hour["data"][0] |= {"start_time": START + 3600, "end_time": START + 7200}
    day = openai_page(small("a", 10))
    rows = files(workbench, [hours, next_hour], [day])
    assert [r["bucket_width"] for r in rows if r["is_primary"]] == ["1d"]
    more = openai_page(small("a", 6), seconds=3600)
    rows = files(workbench, [more, next_hour], [openai_page(small("a", 9))])
    assert [r["bucket_width"] for r in rows if r["is_primary"]] == ["1h", "1h"]


@pytest.mark.parametrize("has_keys_first", [True, False])
def test_groupings_may_differ_from_bucket_to_bucket(workbench: Con, has_keys_first: bool) -> None:
    first = openai_page(small("a", 5, api_key_id="k" if has_keys_first else None), seconds=3600)
    second = openai_page(small("a", 4, api_key_id=None if has_keys_first else "k"), seconds=3600)
    second["data"][0] |= {"start_time": START + 3600, "end_time": START + 7200}
    assert seen(files(workbench, [first, second])) == [("a", 4), ("a", 5)]
