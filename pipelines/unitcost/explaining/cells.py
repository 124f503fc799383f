"""What is compared: requests added up by period, who they were for, what served them and how.

Which factors the sums make is in `factors`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

import duckdb

from unitcost.explaining.period import Span
from unitcost.sqltext import sql_text

DIMENSIONS = (
    "feature",
    "customer_id",
    "workflow",
    "stage",
    "task_type",
    "user_id",
    "team",
    "environment",
    "prompt_name",
    "prompt_version",
    "service_name",
    "provider",
    "platform",
    "model",
    "service_tier",
)
UNATTRIBUTED = "(unattributed)"


class Cell(NamedTuple):
    """What is called where: requests of a cell are alike but for tier and success."""

    feature: str
    provider: str
    platform: str
    model: str


class Kind(NamedTuple):
    """A cell's requests of one tier, those that served apart from those that failed."""

    cell: Cell
    service_tier: str
    is_failed: bool


class Sums(NamedTuple):
    """Requests added up: whole numbers and exact dollars."""

    requests: int = 0
    uncached_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    completion_tokens: int = 0
    uncached_usd: Decimal = Decimal(0)
    cache_read_usd: Decimal = Decimal(0)
    cache_write_usd: Decimal = Decimal(0)
    completion_usd: Decimal = Decimal(0)
    cost_usd: Decimal = Decimal(0)

    def plus(self, other: Sums) -> Sums:
        """Both together."""
        return Sums._make(a + b for a, b in zip(self, other, strict=True))  # type: ignore[operator]


@dataclass
class Side:
    """One period of one slice: the customers who stayed by kind, and those who did not."""

    kinds: dict[Kind, Sums] = field(default_factory=lambda: defaultdict(Sums))
    gone_usd: Decimal = Decimal(0)
    """Cost of the customers who are in this period only."""
    unpriced_requests: int = 0

    @property
    def cost_usd(self) -> Decimal:
        """The whole cost of the period."""
        return self.gone_usd + sum((sums.cost_usd for sums in self.kinds.values()), Decimal(0))


Slices = Mapping[str, tuple[Side, Side]]
"""Member of the dimension -> before and after."""

TIER = """
    case
        when status = 'cache_hit' then '(gateway cache)'
        when billed_state = 'not_billed' then '(not billed)'
        else service_tier
    end
"""
"""The service tier; what cost nothing for another reason than its price is a tier of its own."""
IS_FAILED = """(
    status in ('error', 'timeout', 'cancelled', 'refused', 'incomplete', 'truncated')
    or not is_final_attempt
)"""
"""Whether a request served nobody: it failed, or another attempt followed."""
READ_TOKENS = """(
    coalesce(cache_read_tokens, 0) + coalesce(cache_read_audio_tokens, 0)
    + coalesce(cache_read_image_tokens, 0)
)"""
_SUMS = """
    count(cost_usd),
    coalesce(sum(p.uncached_tokens), 0)::bigint,
    coalesce(sum(p.read_tokens), 0)::bigint,
    coalesce(sum(p.cache_write_tokens), 0)::bigint,
    coalesce(sum(p.output_tokens_of_all), 0)::bigint,
    coalesce(sum(input_cost_usd), 0), coalesce(sum(cache_read_cost_usd), 0),
    coalesce(sum(cache_write_cost_usd), 0), coalesce(sum(output_cost_usd), 0),
    coalesce(sum(cost_usd), 0)
"""


def read_slices(
    con: duckdb.DuckDBPyConnection,
    spans: tuple[Span, Span],
    by: str | None,
    only: Mapping[str, str],
) -> Slices:
    """Both periods' sums by member of `by` (one member `(all)` without it), of the slice `only`."""
    slices: dict[str, tuple[Side, Side]] = defaultdict(lambda: (Side(), Side()))
    for row in con.execute(_query(spans, by, only)).fetchall():
        member, is_after, stays, feature, provider, platform, model, *rest = row
        tier, is_failed, unpriced, *sums_of_kind = rest
        kind = Kind(Cell(feature, provider, platform, model), tier, is_failed)
        side, sums = slices[member][is_after], Sums(*sums_of_kind)
        side.unpriced_requests += unpriced
        if stays:
            side.kinds[kind] = side.kinds[kind].plus(sums)
        else:
            side.gone_usd += sums.cost_usd
    return dict(sorted(slices.items()))


def condition(only: Mapping[str, str]) -> str:
    """The slice as SQL over marts.cost_per_request."""
    parts = [
        f"coalesce({name}, {sql_text(UNATTRIBUTED)}) = {sql_text(value)}"
        for name, value in only.items()
    ]
    return " and ".join(["true", *parts])


def named(columns: Iterable[str]) -> str:
    """Dimensions as they are shown, unknown ones by name."""
    return ", ".join(f"coalesce({c}, {sql_text(UNATTRIBUTED)}) as {c}" for c in columns)


def _query(spans: tuple[Span, Span], by: str | None, only: Mapping[str, str]) -> str:
    member = f"coalesce({by}, {sql_text(UNATTRIBUTED)})" if by else "'(all)'"
    before, after = spans
    return f"""
        with picked as (
            select
                {member} as member, s.is_after, customer_id, {named(Cell._fields)},
                {TIER} as served_as,
                {IS_FAILED} as is_failed,
                coalesce(input_tokens, 0) + coalesce(input_audio_tokens, 0)
                    + coalesce(input_image_tokens, 0) as uncached_tokens,
                {READ_TOKENS} as read_tokens,
                coalesce(cache_write_tokens, 0) as cache_write_tokens,
                coalesce(output_tokens, 0) + coalesce(reasoning_tokens, 0)
                    + coalesce(output_media_tokens, 0) as output_tokens_of_all,
                input_cost_usd, cache_read_cost_usd, cache_write_cost_usd, output_cost_usd, cost_usd
            from marts.cost_per_request
            cross join (values (0), (1)) as s (is_after)
            where (is_after = 0 and {before.condition()} or is_after = 1 and {after.condition()})
                and {condition(only)}
        ),

        customers as (
            select member, customer_id, count(distinct is_after) = 2 as stays
            from picked
            group by member, customer_id
        )

        select
            p.member, is_after, stays, feature, provider, platform, model, served_as, is_failed,
            count(*) - count(cost_usd), {_SUMS}
        from picked as p
        inner join customers as c
            on p.member = c.member and p.customer_id is not distinct from c.customer_id
        group by p.member, is_after, stays, feature, provider, platform, model, served_as,
            is_failed
        order by all
    """
