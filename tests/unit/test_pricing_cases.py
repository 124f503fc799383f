"""Worked cases, each one rule that some tool got wrong, priced through the real SQL."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.pricing_cases import OWN, Case, own_cases, shared_cases, worked_out
from tests.sql.priced import open_priced_workbench, price


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    con = open_priced_workbench()
    yield con
    con.close()


def _wrong(con: duckdb.DuckDBPyConnection, cases: list[Case]) -> dict[str, object]:
    costs = {row["request_id"]: row for row in price(con, *(case.request() for case in cases))}
    wrong: dict[str, object] = {}
    for case in cases:
        row = costs[case.case_id]
        cost = None if row["cost_usd"] is None else row["cost_usd"] * case.request_count
        if cost != case.cost_usd or (cost is None) != (row["unpriced_reason"] is not None):
            wrong[case.case_id] = (case.rule, case.cost_usd, cost, row["unpriced_reason"])
    return wrong


def test_every_shared_case_is_priced_to_the_last_digit(
    con: duckdb.DuckDBPyConnection, shared_vectors: Path
) -> None:
    assert _wrong(con, shared_cases(shared_vectors)) == {}


def test_every_own_case_is_priced_to_the_last_digit(con: duckdb.DuckDBPyConnection) -> None:
    assert _wrong(con, own_cases()) == {}


def test_every_own_case_is_what_its_counts_and_prices_come_to() -> None:
    with OWN.open(encoding="utf-8", newline="") as file:
        priced = [row for row in csv.DictReader(file) if row["cost_usd"]]
    wrong = [row["case_id"] for row in priced if worked_out(row) != Decimal(row["cost_usd"])]
    assert wrong == []


def test_case_ids_are_unique(shared_vectors: Path) -> None:
    ids = [case.case_id for case in [*own_cases(), *shared_cases(shared_vectors)]]
    assert len(ids) == len(set(ids))
