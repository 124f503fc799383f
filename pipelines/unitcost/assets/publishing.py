"""When a run publishes: at its last asset, or at once where that asset was not selected."""

import dagster as dg

from unitcost.session import Session

WAREHOUSE = dg.AssetKey(["meta", "warehouse"])


def publish_if_alone(context: dg.AssetExecutionContext, session: Session) -> None:
    """Publish now if the run's selection leaves out the warehouse asset, which else does it."""
    selection = context.run.asset_selection
    if selection and WAREHOUSE not in selection:
        session.publish()
