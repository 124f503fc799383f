"""The one job, and the schedule that starts it: everything, for the day before, at 02:15 UTC."""

from datetime import UTC, timedelta

import dagster as dg

from unitcost.sources import SOURCES

nightly_job = dg.define_asset_job(
    "nightly",
    selection=dg.AssetSelection.all(),
    executor_def=dg.in_process_executor,
    description="Ingest what is new, build every day that is due, check, publish.",
)


@dg.schedule(
    job=nightly_job,
    cron_schedule="15 2 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def nightly_schedule(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """The day before the scheduled one; the run itself catches up on every other due day."""
    day = (context.scheduled_execution_time.astimezone(UTC) - timedelta(days=1)).date()
    return dg.RunRequest(run_key=day.isoformat(), partition_key=day.isoformat())


def assets_for(definitions: dg.Definitions, formats: set[str]) -> list[dg.AssetKey]:
    """Every asset but the raw tables and pulled reports of other formats than these."""
    idle = {(layer, name) for layer in ("raw", "pull") for name in SOURCES if name not in formats}
    keys = definitions.resolve_asset_graph().get_all_asset_keys()
    return [key for key in sorted(keys) if tuple(key.path) not in idle]
