"""raw.openai_* and raw.anthropic_*: delivered rows of the providers' usage and cost reports.

Columns keep the providers' own words and relations; `core.provider_usage` and
`core.provider_costs` make them disjoint and comparable.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row
from unitcost_models.shared import Provenance


class Bucket(Row):
    """The time bucket of a report and the delivery that a row came with."""

    record_id: str
    """Digest of the bucket, what was delivered for it, and the row."""
    day: date
    """UTC date of bucket_start."""
    kind: str
    """What is reported: completions, embeddings, ..., costs; unknown for a file without usage."""
    bucket_start: datetime
    """Inclusive."""
    bucket_end: datetime | None
    """Exclusive."""
    bucket_width: str | None
    """1m, 1h, 1d, or seconds with an `s`."""
    delivery_form: str
    """api (a bucket is delivered whole) or csv."""
    report_grouping: str
    """Dimensions by which the report is grouped, sorted, comma separated; empty where none shows.
    A dimension outside it that is None was not grouped by; one inside it is unknown."""
    scope_id: str
    """What a later delivery replaces: the grouped bucket of an API page, the bucket and its
    dimensions of a CSV."""
    delivery_id: str
    """Digest of all rows delivered together in one scope."""
    delivered_as_of: datetime | None
    """Watermark stated by the page itself."""
    is_empty_bucket: bool
    """Delivered without any usage or cost."""


class RawOpenaiUsage(Provenance, Bucket):
    """One result of a usage bucket of OpenAI's Usage API or dashboard CSV."""

    table: ClassVar[str] = "raw.openai_usage"
    key: ClassVar[tuple[str, ...]] = ("record_id",)

    project_id: str | None
    user_id: str | None
    api_key_id: str | None
    model: str | None
    is_batch: bool | None
    service_tier: str | None
    api_source: str | None
    image_size: str | None
    image_source: str | None
    context_level: str | None
    vector_store_id: str | None
    num_model_requests: int | None
    num_requests: int | None
    """Tool calls of the search kinds."""
    num_sessions: int | None
    input_tokens: int | None
    """All input."""
    input_uncached_tokens: int | None
    input_cached_tokens: int | None
    input_cache_write_tokens: int | None
    input_cache_write_30m_tokens: int | None
    input_cache_write_12h_tokens: int | None
    input_text_tokens: int | None
    input_audio_tokens: int | None
    input_image_tokens: int | None
    input_cached_text_tokens: int | None
    input_cached_audio_tokens: int | None
    input_cached_image_tokens: int | None
    output_tokens: int | None
    """All output, reasoning included."""
    output_text_tokens: int | None
    output_audio_tokens: int | None
    output_image_tokens: int | None
    images: int | None
    characters: int | None
    usage_bytes: int | None
    audio_seconds: Decimal | None
    compute_units: Decimal | None


class RawAnthropicUsage(Provenance, Bucket):
    """One result of a bucket of Anthropic's messages usage report or Console CSV."""

    table: ClassVar[str] = "raw.anthropic_usage"
    key: ClassVar[tuple[str, ...]] = ("record_id",)

    workspace_id: str | None
    workspace_name: str | None
    api_key_id: str | None
    api_key_name: str | None
    account_id: str | None
    service_account_id: str | None
    model: str | None
    service_tier: str | None
    usage_type: str | None
    context_window: str | None
    inference_geo: str | None
    speed: str | None
    uncached_input_tokens: int | None
    cache_read_input_tokens: int | None
    cache_write_5m_input_tokens: int | None
    cache_write_1h_input_tokens: int | None
    output_tokens: int | None
    web_search_requests: int | None


class Amount(Row):
    """An amount of money as delivered and as read."""

    amount_text: str | None
    """The digits as delivered."""
    amount_unit: str | None
    """Rule that reads them: currency_number, cents_text or dollars_2dp."""
    currency: str | None
    """ISO code, lower case."""
    billed_cost_usd: Decimal | None
    """The amount, rounded half-even at the twelfth decimal; None in another currency."""


class RawOpenaiCost(Provenance, Amount, Bucket):
    """One result of a bucket of OpenAI's Costs API or dashboard cost CSV."""

    table: ClassVar[str] = "raw.openai_costs"
    key: ClassVar[tuple[str, ...]] = ("record_id",)

    project_id: str | None
    project_name: str | None
    user_id: str | None
    api_key_id: str | None
    api_source: str | None
    organization_id: str | None
    line_item: str | None
    line_prefix: str | None
    """Text before ` | ` of the line item: evals, assistants api, ..."""
    model: str | None
    """Model named by the line item."""
    meter: str | None
    """What the line item charges for, in its own words; unparsed where no rule reads it."""
    quantity: Decimal | None
    quantity_unit: str | None


class RawAnthropicCost(Provenance, Amount, Bucket):
    """One result of a bucket of Anthropic's cost report or Console cost CSV."""

    table: ClassVar[str] = "raw.anthropic_costs"
    key: ClassVar[tuple[str, ...]] = ("record_id",)

    workspace_id: str | None
    workspace_name: str | None
    api_key_id: str | None
    api_key_name: str | None
    description: str | None
    model: str | None
    """As the API or, for the CSV, the Console displays it."""
    cost_type: str | None
    token_type: str | None
    service_tier: str | None
    usage_type: str | None
    context_window: str | None
    inference_geo: str | None
    speed: str | None
    list_cost_usd: Decimal | None
