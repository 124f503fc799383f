"""The user's own files of agreements beside a part of the shipped book, and what is made of them.

No expectation lives here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from tests import given as tables
from tests.given import rows_of
from tests.price_books import write_part
from unitcost.price_book.book import PriceBook
from unitcost.price_book.rows import csv_columns
from unitcost.pricing import load_price_book
from unitcost.workbench import open_workbench, run_steps
from unitcost_models.agreements import AccountAllowance, Allowance, AllowanceBefore, Commitment
from unitcost_models.base import Row
from unitcost_models.contracts import Contract
from unitcost_models.credits import Credit
from unitcost_models.requests import Request

DAY = date(2026, 10, 20)
_FILES: dict[str, type[Row]] = {
    "commitments.csv": Commitment,
    "allowances.csv": Allowance,
    "account_allowances.csv": AccountAllowance,
    "credits.csv": Credit,
}
PTU = {
    "commitment_id": "ptu",
    "account_id": "*",
    "provider": "openai",
    "platform": "azure",
    "region_scope": "*",
    "model_key": "*",
    "service_tier": "provisioned",
    "kind": "provisioned_throughput",
    "unit_price": "1",
    "currency": "USD",
    "period": "hour",
    "units": "10",
    "valid_from": "2026-01-01T00:00:00Z",
    "recorded_on": "2026-01-01",
    "source": "order 1",
}
CREDIT = {
    "credit_id": "grant",
    "provider": "openai",
    "platform": "*",
    "account_id": "org-1",
    "amount_usd": "100",
    "valid_from": "2026-10-01T00:00:00Z",
    "recorded_on": "2026-10-01",
    "source": "mail",
}
FREE = {
    "allowance_id": "two-a-day",
    "provider": "openai",
    "platform": "direct",
    "model_key": "*",
    "meters": "web_search_call file_search_call",
    "quantity": "2",
    "period": "day",
    "time_zone": "UTC",
    "recorded_on": "2026-01-01",
    "source": "made up",
}
HELD = {"account_id": "org-1", "allowance_id": "two-a-day", "recorded_on": "2026-01-01"}
ALLOWED = {"allowances.csv": [FREE], "account_allowances.csv": [HELD]}


_CONTRACT = {
    "account_id": "*",
    "provider": "openai",
    "platform": "*",
    "region_scope": "*",
    "model_key": "*",
    "service_tier": "*",
    "meter": "*",
    "currency": "USD",
    "recorded_on": "2026-01-01",
    "change_kind": "new",
    "source": "agreement 7",
}


@contextmanager
def opened(
    folder: Path, files: dict[str, list[dict[str, str]]], **book: Any
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A workbench with a part of the shipped book and these lines of the user's own files."""
    for name, lines in files.items():
        names = csv_columns(_FILES[name])
        text = [",".join(names), *(",".join(x.get(n, "") for n in names) for x in lines)]
        (folder / name).write_text("\n".join(text) + "\n", encoding="utf-8")
    shipped = write_part(folder.with_name(f"{folder.name} shipped"))
    with open_workbench() as con:
        load_price_book(con, PriceBook(shipped, own=folder, **book))
        tables.given(con, AllowanceBefore)
        yield con


def build(
    con: duckdb.DuckDBPyConnection, table: str, *requests: dict[str, Any], day: date = DAY
) -> list[dict[str, Any]]:
    """The rows of a core table for these requests."""
    tables.given(con, Request, *requests)
    run_steps(con, [table], day)
    return rows_of(con, f"select * from {table} order by all")


def contract(contract_id: str, **cells: str) -> str:
    """A line of contracts.csv."""
    row = _CONTRACT | {"contract_id": contract_id} | cells
    return ",".join(row.get(name, "") for name in csv_columns(Contract))
