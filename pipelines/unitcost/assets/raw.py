"""Raw assets: every new file in landing becomes rows of `raw.<format>`."""

from collections.abc import Iterator

import dagster as dg

from unitcost.assets.publishing import publish_if_alone
from unitcost.assets.pulled import LANDING
from unitcost.checks import CONSERVATION, asset_key, conservation_result
from unitcost.days.touches import record_touches
from unitcost.pull.apis import APIS
from unitcost.reading.ingest import ingest_all
from unitcost.resources import Warehouse
from unitcost.sources import SOURCES


@dg.multi_asset(
    name="raw",
    specs=[
        dg.AssetSpec(
            asset_key(f"raw.{s.format}"),
            deps=[LANDING, *([asset_key(f"pull.{s.format}")] if s.format in APIS else [])],
            group_name="raw",
            description=s.title,
        )
        for s in SOURCES.values()
    ],
    check_specs=[
        dg.AssetCheckSpec(CONSERVATION, asset=asset_key(f"raw.{name}"), blocking=True)
        for name in SOURCES
    ],
    can_subset=True,
)
def raw_tables(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult[None]]:
    """Read what arrived in landing since the last run."""
    session = warehouse.session
    wanted = {key.path[-1] for key in context.selected_asset_keys}
    arrived = list(ingest_all(session, wanted))
    record_touches(session, arrived)
    publish_if_alone(context, session)
    for name in SOURCES:
        if name in wanted:
            read = [d for d in arrived if d.source_format == name]
            yield dg.MaterializeResult(
                asset_key=asset_key(f"raw.{name}"),
                metadata={"files": len(read), "accepted": sum(d.accepted for d in read)},
                check_results=[conservation_result(f"raw.{name}", read)],
            )
