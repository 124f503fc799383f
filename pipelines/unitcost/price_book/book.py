"""Which price book is meant: the shipped tables, the user's own beside them, as known when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from unitcost.paths import data_root
from unitcost.price_book.known import known_rates, known_text

RATES = "fx.csv"
"""Recorded exchange rates."""
_OWN = "$UNITCOST_HOME/price_tables/"


@dataclass(frozen=True)
class Folder:
    """One folder of price tables and how its files are named to people."""

    path: Path
    prefix: str = ""
    """Before the names of its files; empty for the shipped ones."""

    def files(self, pattern: str) -> list[Path]:
        """Its files that match, sorted by their path inside the folder."""
        return sorted(self.path.glob(pattern), key=self.inside)

    def inside(self, file: Path) -> str:
        """The file's path inside the folder."""
        return file.relative_to(self.path).as_posix()

    def name(self, file: Path) -> str:
        """The file as people are told of it."""
        return self.prefix + self.inside(file)


@dataclass(frozen=True)
class PriceBook:
    """The folders prices and rules are read from, and the day whose knowledge counts."""

    shipped: Path = field(default_factory=lambda: data_root() / "price_tables")
    own: Path | None = None
    """`$UNITCOST_HOME/price_tables`: the user's own rows and rules; it need not exist."""
    as_of: date | None = None
    """Only what was recorded up to the end of this day counts; None: everything."""
    currencies: Mapping[str, str] = field(default_factory=dict)
    """Provider -> ISO code of the currency it bills in; USD where not named."""

    def folders(self) -> Iterator[Folder]:
        """The folders that exist, shipped first."""
        yield Folder(self.shipped)
        if self.own is not None and self.own.is_dir():
            yield Folder(self.own, _OWN)

    def knew(self, recorded_on: date | None) -> bool:
        """Whether the book had learnt it by `as_of`; what has no date was always known."""
        return None in (self.as_of, recorded_on) or recorded_on <= self.as_of  # type: ignore[operator]

    def revision(self) -> str:
        """Digest of `as_of`, of the currencies and of every file, or of what it said by `as_of`.

        What is recorded behind a pinned `as_of` leaves the revision as it is; so do exchange rates
        of currencies in which no provider bills, since no request is priced with them.
        """
        digest = hashlib.sha256(str((self.as_of, sorted(self.currencies.items()))).encode())
        for folder in self.folders():
            for path in folder.files("**/*"):
                if path.suffix in (".csv", ".toml") and (said := self._said(path)):
                    digest.update(folder.name(path).encode() + b"\0" + said + b"\0")
        return digest.hexdigest()[:16]

    def digest(self) -> str:
        """Digest of the revision and of all exchange rates, those too that price nothing."""
        rates = [path.read_bytes() for folder in self.folders() for path in folder.files(RATES)]
        return hashlib.sha256(b"\0".join((self.revision().encode(), *rates))).hexdigest()

    def _said(self, path: Path) -> bytes:
        if path.name == RATES:
            return known_rates(path, self.as_of, set(self.currencies.values())).encode()
        if self.as_of is None:
            return path.read_bytes()
        return known_text(path, self.as_of).encode()
