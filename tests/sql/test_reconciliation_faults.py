"""Injected faults: each lands in its own cause, nothing else moves, and the parts sum exactly."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pytest

from tests.sql.reconciled_month import Fault, reconcile_month, reconcile_months
from tests.sql.reconciliation_faults import (
    FAULTS,
    assert_each_lands,
    assert_parts_sum,
    moved,
    moved_in,
)


def test_nothing_differs_where_nothing_is_wrong(fault_bench: duckdb.DuckDBPyConnection) -> None:
    reconcile_month(fault_bench, Fault())
    assert moved(fault_bench) == {}
    assert fault_bench.execute("select count(*) from marts.reconciliation").fetchall()[0][0] > 100


_UNSPLIT = """
    create or replace table sums as
        select day, provider, platform, workspace_id, is_primary, currency, amount_unit,
            sum(billed_cost)::decimal(38, 12) as billed_cost, billed_cost as billed_cost_usd,
            'not_split' as cost_type
        from core.provider_costs group by all;
    delete from core.provider_costs;
    insert into core.provider_costs by name from sums
"""
LESS_TOLD = {
    "records that name no account": Fault("update ours set account_id = null"),
    "records that name accounts otherwise": Fault("update ours set account_id = 'x' || account_id"),
    "usage without tiers and request counts": Fault(
        reports="""update core.provider_usage
        set service_tier = null, is_batch = null, num_requests = null"""
    ),
    "costs that are not split": Fault(reports=_UNSPLIT),
    "costs without usage": Fault(reports="delete from core.provider_usage"),
    "usage without costs": Fault(reports="delete from core.provider_costs"),
    "usage and costs of accounts together": Fault(
        reports="""update core.provider_usage set workspace_id = null;
        update core.provider_costs set workspace_id = null"""
    ),
    "usage of accounts together": Fault(
        reports="update core.provider_usage set workspace_id = null"
    ),
    "costs of accounts together": Fault(
        reports="update core.provider_costs set workspace_id = null"
    ),
    "a default account without a name": Fault(
        reports="""update core.provider_usage set workspace_id = null where workspace_id = 'proj_c';
        update core.provider_costs set workspace_id = null where workspace_id = 'proj_c'"""
    ),
    "unsplit costs beside records of which some name no account": Fault(
        "update ours set account_id = null where hash(request_id) % 3 = 0", reports=_UNSPLIT
    ),
    "usage of models together": Fault(reports="update core.provider_usage set raw_model = null"),
    "costs of models together": Fault(reports="update core.provider_costs set raw_model = null"),
}


def test_what_is_told_less_finely_still_agrees(fault_bench: duckdb.DuckDBPyConnection) -> None:
    months = reconcile_months(fault_bench, [*LESS_TOLD.values()])
    seen = fault_bench.execute(
        "select distinct strftime(day, '%Y-%m') as month from marts.reconciliation order by month"
    ).fetchall()
    assert [month for (month,) in seen] == months
    found = dict(zip(LESS_TOLD, moved_in(fault_bench, months), strict=True))
    assert found == {name: {} for name in LESS_TOLD}
    assert moved(fault_bench) == {}
    assert_parts_sum(fault_bench)


def named(fault: Fault, naming: str) -> Fault:
    """The fault where records name accounts otherwise."""
    return replace(fault, ours=f"{fault.ours}; {naming}".strip("; "))


def test_what_is_missing_may_be_a_dearer_mix_of_its_class(
    fault_bench: duckdb.DuckDBPyConnection,
) -> None:
    """A quarter is missing whose cache writes lived for an hour, at 1.6 times the price of 5m."""
    missing = "delete from ours where n % 4 = 0 and provider = 'anthropic'"
    dearer = """update core.provider_costs
        set billed_cost = billed_cost * {0}, billed_cost_usd = billed_cost * {0}
        where token_class = 'cache_write_5m_tokens'"""
    faults = [Fault(missing, reports=dearer.format(factor)) for factor in ("1.02", "1.5")]
    mixed, repriced = moved_in(fault_bench, reconcile_months(fault_bench, faults))
    assert mixed.keys() == {"not_instrumented"}
    assert repriced.keys() == {"not_instrumented", "price"}
    assert_parts_sum(fault_bench)


_SOME = "update ours set account_id = null where hash(request_id) % 3 = 0"


@pytest.mark.parametrize("naming", ["", _SOME], ids=["all accounts", "some accounts"])
def test_each_fault_lands_in_its_own_cause(
    fault_bench: duckdb.DuckDBPyConnection, naming: str
) -> None:
    """Whether the records name the account, or only some of them do."""
    faults = {name: (cause, named(fault, naming)) for name, (cause, fault) in FAULTS.items()}
    assert_each_lands(fault_bench, faults)


def test_causes_are_found_however_accounts_are_named(
    fault_bench: duckdb.DuckDBPyConnection,
) -> None:
    namings = (
        "update ours set account_id = null where account_id = 'proj_b'",
        "update ours set account_id = null where started_at < timestamp '2026-10-12'",
        "update ours set account_id = 'org-' || account_id",
    )
    names = (
        "wrong tier",
        "a day's file shifted by the time zone",
        "a provider's day by its own time zone",
    )
    faults = {
        f"{name}: {naming}": (FAULTS[name][0], named(FAULTS[name][1], naming))
        for name in names
        for naming in namings
    }
    assert_each_lands(fault_bench, faults)


def test_accounts_are_told_apart_as_far_as_both_sides_know_them(
    fault_bench: duckdb.DuckDBPyConnection,
) -> None:
    """One account of a model takes what names none; several are compared together."""
    reconcile_month(
        fault_bench,
        Fault("update ours set account_id = null where started_at < timestamp '2026-10-12'"),
    )
    told = fault_bench.execute(
        """select day < date '2026-10-12', model, list(distinct account_id order by account_id)
        from marts.reconciliation where provider = 'openai' group by all order by all"""
    ).fetchall()
    assert told == [
        (False, "gpt-5.4", ["proj_a", "proj_b", "proj_c"]),
        (False, "gpt-5.4-mini", ["proj_a"]),
        (True, "gpt-5.4", ["(all accounts)"]),
        (True, "gpt-5.4-mini", ["proj_a"]),
    ]


def test_an_account_whose_usage_is_missing_whole_is_named_without_any_account_in_the_records(
    fault_bench: duckdb.DuckDBPyConnection,
) -> None:
    """Five parts in a hundred of everything name none, though the smallest account would fit in."""
    told = """select distinct account_id from marts.reconciliation_gap
        where provider = 'openai' and model = 'gpt-5.4'"""
    nameless = "update ours set account_id = null"
    reconcile_month(fault_bench, Fault(f"delete from ours where account_id = 'proj_b'; {nameless}"))
    assert fault_bench.execute(told).fetchall() == [("proj_b",)]
    small = "delete from theirs where account_id = 'proj_c' and n % 50 <> 0"
    reconcile_month(fault_bench, Fault(f"delete from ours where n % 20 = 7; {nameless}", small))
    assert ("proj_c",) not in fault_bench.execute(told).fetchall()
