"""Measured and weighted cost stand side by side and are never mixed."""

from __future__ import annotations

from decimal import Decimal

import duckdb

from tests.given import rows_of
from tests.sql.mart_inputs import build, findings, put, request


def test_a_sampled_service_has_an_estimate_beside_what_was_recorded(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    put(
        workbench,
        request("a", "1.5", service_name="api", sampling_weight=Decimal(4)),
        request("b", "0.25", service_name="api"),
        request("c", None, service_name="api", sampling_weight=Decimal(4)),
    )
    build(workbench)
    (row,) = rows_of(workbench, "select * from marts.sampled_cost")
    assert (row["requests"], row["sampled_requests"], row["weighted_quantity"]) == (3, 2, 9)
    assert (row["cost_usd"], row["weighted_cost_usd"]) == (Decimal("1.75"), Decimal("6.25"))
    assert row["unpriced_requests"] == 1
    assert findings(workbench, "every_mart_ties_to_requests") == []
