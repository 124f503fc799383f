"""Adjustments: what a run learns of closed months, posted to the open one."""

from collections.abc import Iterator
from datetime import date

import dagster as dg

from unitcost.assets.days import day_spec
from unitcost.assets.publishing import publish_if_alone
from unitcost.checks import asset_key, claim_result, claim_spec
from unitcost.closing.adjusting import LEDGERS, Ledger, post_adjustments
from unitcost.partitions import DAYS
from unitcost.resources import Warehouse
from unitcost.tables import POSTED
from unitcost_models.meta import CheckResult


@dg.multi_asset(
    name="adjustments",
    specs=[day_spec(table) for table in POSTED],
    check_specs=[claim_spec(ledger.tie, ledger.posted.table) for ledger in LEDGERS],
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
    days = len({answer.day for answer in answers})
    for table in POSTED:
        yield dg.MaterializeResult(asset_key=asset_key(table), metadata={"days": days})
    claims = [_claim(ledger, answers) for ledger in LEDGERS]
    if all(claim.passed for claim in claims):
        publish_if_alone(context, session)
    yield from claims


def _claim(ledger: Ledger, answers: list[CheckResult]) -> dg.AssetCheckResult:
    own = [a for a in answers if f"checks.{a.check_name}" == ledger.tie]
    return claim_result(ledger.tie, ledger.posted.table, own)
