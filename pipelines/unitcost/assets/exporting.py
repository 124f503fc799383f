"""The asset of finance's files, made of the published warehouse where `unitcost.toml` asks.

What is in the files is decided in `unitcost.export`.
"""

import dagster as dg

from unitcost.assets.publishing import WAREHOUSE
from unitcost.errors import UsageError
from unitcost.export.focus_checks import FocusError
from unitcost.export.folder import is_wanted, write_folder
from unitcost.resources import Warehouse

FINANCE = dg.AssetKey(["exports", "finance"])
WRITTEN = "finance_files_are_written"


@dg.asset(
    key=FINANCE,
    group_name="exports",
    deps=[WAREHOUSE],
    check_specs=[dg.AssetCheckSpec(WRITTEN, asset=FINANCE)],
)
def finance_files(  # dagster understands the bare result only
    warehouse: Warehouse,
) -> dg.MaterializeResult:  # type: ignore[type-arg]
    """The finance folder: every month whose tables changed, with its manifest."""
    session = warehouse.session
    problem, months = "", 0
    try:
        months = len(write_folder(session.home, session.catalogue, session.settings.exports))
    except (UsageError, FocusError, OSError) as error:
        problem = f"{error}; mend [exports] of unitcost.toml or its cause, nightly writes them then"
    return dg.MaterializeResult(
        metadata={"is_configured": is_wanted(session.settings.exports), "months": months},
        check_results=[
            dg.AssetCheckResult(
                check_name=WRITTEN,
                passed=not problem,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"first": problem},
            )
        ],
    )
