"""core.provider_usage, provider_costs and invoice_lines: what the providers report and bill.

Aggregates, for reconciliation; never requests.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row
from unitcost_models.shared import Meters, Tokens


class Report(Row):
    """Where a reported row stands: bucket, delivery and dimensions."""

    record_id: str
    """The row of `raw.<source_format>` it was made from."""
    day: date
    """UTC date of bucket_start."""
    provider: str
    """Who bills: openai, anthropic, aws, azure, gcp, ..."""
    platform: str
    """Where the models ran, as in `core.requests`: direct, bedrock, azure, vertex, ..."""
    source_format: str
    kind: str
    """completions, embeddings, messages, ...; costs."""
    bucket_start: datetime
    bucket_end: datetime | None
    bucket_width: str | None
    report_grouping: str
    """Dimensions the report is grouped by; see `raw.openai_usage`."""
    is_primary: bool
    """Whether the row belongs in a total: several reports of one day (grouped otherwise, in other
    buckets or of another source) repeat one another, and just one of them is primary."""
    is_provisional: bool | None
    """Whether the bill is not final, or the bucket ended after the report's own watermark; None
    without either."""
    billing_account_id: str | None
    """Who pays, on a cloud's bill: AWS payer, Azure or Google billing account."""
    workspace_id: str | None
    """OpenAI project, Anthropic workspace, AWS account, Azure subscription, Google project."""
    workspace_name: str | None
    api_key_id: str | None
    api_key_name: str | None
    user_id: str | None
    raw_model: str | None
    """As the report spells it."""
    service_tier: str | None
    """As the report spells it."""
    is_batch: bool | None
    context_window: str | None
    inference_geo: str | None
    speed: str | None
    api_source: str | None


class ProviderUsage(Meters, Tokens, Report):
    """One reported combination of dimensions in one bucket, token classes disjoint."""

    table: ClassVar[str] = "core.provider_usage"
    key: ClassVar[tuple[str, ...]] = ("record_id",)

    meter_detail: str | None
    """Picture size and source, search context level or vector store."""
    num_requests: int | None
    container_sessions: int | None
    storage_bytes: int | None
    normalisation_rule: str
    """The rule that made the token classes disjoint."""
    residual_tokens: int | None
    """Declared totals minus the classes; None where no total is declared."""


class ProviderCost(Report):
    """One reported charge in one bucket."""

    table: ClassVar[str] = "core.provider_costs"
    key: ClassVar[tuple[str, ...]] = ("record_id",)

    line_item: str | None
    """As the report words it."""
    cost_type: str
    """tokens, web_search, file_search, code_execution, session_usage, images or what else the
    report says; not_split where it is not grouped by line, unparsed where no rule reads it."""
    token_class: str | None
    """Column of `core.provider_usage` that the charge is for, where one is known. Reasoning is
    charged within output_tokens."""
    charge_category: str | None
    """On a bill, in FOCUS's words: usage, purchase, tax, credit, adjustment; and discount."""
    resource_id: str | None
    """Deployment, inference profile or endpoint that a bill names."""
    billed_cost: Decimal | None
    """In `currency`; negative for credits."""
    billed_cost_usd: Decimal | None
    """None where the report is in another currency and gives no dollars."""
    list_cost_usd: Decimal | None
    """Before discounts, where the report gives it."""
    effective_cost_usd: Decimal | None
    """After commitments and prepayments are spread over what they paid for, where a bill says."""
    currency: str | None
    """ISO code, lower case."""
    amount_text: str | None
    """The digits as delivered."""
    amount_unit: str | None
    """Rule that read them: currency_number, cents_text, cents_number or dollars_2dp."""
    quantity: Decimal | None
    quantity_unit: str | None


class InvoiceLine(Row):
    """One line of what a provider bills: of a cloud's bill, a FOCUS file or an invoice."""

    table: ClassVar[str] = "core.invoice_lines"
    key: ClassVar[tuple[str, ...]] = ("record_id",)

    record_id: str
    """The row of `raw.<source_format>` it was made from."""
    day: date
    """UTC date on which the line's period begins."""
    bucket_end: datetime | None
    """End of that period, exclusive."""
    provider: str
    """Who bills: openai, anthropic, aws, azure, gcp, ..."""
    platform: str
    """Where the models ran; `(all)` where an invoice does not tell."""
    source_format: str
    is_primary: bool
    """Whether the line belongs in a total: of several bills of one payer and day just one does."""
    is_provisional: bool | None
    """Whether it may still change; None where nothing says."""
    billing_account_id: str | None
    """Who pays."""
    workspace_id: str | None
    """Project, workspace, account or subscription that the line is for."""
    raw_model: str | None
    """As the bill spells it."""
    token_class: str | None
    """Column of `core.provider_usage` that the line is for, where one is known."""
    line_item: str | None
    """As the bill words it."""
    charge_category: str
    """FOCUS's words: usage, purchase, tax, credit, adjustment; and discount."""
    billed_cost: Decimal | None
    """In `currency`; negative for credits."""
    billed_cost_usd: Decimal | None
    """None in another currency, unless the bill gives dollars too."""
    currency: str | None
    """ISO code, lower case."""
    quantity: Decimal | None
    quantity_unit: str | None


class UsageEntry(Row):
    """What a normalised usage object is of."""

    body_id: str
    """Identity given by the caller."""
    entry_no: int
    """0 for the response itself; 1 and up for what is billed outside its totals."""
    entry_model: str | None
    """Model of an entry that ran on another one than the response's."""
    entry_type: str
    """response, or the type the provider gives the entry: compaction, advisor_message."""
    normalisation_rule: str
    """Name in `unitcost.sources.usage_objects.RULES`."""


class UsageObject(Meters, Tokens, UsageEntry):
    """One billed entry of one response's usage object, token classes disjoint.

    Not a table: `unitcost.sources.usage_objects.normalise` makes these rows for whoever reads
    responses.
    """

    input_tool_tokens: int | None
    """Results of tools the provider ran, read as input (Gemini); priced as text input."""
    input_video_tokens: int | None
    """Uncached video input."""
    cache_read_video_tokens: int | None
    """Video input served from a cache."""
    processed_input_tokens: int | None
    """What was processed where that is not what is billed (Cohere); never priced."""
    processed_output_tokens: int | None
    server_tool_calls: int | None
    """Calls of tools that the provider ran and bills (xAI), whatever of them is counted above."""
    declared_tokens: int | None
    """The total that the object declares, of the scope of the classes."""
    residual_tokens: int | None
    """Declared total minus the classes; None where no total is declared."""
    reported_cost_usd: Decimal | None
    """Cost that the object states."""
    problem: str | None
    """A count that is none, and was left out; None when all could be read."""
