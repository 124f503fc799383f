"""Small invented catalogues in the shapes of public ones."""

from __future__ import annotations

LITELLM = """{
  "sample_spec": {"input_cost_per_token": 1},
  "gpt-6-astra": {
    "litellm_provider": "openai", "mode": "chat", "max_input_tokens": 400000,
    "input_cost_per_token": 1e-05, "input_cost_per_token_flex": 5e-06,
    "input_cost_per_token_above_272k_tokens_priority": 0.00002,
    "cache_creation_input_token_cost": 1.25e-05,
    "cache_creation_input_token_cost_above_12hr_above_272k_tokens": 2.5e-05,
    "output_cost_per_token": 3e-05, "output_cost_per_token_ultrafast": 3e-4,
    "regional_processing_uplift_multiplier_eu": 1.1,
    "search_context_cost_per_query": {"search_context_size_low": 0.01,
      "search_context_size_medium": 0.01, "search_context_size_high": 0.01}
  },
  "gpt-4o-search-preview": {"litellm_provider": "openai", "search_context_cost_per_query":
    {"search_context_size_low": 0.03, "search_context_size_high": 0.05}},
  "deepseek-flash": {"litellm_provider": "deepseek", "input_cost_per_token": 3e-07,
    "off_peak_pricing": {"input_cost_per_token": 1.5e-07}},
  "gemini-2.5-pro": {"litellm_provider": "gemini", "search_free_requests": {"count": 5},
    "search_context_cost_per_query": {"search_context_size_low": 0.035}},
  "rerank-v3.5": {"litellm_provider": "cohere", "input_cost_per_query": 0.002,
    "input_cost_per_token": 0.0},
  "mistral/mistral-ocr-4-1": {"litellm_provider": "mistral", "ocr_cost_per_page": 0.004},
  "ft:gpt-4o": {"litellm_provider": "openai", "input_cost_per_token": 3e-06},
  "bedrock/us-gov-west-1/anthropic.claude-3": {"litellm_provider": "bedrock",
    "input_cost_per_token": 3e-06},
  "sora-2": {"litellm_provider": "openai", "output_cost_per_video_per_second": 0.1}
}"""
GENAI = """[{"id": "openai", "models": [
  {"id": "gpt-5.6-luna", "prices": [
    {"prices": {"input_mtok": {"base": 1, "tiers": [{"start": 272000, "price": 2}]}}},
    {"constraint": {"start_date": "2026-07-30"}, "prices": {"input_mtok": 0.2}},
    {"constraint": {"start_time": "00:30:00Z", "end_time": "16:30:00Z"},
      "prices": {"input_mtok": 0.1}}],
   "price_variants": [
    {"when": {"service_tier": "default"}, "prices": {}},
    {"when": {"processing": "batch"}, "constraint": {"start_date": "2026-10-14"},
      "prices": {"input_mtok": 0.1}},
    {"when": {"processing": "batch"}, "constraint": {"start_date": "2027-01-01"},
      "prices": {"input_mtok": 0.15}},
    {"when": {"route": "eu"}, "prices": {"input_mtok": 0.3}}]}]},
 {"id": "aws", "models": [{"id": "regional.anthropic.claude-opus-5",
  "prices": {"cache_write_1h_mtok": 11, "requests_kcount": 1}}]},
 {"id": "google", "models": [
  {"id": "gemini-3.5-flash", "prices": {"web_searches_kcount": 14}},
  {"id": "claude-opus-5", "prices": {"web_searches_kcount": 10}}]}]"""
OPENROUTER = """{"data": [
  {"id": "anthropic/claude-opus-5", "pricing": {"prompt": "0.000005", "completion": "0.000025",
    "input_cache_write_1h": "0.00001", "web_search": "0.01", "request": "0"}},
  {"id": "google/gemini-3.1-pro-preview", "pricing": {"prompt": "0.000002", "web_search": "0.014",
    "image_output": "0.00012", "overrides": [
      {"min_prompt_tokens": 200000, "prompt": "0.000004"},
      {"utc_start": 100, "utc_end": 400, "prompt": "0.000008"},
      {"some_condition": true, "prompt": "0.000009"}]}},
  {"id": "openai/gpt-5:free", "pricing": {"prompt": "0"}},
  {"id": "openai/gpt-5", "pricing": {"prompt": "0.000001", "discount": 0.2}},
  {"id": "~google/gemini-pro-latest", "pricing": {"prompt": "0.000002"}},
  {"id": "openrouter/auto", "pricing": {"prompt": "-1", "completion": "-1"}}]}"""
TEXTS = {"litellm": LITELLM, "genai-prices": GENAI, "openrouter": OPENROUTER}
