"""What `[prices]` of the settings makes of the book."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from unitcost.paths import Home
from unitcost.price_book.book import PriceBook
from unitcost.session import price_book
from unitcost.settings import SettingsError, load_settings


def test_the_settings_pin_the_book_and_name_currencies(tmp_path: Path) -> None:
    text = '[prices]\nas_of = 2026-11-22\n[prices.currency]\ndeepseek = "CNY"\n'
    home = Home(tmp_path)
    home.settings_file.write_text(text, encoding="utf-8")
    book = price_book(home, load_settings(home.settings_file))
    assert (book.as_of, book.currencies) == (date(2026, 11, 22), {"deepseek": "CNY"})
    assert book.revision() != PriceBook(own=home.price_tables).revision()


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[prices]\nas_of = 'soon'\n", "prices.as_of"),
        ("[prices]\nasof = 2026-11-22\n", "prices.asof"),
        ("[prices.currency]\ndeepseek = 'yuan'\n", "prices.currency.deepseek"),
    ],
)
def test_a_bad_price_setting_is_named(tmp_path: Path, text: str, key: str) -> None:
    file = tmp_path / "unitcost.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=key):
        load_settings(file)
