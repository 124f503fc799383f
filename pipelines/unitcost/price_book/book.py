"""Which price book is meant: the shipped tables, the user's own beside them, as known when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from unitcost.paths import data_root


@dataclass(frozen=True)
class PriceBook:
    """The folders prices and rules are read from, and the day whose knowledge counts."""

    shipped: Path = field(default_factory=lambda: data_root() / "price_tables")
    own: Path | None = None
    """`$UNITCOST_HOME/price_tables`: the user's own rows and rules; it need not exist."""
    as_of: date | None = None
    """Only what was recorded up to the end of this day counts; None: everything."""

    def folders(self) -> Iterator[Path]:
        """The folders that exist, shipped first."""
        yield self.shipped
        if self.own is not None and self.own.is_dir():
            yield self.own

    def revision(self) -> str:
        """Digest of every file of the book and of `as_of`: what was known when pricing."""
        digest = hashlib.sha256(str(self.as_of or "").encode())
        for folder in self.folders():
            for path in sorted(p for p in folder.rglob("*") if p.suffix in (".csv", ".toml")):
                name = path.relative_to(folder).as_posix().encode()
                digest.update(name + b"\0" + path.read_bytes() + b"\0")
        return digest.hexdigest()[:16]
