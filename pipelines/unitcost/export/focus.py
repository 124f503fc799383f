"""Writes FOCUS cost-and-usage rows: the FinOps Open Cost and Usage Specification, 1.2 and 1.4.

What stands in a column is in `focus_columns`. EffectiveCost adds up exactly to the warehouse's cost
and to what its bills charge for no usage.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

from unitcost.drafts import appearing
from unitcost.export.focus_checks import check_focus
from unitcost.export.focus_columns import Version, focus_query
from unitcost.export.period import Period
from unitcost.export.tables import Written, write_csv
from unitcost.queries import bind_export


def write_focus(
    con: duckdb.DuckDBPyConnection, period: Period, version: Version, target: Path
) -> Written:
    """Write the charges as CSV, check the file, and put it in its place.

    Requests whose cost is unknown are in no row, since FOCUS has no unknown cost; they are counted.

    Raises:
        FocusError: the file breaks a rule of the specification, or does not add up.
    """
    charges = bind_export("exports.focus_charges", *period.bounds())
    with appearing(target) as draft:
        write_csv(con, focus_query(charges, version), draft, for_excel=False)
        sums, rows = check_focus(con, draft, version, _expected(con, period))
    return Written(rows, _named_sums(sums), tuple(_left_out(con, period)))


def _named_sums(sums: dict[str, str]) -> dict[str, str | None]:
    """By currency; dollars are meant where none is named."""
    return {
        "EffectiveCost" if currency == "USD" else f"EffectiveCost {currency}": total
        for currency, total in sums.items()
    }


def _left_out(con: duckdb.DuckDBPyConnection, period: Period) -> Iterator[str]:
    """What FOCUS has no row for, since it knows no unknown cost."""
    for table, condition, words in (
        ("marts.cost_per_request", "cost_usd is null", "requests have no price"),
        (
            "core.invoice_lines",
            "is_primary and charge_category <> 'usage' and billed_cost_usd is null "
            "and not coalesce(billed_cost is not null "
            "and regexp_full_match(currency, '(?i)[a-z]{3}'), false)",
            "lines of bills have no amount",
        ),
    ):
        ((count,),) = con.execute(
            f"select count(*) from {table} where {condition} and {period.condition()}"
        ).fetchall()
        if count:
            reason = "; see unpriced_reason" if table.startswith("marts") else ""
            yield f"{count:,} {words} and are in no row{reason}"


def _expected(con: duckdb.DuckDBPyConnection, period: Period) -> dict[str, str]:
    """Currency -> what the period's requests cost, what was posted to it, and its bills' lines
    for no usage, exactly; dollars are always there."""
    bills = bind_export("exports.focus_bills", *period.bounds())
    rows = con.execute(
        f"""select currency, cast(sum(cost) as varchar) from (
            select 'USD' as currency, cast(0 as decimal(38, 12)) as cost
            union all
            select 'USD', cost_usd from marts.cost_per_request where {period.condition()}
            union all
            select 'USD', amount_usd from core.adjustments where {period.condition()}
            union all
            select currency, effective_cost from ({bills})
        ) group by currency order by currency"""
    ).fetchall()
    return dict(rows)
