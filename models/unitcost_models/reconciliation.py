"""What is held against what: metered and reported usage by day, and where the two differ.

The reports and bills themselves are in `provider.py`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row


class Compared(Row):
    """What both sides are added up by."""

    day: date
    """UTC day."""
    provider: str
    """Who bills: openai, anthropic, aws, azure, gcp, ..."""
    platform: str
    """Where the model ran: direct, bedrock, azure, vertex, ..."""


class MeteredUsage(Compared):
    """Requests of one hour added up for comparison with a bill; the costs are those of all."""

    table: ClassVar[str] = "core.metered_usage"
    key: ClassVar[tuple[str, ...]] = (
        "day",
        "hour_of_day",
        "provider",
        "platform",
        "account_id",
        "model",
        "service_tier",
        "region_scope",
        "token_class",
    )

    hour_of_day: int
    """UTC hour of day, 0 to 23; a report of other days is told by it."""
    account_id: str | None
    """Provider account, project or subscription; None where no record names it."""
    model: str
    """Canonical model, else its name in lower case."""
    service_tier: str
    """As the price list names it."""
    region_scope: str
    """As the price list names it; empty where neither list nor request does."""
    token_class: str
    """input, cache_read, cache_write, output: tokens. other: cost without tokens. requests: those
    answered, in number. doubtful: those that were perhaps billed. untold: those of the doubtful
    that no record shows but a count of tries."""
    priced_quantity: int
    """Tokens or requests with a cost."""
    unpriced_quantity: int
    """Tokens or requests that have none."""
    twin_quantity: int
    """Part of the priced quantity that stands in two files, alike to the millisecond."""
    largest_quantity: int
    """The most that one request has."""
    cost_usd: Decimal
    """Effective cost; a lower bound where there is unpriced quantity."""


class ReportedUsage(Compared):
    """What a provider reports of a day, as `core.metered_usage` counts it; primary rows only."""

    table: ClassVar[str] = "core.reported_usage"
    key: ClassVar[tuple[str, ...]] = (
        "day",
        "provider",
        "platform",
        "account_id",
        "model",
        "service_tier",
        "region_scope",
        "token_class",
        "charge_category",
        "currency",
    )

    report_kind: str
    """usage or costs."""
    account_id: str | None
    """Project, workspace or account that the report names."""
    model: str | None
    """Canonical model, else as the report names it; None where it names none."""
    service_tier: str | None
    """As the price list names it; None where the report does not tell."""
    region_scope: str | None
    """As the price list names it; None where the report does not tell."""
    token_class: str
    """As in `core.metered_usage`; other: a charge without tokens. not_split: a charge that the
    report does not split by what it is for."""
    charge_category: str
    """usage where the report says nothing else; purchase, tax, credit, adjustment, discount."""
    currency: str | None
    """ISO code of the costs in lower case, xxx where the report names none; None for usage."""
    reported_quantity: int | None
    """Tokens or requests; None where the report counts none."""
    billed_cost: Decimal | None
    """In `currency`; None for usage."""
    billed_cost_usd: Decimal | None
    """Where the report gives dollars."""
    list_cost_usd: Decimal | None
    """Before discounts, where the report gives it."""
    charge_lines: int
    """Rows added up."""
    cent_lines: int
    """Those of them that are rounded to cents."""
    is_provisional: bool
    """Whether any of it may still change."""


class Side(Compared):
    """Where something was used, as finely as both sides tell it."""

    account_id: str
    """Provider account, project or subscription; `(all accounts)` where not all records of both
    sides name one, `(unattributed)` where none does."""
    model: str
    """Canonical model, else its name in lower case; `(not split)` where the report names none."""
    token_class: str
    """input, cache_read, cache_write, output; other: no tokens; not_split: all of them."""


_SIDE_KEY = ("day", "provider", "platform", "account_id", "model", "token_class")


class Reconciliation(Side):
    """What we metered beside what the provider reports and bills, as finely as both tell it."""

    table: ClassVar[str] = "marts.reconciliation"
    key: ClassVar[tuple[str, ...]] = _SIDE_KEY
    is_daily: ClassVar[bool] = False

    metered_quantity: int | None
    """Tokens that requests of ours had; None for other and not_split."""
    metered_usd: Decimal
    """Their cost."""
    reported_quantity: int | None
    """Tokens that the provider counts; None where it reports no usage."""
    reported_usage_usd: Decimal | None
    """The provider's tokens at our prices; None where it reports nothing of the day."""
    reported_cost_usd: Decimal | None
    """What the provider says that it costs; None where it reports no costs of the day."""
    gap_usd: Decimal | None
    """reported_cost_usd, else reported_usage_usd, less metered_usd; None where nothing is
    reported."""
    unexplained_usd: Decimal | None
    """The part of gap_usd whose cause is not known."""
    is_provisional: bool
    """Whether the provider may still change what it reports."""


class ReconciliationGap(Side):
    """One cause of a difference between metered and billed; the parts sum exactly to the gap."""

    table: ClassVar[str] = "marts.reconciliation_gap"
    key: ClassVar[tuple[str, ...]] = (*_SIDE_KEY, "stage", "cause")
    is_daily: ClassVar[bool] = False

    stage: str
    """usage: from metered cost to the provider's usage at our prices. cost: from there to the
    provider's reported cost. invoice: from there to the invoice, on the first day of its period."""
    cause: str
    """not_instrumented, duplicate, timing, token_class, price, tier, region, fees,
    failed_but_billed, hidden_retries, credits_discounts_tax, currency, rounding, unpriced or
    unexplained; `docs/reconciling.md` says what tells of each."""
    part_quantity: int | None
    """Tokens that the cause is about, negative where only we metered them; None beyond usage."""
    gap_usd: Decimal
    """What it adds to the gap: positive where more is billed than metered."""


class ReconciliationMonth(Row):
    """A provider's month: what was metered, reported, billed and invoiced, and how much is told."""

    table: ClassVar[str] = "marts.reconciliation_months"
    key: ClassVar[tuple[str, ...]] = ("month", "provider")
    is_daily: ClassVar[bool] = False

    month: str
    """YYYY-MM."""
    provider: str
    """Who bills: openai, anthropic, aws, azure, gcp, ..."""
    metered_days: int
    """Days on which we metered cost."""
    reported_days: int
    """Those of them with a report."""
    metered_usd: Decimal
    """Cost of every request of the month."""
    unreported_usd: Decimal
    """The part of it on days without a report; in the gap only where there is an invoice."""
    reported_usage_usd: Decimal | None
    """The provider's usage at our prices."""
    reported_cost_usd: Decimal | None
    """What the provider says that it costs."""
    invoiced_usd: Decimal | None
    """What bills and invoices state."""
    gap_usd: Decimal | None
    """invoiced_usd less metered_usd; without an invoice what is reported less what was metered on
    the days that have a report; None where nothing is."""
    explained_usd: Decimal | None
    """The part of gap_usd with a cause."""
    unexplained_usd: Decimal | None
    """The part without one."""
    unconverted_lines: int
    """Charges in another currency on days without a recorded rate; in no dollars."""
    provisional_days: int
    """Days whose report may still change."""
