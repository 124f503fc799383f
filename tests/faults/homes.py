"""A small home with something of everything, and the oracle: what it holds, and what lies about.

Two homes that were given the same files hold the same, whatever happened on the way.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import duckdb

from tests.pipeline.books import REQUESTS, THROUGH, deliver
from unitcost.lake.catalogue import load_catalogue
from unitcost.lake.lock import writer_lock
from unitcost.paths import Home
from unitcost.tables import row_models
from unitcost_models.base import columns

Contents = dict[str, str]

VOLATILE = {
    *("ingested_at", "built_at", "retired_at", "closed_at", "adjusted_at", "mtime_ns", "run_id"),
    *("path", "bytes", "sha256", "files_sha256", "inputs"),
}
"""Columns that tell of the run and not of the records, or are digests of what holds such."""
NIGHTLY = ["nightly", "--through", THROUGH.isoformat()]
SETTINGS = """
[exports]
tables = ["marts.cost_per_customer"]
formats = ["csv", "parquet"]
focus = ["1.2"]
"""
_OUTCOMES = "request_id,outcome,judged_at\na,success,2026-10-31T12:00:00Z\n"
_BROKEN = '{"started_at": "2026-10-30T12:00:00Z", "provider": "openai", "model": "gpt-5", "inp\n'


def write_deliveries(folder: Path) -> Path:
    """Files as they lie with the user: three days of requests, judgements, a broken line."""
    home = Home(folder)
    deliver(home, "first.csv", REQUESTS[:3])
    deliver(home, "second.csv", REQUESTS[3:])
    (home.landing / "requests" / "broken.jsonl").write_text(_BROKEN)
    outcomes = home.landing / "outcomes"
    outcomes.mkdir()
    (outcomes / "judged.csv").write_text(_OUTCOMES)
    return home.landing


def new_home(root: Path, landing: Path | None = None) -> Home:
    """A home with settings and, if given, files in landing."""
    home = Home(root)
    root.mkdir(parents=True)
    home.settings_file.write_text(SETTINGS)
    if landing:
        shutil.copytree(landing, home.landing)
    return home


def contents(home: Home) -> Contents:
    """Digest by name of all tables as readers see them, of stable files, exports and landing."""
    found = _tables(home.warehouse)
    for file in sorted(home.closed.glob("*.duckdb")):
        found |= {f"{file.name}: {name}": rows for name, rows in _tables(file).items()}
    return found | _stable_files(home) | _exports(home) | _landed(home)


def _tables(warehouse: Path) -> Contents:
    with duckdb.connect(str(warehouse), read_only=True) as con:
        named = con.execute(
            """select table_schema || '.' || table_name, list(column_name order by column_name)
               from information_schema.columns group by all order by all"""
        ).fetchall()
        return {table: _rows(con, table, names) for table, names in named}


def _rows(con: duckdb.DuckDBPyConnection, table: str, names: list[str]) -> str:
    body = ", ".join(f'"{name}"' for name in names if name not in VOLATILE) or "1"
    live = "where retired_at is null" if "retired_at" in names else ""
    rows = con.execute(f"select {body} from {table} {live} order by all").fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def _stable_files(home: Home) -> Contents:
    """Files whose bytes depend on the records alone, byte for byte."""
    models = row_models()
    stable = {name for name, row in models.items() if not VOLATILE & {c.name for c in columns(row)}}
    return {
        f"{f.table_name} {f.day}": digest(home.root / f.path)
        for f in load_catalogue(home.warehouse).files.values()
        if f.retired_at is None and f.table_name in stable
    }


def _exports(home: Home) -> Contents:
    files = (p for p in home.exports.rglob("*") if p.is_file() and p.name != "manifest.json")
    return {str(p.relative_to(home.root)): digest(p) for p in files}


def _landed(home: Home) -> Contents:
    files = (p for p in home.landing.rglob("*") if p.is_file() and not p.name.startswith("."))
    return {str(p.relative_to(home.root)): digest(p) for p in files}


def digest(file: Path) -> str:
    """SHA-256 of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def left_behind(home: Home) -> list[str]:
    """Files that nothing names, and the lock if someone still holds it."""
    catalogue = load_catalogue(home.warehouse)
    named = {
        *(home.root / path for path in catalogue.files),
        *(home.closed / f"{month}.duckdb" for month in catalogue.closed),
        *(home.warehouse, home.lock, home.settings_file),
    }
    with writer_lock(home.lock):  # raises if it is held
        pass
    return sorted(
        str(path.relative_to(home.root))
        for path in home.root.rglob("*")
        if path not in named and _is_stray(path.relative_to(home.root), path)
    )


def _is_stray(path: Path, file: Path) -> bool:
    if path.parts[0] in ("landing", "exports", "price_tables"):
        return any(part.startswith(".") for part in path.parts)
    if path.parts[0] == "dagster":
        return False
    return file.is_file() or path.parts[0].startswith(".")


def differing(home: Home, expected: Contents) -> list[str]:
    """Names whose content is not the expected one."""
    found = contents(home)
    return sorted(n for n in {*found, *expected} if found.get(n) != expected.get(n))
