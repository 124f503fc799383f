"""The daily partitions: UTC days, today included."""

import dagster as dg

FIRST_DAY = "2020-01-01"
"""No API of this kind was billed by tokens before; an older record has a wrong unit of time."""

DAYS = dg.DailyPartitionsDefinition(start_date=FIRST_DAY, end_offset=1)
