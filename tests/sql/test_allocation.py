"""Pools are spread to the last digit; direct cost stays, so a dropped rule leaves no trace."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given as over
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.given import given, rows_of
from tests.sql.allocated import CHECK, DAY, REQUESTS, TABLE, allocate, received, request, rule
from unitcost.allocation_settings import AllocationSettings
from unitcost.days.allocation import open_allocation
from unitcost.queries import load_query
from unitcost.workbench import create_empty, open_workbench
from unitcost_models.allocation import AllocatedCost
from unitcost_models.marts import CostPerRequest


def test_without_rules_there_is_direct_cost_only() -> None:
    rows = allocate("")
    assert {r["receiver"]: r["direct_cost_usd"] for r in rows} == {
        "acme": Decimal("3.5"),
        "birch": Decimal(1),
        "(unattributed)": Decimal("0.000000000001"),
    }
    assert {r["receiver"]: r["unpriced_requests"] for r in rows}["birch"] == 1
    assert all(r["full_cost_usd"] == r["direct_cost_usd"] for r in rows)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('method = "even"\ndaily_usd = "1"', {"acme": "0.500000000000", "birch": "0.500000000000"}),
        (
            'method = "even"\ndaily_usd = "0.000000000003"',
            {"acme": "0.000000000002", "birch": "0.000000000001"},
        ),
        (
            'method = "proportional"\nmetric = "cost_usd"\nrequests = {stage = "evaluation"}',
            {"acme": "0.375000000000", "birch": "0.125000000000"},
        ),
        (
            'method = "proportional"\nmetric = "requests"\n'
            'requests = {customer_id = "(unattributed)"}',
            {"acme": "0.000000000001"},
        ),
        (
            'method = "fixed"\ndaily_usd = "10"\n'
            'to = [{receiver = "x", share = "0.7"}, {receiver = "acme", share = "0.3"}]',
            {"x": "7.000000000000", "acme": "3.000000000000"},
        ),
        (
            'method = "waterfall"\nunused_commitments = true\n'
            'to = [{receiver = "a", up_to_usd = "5"}, '
            '{receiver = "b", up_to_usd = "5"}, {receiver = "c"}]',
            {"a": "5.000000000000", "b": "2.000000000000"},
        ),
        (
            'method = "waterfall"\nunused_commitments = true\n'
            'to = [{receiver = "a", up_to_usd = "5"}]',
            {"a": "5.000000000000", "(unallocated)": "2.000000000000"},
        ),
        (
            'method = "even"\nbill = {provider = "aws", line_item = "Support"}',
            {"acme": "-5.000000000000", "birch": "-5.000000000000"},
        ),
        (
            'method = "proportional"\nmetric = "completion_tokens"\ndaily_usd = "2"',
            {"(unallocated)": "2.000000000000"},
        ),
    ],
)
def test_a_pool_goes_where_its_rule_says(text: str, wanted: dict[str, str]) -> None:
    assert received(allocate(rule(text)), "r") == wanted


def test_cost_of_requests_moves_and_direct_cost_stays() -> None:
    rows = allocate(rule('method = "even"\nrequests = {stage = "evaluation"}'))
    full: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        full[row["receiver"]] += row["full_cost_usd"]
    assert full["acme"] == Decimal("3.25")
    assert sum(full.values()) == Decimal("4.500000000001")
    assert {r["receiver"]: r["direct_cost_usd"] for r in rows if not r["rule_no"]} == {
        r["receiver"]: r["direct_cost_usd"] for r in allocate("")
    }


def test_a_request_is_spread_by_the_first_rule_that_takes_it() -> None:
    second = '[[rules]]\nname = "s"\nmethod = "even"\nrequests = {customer_id = "acme"}'
    first = rule('method = "even"\nrequests = {stage = "evaluation", customer_id = "acme"}')
    rows = allocate(first + second)
    taken = {(r["rule_name"], r["given_cost_usd"]) for r in rows if r["given_cost_usd"]}
    assert taken == {("r", Decimal("0.5")), ("s", Decimal(3))}


def test_a_rule_holds_within_its_days() -> None:
    text = 'method = "even"\ndaily_usd = "1"\n'
    assert received(allocate(rule(text + "valid_to = 2026-03-02")), "r") == {}
    assert received(allocate(rule(text + "valid_from = 2026-03-02")), "r") != {}


@settings(max_examples=8, deadline=None)
@over(st.decimals(-(10**7), 10**7, places=12), st.integers(1, 12))
def test_a_monthly_fee_is_whole_over_the_month(fee: Decimal, month: int) -> None:
    text = rule(f'method = "even"\nmonthly_usd = "{fee:f}"')
    asked = AllocationSettings.model_validate(tomllib.loads(text))
    parts = []
    with open_workbench() as con:
        for number in range(1, 32):
            try:
                day = date(2024, month, number)
            except ValueError:
                break
            open_allocation(con, asked, day)
            parts += con.execute(
                "select fee_usd from core.allocation_rules where rule_no = 1"
            ).fetchall()
    assert sum(part for (part,) in parts) == fee


NAMES = st.sampled_from([None, "a", "b", "c", "d"])
MONEY = st.decimals(0, 10**6, places=12)
METHODS = st.sampled_from(
    [
        'method = "even"',
        'method = "proportional"\nmetric = "cost_usd"',
        'method = "proportional"\nmetric = "prompt_tokens"',
        'method = "fixed"\nto = [{receiver="a",share="0.333333333333"},'
        '{receiver="z",share="0.666666666667"}]',
        'method = "waterfall"\nto = [{receiver="a",up_to_usd="0.7"},{receiver="b"}]',
    ]
)
POOLS = st.one_of(
    st.decimals(-(10**6), 10**6, places=12).map(lambda fee: f'daily_usd = "{fee:f}"'),
    st.sampled_from(['requests = {stage = "s"}', 'requests = {customer_id = "(unattributed)"}']),
)


@settings(max_examples=25, deadline=None)
@over(
    st.lists(st.tuples(NAMES, MONEY | st.none(), st.sampled_from(["s", "t"])), max_size=8),
    st.lists(st.tuples(METHODS, POOLS), max_size=3),
    st.randoms(use_true_random=False),
)
def test_receivers_add_up_to_the_pools_whatever_they_are(
    drawn: list[tuple[str | None, Decimal | None, str]],
    rules: list[tuple[str, str]],
    order: Any,
) -> None:
    made = [
        request(n, customer, None if cost is None else f"{cost:f}", stage=stage)
        for n, (customer, cost, stage) in enumerate(drawn)
    ] or [request(0, None, None)]
    text = "".join(
        f'[[rules]]\nname = "{n}"\n{method}\n{pool}\n' for n, (method, pool) in enumerate(rules)
    )
    rows = allocate(text, *made)
    fees = sum(
        (Decimal(pool.split('"')[1]) for _, pool in rules if pool.startswith("daily")), Decimal(0)
    )
    direct = sum((Decimal(r["cost_usd"] or 0) for r in made), Decimal(0))
    assert sum((r["full_cost_usd"] for r in rows), Decimal(0)) == direct + fees
    order.shuffle(made)
    assert allocate(text, *made) == rows


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('method = "even"', "name one pool"),
        ('method = "even"\ndaily_usd = "1"\nmonthly_usd = "1"', "name one pool"),
        ('method = "proportional"\ndaily_usd = "1"', "metric goes with method proportional"),
        ('method = "fixed"\ndaily_usd = "1"', "needs receivers"),
        ('method = "fixed"\ndaily_usd = "1"\nto = [{receiver="a",share="0.9"}]', "add up to 1"),
        (
            'method = "fixed"\ndaily_usd = "1"\nto = [{receiver="a",share=1.0}]',
            'as text, so .*"1.0"',
        ),
        ('method = "even"\ndaily_usd = 1.1', 'as text, so .*"1.1"'),
        (
            'method = "even"\ndaily_usd = "1"\nvalid_from = 2026-10-01\nvalid_to = 2026-10-01',
            "after valid_from",
        ),
        ('method = "even"\ndaily_usd = "1"\nto = [{receiver="a"},{receiver="a"}]', "named twice"),
        (
            'method = "waterfall"\ndaily_usd="1"\nto = [{receiver="a"},{receiver="b"}]',
            "only the last",
        ),
        ('method = "even"\nrequests = {colour = "red"}', "Input should be"),
        ('method = "even"\nrequests = {}', "say which requests"),
    ],
)
def test_a_wrong_rule_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        AllocationSettings.model_validate(tomllib.loads(rule(text)))


def test_the_check_finds_a_pool_that_is_not_spread(workbench: duckdb.DuckDBPyConnection) -> None:
    given(workbench, CostPerRequest, *REQUESTS)
    create_empty(workbench, AllocatedCost)
    workbench.execute(
        f"insert into {TABLE} values "
        f"('{DAY}', 1, 'r', 'customer_id', 'a', 'requests', 0, 2, 1, 0, 0)"
    )
    (bad,) = rows_of(workbench, load_query(CHECK).bind(DAY))
    assert bad["subject"] == "r"
