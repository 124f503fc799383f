"""Resolves spellings of models with the real steps; no expectation lives here."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb

from tests.given import given, rows_of
from unitcost.workbench import run_step
from unitcost_models.sources import SourceSighting


def resolve(con: duckdb.DuckDBPyConnection, *sightings: dict[str, Any]) -> list[dict[str, Any]]:
    """What the names that these sightings give mean, in the order of names and dates."""
    numbered = ({"sighting_id": str(number), **told} for number, told in enumerate(sightings))
    given(con, SourceSighting, *numbered)
    for step in ("steps.model_spellings", "steps.model_ids"):
        run_step(con, step, date(2026, 1, 1))
    return rows_of(con, "select * from steps.model_ids where raw_model is not null")
