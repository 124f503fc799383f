"""docs/price-coverage.md says what the rows say, for every model of the book."""

from __future__ import annotations

from pathlib import Path

from tests.price_books import price_row, write_book
from unitcost.paths import data_root
from unitcost.price_book.book import PriceBook
from unitcost.price_book.rows import read_prices
from unitcost.price_review.coverage import coverage_page

PAGE = Path(__file__).parents[2] / "docs" / "price-coverage.md"


def test_the_coverage_page_is_current() -> None:
    page = coverage_page(PriceBook())
    assert PAGE.read_text(encoding="utf-8") == page, (
        "run `uv run python -m unitcost.price_review.coverage > docs/price-coverage.md`"
    )


def test_every_model_that_has_prices_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    models = {row.model_key for row in read_prices(PriceBook(data_root() / "price_tables"))}
    missing = {model for model in models - {"*"} if f"| {model} |" not in page}
    assert missing == set()


def test_a_line_counts_what_its_rows_say(tmp_path: Path) -> None:
    change = {
        "valid_from": "2026-06-01T00:00:00Z",
        "supersedes": "in",
        "change_kind": "price_change",
    }
    note = "introductory price; RE-CHECK after 2026-12-01"
    bounded = {"valid_from_basis": "observed_bounds", "confirmation": "single"}
    book = write_book(
        tmp_path,
        price_row("in", valid_from="2025-08-07T00:00:00Z", sources="litellm@2026-11-01 x-page"),
        price_row("in-2", unit_price="1", sources="litellm@2026-11-12", note=note, **change),
        price_row("batch", service_tier="batch", unit_price="0.5", **bounded),
    )
    line = coverage_page(PriceBook(book)).splitlines()[-1]
    assert line == (
        "| gpt-5 | openai | direct global | batch, standard | 3 | 2025-08-07 | 2026-06-01 "
        "| 2 | 0 | 1 | 0 | 1 | litellm 2026-11-12, openai-pricing-page, x-page "
        "| RE-CHECK after 2026-12-01 |"
    )
