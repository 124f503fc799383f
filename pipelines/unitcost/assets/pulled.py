"""The first assets: what is fetched from elsewhere, where `unitcost.toml` asks for it."""

from collections.abc import Iterator

import dagster as dg

from unitcost.checks import asset_key
from unitcost.collecting.run import collect
from unitcost.errors import UsageError
from unitcost.pull.apis import APIS
from unitcost.pull.errors import PullError
from unitcost.pull.run import check_names, pull
from unitcost.resources import Warehouse
from unitcost.session import Session

PULLED = "provider_answered"
COLLECTED = "places_are_readable"
LANDING = asset_key("pull.places")


@dg.multi_asset(
    name="pull",
    specs=[dg.AssetSpec(asset_key(f"pull.{name}"), group_name="pull") for name in APIS],
    check_specs=[dg.AssetCheckSpec(PULLED, asset=asset_key(f"pull.{name}")) for name in APIS],
    can_subset=True,
)
def pulled_reports(
    context: dg.AssetExecutionContext, warehouse: Warehouse
) -> Iterator[dg.MaterializeResult[None]]:
    """Fetch each report that is asked for; one that fails keeps nothing else from running."""
    check_names(warehouse.session.settings.pull)
    for key in sorted(context.selected_asset_keys, key=lambda k: k.path):
        yield _pulled(warehouse.session, key)


@dg.asset(
    key=LANDING,
    group_name="pull",
    check_specs=[dg.AssetCheckSpec(COLLECTED, asset=LANDING)],
)
def collected_files(  # dagster understands the bare result only
    warehouse: Warehouse,
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """New files of the configured folders and object stores, copied into landing."""
    session = warehouse.session
    collected = collect(session.home, session.settings.sources)
    return dg.MaterializeResult(
        metadata={"files": collected.files},
        check_results=[
            dg.AssetCheckResult(
                check_name=COLLECTED,
                passed=not collected.problems,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={
                    "first": collected.problems[0] if collected.problems else "",
                    "bad_rows": len(collected.problems),
                },
            )
        ],
    )


def _pulled(session: Session, key: dg.AssetKey) -> dg.MaterializeResult[None]:
    name = key.path[-1]
    problem, count = None, 0
    if name in session.settings.pull:
        try:
            count = pull(session.home, name, session.settings.pull[name]).pages
        except (PullError, UsageError) as error:
            problem = str(error)
    return dg.MaterializeResult(
        asset_key=key,
        metadata={"is_configured": name in session.settings.pull, "pages": count},
        check_results=[
            dg.AssetCheckResult(
                check_name=PULLED,
                asset_key=key,
                passed=problem is None,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"first": problem or ""},
            )
        ],
    )
