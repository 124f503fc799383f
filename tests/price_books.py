"""Small price books and warehouses for tests: the shipped rules with rows of the test's own."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import duckdb

from tests.given import given
from unitcost.paths import data_root
from unitcost.price_book.rows import CSV_COLUMNS
from unitcost_models.requests import Request, RequestCost

_ROW = {
    "provider": "openai",
    "platform": "direct",
    "region_scope": "global",
    "model_key": "gpt-5",
    "service_tier": "standard",
    "meter": "input",
    "unit": "token",
    "per": "1000000",
    "unit_price": "1.25",
    "currency": "USD",
    "valid_from_basis": "documented",
    "status": "in_force",
    "layer": "list",
    "recorded_on": "2026-11-01",
    "change_kind": "new",
    "sources": "openai-pricing-page",
    "confirmation": "confirmed",
}

_PART = (
    *("gpt-5", "gpt-5-mini", "claude-opus-5", "deepseek-v4-pro"),
    *("gemini-2.5-pro", "gemini-2.5-flash", "gemini-3.5-flash", "gemini-3.8-flash"),
)
"""Models that are called in tests of agreements, or have a shipped allowance."""


def price_row(price_id: str, **cells: str) -> dict[str, str]:
    """A row of gpt-5's input, unless told otherwise."""
    basis = {"ctx_basis": "prompt_total"} if {"ctx_gt", "ctx_le"} & cells.keys() else {}
    return {"price_id": price_id, **_ROW, **basis, **cells}


def write_book(folder: Path, *rows: dict[str, str]) -> Path:
    """A book of the shipped rules and these rows alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for rules in (data_root() / "price_tables").glob("*.toml"):
        shutil.copy(rules, folder / rules.name)
    write_rows(folder, *rows)
    return folder


def write_part(folder: Path) -> Path:
    """The shipped book with the prices of few models; to read those of all takes half a second."""
    shipped = data_root() / "price_tables"
    folder.mkdir(parents=True, exist_ok=True)
    for file in (p for p in shipped.iterdir() if p.suffix in (".toml", ".csv")):
        shutil.copy(file, folder / file.name)
    for file in shipped.glob("*/*.csv"):
        with file.open(encoding="utf-8", newline="") as opened:
            write_rows(folder, *(r for r in csv.DictReader(opened) if _is_part(r["model_key"])))
    return folder


def _is_part(model_key: str) -> bool:
    return model_key in _PART or model_key == "*" or model_key.startswith("family:")


def write_rows(folder: Path, *rows: dict[str, str]) -> None:
    """These rows, each in the file of its provider and platform."""
    files: dict[Path, list[dict[str, str]]] = {}
    for row in rows:
        files.setdefault(folder / row["provider"] / f"{row['platform']}.csv", []).append(row)
    for file, listed in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, CSV_COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(listed)


def write_warehouse(file: Path, *requests: tuple[dict[str, Any], str | None]) -> None:
    """A warehouse of these requests, each with the ids of its prices, or None if it had none."""
    with duckdb.connect(str(file)) as con:
        con.execute("create schema core")
        given(con, Request, *(request for request, _ in requests))
        costs = [
            {"request_id": r["request_id"], "day": r["day"], "price_ids": ids}
            for r, ids in requests
        ]
        given(con, RequestCost, *costs)
