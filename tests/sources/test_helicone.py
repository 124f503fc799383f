"""Properties of Helicone come as headers, whose names are cased and cut as their writer likes."""

from __future__ import annotations

import json

import pytest

from tests.sources.reading import parse_texts


@pytest.mark.parametrize(
    "properties",
    [
        {"customer_id": "acme"},
        {"Customer-Id": "acme"},
        {"CustomerId": "acme"},
        {"Customer": "acme"},
        {"customer_id": "acme", "Customer-Id": "other"},
    ],
)
def test_a_property_is_known_however_its_header_is_written(properties: dict[str, str]) -> None:
    record = {
        "request_id": "r1",
        "request_created_at": "2026-11-01T10:00:00Z",
        "response_status": 200,
        "request_model": "gpt-4o",
        "provider": "OPENAI",
        "prompt_tokens": 100,
        "completion_tokens": 50,
        "delay_ms": 900,
        "request_properties": properties,
    }
    (row,) = parse_texts("helicone", [json.dumps(record)])
    assert (row["reject_reason"], row["customer_id"]) == (None, "acme")
