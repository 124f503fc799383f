"""A workbench with the vocabulary and the price book, opened once for a file of counting tests."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.shipped_book import open_shipped_book
from unitcost.vocabulary import create_macros, load_vocabulary
from unitcost.workbench import open_workbench


@pytest.fixture(scope="module")
def counting() -> Iterator[duckdb.DuckDBPyConnection]:
    """Every `count` replaces the raw tables, so that tests do not see each other's rows."""
    with open_workbench() as con:
        create_macros(con, load_vocabulary())
        open_shipped_book(con)
        yield con
