"""A workbench with the vocabulary and the price book, opened once for a file of counting tests."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.shipped_book import open_shipped_book
from unitcost.sources.vocabulary import create_macros, load_vocabulary
from unitcost.workbench import open_workbench


@pytest.fixture(scope="module")
def counting() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every `count` replaces the raw tables, so that tests do not see each other's rows."""
    with open_workbench() as con:
        create_macros(con, load_vocabulary())
        open_shipped_book(con)
        yield con


@pytest.fixture(scope="module")
def shipped() -> Iterator[duckdb.DuckDBPyConnection]:
    """A workbench with the shipped price book."""
    with open_workbench() as con:
        open_shipped_book(con)
        yield con


@pytest.fixture
def fault_bench(shipped: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """It records no exchange rate until a fault does."""
    shipped.execute("delete from core.exchange_rates")
    return shipped
