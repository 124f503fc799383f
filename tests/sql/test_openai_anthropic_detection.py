"""Each report is recognised by its own source and by no other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sql.provider_reports import (
    COSTS_CSV,
    NEW_USAGE_CSV,
    OLD_USAGE_CSV,
    TIMES,
    anthropic_page,
    charge,
    completions,
    cost,
    messages,
    openai_page,
    sample,
    table_sample,
)
from unitcost.sources import SOURCES
from unitcost.sources.base import Sample

BOM = {
    "\ufeff" + name if name == "usage_date_utc" else name: v for name, v in OLD_USAGE_CSV.items()
}
AMOUNTS = TIMES | {"amount_value": "1", "amount_currency": "usd", "line_item": "m, input"}
COUNTS = TIMES | {"num_model_requests": "1.0", "input_tokens": "5"}
EMBEDDINGS = {"object": "organization.usage.embeddings.result", "input_tokens": 5}

REPORTS = [
    ("openai_usage", sample("a.json", openai_page(completions()))),
    ("openai_usage", sample("a.json", openai_page(EMBEDDINGS), openai_page())),
    ("openai_usage", sample("a.json", openai_page(completions())["data"][0])),
    ("openai_usage", sample("usage.json", openai_page())),
    ("openai_usage", table_sample("completions_usage_2026.csv", COUNTS)),
    ("openai_usage", table_sample("images.csv", TIMES | {"images": "1"})),
    ("openai_usage", table_sample("completions_usage_2026.csv", TIMES)),
    ("openai_costs", table_sample("cost_2026.csv", TIMES)),
    ("openai_costs", table_sample("bill.csv", AMOUNTS)),
    ("openai_costs", sample("a.json", openai_page(cost("m, input")))),
    ("openai_costs", sample("costs.json", openai_page())),
    ("anthropic_usage", sample("a.json", anthropic_page(messages()))),
    ("anthropic_usage", sample("a.json", anthropic_page())),
    ("anthropic_usage", table_sample("a.csv", OLD_USAGE_CSV)),
    ("anthropic_usage", table_sample("a.csv", NEW_USAGE_CSV)),
    ("anthropic_usage", table_sample("a.csv", BOM)),
    ("anthropic_costs", sample("a.json", anthropic_page(charge()))),
    ("anthropic_costs", sample("cost_report.json", anthropic_page())),
    ("anthropic_costs", table_sample("a.csv", COSTS_CSV)),
]
ANALYTICS = {"starting_at": "2026-10-01T00:00:00Z", "group": {}, "usage": {"output_tokens": 1}}
CLAUDE_CODE = {"date": "2026-10-01", "actor": {}, "model_breakdown": []}
OTHERS: list[dict[str, Any]] = [
    {"data": []},
    {"data": [ANALYTICS]},
    {"data": [CLAUDE_CODE], "has_more": False},
    {"results": []},
    {"results": [{"score": 1}]},
    {"object": "page", "data": [{"object": "batch", "usage": {"input_tokens": 1}}]},
    {"id": "msg_1", "usage": {"input_tokens": 1, "output_tokens": 2}},
    {"resourceSpans": []},
    {"started_at": "2026-10-01", "provider": "openai", "model": "m", "input_tokens": 1},
]


@pytest.mark.parametrize(("expected", "found"), REPORTS)
def test_a_report_has_exactly_one_source(expected: str, found: Sample) -> None:
    assert [name for name, source in SOURCES.items() if source.detect(found)] == [expected]


@pytest.mark.parametrize("record", OTHERS)
def test_what_is_not_a_report_is_left_alone(record: dict[str, Any]) -> None:
    mine = ("openai_usage", "openai_costs", "anthropic_usage", "anthropic_costs")
    flat = {name: str(value) for name, value in record.items()}
    for found in (sample("cost_usage.json", record), table_sample("cost_usage.csv", flat)):
        assert [name for name in mine if SOURCES[name].detect(found)] == []
