"""Reports and bills of providers: what a source's parse tells of a row, and the raw table of it.

Each such source has its own raw table with these columns, so that one step reads them all. The four
reports of `raw_provider` are older and have steps of their own.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row
from unitcost_models.raw_provider import Bucket
from unitcost_models.shared import Meters, Provenance, Tokens


class ReportLabels(Row):
    """What a reported row is of, in the report's own words."""

    provider: str | None
    """Who bills: aws, azure, gcp, anthropic, ..."""
    platform: str | None
    """Where the model ran, as in `core.requests`: bedrock, azure, vertex, direct, ..."""
    billing_account_id: str | None
    """Who pays: AWS payer, Azure or Google billing account."""
    workspace_id: str | None
    """What the charge is for: AWS account, Azure subscription, Google project, workspace."""
    workspace_name: str | None
    api_key_id: str | None
    api_key_name: str | None
    user_id: str | None
    raw_model: str | None
    """As the report spells it."""
    service_tier: str | None
    context_window: str | None
    inference_geo: str | None
    """global or data_zone where the row says so, else the region."""
    speed: str | None
    api_source: str | None
    meter_detail: str | None
    line_item: str | None
    """Usage type, meter or SKU, as the report words it."""
    sku_id: str | None
    resource_id: str | None
    charge_type: str | None
    """Kind of charge in the report's own words."""
    charge_category: str | None
    """FOCUS's words: usage, purchase, tax, credit, adjustment; discount where a bill has such."""
    cost_type: str | None
    token_class: str | None
    """The one class that the row is for: a column of `core.provider_usage`."""
    quantity_unit: str | None
    currency: str | None
    """ISO code of the amounts; lower case in the raw table."""
    tags: dict[str, str] | None


class ToldReport(ReportLabels):
    """What `sql/raw/<format>.sql` of a report says of one row, everything as text; not kept.

    A query names only the columns it knows; the others are NULL. `sql/raw/told_reports.sql` reads
    the texts, checks them and tells deliveries apart, the same way for all reports.
    """

    source_line: int
    record: str
    """The delivered record, for the quarantine."""
    reject_reason: str | None
    """Why the source cannot read the record; None where it can."""
    kind: str | None
    """Kind of usage; `usage` where None."""
    started: str | None
    """Inclusive; ISO 8601 or an epoch number."""
    ended: str | None
    """Exclusive."""
    delivery_form: str | None
    """bill (also where None): charges of any period beside each other; bill_by_month: a row is a
    whole month's. api or csv: buckets, of which a day has one width."""
    report_grouping: str | None
    scope: str | None
    """What a later delivery replaces; the row's own labels and bounds where None."""
    delivery_part: str | None
    """Rows of the file delivered together; the whole file where None."""
    identity: str | None
    """What else tells this row from others, and is not kept."""
    as_of: str | None
    """The report's own watermark."""
    is_final: str | None
    """Whether the amount is invoiced; None where the report does not say."""
    is_appended: str | None
    """Whether rows are only ever added, so that one of another amount is another row."""
    is_repeat: str | None
    """Whether the row repeats or overlaps others and so belongs in no total."""
    is_batch: str | None
    amount: str | None
    """The billed cost."""
    amount_unit: str | None
    """How the amounts are written: currency_number (also where None), cents_text, cents_number."""
    list_cost: str | None
    effective_cost: str | None
    amount_usd: str | None
    """The billed cost in USD, where the report gives it beside another currency."""
    quantity: str | None
    unit_size: str | None
    """Tokens in one `quantity_unit`."""
    counts: dict[str, str] | None
    """Column of `core.provider_usage` -> count, where one row has several."""


class RawReport(Provenance, Meters, Tokens, ReportLabels, Bucket):
    """One row of a report or bill, as delivered and as read."""

    key: ClassVar[tuple[str, ...]] = ("record_id",)

    is_final: bool | None
    is_repeat: bool
    is_batch: bool | None
    amount_text: str | None
    """The digits as delivered."""
    amount_unit: str
    """Rule that read them: currency_number, cents_text or cents_number."""
    billed_cost: Decimal | None
    """In `currency`, rounded half-even at the twelfth decimal."""
    billed_cost_usd: Decimal | None
    """None in another currency, unless the report gives dollars too."""
    list_cost_usd: Decimal | None
    effective_cost_usd: Decimal | None
    quantity: Decimal | None
    unit_size: int | None
    """Tokens in one `quantity_unit`; None where it is no count of tokens."""
    num_requests: int | None
    residual_tokens: int | None
    """Told counts minus the classes; None where they are disjoint."""
