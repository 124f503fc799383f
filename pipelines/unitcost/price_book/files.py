"""Which files a price book may hold. A file that nobody reads would be a price that nobody pays."""

from __future__ import annotations

from unitcost.price_book.book import RATES, Folder, PriceBook
from unitcost.price_book.errors import PriceBookError

PRICES = "*/*.csv"
"""`<provider>/<platform>.csv`."""
SIDE_TABLES: tuple[str, ...] = (
    RATES,
    "account_allowances.csv",
    "allowances.csv",
    "commitments.csv",
    "contracts.csv",
    "credits.csv",
)
"""Tables beside the prices; each is optional."""
RULES = (
    "meters.toml",
    "models.toml",
    "providers.toml",
    "region_scopes.toml",
    "service_tiers.toml",
    "time_bands.toml",
)


def refuse_unread_files(book: PriceBook) -> None:
    """Raises when a folder holds a table that is none of the book's.

    Raises:
        PriceBookError: every such file, with the names that are read.
    """
    problems = [problem for folder in book.folders() for problem in _unread(folder)]
    if problems:
        raise PriceBookError(problems)


def _unread(folder: Folder) -> list[str]:
    read = {
        folder.inside(file) for pattern in (PRICES, *SIDE_TABLES) for file in folder.files(pattern)
    }
    known = read | set(RULES)
    known_names = ", ".join(("<provider>/<platform>.csv", *SIDE_TABLES, *RULES))
    return [
        f"{folder.name(file)}: nothing reads this file; the book's files are {known_names}"
        for file in folder.files("**/*")
        if file.suffix in (".csv", ".toml") and folder.inside(file) not in known
    ]
