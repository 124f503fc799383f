"""OpenRouter's activity in `core`: disjoint classes, one delivery a day, own keys no charge."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sources.reading import parse_texts
from tests.sources.reporting import Rows, report

FORMAT = "openrouter_activity"
DAY = date(2026, 10, 1)


def item(**values: Any) -> dict[str, Any]:
    return {
        "date": f"{DAY}",
        "model": "openai/gpt-5",
        "endpoint_id": "ep-1",
        "provider_name": "OpenAI",
        "usage": 0.015,
        "byok_usage_inference": 0,
        "requests": 5,
        "prompt_tokens": 1000,
        "completion_tokens": 125,
        "reasoning_tokens": 25,
        "cached_tokens": 600,
        **values,
    }


def page(*items: dict[str, Any], at: str = "2026-10-02T03:00:00Z") -> dict[str, Any]:
    return {"retrieved_at": at, "data": list(items)}


def read(folder: Path, *pages: dict[str, Any]) -> tuple[Rows, Rows]:
    """The day's costs and usage after one file a page."""
    files = [folder / f"{number}.jsonl" for number, _ in enumerate(pages)]
    for file, content in zip(files, pages, strict=True):
        file.write_text(json.dumps(content) + "\n")
    return report(folder, files, DAY, FORMAT)


def test_classes_are_disjoint(tmp_path: Path) -> None:
    _, (row,) = read(tmp_path, page(item()))
    classes = ("input_tokens", "cache_read_tokens", "output_tokens", "reasoning_tokens")
    assert [row[c] for c in classes] == [400, 600, 100, 25]
    assert (row["residual_tokens"], row["num_requests"], row["is_primary"]) == (0, 5, True)


def test_replayed_answers_leave_a_residual(tmp_path: Path) -> None:
    _, (row,) = read(tmp_path, page(item(prompt_tokens=0, cached_tokens=700)))
    assert (row["input_tokens"], row["cache_read_tokens"]) == (0, 700)
    assert row["residual_tokens"] == -700


@pytest.mark.parametrize("turned", [1, -1])
def test_of_a_day_pulled_twice_the_newer_pull_is_kept(tmp_path: Path, turned: int) -> None:
    old = page(item(), item(endpoint_id="ep-2"))
    new = page(item(requests=4), at="2026-10-03T03:00:00Z")
    _, usage = read(tmp_path, *[old, new][::turned])
    assert [row["num_requests"] for row in usage] == [4]


def test_own_keys_are_no_charge_of_openrouter(tmp_path: Path) -> None:
    (row,), _ = read(tmp_path, page(item(usage=7.5e-05, byok_usage_inference=2.5)))
    assert (row["billed_cost_usd"], row["kind"]) == (Decimal("0.000075"), "costs")


def test_what_is_no_item_is_refused_with_a_reason() -> None:
    broken = [item(date="soon"), item(model=None), item(requests=-1), item(usage="free")]
    words = ("has no date", "has no model", "num_requests is no count", "free is no amount")
    rows = parse_texts(FORMAT, [json.dumps(record) for record in broken])
    assert [w for w, row in zip(words, rows, strict=True) if w not in row["reject_reason"]] == []
