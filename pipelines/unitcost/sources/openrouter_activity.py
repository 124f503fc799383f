"""OpenRouter activity: sums by day, model and endpoint, as `GET /activity` gives them.

Rules (OpenRouter's API reference and SDK):

- One item is one UTC day, model, endpoint and provider (and workspace, where grouped by it).
- `usage` are dollars charged by OpenRouter; `byok_usage_inference` was spent outside, on own keys,
  and is not OpenRouter's bill.
- Prompts include cache reads, completions include reasoning; a row of replayed answers may have
  more cached than prompt tokens. Cache writes are not told.
- A day is delivered whole, and again with other numbers; core keeps one delivery.
"""

from __future__ import annotations

from collections.abc import Iterator

from unitcost.sources.base import Sample, report

_NAMES = {"date", "model", "requests", "prompt_tokens", "byok_usage_inference"}


def detect(sample: Sample) -> bool:
    """Whether the sample has the names that only an item of OpenRouter's activity has."""
    return any(names >= _NAMES for names in _items(sample))


def _items(sample: Sample) -> Iterator[set[str]]:
    yield set(sample.columns)
    for record in sample.records:
        data = record.get("data")
        for item in data if isinstance(data, list) else [record]:
            yield set(item) if isinstance(item, dict) else set()


SOURCE = report(
    "openrouter_activity",
    title="OpenRouter's activity by day and model",
    record="One item of OpenRouter's activity: the sums of a day, model and endpoint.",
    detect=detect,
)
