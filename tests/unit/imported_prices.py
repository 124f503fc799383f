"""A book and a catalogue that differ in each way that an import tells."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.price_books import price_row

DATED = date(2026, 11, 20)
ROWS = [
    price_row("gpt5-in", ctx_le="272000"),
    price_row("gpt5-in-long", ctx_gt="272000", unit_price="2.5"),
    price_row("gpt5-out", meter="output", unit_price="10"),
    price_row("gpt5-old-batch", service_tier="batch", valid_to="2026-01-01T00:00:00Z"),
    price_row("search", region_scope="*", model_key="*", service_tier="*", unit="call",
              meter="web_search_call", per="1000", unit_price="10"),
    price_row("write", meter="cache_write_30m", unit_price="1.5625"),
    price_row("eu-in", platform="azure", region_scope="data_zone_eu", unit_price="1.4"),
    price_row("flash-peak", provider="deepseek", model_key="deepseek-flash", unit_price="0.3",
              time_band="deepseek_peak_workdays"),
    price_row("flash-off", provider="deepseek", model_key="deepseek-flash", unit_price="0.15",
              time_band="deepseek_offpeak_workdays"),
]  # fmt: skip
CATALOGUE: dict[str, dict[str, Any]] = {
    "gpt-5": {
        "litellm_provider": "openai",
        "input_cost_per_token": 1.25e-06,
        "input_cost_per_token_above_272k_tokens": 2.5e-06,
        "output_cost_per_token": 1.2e-05,
        "output_cost_per_reasoning_token": 1e-05,
        "cache_read_input_token_cost": 1.25e-07,
        "cache_creation_input_token_cost": 1.5625e-06,
        "input_cost_per_token_batches": 6.25e-07,
        "search_context_cost_per_query": {"search_context_size_low": 0.01},
    },
    "azure/eu/gpt-5": {"litellm_provider": "azure", "input_cost_per_token": 1.375e-06},
    "deepseek-flash": {"litellm_provider": "deepseek", "input_cost_per_token": 3e-07},
    "gpt-9-nova": {"litellm_provider": "openai", "input_cost_per_token": 9e-06},
    "us-gov.openai.gpt-5": {"litellm_provider": "bedrock", "input_cost_per_token": 9e-06},
    "gpt-5-2025-08-07": {"litellm_provider": "openai", "input_cost_per_token": 7e-06},
    "groq/gpt-5": {"litellm_provider": "groq", "input_cost_per_token": 9e-06},
    "perplexity/openai/gpt-5": {"litellm_provider": "perplexity", "input_cost_per_token": 9e-06},
}
OTHER = {
    "data": [
        {"id": "openai/gpt-5", "pricing": {"prompt": "0.00000125", "completion": "0.000012"}},
    ]
}
