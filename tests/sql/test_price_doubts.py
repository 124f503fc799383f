"""What prices check warns of: each doubt is raised where it is planted, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.sql.small_book import open_small_book, price_row, put_prices
from unitcost.price_book.doubts import doubts
from unitcost_models.prices import Price

_T1, _T2 = datetime(2026, 3, 1), datetime(2026, 5, 1)


@pytest.fixture
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_small_book(tmp_path_factory.mktemp("book")) as con:
        con.execute("delete from core.model_aliases where provider <> 'acme'")
        yield con


def _doubts(con: duckdb.DuckDBPyConnection, *rows: Price) -> list[str]:
    put_prices(con, rows)
    return doubts(con)


def _after(price_id: str, **cells: Any) -> Price:
    """A row on the next line of the file."""
    return price_row(price_id, source_line=3, **cells)


def test_a_plain_book_raises_no_doubt(con: duckdb.DuckDBPyConnection) -> None:
    assert (
        _doubts(
            con,
            price_row("p", valid_from=_T1),
            _after("q", kind="price_change", older="p", valid_from=_T2, unit_price="9.99"),
            _after("cached", meter="cache_read", unit_price="1", valid_from=_T1),
            _after("out", meter="output", unit_price="9.99", valid_from=_T1),
            _after("batch", service_tier="batch", unit_price="0.5", valid_from=_T1, valid_to=_T2),
            _after("batch2", service_tier="batch", unit_price="4.995", valid_from=_T2),
        )
        == []
    )


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            {"valid_from": _T2 + timedelta(1)},
            "q begins at 2026-05-02 00:00:00, but the price before it ends at 2026-05-01",
        ),
        ({"valid_from": _T2, "unit_price": "10"}, "ten-fold or more; correct the unit"),
        ({"valid_from": _T2, "unit_price": "0.1"}, "q is 0.1 per 1000000 after 1 per 1000000"),
        ({"service_tier": "batch", "unit_price": "0.51"}, "q is 0.51, not half the standard price"),
        ({"meter": "cache_read", "unit_price": "1.1"}, "more than the input price of 1"),
        ({"meter": "output", "unit_price": "0.9"}, "less than the input price of 1"),
        ({"meter": "cache_write_5m", "unit_price": "0.9"}, "less than the input price of 1"),
        ({"service_tier": "flex", "per": 1000, "unit_price": "2"}, "a thousand times more or less"),
        (
            {"service_tier": "flex", "sources": "litellm@2026-11-12 genai-prices@2026-11-10"},
            "1 rows of this file, this the first, call their date documented",
        ),
    ],
)
def test_an_odd_row_is_named_with_its_line(
    con: duckdb.DuckDBPyConnection, cells: dict[str, Any], said: str
) -> None:
    older = price_row("p", valid_to=_T2 if "valid_from" in cells else None)
    found = _doubts(con, older, _after("q", **cells))
    assert [doubt for doubt in found if doubt.startswith("acme/direct.csv:3: ") and said in doubt]


@pytest.mark.parametrize(("above", "is_hole"), [(100, False), (101, True)])
def test_bands_that_do_not_meet_leave_a_hole(
    con: duckdb.DuckDBPyConnection, above: int, is_hole: bool
) -> None:
    basis: dict[str, Any] = {"ctx_basis": "prompt_total"}
    found = _doubts(
        con, price_row("p", ctx_le=100, **basis), _after("q", ctx_gt=above, unit_price="2", **basis)
    )
    said = f"q begins above {above} tokens, but the band below it ends at 100; prompts between"
    assert [doubt for doubt in found if said in doubt] == (found if is_hole else [])
    assert bool(found) == is_hole


@pytest.mark.parametrize(("moved", "is_hole"), [(_T1, False), (_T2, True)])
def test_a_name_that_means_nothing_between_two_models_is_named(
    con: duckdb.DuckDBPyConnection, moved: datetime, is_hole: bool
) -> None:
    con.execute(
        "insert into core.model_aliases by name "
        "select * replace ('moving' as alias, 'alias' as rule, model as model, "
        "$until as valid_to) from core.model_aliases where rule = 'key' limit 1",
        {"until": _T1},
    )
    con.execute(
        "insert into core.model_aliases by name "
        "select * replace ('moving' as alias, 'alias' as rule, $since as valid_from) "
        "from core.model_aliases where rule = 'key' limit 1",
        {"since": moved},
    )
    found = _doubts(con, price_row("p"))
    assert len([doubt for doubt in found if "moving means" in doubt]) == is_hole


@pytest.mark.parametrize("note", ["the provider says so", None])
def test_a_reason_settles_a_jump(con: duckdb.DuckDBPyConnection, note: str | None) -> None:
    rows = [price_row("p", valid_to=_T2), _after("q", valid_from=_T2, unit_price="50", note=note)]
    assert (_doubts(con, *rows) == []) == (note is not None)


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "said"),
    [
        (None, None, "has no price from 2026-05-01 00:00:00 on"),
        (_T1 - timedelta(1), _T2, "has no price before 2026-03-01 00:00:00"),
        (_T1, _T2 + timedelta(1), "has no price from 2026-05-01 00:00:00 on"),
        (_T1, _T2, None),
        (None, _T2, None),
    ],
)
def test_a_name_without_a_price_for_some_of_its_time_is_told(
    con: duckdb.DuckDBPyConnection,
    valid_from: datetime | None,
    valid_to: datetime | None,
    said: str | None,
) -> None:
    con.execute(
        "update core.model_aliases set valid_from = ?, valid_to = ?, source_line = 7",
        [valid_from, valid_to],
    )
    found = _doubts(con, price_row("p", valid_from=_T1, valid_to=_T2))
    assert len(found) == (said is not None)
    assert all(f"models.toml:7: acme-1 means acme-1, which {said}" in doubt for doubt in found)


def test_a_name_of_a_model_without_any_price_is_told(con: duckdb.DuckDBPyConnection) -> None:
    (found,) = _doubts(con)
    assert "acme-1 means acme-1, which has no price at all" in found


def test_a_currency_without_rows_is_told(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("insert into core.billing_currencies values ('acme', 'EUR')")
    found = _doubts(con, price_row("p"))
    assert any("acme bills in EUR and the book has no row of it" in doubt for doubt in found)
