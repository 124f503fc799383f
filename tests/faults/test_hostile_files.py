"""Every source's fixtures, broken in every way, in one run: each record accepted or told of.

Every file gets a few of the ways, which go round; with `UNITCOST_LONG=1` each gets all of them, and
a line of 2 GB and a bomb of real size are read. Values of single records are in
`tests/sources/test_hostile.py`.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import resource
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from tests.faults.conftest import Tell
from tests.faults.hostile_files import BOMB_BYTES, LONG_RECORD, SOUND, Way, dealt, ways_for
from tests.sources.reading import FILES, FORMATS
from unitcost.lake.catalogue import load_catalogue
from unitcost.paths import Home
from unitcost.reading.arriving import arrivals
from unitcost.reading.ingest import ingest_all
from unitcost.session import open_session
from unitcost.sources import SOURCES
from unitcost.staging import (
    StagingError,
    archive,
    csvblocks,
    csvlines,
    documents,
    elements,
    lines,
    opening,
    scanning,
    stage,
)
from unitcost_models.meta import Delivery

GOOD = "zz-good.csv"
_GOOD_TEXT = "started_at,provider,model,prompt_tokens\n2026-11-01T10:00:00Z,openai,gpt-5,7\n"
IS_LONG = bool(os.environ.get("UNITCOST_LONG"))
WAYS_EACH = 1
LONG_REASON = 1_000
"""Characters; a refused value may be longer, its reason not."""
_MEMORY_BYTES = 1 << 30


@dataclass(frozen=True)
class Night:
    """What one run made of all the hostile files."""

    home: Home
    deliveries: dict[str, Delivery]
    quarantined: dict[str, list[tuple[int, str]]]
    rows: dict[str, int]
    """Raw rows by digest of the delivery."""
    seconds: float


@pytest.fixture(scope="module")
def lowered() -> Iterator[None]:
    """Limits so low that small files go beyond them."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (lines, documents, elements, scanning, csvblocks, csvlines):
            patch.setattr(module, "MAX_RECORD", LONG_RECORD)
        for module in (opening, archive):
            patch.setattr(module, "RATIO_FREE_BYTES", BOMB_BYTES // 4)
        yield


@pytest.fixture(scope="module")
def night(lowered: None, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """One run over every way of every fixture, things that are no files, and a good file."""
    home = Home(tmp_path_factory.mktemp("hostile") / "home")
    for place, file in enumerate(FILES):
        ways = ways_for(file.read_bytes())
        _write_ways(home, file, ways if IS_LONG else dealt(ways, place, WAYS_EACH))
    _write_oddities(home.landing / "requests")
    (home.landing / "requests" / GOOD).write_text(_GOOD_TEXT)
    began = time.process_time()
    with open_session(home.root) as session:
        list(ingest_all(session, set(SOURCES)))
        session.publish()
        assert arrivals(session) == []
    seconds = time.process_time() - began
    catalogue = load_catalogue(home.warehouse)
    rows: dict[str, int] = defaultdict(int)
    for f in catalogue.files.values():
        if f.table_name.startswith("raw.") and f.retired_at is None:
            rows[str(f.delivery)] += f.rows
    return Night(home, catalogue.deliveries, _quarantined(home), rows, seconds)


def _write_ways(home: Home, file: Path, ways: dict[str, Way]) -> None:
    folder = home.landing / file.parent.name
    folder.mkdir(parents=True, exist_ok=True)
    data = file.read_bytes()
    (folder / f"{file.name}-sound").write_bytes(data)
    for name, way in ways.items():
        if way(data) != data:
            (folder / f"{file.name}-{name}").write_bytes(way(data))


def _write_oddities(folder: Path) -> None:
    """What lies about that is no file, or has a name that is hard to write down."""
    (folder / "folder.csv").mkdir()
    (folder / "loop").symlink_to(folder / "loop")
    (folder / "circle").symlink_to(folder, target_is_directory=True)
    (folder / "nowhere").symlink_to("/no/such/file")
    (folder / "device").symlink_to("/dev/zero")
    (folder / "unreadable").symlink_to("/proc/self/mem")
    os.mkfifo(folder / "pipe")
    for name in (
        "two\nlines.csv",
        "..%2f..%2fx",
        "'; drop table raw.staged; --",
        "a" * 240,
        "é\u202e.csv",
    ):
        (folder / name).write_text(_GOOD_TEXT + f"2026-11-01T11:00:00Z,openai,{name[-5:]!r},7\n")


def _quarantined(home: Home) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        rows = con.execute(
            "select source_file, source_line, reason from meta.quarantine"
        ).fetchall()
    for file, line, reason in rows:
        found[file].append((line, reason))
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_every_record_is_a_row_or_told_of(name: str, night: Night) -> None:
    mine = {path: d for path, d in night.deliveries.items() if d.source_format == name}
    assert mine
    for path, delivery in mine.items():
        if delivery.note and delivery.note.startswith("the same content"):
            continue
        told = night.quarantined.get(path, [])
        assert len(told) == delivery.quarantined, path
        assert all(0 < len(reason.strip()) < LONG_REASON and line >= 0 for line, reason in told)
        assert night.rows[delivery.sha256] == delivery.accepted, path
        assert delivery.duplicates >= 0, path
        parts = delivery.accepted + delivery.duplicates + delivery.quarantined
        assert delivery.delivered == parts + (delivery.left_out or 0), path


@pytest.mark.parametrize("name", FORMATS)
def test_no_parser_fails_on_a_whole_file(name: str, night: Night) -> None:
    failed = {
        path: reasons
        for path, reasons in night.quarantined.items()
        if path.startswith(f"{name}/") and any("the parser failed" in r for _, r in reasons)
    }
    assert failed == {}


@pytest.mark.parametrize("name", FORMATS)
def test_how_sound_text_is_encoded_changes_nothing(name: str, night: Night) -> None:
    for file in (f for f in FILES if f.parent.name == name):
        sound = night.deliveries[f"{name}/{file.name}-sound"]
        assert sound.accepted + sound.duplicates + (sound.left_out or 0) > 0
        for way in set(SOUND) & set(ways_for(file.read_bytes())):
            other = night.deliveries.get(f"{name}/{file.name}-{way}")
            if other and not (other.note or sound.note):
                assert (other.delivered, other.quarantined, other.left_out) == (
                    sound.delivered,
                    sound.quarantined,
                    sound.left_out,
                ), way


def test_the_rest_of_the_run_goes_on(night: Night, tell: Tell) -> None:
    good = night.deliveries[f"requests/{GOOD}"]
    assert (good.accepted + good.duplicates, good.quarantined) == (1, 0)
    unreadable = night.quarantined["requests/unreadable"]
    assert len(unreadable) == 1
    assert re.search("cannot be read", unreadable[0][1])
    not_files = {"folder.csv", "loop", "nowhere", "device", "pipe"}
    assert not {f"requests/{name}" for name in not_files} & set(night.deliveries)
    refused = sum(d.quarantined > 0 for d in night.deliveries.values())
    tell("hostile files, every source", len(night.deliveries), refused, night.seconds)


def test_nothing_was_written_outside(night: Night) -> None:
    assert sorted(p.name for p in night.home.root.parent.iterdir()) == ["home"]
    assert not Path("/etc/evil.jsonl").exists()


@pytest.mark.skipif(not IS_LONG, reason="reads gigabytes; UNITCOST_LONG=1 does it")
@pytest.mark.parametrize("kind", ["line", "bomb"])
def test_memory_is_bounded(kind: str, tmp_path: Path, tell: Tell) -> None:
    file = tmp_path / "huge.jsonl"
    if kind == "line":
        with file.open("wb") as handle:
            handle.write(b'{"a": 1}\n{"b": "')
            handle.seek(2 << 30)
            handle.write(b'"}\n{"a": 2}\n')
    else:
        with gzip.open(file, "wb") as handle:  # bit by bit, or this would be the peak
            handle.write(b"[")
            handle.writelines(b" " * (1 << 20) for _ in range(512))
    began = time.process_time()
    with duckdb.connect() as con:
        con.execute("create schema raw")
        with contextlib.suppress(StagingError):
            stage(con, file, tmp_path / "scratch")
            assert con.execute("select count(*) from raw.staged").fetchall() == [(2,)]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert peak < _MEMORY_BYTES
    tell(f"a {kind} of gigabytes, {peak >> 20} MiB at most", 1, 1, time.process_time() - began)
