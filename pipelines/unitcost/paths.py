"""Where things are: the user's home folder and the data files shipped with the package.

Nothing here reads or writes a file's contents.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def data_root() -> Path:
    """Folder of `sql/`, `price_tables/` and `dagster.yaml`: the wheel's or the checkout's."""
    packaged = _PACKAGE / "data"
    return packaged if packaged.is_dir() else _PACKAGE.parents[1]


@dataclass(frozen=True)
class Home:
    """The layout of `$UNITCOST_HOME`."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """`unitcost.toml`."""
        return self.root / "unitcost.toml"

    @property
    def price_tables(self) -> Path:
        """`price_tables/`: the user's own prices, contracts and names; may be missing."""
        return self.root / "price_tables"

    @property
    def landing(self) -> Path:
        """`landing/<format>/`: delivered files as they came."""
        return self.root / "landing"

    @property
    def lake(self) -> Path:
        """`lake/<layer>/<noun>/day=YYYY-MM-DD/<digest>.parquet`: immutable."""
        return self.root / "lake"

    @property
    def quarantine(self) -> Path:
        """`quarantine/`: records that could not be accepted, with their reason."""
        return self.root / "quarantine"

    @property
    def exports(self) -> Path:
        """`exports/`: files for finance."""
        return self.root / "exports"

    @property
    def dagster(self) -> Path:
        """`dagster/`: DAGSTER_HOME."""
        return self.root / "dagster"

    @property
    def warehouse(self) -> Path:
        """`warehouse.duckdb`: the published catalogue."""
        return self.root / "warehouse.duckdb"

    @property
    def closed(self) -> Path:
        """`closed/<YYYY-MM>.duckdb`: the catalogue of each closed month."""
        return self.root / "closed"

    def snapshot(self, month: str) -> Path:
        """The catalogue that answers for a month: its own once it is closed."""
        own = self.closed / f"{month}.duckdb"
        return own if own.is_file() else self.warehouse

    @property
    def lock(self) -> Path:
        """The writer's lock file."""
        return self.root / ".lock"

    @property
    def scratch(self) -> Path:
        """Spill and staging files of the running writer."""
        return self.root / ".scratch"
