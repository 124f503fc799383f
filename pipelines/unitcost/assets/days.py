"""Day assets: every core and mart table, one UTC day a partition, made by its SQL file."""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from unitcost.assets.publishing import publish_if_alone
from unitcost.checks import asset_key, day_check_results, day_check_specs
from unitcost.days.rebuild import build_due
from unitcost.partitions import DAYS
from unitcost.queries import load_query
from unitcost.resources import Warehouse
from unitcost.tables import POSTED, PRICES, day_tables, row_models, upstream


def day_spec(table: str) -> dg.AssetSpec:
    """A daily table as an asset, made from what its SQL file reads."""
    return dg.AssetSpec(
        asset_key(table),
        deps=[asset_key(t) for t in sorted(_parents(table))],
        group_name=table.split(".", maxsplit=1)[0],
        description=header(table),
    )


def header(table: str) -> str:
    """What one row of a table is, from its SQL file."""
    return load_query(table).text.splitlines()[0].removeprefix("-- ")


def _parents(table: str) -> set[str]:
    """Assets a table is made from; whatever else of `core` it reads is the price book."""
    read = upstream(table)
    book = {t for t in read if t in row_models() and not row_models()[t].is_daily}
    kept = {t for t in read if t in (*day_tables(), *POSTED) or t.startswith("raw.")}
    return kept | {*PRICES} if book else kept


@dg.multi_asset(
    name="days",
    specs=[day_spec(table) for table in day_tables()],
    check_specs=day_check_specs(),
    partitions_def=DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    can_subset=True,
)
def day_table_assets(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Build the requested days, and with the whole set also every other day that is due."""
    session = warehouse.session
    requested = {date.fromisoformat(key) for key in context.partition_keys}
    tables = {".".join(key.path) for key in context.selected_asset_keys}
    built = build_due(session, requested, tables)
    for table in (t for t in day_tables() if t in tables):
        for day in sorted(set(built) - requested):
            event = dg.AssetMaterialization(asset_key(table), partition=day.isoformat())
            context.log_event(event)
        yield dg.MaterializeResult(
            asset_key=asset_key(table),
            metadata={
                "days": len(built),
                "rows": sum(files[table].rows for files in built.values()),
            },
        )
    answers = list(day_check_results(session.catalogue, built, tables))
    if all(a.passed or a.severity == dg.AssetCheckSeverity.WARN for a in answers):
        publish_if_alone(context, session)
    yield from answers
