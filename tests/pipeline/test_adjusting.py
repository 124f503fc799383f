"""What is learnt of a closed month is posted to the open one, to the last digit, once."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.pipeline import books
from tests.pipeline.answers import ask
from tests.pipeline.books import OCTOBER, THROUGH, deliver, kept_files, night, postings
from tests.price_books import write_rows
from unitcost import session
from unitcost.days import rebuild
from unitcost.lake.catalogue import load_catalogue
from unitcost.months import Month
from unitcost.nightly import run_nightly
from unitcost.paths import Home, data_root
from unitcost.why.behind_terms import UNKNOWN
from unitcost.why.tracing import Why, trace
from unitcost_models.closing import Adjustment
from unitcost_models.late_outcomes import OutcomeAdjustment

MONTH = Month.parse(OCTOBER)
# 1,000,000 and 3 input tokens of gpt-5 in October, 0.25 USD a million more.
REPRICED = Decimal("0.25") + Decimal("0.00000075")
GRAIN = ", ".join(Adjustment.key)


@pytest.fixture
def home(closed_books: Home) -> Home:
    return closed_books


@pytest.fixture
def correct(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give the sessions that follow a book with another input price of gpt-5."""

    def change(new: str) -> None:
        folder = tmp_path / f"prices-{new}"
        shipped = books.corrected_book(folder, "gpt-5", "1.25", new)
        monkeypatch.setattr(session, "price_book", books.book_of(shipped))

    return change


def newly_posted(home: Home) -> Decimal:
    """What one more night posts."""
    before = postings(home)
    assert night(home)
    return sum((p.amount_usd for p in postings(home) if p not in before), Decimal(0))


def posted(home: Home) -> list[tuple[Any, ...]]:
    return ask(
        home,
        """select day, month, adjusted_day, cause, model, customer_id, requests, before_usd,
               after_usd, amount_usd
           from core.adjustments order by posting_no, adjusted_day, cause, model, customer_id""",
    )


def total(home: Home) -> Decimal:
    """The October that is known now, by what is published."""
    reported = "select sum(cost_usd) from marts.cost_per_feature where day < date '2026-11-01'"
    amounts = f"select sum(amount_usd) from core.adjustments where month = '{OCTOBER}'"
    return sum((row[0] or Decimal(0) for sql in (reported, amounts) for row in ask(home, sql)),
               Decimal(0))  # fmt: skip


def rebuilt_total(home: Home, tmp_path: Path) -> Decimal:
    """The October of a home that never closed anything, from the same deliveries and prices."""
    fresh = Home(tmp_path / "fresh")
    shutil.copytree(home.landing, fresh.landing)
    night(fresh, MONTH.last)
    return total(fresh)


def test_a_corrected_price_is_posted_to_the_open_month(
    home: Home, correct: Any, tmp_path: Path
) -> None:
    before = kept_files(home)
    correct("1.5")
    report = run_nightly(home.root, THROUGH)
    assert report.failed_checks == ()
    assert [(p.month, p.day, p.amount_usd) for p in report.postings] == [
        (OCTOBER, THROUGH, REPRICED)
    ]
    usd = Decimal
    assert posted(home) == [
        (THROUGH, OCTOBER, date(2026, 10, 30), "price", "gpt-5", "acme", 1,
         usd("2.25"), usd("2.5"), usd("0.25")),
        (THROUGH, OCTOBER, date(2026, 10, 30), "price", "gpt-5", "birch", 1,
         usd("0.00007375"), usd("0.0000745"), usd("0.00000075")),
    ]  # fmt: skip
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        place = ["openai", "gpt-5", "chat", "(unattributed)", "acme"]
        known = trace(con, "marts.cost_as_known", [OCTOBER, *place], 5)
    assert (known.is_whole, known.row["cost_usd"]) == (True, usd("2.5"))
    assert (
        known.cost_usd + sum(row[-1] for row in known.rows["core.adjustments"].rows)
        == known.row["cost_usd"]
    )
    assert kept_files(home) == before
    assert total(home) == rebuilt_total(home, tmp_path)
    # The open month has no adjustment: its day was built again.
    november = "select cost_usd from marts.cost_per_feature where day = date '2026-11-01'"
    assert ask(home, november) == [(usd("1.5"),)]
    as_reported, best_knowledge = documented_queries()
    assert ask(home, as_reported) == [(OCTOBER, usd("2.75007375")), ("2026-11", usd("1.75000075"))]
    assert ask(home, best_knowledge) == [(OCTOBER, usd("3.0000745")), ("2026-11", usd("1.5"))]


def documented_queries() -> list[str]:
    page = (Path(__file__).parents[2] / "docs" / "closing.md").read_text()
    return page.split("```sql")[1].split("```")[0].strip().rstrip(";").split(";")


def test_a_second_night_posts_nothing(home: Home, correct: Any) -> None:
    correct("1.5")
    night(home)
    rows, journal = posted(home), postings(home)
    assert run_nightly(home.root, THROUGH).is_up_to_date
    deliver(home, "november.csv", (("2026-11-02T01:00:00Z", "n", "gpt-5", 5, 5, "x"),))
    assert night(home)
    assert posted(home) == rows
    assert postings(home) == journal


def test_what_is_learnt_in_turn_is_told_by_its_cause(
    home: Home, correct: Any, tmp_path: Path
) -> None:
    """A late request, a recount, a price for all of them, and the price taken back."""
    deliver(home, "late.csv", (("2026-10-30T12:00:00Z", "z", "gpt-5", 2_000_000, 0, "late"),))
    assert newly_posted(home) == Decimal("2.5")
    # The same request with more tokens known: the version with more wins.
    deliver(home, "more.csv", (("2026-10-30T11:00:00Z", "b", "gpt-5", 1_000_003, 7, "birch"),))
    assert newly_posted(home) == Decimal("1.25")
    correct("1.5")
    higher = REPRICED + Decimal("0.25") * 3
    assert newly_posted(home) == higher
    correct("1.250")
    assert newly_posted(home) == -higher
    assert [(cause, amount) for *_, cause, _, _, _, _, _, amount in posted(home)] == [
        ("late_records", Decimal("2.5")),
        ("recounted", Decimal("1.25")),
        *[("price", Decimal(n)) for n in ("0.25", "0.25000075", "0.5")],
        *[("price", -Decimal(n)) for n in ("0.25", "0.25000075", "0.5")],
    ]
    assert [p.posting_no for p in postings(home)] == [1, 2, 3, 4]
    assert total(home) == rebuilt_total(home, tmp_path)
    (late,) = behind(home, "late_records")
    assert (late.requests, late.cost_usd) == (1, Decimal("2.5"))
    assert [row[-2:] for row in late.largest.rows] == [("requests/late.csv", 2)]
    assert [row[0] for row in late.files.rows] == ["requests/late.csv"]
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        grain = ", ".join(f"coalesce({c}::varchar, '{UNKNOWN}')" for c in OutcomeAdjustment.key)
        for row in con.execute(f"select {grain} from core.outcome_adjustments").fetchall():
            assert trace(con, OutcomeAdjustment.table, row, 0).requests > 0, row


def behind(home: Home, cause: str) -> list[Why]:
    """What is behind each adjustment of a cause, in order of the grain."""
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        found = con.execute(
            f"select {GRAIN} from core.adjustments where cause = $1 order by all", [cause]
        ).fetchall()
        return [trace(con, Adjustment.table, [str(value) for value in row], 0) for row in found]


def test_a_correction_of_a_closed_price_is_itself_corrected(home: Home) -> None:
    """Rows of the user's own: each is appended, and the closed month's files stay as they are."""
    before = kept_files(home)
    output = "openai/direct/global/gpt-5/standard/output@2025-08-07"
    first, second = (
        books.correction(output, "own/1", "12.5"),
        books.correction("own/1", "own/2", "9"),
    )
    # 100,007 output tokens of gpt-5 in October: 10 USD a million, then 12.50, then 9.
    write_rows(home.price_tables, first)
    assert newly_posted(home) == Decimal("2.5") * 100_007 / 10**6
    write_rows(home.price_tables, first, second)
    assert newly_posted(home) == Decimal("-3.5") * 100_007 / 10**6
    assert kept_files(home) == before


def test_an_attribution_that_changed_moves_the_money(home: Home, tmp_path: Path) -> None:
    # The better witness has one more class known, and names another customer.
    deliver(home, "moved.csv", (("2026-10-31T23:30:00Z", "c", "gpt-5-mini", 2_000_001, 0, "new"),))
    night(home)
    rows = [(cause, customer, before, after) for _, _, _, cause, _, customer, _, before, after, _
            in posted(home)]  # fmt: skip
    assert rows == [
        ("recounted", "acme", Decimal("0.5"), Decimal(0)),
        ("recounted", "new", Decimal(0), Decimal("0.50000025")),
    ]
    assert [why.cost_usd for why in behind(home, "recounted")] == [
        Decimal("0.5"),
        Decimal("0.50000025"),
    ]
    assert total(home) == rebuilt_total(home, tmp_path)


def test_a_day_without_tables_is_adjusted_too(home: Home) -> None:
    deliver(home, "early.csv", (("2026-10-02T12:00:00Z", "o", "gpt-5", 1_000_000, 0, "x"),))
    assert newly_posted(home) == Decimal("1.25")
    assert date(2026, 10, 2) not in load_catalogue(home.warehouse).days
    assert not night(home)


def test_other_software_looks_again_and_posts_no_zeroes(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "transforms_fingerprint", lambda: "another")
    assert night(home)
    assert postings(home) == []
    assert posted(home) == []
    assert not night(home)


def test_a_request_that_gets_a_price_counts_from_zero(
    home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shipped = tmp_path / "named"
    shutil.copytree(data_root() / "price_tables", shipped)
    models = shipped / "models.toml"
    models.write_text(models.read_text() + NAMED)
    monkeypatch.setattr(session, "price_book", books.book_of(shipped))
    night(home)
    rows = ask(
        home,
        """select model, unpriced_before, unpriced_after, requests_before, requests_after,
               amount_usd
           from core.adjustments order by model""",
    )
    assert rows == [
        ("(unattributed)", 1, 0, 1, 0, Decimal(0)),
        ("gpt-5", 0, 0, 0, 1, Decimal("0.0001125")),
    ]


NAMED = """
[[alias]]
id = "no-such-model"
model = "gpt-5"
note = "a spelling of our own"
"""


def test_a_night_of_a_closed_month_posts_to_the_next_open_one(home: Home, correct: Any) -> None:
    correct("1.5")
    night(home, date(2026, 10, 31))
    assert {row[0] for row in posted(home)} == {date(2026, 11, 1)}
