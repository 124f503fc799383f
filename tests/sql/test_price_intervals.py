"""Exactly one price holds for any request, whatever its instant, size and clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.given import given as given_rows
from tests.given import rows_of
from tests.sql.price_by_hand import (
    Key,
    bounds,
    cost_by_hand,
    instants,
    open_bands,
    token_lists,
)
from tests.sql.priced import price, request
from unitcost.pricing import DERIVED
from unitcost.workbench import run_step
from unitcost_models.base import Row, columns
from unitcost_models.price_sheets import PriceCard, PriceKey, PriceLine
from unitcost_models.requests import Request
from unitcost_models.shared import METERS, TOKEN_CLASSES

_TICK = timedelta(microseconds=1)
_METERS = {
    "input": "input_tokens",
    "cache_read": "cache_read_tokens",
    "cache_write_5m": "cache_write_5m_tokens",
    "cache_write_30m": "cache_write_30m_tokens",
    "cache_write_1h": "cache_write_1h_tokens",
    "output": "output_tokens",
}


@pytest.mark.parametrize("row", [PriceKey, PriceLine, PriceCard], ids=lambda row: row.table)
def test_a_derived_table_has_the_columns_of_its_row_model(
    shipped: duckdb.DuckDBPyConnection, row: type[Row]
) -> None:
    found = shipped.execute(f"describe {row.table}").fetchall()
    assert [cell[:2] for cell in found] == [(c.name, c.sql_type) for c in columns(row)]


def test_every_meter_that_requests_count_has_a_bit_and_every_class_of_tokens_a_place_on_the_cards(
    shipped: duckdb.DuckDBPyConnection,
) -> None:
    meters = shipped.execute(
        "select meter, request_column, bit from core.meters where bit is not null order by bit"
    ).fetchall()
    assert [f"{meter}_trillionths" for meter, column, _ in meters if column in TOKEN_CLASSES] == [
        column.name for column in columns(PriceCard) if column.name.endswith("_trillionths")
    ]
    assert {column for _, column, _ in meters} == {*TOKEN_CLASSES, *METERS}
    assert [bit for _, _, bit in meters] == [1 << position for position in range(len(meters))]


_moments = st.datetimes(datetime(2024, 1, 1), datetime(2027, 6, 1))


@st.composite
def _calls(draw: st.DrawFn) -> tuple[Key, datetime, dict[str, int]]:
    """A request of a random list, near an instant and a size at which its price may change."""
    key = draw(st.sampled_from(token_lists()))
    steps = sorted({near for step in instants(key) for near in (step - _TICK, step, step + _TICK)})
    at = draw(st.sampled_from(steps) | _moments) if steps else draw(_moments)
    sizes = sorted({bound + extra for bound in bounds([key]) for extra in (0, 1)})
    prompt = draw(st.sampled_from(sizes) | st.integers(1, 10**6)) if sizes else 1_000
    cached = draw(st.integers(0, prompt))
    return (
        key,
        at,
        {"input": prompt - cached, "cache_read": cached, "output": draw(st.integers(0, 9))},
    )


def _row(number: int, key: Key, at: datetime, counts: dict[str, int]) -> dict[str, Any]:
    provider, platform, region_scope, model, service_tier = key
    return request(
        request_id=f"{number:03}",
        provider=provider,
        platform=platform,
        region_scope=region_scope,
        model=model,
        service_tier=service_tier,
        started_at=at,
        **{_METERS[meter]: count for meter, count in counts.items()},
    )


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(calls=st.lists(_calls(), min_size=40, max_size=40))
def test_sql_and_the_price_files_agree_on_every_request(
    shipped: duckdb.DuckDBPyConnection, calls: list[tuple[Key, datetime, dict[str, int]]]
) -> None:
    costs = price(shipped, *(_row(number, *call) for number, call in enumerate(calls)))
    for row, (key, at, counts) in zip(costs, calls, strict=True):
        prompt = counts["input"] + counts["cache_read"]
        assert row["cost_usd"] == cost_by_hand(key, counts, at, prompt), (key, at, counts)


def test_the_cells_of_a_list_leave_no_gap_and_never_overlap(
    shipped: duckdb.DuckDBPyConnection,
) -> None:
    holes = rows_of(
        shipped,
        """
        with corners as (
            select distinct
                provider, platform, region_scope, model, service_tier, valid_from, ctx_gt
            from core.price_cards
        )
        select c.model, c.valid_from, c.ctx_gt, list(k.time_band) as time_bands
        from corners as c
        inner join core.price_cards as k
            on
                c.provider = k.provider and c.platform = k.platform and c.model = k.model
                and c.region_scope = k.region_scope and c.service_tier = k.service_tier
                and c.valid_from >= k.valid_from and c.valid_from < k.valid_to
                and c.ctx_gt + 1 > k.ctx_gt and c.ctx_gt + 1 <= k.ctx_le
        group by
            c.provider, c.platform, c.region_scope, c.model, c.service_tier, c.valid_from, c.ctx_gt
        having
            count(*) <> 1
            and not (
                count(*) = 2
                and max(k.time_band) in (
                    select complement_of from core.time_bands where time_band = min(k.time_band)
                )
            )
        """,
    )
    assert holes == []


def test_cells_reach_from_the_first_instant_to_the_last_and_from_nothing_to_any_size(
    shipped: duckdb.DuckDBPyConnection,
) -> None:
    ends = shipped.execute(
        """
        select distinct first_instant, last_instant, smallest, largest
        from (
            select
                min(valid_from) as first_instant, max(valid_to) as last_instant,
                min(ctx_gt) as smallest, max(ctx_le) as largest
            from core.price_cards
            group by provider, platform, region_scope, model, service_tier
        )
        """
    ).fetchall()
    assert ends == [(datetime(1, 1, 1), datetime(9999, 12, 31), -1, 10**15)]


def test_every_minute_of_a_fortnight_is_in_the_bands_of_the_providers_clock(
    shipped: duckdb.DuckDBPyConnection,
) -> None:
    start = datetime(2026, 9, 18)
    given_rows(shipped, Request)
    shipped.execute(
        """
        insert into core.requests (request_id, provider, model, started_at)
        select cast(i as varchar), 'deepseek', 'deepseek-flash', ? + to_minutes(cast(i as bigint))
        from range(14 * 24 * 60) as r(i)
        """,
        [start],
    )
    run_step(shipped, "steps.time_bands_in_force", start.date())
    found = shipped.execute("select minute, time_bands from steps.time_bands_in_force").fetchall()
    assert len(found) == 14 * 24 * 60
    for minute, time_bands in found:
        assert set(time_bands.strip("|").split("|")) == open_bands(minute)


def test_permuting_the_price_rows_changes_nothing_to_the_last_byte(
    shipped: duckdb.DuckDBPyConnection,
) -> None:
    before = [shipped.table(name).to_arrow_table() for name in DERIVED]
    for table in ("core.prices", "core.price_history"):
        shipped.execute(f"create or replace table {table} as from {table} order by md5(price_id)")
    for name, rows in zip(DERIVED, before, strict=True):
        run_step(shipped, name, datetime(2026, 1, 1).date())
        assert shipped.table(name).to_arrow_table().equals(rows)
