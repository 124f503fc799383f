"""Adjustments: what a run learns of closed months, posted to the open one."""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from unitcost.adjusting import TIES, post_adjustments
from unitcost.assets.days import day_spec
from unitcost.assets.publishing import publish_if_alone
from unitcost.checks import asset_key, claim_result, claim_spec
from unitcost.partitions import DAYS
from unitcost.resources import Warehouse
from unitcost.tables import POSTED


@dg.multi_asset(
    name="adjustments",
    specs=[day_spec(table) for table in POSTED],
    check_specs=[claim_spec(TIES, POSTED[-1])],
    partitions_def=DAYS,
    backfill_policy=dg.BackfillPolicy.single_run(),
)
def adjustment_assets(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Post the differences in closed days up to the requested day."""
    session = warehouse.session
    through = max(date.fromisoformat(key) for key in context.partition_keys)
    answers = post_adjustments(session, through)
    for table in POSTED:
        yield dg.MaterializeResult(asset_key=asset_key(table), metadata={"days": len(answers)})
    answer = claim_result(TIES, POSTED[-1], answers)
    if answer.passed:
        publish_if_alone(context, session)
    yield answer
