"""Injected faults: each lands in its own cause, nothing else moves, and the parts sum exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import duckdb
import pytest

from tests.shipped_book import open_shipped_book
from tests.sql.reconciled_month import Fault, reconcile_month
from unitcost.workbench import open_workbench

ENOUGH = Decimal("0.95")
"""Share of what moved that its own cause must hold."""
_EURO_RATE = """
    create or replace table core.exchange_rates as
    select d::date as day, 'EUR' as currency, 1.10::decimal(18, 6) as usd_per_unit,
        'test' as source, d::date as recorded_on, 'fx.csv' as source_file, 1::bigint as source_line
    from range(timestamp '2026-10-01', timestamp '2026-11-01', interval 1 day) as r (d)
"""
_EUROS = """
    update core.provider_costs
    set currency = 'eur', billed_cost_usd = null, billed_cost = (billed_cost * 0.9)::decimal(38, 12)
    where provider = 'openai'
"""
_CHARGE = """
    insert into core.provider_costs by name
    select date '2026-10-07' as day, 'openai' as provider, 'direct' as platform,
        'proj_a' as workspace_id, true as is_primary, 'usd' as currency,
        'currency_number' as amount_unit, {} as billed_cost, billed_cost as billed_cost_usd, {}
"""
_LATE_FILE = "started_at::date = date '2026-10-07' and hour(started_at) >= 16"

FAULTS = {
    "drop 5 % of the traces": ("not_instrumented", Fault("delete from ours where n % 20 = 7")),
    "double a file": (
        "duplicate",
        Fault(
            """insert into ours
            select * replace ('again-' || request_id as request_id, 'b.jsonl' as source_file)
            from ours where started_at::date = date '2026-10-07'"""
        ),
    ),
    "lose the cache classes": ("token_class", Fault("update ours set cache_read_tokens = null")),
    "count cached input as input": (
        "token_class",
        Fault(
            """update ours
            set input_tokens = input_tokens + cache_read_tokens, cache_read_tokens = 0"""
        ),
    ),
    "old price": ("price", Fault("update ours set price_factor = 0.8 where model = 'gpt-5.4'")),
    "wrong tier": (
        "tier",
        Fault(theirs="update theirs set service_tier = 'batch' where model = 'gpt-5.4-mini'"),
    ),
    "wrong tier of a part": (
        "tier",
        Fault(
            theirs="""update theirs set service_tier = 'batch'
            where model = 'gpt-5.4-mini' and n % 3 = 0"""
        ),
    ),
    "a tier that only the charge tells": (
        "tier",
        Fault(
            theirs="update theirs set service_tier = 'batch' where provider = 'openai'",
            reports="update core.provider_usage set service_tier = null, is_batch = null",
        ),
    ),
    "a region that only the charge tells": (
        "region",
        Fault(
            reports="""update core.provider_costs
            set billed_cost = billed_cost * 1.1, billed_cost_usd = billed_cost * 1.1
            where provider = 'openai' and raw_model like 'gpt-5.4-2%'"""
        ),
    ),
    "one project not instrumented": (
        "not_instrumented",
        Fault("delete from ours where account_id = 'proj_b'"),
    ),
    "a provider's day by its own time zone": (
        "timing",
        Fault(theirs="update theirs set started_at = started_at + interval 8 hour"),
    ),
    "a day's file shifted by the time zone": (
        "timing",
        Fault(f"update ours set started_at = started_at + interval 8 hour where {_LATE_FILE}"),
    ),
    "tool fees": (
        "fees",
        Fault(
            reports=_CHARGE.format("12.5", "'web_search' as cost_type, 'web search' as line_item")
        ),
    ),
    "a billed timeout": (
        "failed_but_billed",
        Fault("update ours set status = 'timeout' where n = 500 and provider = 'openai'"),
    ),
    "billed timeouts where no requests are counted": (
        "failed_but_billed",
        Fault("update ours set status = 'timeout' where n % 50 = 3 and provider = 'anthropic'"),
    ),
    "attempts of which only the count is told": (
        "hidden_retries",
        Fault("update ours set status = 'retry' where n % 50 = 3"),
    ),
    "a credit": (
        "credits_discounts_tax",
        Fault(
            reports=_CHARGE.format("-5.25", "'credit' as cost_type, 'credit' as charge_category")
        ),
    ),
    "a refund of a model's tokens": (
        "credits_discounts_tax",
        Fault(
            reports=_CHARGE.format(
                "-1.5",
                """'tokens' as cost_type, 'input_tokens' as token_class,
                'gpt-5.4-2026-03-05' as raw_model""",
            )
        ),
    ),
    "EUR bill": ("currency", Fault(reports=_EUROS)),
    "EUR bill at a recorded rate": ("currency", Fault(reports=_EUROS + ";" + _EURO_RATE)),
    "an unknown model": (
        "unpriced",
        Fault(
            """update ours set raw_model = 'gpt-9-new', is_known = false
            where model = 'gpt-5.4-mini'""",
            "update theirs set raw_model = 'gpt-9-new' where model = 'gpt-5.4-mini'",
        ),
    ),
    "an unknown model in another tier": (
        "unpriced",
        Fault(
            """update ours set raw_model = 'gpt-9-new', is_known = false
            where model = 'gpt-5.4-mini'""",
            """update theirs set raw_model = 'gpt-9-new', service_tier = 'batch'
            where model = 'gpt-5.4-mini'""",
        ),
    ),
    "a discount stated beside the list cost": (
        "credits_discounts_tax",
        Fault(
            reports="""update core.provider_costs
            set list_cost_usd = billed_cost, billed_cost = (billed_cost * 0.9)::decimal(38, 12),
                billed_cost_usd = (billed_cost * 0.9)::decimal(38, 12)"""
        ),
    ),
    "cents": (
        "rounding",
        Fault(
            reports="""update core.provider_costs
            set billed_cost = round(billed_cost, 2), billed_cost_usd = round(billed_cost, 2),
                amount_unit = 'dollars_2dp'"""
        ),
    ),
}


@pytest.fixture(scope="module")
def bench() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_workbench() as con:
        open_shipped_book(con)
        yield con


@pytest.fixture(autouse=True)
def no_rates(bench: duckdb.DuckDBPyConnection) -> None:
    """The shipped book records no exchange rate."""
    bench.execute("delete from core.exchange_rates")


def moved(con: duckdb.DuckDBPyConnection) -> dict[str, Decimal]:
    """Cause -> money moved, up and down alike."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for cause, amount in con.execute(
        "select cause, gap_usd from marts.reconciliation_gap"
    ).fetchall():
        found[cause] += abs(amount)
    return dict(found)


def assert_lands(con: duckdb.DuckDBPyConnection, cause: str) -> None:
    """Nearly all that moved is in this cause, and the parts sum."""
    found = moved(con)
    assert found[cause] >= ENOUGH * sum(found.values()) > 0, found
    assert_parts_sum(con)


def assert_parts_sum(con: duckdb.DuckDBPyConnection) -> None:
    """The causes of each day and provider are exactly its gap; and the months' too."""
    wrong = con.execute(
        """
        with gaps as (
            select day, provider, sum(gap_usd) as gap_usd,
                sum(coalesce(reported_cost_usd, reported_usage_usd) - metered_usd) as stated_usd
            from marts.reconciliation group by day, provider
        ),
        parts as (
            select day, provider, sum(gap_usd) as gap_usd
            from marts.reconciliation_gap group by day, provider
        )
        select * from gaps left join parts using (day, provider)
        where coalesce(parts.gap_usd, 0) <> gaps.gap_usd or gaps.gap_usd <> stated_usd
        """
    ).fetchall()
    assert wrong == []
    months = con.execute(
        """select month from marts.reconciliation_months
        where gap_usd <> explained_usd + unexplained_usd
            or gap_usd <> coalesce(reported_cost_usd, reported_usage_usd) - metered_usd"""
    ).fetchall()
    assert months == []


def test_nothing_differs_where_nothing_is_wrong(bench: duckdb.DuckDBPyConnection) -> None:
    reconcile_month(bench, Fault())
    assert moved(bench) == {}
    assert bench.execute("select count(*) from marts.reconciliation").fetchall()[0][0] > 100


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


@pytest.mark.parametrize("name", LESS_TOLD)
def test_what_is_told_less_finely_still_agrees(bench: duckdb.DuckDBPyConnection, name: str) -> None:
    reconcile_month(bench, LESS_TOLD[name])
    assert moved(bench) == {}
    assert_parts_sum(bench)


_SOME = "update ours set account_id = null where hash(request_id) % 3 = 0"


@pytest.mark.parametrize("naming", ["", _SOME], ids=["all accounts", "some accounts"])
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_lands_in_its_own_cause(
    bench: duckdb.DuckDBPyConnection, name: str, naming: str
) -> None:
    """Whether the records name the account, or only some of them do."""
    cause, fault = FAULTS[name]
    reconcile_month(bench, replace(fault, ours=f"{fault.ours}; {naming}".strip("; ")))
    assert_lands(bench, cause)


@pytest.mark.parametrize(
    "naming",
    [
        "update ours set account_id = null where account_id = 'proj_b'",
        "update ours set account_id = null where started_at < timestamp '2026-10-12'",
        "update ours set account_id = 'org-' || account_id",
    ],
)
@pytest.mark.parametrize(
    "name",
    [
        "wrong tier",
        "a day's file shifted by the time zone",
        "a provider's day by its own time zone",
    ],
)
def test_causes_are_found_however_accounts_are_named(
    bench: duckdb.DuckDBPyConnection, name: str, naming: str
) -> None:
    cause, fault = FAULTS[name]
    reconcile_month(bench, replace(fault, ours=f"{fault.ours}; {naming}".strip("; ")))
    assert_lands(bench, cause)


def test_accounts_are_told_apart_as_far_as_both_sides_know_them(
    bench: duckdb.DuckDBPyConnection,
) -> None:
    """One account of a model takes what names none; several are compared together."""
    reconcile_month(
        bench, Fault("update ours set account_id = null where started_at < timestamp '2026-10-12'")
    )
    told = bench.execute(
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
    bench: duckdb.DuckDBPyConnection,
) -> None:
    """Five parts in a hundred of everything name none, though the smallest account would fit in."""
    told = """select distinct account_id from marts.reconciliation_gap
        where provider = 'openai' and model = 'gpt-5.4'"""
    nameless = "update ours set account_id = null"
    reconcile_month(bench, Fault(f"delete from ours where account_id = 'proj_b'; {nameless}"))
    assert bench.execute(told).fetchall() == [("proj_b",)]
    small = "delete from theirs where account_id = 'proj_c' and n % 50 <> 0"
    reconcile_month(bench, Fault(f"delete from ours where n % 20 = 7; {nameless}", small))
    assert ("proj_c",) not in bench.execute(told).fetchall()


def both(one: str, other: str) -> Fault:
    """Two faults at once."""
    first, second = FAULTS[one][1], FAULTS[other][1]
    joined = {
        side: "; ".join(sql for sql in (getattr(first, side), getattr(second, side)) if sql)
        for side in ("ours", "theirs", "reports")
    }
    return Fault(**joined)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a region that only the charge tells", "a discount stated beside the list cost"),
        ("one project not instrumented", "a discount stated beside the list cost"),
        ("old price", "a credit"),
        ("double a file", "an unknown model"),
        ("a provider's day by its own time zone", "a credit"),
    ],
)
def test_two_faults_at_once_land_each_in_its_own_cause(
    bench: duckdb.DuckDBPyConnection, one: str, other: str
) -> None:
    """What a single fault moves alone is what its cause has beside another one."""
    alone = {}
    for name in (one, other):
        reconcile_month(bench, FAULTS[name][1])
        alone[FAULTS[name][0]] = moved(bench)[FAULTS[name][0]]
    reconcile_month(bench, both(one, other))
    found = moved(bench)
    assert_parts_sum(bench)
    for cause, amount in alone.items():
        assert abs(found[cause] - amount) <= sum(alone.values()) / 20, (alone, found)
    assert sum(amount for c, amount in found.items() if c not in alone) <= sum(found.values()) / 20
