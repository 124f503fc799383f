"""The reconciliation: made of all days at once, since a provider's day may be another.

What is compared, and how, is in `unitcost.reconciling.comparing` and its SQL.
"""

from collections.abc import Iterator

import dagster as dg

from unitcost.assets.days import header
from unitcost.assets.publishing import publish_if_alone
from unitcost.checks import asset_key
from unitcost.reconciling.comparing import write_reconciliation
from unitcost.resources import Warehouse
from unitcost.tables import COMPARED, PRICES, RECONCILED


@dg.multi_asset(
    name="reconciliation",
    specs=[
        dg.AssetSpec(
            asset_key(table),
            deps=[asset_key(t) for t in (*COMPARED, *PRICES)],
            group_name=table.split(".", maxsplit=1)[0],
            description=header(table),
        )
        for table in RECONCILED
    ],
)
def reconciliation(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult[None]]:
    """Metered against reported and billed, over the days built so far."""
    files = write_reconciliation(warehouse.session)
    publish_if_alone(context, warehouse.session)
    for table, file in files.items():
        yield dg.MaterializeResult(asset_key=asset_key(table), metadata={"rows": file.rows})
