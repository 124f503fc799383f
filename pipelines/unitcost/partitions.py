"""The daily partitions: UTC days, today included, and what an asset of all days depends on."""

import dagster as dg

FIRST_DAY = "2020-01-01"
"""No API of this kind was billed by tokens before; an older record has a wrong unit of time."""

DAYS = dg.DailyPartitionsDefinition(start_date=FIRST_DAY, end_offset=1)


def newest_day_of(key: dg.AssetKey) -> dg.AssetDep:
    """A daily table before an asset of all days; to name every day would take a second a run."""
    return dg.AssetDep(key, partition_mapping=dg.LastPartitionMapping())
