"""Names and values from files, flags and settings are data: they never run nor leave the home."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import exit_code
from tests.pipeline.books import OCTOBER, REQUESTS, contents, deliver, night
from tests.shipped_book import open_shipped_book
from unitcost.lake.catalogue import load_catalogue
from unitcost.paths import Home
from unitcost.price_review import opening

HOSTILE = (
    "x'; drop view marts.cost_per_feature; --",
    'x"; drop view marts.cost_per_feature; --',
    "../../../outside",
    "/outside",
    "$(touch outside)",
    "x\ny",
    "day=2026-10-30/../..",
    "'||(select 1)||'",
    "\N{RIGHT-TO-LEFT OVERRIDE}x",
    "%s {x} $day",
)
WORDS = (
    ("export", "{}"),
    ("export", "marts.{}"),
    ("export", "marts.cost_per_feature", "--month", "{}"),
    ("why", "{}", "a"),
    ("why", "marts.cost_per_feature", "2026-10-30", "{}"),
    ("why", "marts.cost_per_feature", "{}=x"),
    ("explain", "--from", "{}", "--to", "2026-10"),
    ("explain", "--from", "2026-10-30", "--to", "2026-10-31", "--by", "{}"),
    ("explain", "--from", "2026-10-30", "--to", "2026-10-31", "--only", "customer_id={}"),
    ("explain", "--from", "2026-10-30", "--to", "2026-10-31", "--only", "{}=x"),
    ("prices", "show", "{}"),
    ("prices", "show", "gpt-5", "--provider", "{}", "--platform", "{}", "--region", "{}"),
    ("prices", "diff", "{}"),
    ("ingest", "--format", "{}", "."),
    ("reconcile", "--month", "{}"),
    ("close", "{}"),
    ("pull", "{}"),
)
SETTINGS = """
[attribution]
customer_id = ["acme'; drop table raw.staged; --", 'a"b']

[tasks.scores]
"x'; drop table raw.staged; --" = 0.5

[tasks.labels]
success = ["good'; drop table raw.staged; --"]

[[allocation.rules]]
name = "n'; drop table core.requests; --"
method = "fixed"
daily_usd = "1"
valid_from = 2026-10-30
to = [{ receiver = "r'; drop table core.requests; --", share = "1" }]
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose files, settings and values are all hostile."""
    home = Home(tmp_path_factory.mktemp("names") / "home")
    home.root.mkdir()
    home.settings_file.write_text(SETTINGS)
    rows = [("2026-10-30T10:00:00Z", name, name, 10, 10, name) for name in HOSTILE]
    deliver(home, 'it\'s; drop "x" --.csv', (*rows, *REQUESTS[:1]))
    assert night(home)
    return home


@pytest.fixture(autouse=True)
def _book_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The home has no prices of its own, so that every command means the shipped book."""
    monkeypatch.setattr(opening, "load_price_book", lambda con, _book: open_shipped_book(con))


def around(home: Home) -> set[str]:
    """Every file around the home, exports left out."""
    files = (p for p in home.root.parent.rglob("*") if p.is_file())
    return {str(p) for p in files if home.exports not in p.parents}


def test_values_are_kept_as_they_are(home: Home) -> None:
    rows = contents(home.warehouse, ["marts.cost_per_customer"])["marts.cost_per_customer"]
    told = {value for row in rows for value in row}
    assert set(HOSTILE) <= told
    assert "r'; drop table core.requests; --" in str(
        contents(home.warehouse, ["marts.allocated_cost"])
    )


def test_no_value_is_part_of_a_path(home: Home) -> None:
    assert {p.name for p in home.root.parent.iterdir()} == {"home"}
    for path in load_catalogue(home.warehouse).files:
        assert (home.root / path).resolve().is_relative_to(home.lake.resolve())
        assert "outside" not in path


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_flags_are_values(words: tuple[str, ...], home: Home, tmp_path: Path) -> None:
    before, files = contents(home.warehouse, ["marts.cost_per_feature"]), around(home)
    for name in HOSTILE:
        filled = [word.format(name) for word in words]
        assert exit_code("--home", str(home.root), *filled) in (0, 1, 2), filled
    assert contents(home.warehouse, ["marts.cost_per_feature"]) == before
    assert around(home) == files
    assert OCTOBER not in load_catalogue(home.warehouse).closed
