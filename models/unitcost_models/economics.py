"""The marts of unit economics: margins, floors and prices, growth, cost of goods.

All are made of all days when they are read. Cost per success is in `success.py`.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from unitcost_models.base import Row


class RevenueUsd(Row):
    """What did a customer pay for a day, in US dollars?"""

    table: ClassVar[str] = "marts.revenue"
    key: ClassVar[tuple[str, ...]] = ("day", "customer_id", "plan", "feature")
    is_daily: ClassVar[bool] = False

    day: date
    """UTC date that has a share of what was billed."""
    customer_id: str
    """Who pays."""
    plan: str
    """The plan it pays for; `(unattributed)` where not told."""
    feature: str
    """The feature it pays for; `(unattributed)` where not told."""
    revenue_usd: Decimal | None
    """Another currency at the rate recorded of the day; None where one of the amounts has none. In
    a closed month the rate is the one that was recorded when it was closed."""
    unconverted_amounts: int
    """Amounts in a currency without a recorded rate of the day."""


class CustomerMargin(Row):
    """Which customer do we earn from, and which costs more than it pays?"""

    table: ClassVar[str] = "marts.customer_margin"
    key: ClassVar[tuple[str, ...]] = ("month", "customer_id")
    is_daily: ClassVar[bool] = False

    month: str
    """`YYYY-MM`, UTC."""
    customer_id: str
    """Who is served; `(unattributed)` where unknown."""
    requests: int
    """Requests, attempts included."""
    cost_usd: Decimal
    """Sum of the known costs."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""
    revenue_usd: Decimal | None
    """What they paid; None where it is not known."""
    margin_usd: Decimal | None
    """revenue_usd minus cost_usd."""
    margin_pct: Decimal | None
    """margin_usd as a percentage of revenue_usd; None where that is not known or not positive."""
    unpaid_cost_usd: Decimal
    """The part of cost_usd on days without known revenue."""
    paid_days: int
    """Days with known revenue."""
    under_water_days: int
    """Days on which the cost was above the revenue."""


class _Margin(Row):
    month: str
    """`YYYY-MM`, UTC."""
    requests: int
    """Requests, attempts included."""
    cost_usd: Decimal
    """Sum of the known costs."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""
    revenue_usd: Decimal | None
    """What was paid; None where nothing is known to be."""
    margin_usd: Decimal | None
    """revenue_usd minus cost_usd."""
    margin_pct: Decimal | None
    """margin_usd as a percentage of revenue_usd; None where that is not known or not positive."""


class PlanMargin(_Margin):
    """Which plan earns, and on which do customers cost more than they pay?

    A customer's day costs the plan for which it paid most that day.
    """

    table: ClassVar[str] = "marts.plan_margin"
    key: ClassVar[tuple[str, ...]] = ("month", "plan")
    is_daily: ClassVar[bool] = False

    plan: str
    """What was bought; `(unattributed)` where not told, or nothing was."""
    customers: int
    """Customers who paid for it or used anything on it."""
    under_water_customers: int
    """Those of them who cost more than they paid for it."""


class FeatureMargin(_Margin):
    """Does a feature that is sold by itself earn what it costs?"""

    table: ClassVar[str] = "marts.feature_margin"
    key: ClassVar[tuple[str, ...]] = ("month", "feature")
    is_daily: ClassVar[bool] = False

    feature: str
    """The product feature; `(unattributed)`: revenue for no single feature, cost of none."""
    paying_customers: int
    """Customers with an amount for this feature."""


class CustomersUnderWater(Row):
    """Since when has a customer cost more than it pays, and for how long?

    A day counts if the seven days up to it have a negative margin, over days with known revenue.
    """

    table: ClassVar[str] = "marts.customers_under_water"
    key: ClassVar[tuple[str, ...]] = ("customer_id", "first_on")
    is_daily: ClassVar[bool] = False

    customer_id: str
    """Who is served; `(unattributed)` where unknown."""
    first_on: date
    """First day of the stretch."""
    last_on: date
    """Last day."""
    under_water_days: int
    """Days of the stretch."""
    cost_usd: Decimal
    """Sum of the known costs."""
    revenue_usd: Decimal
    """What they paid for these days."""
    margin_usd: Decimal
    """revenue_usd minus cost_usd of these days."""


class TokenFloor(Row):
    """What is the least a success costs, and what must it be sold for?

    The floor is the mean of the cheapest tenth of the tasks that succeeded: what the work costs
    when nothing goes wrong. Between it and the viable price lies what failures and detours cost.
    """

    table: ClassVar[str] = "marts.token_floor"
    key: ClassVar[tuple[str, ...]] = ("month", "feature", "task_type")
    is_daily: ClassVar[bool] = False

    month: str
    """`YYYY-MM`, UTC."""
    feature: str
    """The product feature; `(unattributed)` where unknown."""
    task_type: str
    """Kind of task; `(unattributed)` where unknown."""
    tasks: int
    """Tasks that started in the month."""
    succeeded: int
    """Those that succeeded."""
    cost_usd: Decimal
    """Known cost of all tasks."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""
    floor_usd: Decimal | None
    """Mean cost of the cheapest decile of the succeeded tasks whose every request has a price; None
    where there is none."""
    median_success_usd: Decimal | None
    """Median cost of such a task, nearest rank."""
    viable_price_usd: Decimal | None
    """Price of a success that covers all tasks: cost_usd divided by succeeded; None where none
    succeeded or nothing is priced."""
    price_at_80_pct_margin_usd: Decimal | None
    """Price that leaves four fifths: five times the viable one."""


class CostAtScale(Row):
    """Does the curve bend: what would a day cost at twice and at ten times the use?

    From the feature's own days. It is an estimate: it assumes that more use is like the busier days
    so far, at the prices that held.
    """

    table: ClassVar[str] = "marts.cost_at_scale"
    key: ClassVar[tuple[str, ...]] = ("feature",)
    is_daily: ClassVar[bool] = False

    feature: str
    """The product feature; `(unattributed)` where unknown."""
    days_seen: int
    """Days with a row of the feature."""
    requests: int
    """Requests, attempts included."""
    cost_usd: Decimal
    """Sum of the known costs."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""
    cost_elasticity: Decimal | None
    """Per cent more cost for one per cent more requests; None under ten days."""
    fit_r2: Decimal | None
    """How much of the days' differences it explains, 0 to 1."""
    cache_points_per_doubling: Decimal | None
    """Percentage points by which the cache's share moves when use doubles."""
    cost_per_day_usd: Decimal
    """Mean cost of a day."""
    cost_per_day_at_2x_usd: Decimal | None
    """Estimate at twice the use."""
    cost_per_day_at_10x_usd: Decimal | None
    """Estimate at ten times the use."""


class CostKind(Row):
    """What is cost of goods, and what is research and development?"""

    table: ClassVar[str] = "marts.cost_kinds"
    key: ClassVar[tuple[str, ...]] = ("month", "spend_kind")
    is_daily: ClassVar[bool] = False

    month: str
    """`YYYY-MM`, UTC."""
    spend_kind: str
    """`evaluation` (stage evaluation, wherever it ran), `cost_of_goods` (environment production,
    prod or live), `research_and_development` (any other environment) or `unknown` (none is
    told)."""
    requests: int
    """Requests, attempts included."""
    cost_usd: Decimal
    """Sum of the known costs."""
    unpriced_requests: int
    """Requests whose cost is unknown and therefore not in cost_usd."""
    share_of_month_pct: Decimal | None
    """cost_usd as a percentage of the month's."""
