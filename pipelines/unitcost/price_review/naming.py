"""What model and price list a spelling means, by the same SQL that resolves requests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import duckdb

from unitcost.workbench import create_empty, run_step
from unitcost_models.sources import SourceSighting

Spelling = tuple[str, str | None, str]
"""Provider and platform as sources name them, and the model's spelling."""

_STEPS = ("steps.model_spellings", "steps.model_ids")
_NO_DAY = date(1970, 1, 1)


def resolve(con: duckdb.DuckDBPyConnection, spellings: Iterable[Spelling]) -> None:
    """Fill `steps.model_ids` for these spellings, as if requests had named them."""
    create_empty(con, SourceSighting)
    names, platforms, models = zip(*sorted(set(spellings), key=str), strict=True)
    con.execute(
        "insert into steps.sightings by name select unnest(?::varchar[]) as provider_name, "
        "unnest(?::varchar[]) as platform_name, unnest(?::varchar[]) as request_model",
        [list(names), list(platforms), list(models)],
    )
    for step in _STEPS:
        run_step(con, step, _NO_DAY)
