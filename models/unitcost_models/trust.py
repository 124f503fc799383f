"""How far the numbers can be trusted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row
from unitcost_models.reconciliation import Compared


class AttestedUsage(Compared):
    """A provider's day: the tokens that its report states, and what our requests tell of them.

    Tokens are counted and not dollars, so that no lost price shrinks what is judged. Of models on
    one's own machines nobody reports, so they are not here.
    """

    table: ClassVar[str] = "marts.attested_usage"
    key: ClassVar[tuple[str, ...]] = ("day", "provider", "platform")
    is_daily: ClassVar[bool] = False

    reported_tokens: int | None
    """All token classes of the report; None where none counts tokens: nothing attests the rest."""
    requests: int
    """Ours, of whatever state."""
    metered_tokens: int
    """Of our requests that were answered and billed and whose usage is known."""
    twin_tokens: int
    """Those of them that another file tells of alike, under another id: perhaps told twice, so they
    are proven in nothing."""
    priced_tokens: int
    """Those of metered_tokens that have a cost."""
    customer_tokens: int
    """Those whose customer is known."""
    feature_tokens: int
    """Those whose feature is known."""
    judged_tokens: int
    """Those of tasks that succeeded or failed."""
    recently_priced_tokens: int
    """Those whose price rows were recorded at most 180 days before."""
    reported_cost_usd: Decimal | None
    """What the provider says that the day costs; None where it says nothing."""
    unmatched_usd: Decimal | None
    """Usage that only the report has, but for another day's, all that is charged otherwise, without
    signs, and the cost of twin_tokens; None where nothing is reported."""
    is_final: bool
    """Whether the report changes no more and the day was over when it was built."""


class ProvenDay(Row):
    """A day from the first that a report tells of to the last one over: how much of it is proven.

    Each share is of measured_tokens; 0 where there is no report. Where reports are expected, it is
    the mean of the expected providers' shares.
    """

    table: ClassVar[str] = "marts.proven_days"
    key: ClassVar[tuple[str, ...]] = ("day",)
    is_daily: ClassVar[bool] = False

    day: date
    """UTC day."""
    reported_tokens: int
    """What the reports state, of all providers or of the expected; 0 where none does."""
    measured_tokens: int
    """The same and, of providers without a report, what our requests tell, which proves nothing."""
    pricing_pct: Decimal
    """Tokens with a cost."""
    attribution_pct: Decimal
    """Half for tokens whose customer is known, half for those whose feature is."""
    outcomes_pct: Decimal
    """Tokens of tasks that succeeded or failed."""
    reconciliation_pct: Decimal
    """What of a final report's cost matches ours."""
    duplicates_pct: Decimal
    """What is left when each token too many, and each too few, is taken off."""
    quarantine_pct: Decimal
    """Tokens that were read; of what is refused or lost they are missing."""
    price_age_pct: Decimal
    """Tokens whose price rows were recorded at most 180 days before."""
    finality_pct: Decimal
    """Tokens of reports that change no more, on a day that was over when it was built."""


class Trust(Row):
    """One part of the trust that the warehouse deserves; the points of all parts are its score.

    Points are only for what a provider's report attests, so that no loss of what it attests raises
    them; what our own records tell of themselves stands beside.
    """

    table: ClassVar[str] = "marts.trust"
    key: ClassVar[tuple[str, ...]] = ("part",)
    is_daily: ClassVar[bool] = False

    part: str
    """pricing, attribution, outcomes, reconciliation, freshness, duplicates, quarantine, price_age
    or finality."""
    weight: int
    """Points that it can give; the weights add up to 100."""
    days: int
    """Rows of marts.proven_days, which weigh alike; 10 for freshness."""
    score_pct: Decimal
    """Mean of the part over them; 0 where there is nothing."""
    points_pct: Decimal
    """score_pct times weight / 100; add it up for the score."""
    good_count: int
    """Requests, tasks, days, tokens or records that are good by our own records alone."""
    whole_count: int
    """All of them."""
    plain_pct: Decimal
    """good_count as a percentage of whole_count; it gives no points."""
    evidence_sql: str
    """A query that answers the sum of the part over the days, days, good_count and whole_count."""
    remedy: str
    """What would raise it."""
