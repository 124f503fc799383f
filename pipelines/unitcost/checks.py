"""The claims a run must prove before it publishes, as Dagster asset checks.

The claims themselves are SQL files in `sql/checks`; here they are named and answered.
"""

from collections.abc import Iterable, Iterator
from datetime import date

import dagster as dg

from unitcost.days.build import severity
from unitcost.lake.catalogue import Catalogue
from unitcost.queries import load_query, query_names
from unitcost.tables import POSTED, day_tables
from unitcost_models.meta import CheckResult, Delivery

CONSERVATION = "delivered_is_accounted_for"
NEWEST_DAY = "newest_day_is_there"


def asset_key(table: str) -> dg.AssetKey:
    """`layer.noun` as an asset key of the same two parts."""
    return dg.AssetKey(table.split("."))


def checked_table(name: str) -> str:
    """The table a claim is shown at: the last one built of those it reads."""
    order = {table: position for position, table in enumerate(day_tables())}
    return max(load_query(name).inputs, key=lambda table: order.get(table, -1))


def day_check_specs() -> list[dg.AssetCheckSpec]:
    """One check a SQL file; errors block publishing."""
    return [claim_spec(name, checked_table(name)) for name in _day_checks()]


def _day_checks() -> list[str]:
    """The claims about what a day's build makes."""
    return [name for name in query_names("checks") if not set(load_query(name).inputs) & {*POSTED}]


def claim_spec(name: str, table: str) -> dg.AssetCheckSpec:
    """A claim of `sql/checks`, shown at a table."""
    return dg.AssetCheckSpec(
        name.removeprefix("checks."),
        asset=asset_key(table),
        blocking=severity(load_query(name)) == "error",
        description=load_query(name).text.splitlines()[0].removeprefix("-- "),
    )


def day_check_results(
    catalogue: Catalogue, days: Iterable[date], tables: set[str]
) -> Iterator[dg.AssetCheckResult]:
    """The answers for the days just built, one result a claim."""
    built = sorted(set(days))
    for name in _day_checks():
        if checked_table(name) in tables:
            short = name.removeprefix("checks.")
            answers = [catalogue.checks[short, d] for d in built if (short, d) in catalogue.checks]
            yield claim_result(name, checked_table(name), answers)


def claim_result(name: str, table: str, answers: list[CheckResult]) -> dg.AssetCheckResult:
    """A claim's answers for several days as one result."""
    broken = sorted((c for c in answers if c.bad_rows), key=lambda c: c.day)
    is_error = any(c.severity == "error" for c in answers)
    return dg.AssetCheckResult(
        check_name=name.removeprefix("checks."),
        asset_key=asset_key(table),
        passed=not broken,
        severity=dg.AssetCheckSeverity.ERROR if is_error else dg.AssetCheckSeverity.WARN,
        metadata={
            "days": len(answers),
            "bad_rows": sum(c.bad_rows for c in broken),
            "first": f"{broken[0].day}: {broken[0].example}" if broken else "",
        },
    )


def conservation_result(table: str, deliveries: list[Delivery]) -> dg.AssetCheckResult:
    """Delivered = accepted + duplicates + quarantined + left out, for every file of a source."""
    lost = [
        d
        for d in deliveries
        if d.delivered != d.accepted + d.duplicates + d.quarantined + (d.left_out or 0)
    ]
    return dg.AssetCheckResult(
        check_name=CONSERVATION,
        asset_key=asset_key(table),
        passed=not lost,
        metadata={"files": len(deliveries), "first": lost[0].path if lost else ""},
    )
