"""The asset of credits: made of all days' costs once they are built, since each day follows from
the days before it."""

from collections.abc import Sequence

import dagster as dg
import duckdb

from unitcost.assets.publishing import publish_if_alone
from unitcost.checks import asset_key
from unitcost.days.inputs import open_prices
from unitcost.partitions import newest_day_of
from unitcost.reconciling.credit_use import by_day, credit_use
from unitcost.resources import Warehouse
from unitcost.session import Session
from unitcost.tables import CREDIT_USE, PRICES
from unitcost.workbench import create_rows, create_view
from unitcost_models.credits import Credit, CreditUse
from unitcost_models.meta import LakeFile
from unitcost_models.spend import CostPerAccount

_COSTS = "select day, provider, platform, account_id, cost_usd from {}"


@dg.asset(
    key=asset_key(CREDIT_USE),
    group_name="core",
    deps=[newest_day_of(asset_key(CostPerAccount.table)), *map(asset_key, PRICES)],
    description="What each credit paid on each day.",
)
def credits_used(  # dagster understands the bare result only
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """How credits burn down over the days built so far."""
    session = warehouse.session
    file = write_credit_use(session)
    publish_if_alone(context, session)
    return dg.MaterializeResult(metadata={"rows": file.rows})


def write_credit_use(session: Session) -> LakeFile:
    """core.credit_use of all days."""
    files = session.catalogue.live(CostPerAccount.table)
    days = [file.day for file in files if file.day is not None]
    with session.workbench(with_vocabulary=False) as con:
        open_prices(session, con, [Credit.table])
        held = _credits(con)
        costs = _costs(con, session.absolute(files)) if held else []
        create_rows(con, CreditUse, credit_use(held, by_day(days, costs)))
        by_key = f"select * from {CREDIT_USE} order by day, credit_id"
        return session.write(con, CreditUse, by_key, None)


def _credits(con: duckdb.DuckDBPyConnection) -> list[Credit]:
    names = ", ".join(Credit.model_fields)
    rows = con.execute(f"select {names} from {Credit.table}").fetchall()
    return [Credit(**dict(zip(Credit.model_fields, row, strict=True))) for row in rows]


def _costs(con: duckdb.DuckDBPyConnection, files: Sequence[str]) -> list[tuple]:  # type: ignore[type-arg]
    if not files:
        return []
    create_view(con, CostPerAccount.table, files)
    return con.execute(_COSTS.format(CostPerAccount.table)).fetchall()
