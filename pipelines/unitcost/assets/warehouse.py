"""The last assets: the price book as readers see it, and the catalogue that makes a run visible."""

import inspect
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg

from unitcost.assets.publishing import WAREHOUSE, publish_if_alone
from unitcost.checks import NEWEST_DAY, asset_key
from unitcost.days.inputs import open_prices
from unitcost.lake.catalogue import Catalogue
from unitcost.partitions import newest_day_of
from unitcost.reconciling.rates import write_rates
from unitcost.resources import Warehouse
from unitcost.session import Session
from unitcost.sources import SOURCES
from unitcost.tables import BOOK, POSTED, WHOLE, day_tables, row_models
from unitcost_models.currencies import FxRate
from unitcost_models.meta import LakeFile


def _book_spec(table: str) -> dg.AssetSpec:
    said = inspect.getdoc(row_models()[table]) or ""
    return dg.AssetSpec(asset_key(table), group_name="core", description=said.splitlines()[0])


@dg.multi_asset(name="prices", specs=[_book_spec(table) for table in BOOK], can_subset=True)
def prices(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult[None]]:
    """The price book as readers see it."""
    session = warehouse.session
    wanted = [table for table in BOOK if asset_key(table) in context.selected_asset_keys]
    files = write_prices(session, wanted)
    publish_if_alone(context, session)
    for table, file in files.items():
        yield dg.MaterializeResult(
            asset_key=asset_key(table),
            metadata={"rows": file.rows, "price_revision": session.book.revision()},
        )


def write_prices(session: Session, tables: Collection[str] = BOOK) -> dict[str, LakeFile]:
    """The price book's kept tables, one file each."""
    listed = [table for table in tables if table != FxRate.table]
    with session.workbench(with_vocabulary=False) as con:
        open_prices(session, con, listed)
        sql = "select * from {} order by price_id"
        files = {t: session.write(con, row_models()[t], sql.format(t), None) for t in listed}
    return files | ({FxRate.table: write_rates(session)} if FxRate.table in tables else {})


@dg.asset(
    key=WAREHOUSE,
    group_name="meta",
    deps=[
        *(newest_day_of(asset_key(t)) for t in (*day_tables(), *POSTED)),
        *(asset_key(t) for t in (*WHOLE, *(f"raw.{s}" for s in SOURCES))),
    ],
    check_specs=[dg.AssetCheckSpec(NEWEST_DAY, asset=WAREHOUSE)],
)
def published(  # dagster understands the bare result only
    warehouse: Warehouse,
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """All tables of all days as `warehouse.duckdb`, swapped in by one rename."""
    catalogue = warehouse.session.catalogue
    warehouse.session.publish()
    return dg.MaterializeResult(
        metadata={"files": len(catalogue.files), "days": len(catalogue.days)},
        check_results=[_newest_day(catalogue)],
    )


def _newest_day(catalogue: Catalogue) -> dg.AssetCheckResult:
    """Whether yesterday or today has requests; freshness policies do not see partitions."""
    filled = [f.day for f in catalogue.live("core.requests") if f.rows and f.day]
    newest = max(filled, default=None)
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    return dg.AssetCheckResult(
        check_name=NEWEST_DAY,
        passed=newest is not None and newest >= yesterday,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"newest_day": str(newest)},
    )
