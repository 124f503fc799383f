"""What DuckDB reads as a number or a time and no other reader does is refused by every source."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sources.reading import parse_texts

_ISO, _ODD = "2026-11-01T10:00:00+00:00", "2026-11-01T10:00:00+99:00"
_SCORE = {
    "id": "s",
    "name": "resolved",
    "value": "1",
    "dataType": "NUMERIC",
    "traceId": "t",
    "timestamp": _ISO,
}
_DAY = {"start_time": "1793491200", "end_time": "1793577600"}
_ANTHROPIC = {"starting_at": _ISO, "ending_at": "2026-11-02T10:00:00Z"}
RECORDS: dict[str, tuple[dict[str, Any], list[tuple[str, str]]]] = {
    "langfuse_scores": (_SCORE, [("timestamp", _ODD), ("value", "1_000")]),
    "outcomes": (
        {"task_id": "t", "outcome": "success", "judged_at": _ISO},
        [("judged_at", _ODD), ("judged_at", "1_793_491_200")],
    ),
    "revenue": (
        {"customer_id": "c", "period_start": _ISO, "period_end": "2026-11-30", "amount": "5"},
        [("period_start", _ODD), ("amount", "1_000")],
    ),
    "openai_usage": (
        _DAY | {"num_model_requests": "4", "input_tokens": "10", "output_tokens": "5"},
        [("input_tokens", "1_0"), ("start_time", "1_793_491_200")],
    ),
    "openai_costs": (
        _DAY | {"amount_value": "4", "amount_currency": "usd", "line_item": "m, input"},
        [("amount_value", "4_0"), ("start_time", "1_793_491_200")],
    ),
    "anthropic_usage": (
        _ANTHROPIC | {"results": [{"uncached_input_tokens": "10", "output_tokens": "5"}]},
        [("starting_at", _ODD)],
    ),
    "anthropic_costs": (
        _ANTHROPIC | {"results": [{"amount": "10", "currency": "USD"}]},
        [("starting_at", _ODD)],
    ),
    "azure_cost": (
        {
            "date": "2026-11-01",
            "meterCategory": "Azure OpenAI",
            "meterName": "gpt 4o Inp Tokens",
            "quantity": "1",
            "unitOfMeasure": "1K",
            "costInBillingCurrency": "1",
            "billingCurrency": "USD",
        },
        [("date", _ODD), ("costInBillingCurrency", "1_0")],
    ),
}


CASES = [(name, *oddity) for name, (_, oddities) in RECORDS.items() for oddity in oddities]


@pytest.mark.parametrize(("name", "field", "text"), CASES)
def test_an_odd_spelling_is_refused(name: str, field: str, text: str) -> None:
    record, _ = RECORDS[name]
    plain = parse_texts(name, [json.dumps(record)])
    odd = parse_texts(name, [json.dumps(record | {field: text})])
    assert [r["reject_reason"] for r in plain] == [None]
    assert odd[0]["reject_reason"] is not None
