"""The one Dagster Definitions: which assets, jobs, schedules and resources there are."""

import os

import dagster as dg

from unitcost.assets.closing import adjustment_assets
from unitcost.assets.credits import credits_used
from unitcost.assets.days import day_table_assets
from unitcost.assets.exporting import finance_files
from unitcost.assets.pulled import collected_files, pulled_reports
from unitcost.assets.raw import raw_tables
from unitcost.assets.reconciling import reconciliation
from unitcost.assets.warehouse import prices, published
from unitcost.jobs import nightly_job, nightly_schedule
from unitcost.resources import Warehouse

DEFAULT_HOME = "./.unitcost"


def build_definitions(home: str) -> dg.Definitions:
    """Everything, working on one home folder."""
    return dg.Definitions(
        assets=[
            collected_files,
            pulled_reports,
            raw_tables,
            prices,
            day_table_assets,
            adjustment_assets,
            credits_used,
            reconciliation,
            published,
            finance_files,
        ],
        jobs=[nightly_job],
        schedules=[nightly_schedule],
        resources={"warehouse": Warehouse(home=home)},
        # The multiprocess default needs seconds a step and would fight for the writer's lock.
        executor=dg.in_process_executor,
    )


defs = build_definitions(os.environ.get("UNITCOST_HOME", DEFAULT_HOME))
