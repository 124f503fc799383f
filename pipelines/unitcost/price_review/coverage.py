"""Writes docs/price-coverage.md: `python -m unitcost.price_review.coverage`.

What the shipped book knows of every model, how well, and what is not settled, all from its rows.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Callable, Iterable

from unitcost.price_book.book import PriceBook
from unitcost.price_book.rows import read_prices
from unitcost_models.prices import Price

_HEAD = """# Price coverage

Generated from `price_tables/` by `uv run python -m unitcost.price_review.coverage > docs/price-coverage.md`.

One line a model, or group of models that a fee covers. *From* is the first day with a standard price of its own
(`open`: no start is documented and the model had no other known price). *Last change* is the newest day from which a row replaces
another. *Confirmed* rows have two agreeing sources; *dissent*: another source says otherwise, and the row's note says which; *single*: one
source; *derived*: follows from a documented factor, or from the provider's page alone. *Bounded* rows start at the latest possible
day. What is not settled is marked in the rows' notes and repeated here; it is not guessed.

| model | provider | platforms | tiers | rows | from | last change | confirmed | dissent | single | derived | bounded | sources | not settled |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""  # noqa: E501
_DOUBT = re.compile(
    "re-check|not confirmed|not observed|assumed|figures disagree|not found|often quoted"
    "|not settled|not known|none is entered",
    re.I,
)
_COUNTED = {
    "confirmed": "confirmed",
    "confirmed_with_dissent": "dissent",
    "single_with_dissent": "dissent",
    "single": "single",
    "derived": "derived",
    "documentation_only": "derived",
}


def coverage_page(book: PriceBook) -> str:
    """The whole page as Markdown."""
    groups: dict[tuple[str, str], list[Price]] = {}
    for row in read_prices(book):
        groups.setdefault((row.provider, row.model_key), []).append(row)
    return _HEAD + "".join(_line(key, groups[key]) for key in sorted(groups))


def _line(key: tuple[str, str], rows: list[Price]) -> str:
    provider, model = key
    counts = Counter(_COUNTED[row.confirmation] for row in rows)
    cells = [
        f"every model of {provider}" if model == "*" else model,
        provider,
        _listed(rows, lambda row: f"{row.platform} {row.region_scope}"),
        _listed(rows, lambda row: row.service_tier),
        str(len(rows)),
        _first_day(rows),
        _last_change(rows),
        *(str(counts[name]) for name in ("confirmed", "dissent", "single", "derived")),
        str(sum(row.valid_from_basis == "observed_bounds" for row in rows)),
        ", ".join(_sources(rows)),
        "; ".join(_doubts(rows)),
    ]
    return f"| {' | '.join(cell.replace('|', '/').replace('*', 'all') for cell in cells)} |\n"


def _listed(rows: Iterable[Price], name: Callable[[Price], str]) -> str:
    return ", ".join(sorted({name(row) for row in rows}))


def _first_day(rows: Iterable[Price]) -> str:
    starts = [row.valid_from for row in rows if row.service_tier == "standard"]
    known = [start for start in starts if start]
    return "open" if len(known) < len(starts) or not known else min(known).date().isoformat()


def _last_change(rows: Iterable[Price]) -> str:
    later = [row for row in rows if row.change_kind in ("price_change", "retire")]
    days = [row.valid_from for row in later if row.valid_from]
    return max(days).date().isoformat() if days else ""


def _sources(rows: Iterable[Price]) -> list[str]:
    """Each source once, with the newest day on which it was read where the rows say so."""
    newest: dict[str, str] = {}
    for row in rows:
        for source in row.sources.split():
            name, _, day = source.partition("@")
            newest[name] = max(newest.get(name, ""), day)
    return [f"{name} {day}".strip() for name, day in sorted(newest.items())]


def _doubts(rows: Iterable[Price]) -> list[str]:
    """The parts of the rows' notes that say what is not settled, each once."""
    parts = {part.strip() for row in rows for part in (row.note or "").split(";")}
    return sorted(part for part in parts if _DOUBT.search(part))


if __name__ == "__main__":
    sys.stdout.write(coverage_page(PriceBook()))
