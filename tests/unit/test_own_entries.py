"""Entries that the book learns later leave earlier days as they were."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from unitcost.price_book.book import PriceBook
from unitcost.price_book.rules import read_rules

_LATER = {
    "models.toml": [
        '[[model]]\nkey = "acme-2"\nprovider = "acme"\n',
        '[[model]]\nkey = "gpt-5"\nprovider = "openai"\nids = ["five"]\n',
        '[[alias]]\nid = "chat"\nmodel = "gpt-5"\nnote = "n"\n',
        '[[deployment]]\nname = "gpt-5"\nmodel = "gpt-5-mini"\nplatform = "azure"\n',
        '[[family]]\nname = "gemini-pro"\nmodels = ["gpt-5"]\n',
    ],
    "providers.toml": ['[[provider]]\nnames = ["acme"]\nprovider = "acme"\nfamily = "acme"\n'],
    "region_scopes.toml": [
        '[[scope]]\nprovider = "openai"\nplatform = "direct"\nscope = "mars"\n',
    ],
    "service_tiers.toml": [
        '[[tier]]\nname = "batch"\nspelled = ["overnight"]\n',
        '[[equivalent]]\nprovider = "acme"\ntier = "flex"\npriced_as = "batch"\n',
    ],
    "meters.toml": ['[[fallback]]\nmeter = "input_audio"\nfalls_back_to = "input"\n'],
    "time_bands.toml": [
        '[[calendar]]\nname = "acme"\nholidays = [2026-12-24]\n',
        '[[band]]\nname = "b"\nweekdays = [1]\nhours = ["08:00-09:00"]\n',
    ],
}


@settings(max_examples=20, deadline=None)
@given(st.sets(st.sampled_from([(f, e) for f, entries in _LATER.items() for e in entries])))
def test_entries_learnt_later_leave_every_rule_of_an_earlier_day(
    entries: set[tuple[str, str]],
) -> None:
    day = date(2026, 11, 25)
    with TemporaryDirectory() as own:
        before = read_rules(PriceBook(own=Path(own), as_of=day))
        for file, entry in entries:
            with (Path(own) / file).open("a", encoding="utf-8") as opened:
                opened.write(f"{entry}recorded_on = 2026-11-26\n\n")
        assert read_rules(PriceBook(own=Path(own), as_of=day)) == before
        learnt = read_rules(PriceBook(own=Path(own), as_of=date(2026, 11, 26)))
        assert (learnt == before) == (not entries)
