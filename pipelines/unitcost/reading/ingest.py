"""From landing to raw: each delivered file read once, its records accepted, known or quarantined.

delivered = accepted + duplicates + quarantined + left out, for every file.
"""

from __future__ import annotations

import errno
import hashlib
import logging
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import duckdb

from unitcost.lake.catalogue import utc_now
from unitcost.reading.accepting import accept, parse, refuse
from unitcost.reading.arriving import Arrival, arrivals, parser_fingerprint
from unitcost.reading.landing import digest, why_misplaced, why_not
from unitcost.session import Session
from unitcost.sources import SOURCES
from unitcost.staging import StagingError, stage
from unitcost.workbench import clear, share_memory
from unitcost_models.meta import Delivery

LOG = logging.getLogger("unitcost")
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
"""Faults of the machine and not of a file: the run fails, and the file is read by the next."""
_LIGHT_BYTES = 64 * 2**20
"""Two files up to this size are read at once, in half of the memory each."""
_PARSER_ERRORS = (
    duckdb.DataError,
    duckdb.InvalidInputException,
    ValueError,
    TypeError,
    LookupError,
)
"""What a file can cause that no parser foresaw; running out of memory or disk is none of it."""


@dataclass(frozen=True)
class _Read:
    """What reading a file has found: its entry, whether it was parsed, or why it cannot be."""

    entry: Delivery
    is_parsed: bool = False
    refusal: str | None = None


def ingest_all(session: Session, wanted: set[str]) -> Iterator[Delivery]:
    """Read every arrival of the wanted formats (and those of no format) into raw tables.

    Two are read at once: one core plans the queries of a small file, and of a larger one a core
    waits for the last part. They are taken in one after the other.
    """
    todo = [a for a in arrivals(session) if a.source_format is None or a.source_format in wanted]
    known = tuple(session.catalogue.deliveries.values())
    with ExitStack() as stack, ThreadPoolExecutor(2) as ahead:
        benches = _benches(session, todo, stack)
        reading: deque[tuple[Arrival, duckdb.DuckDBPyConnection, Future[_Read]]] = deque()
        for arrival, con in zip(todo, cycle(benches), strict=False):
            LOG.info("reading %s", arrival.name)
            reading.append((arrival, con, ahead.submit(_read, session, con, arrival, known)))
            if len(reading) == len(benches):
                yield from _take_or_refuse(session, *reading.popleft())
        while reading:
            yield from _take_or_refuse(session, *reading.popleft())


def _benches(
    session: Session, todo: list[Arrival], stack: ExitStack
) -> list[duckdb.DuckDBPyConnection]:
    """Workbenches for all: to make one knows the vocabulary takes longer than a small file."""
    count = 2 if all(_size(a.path) <= _LIGHT_BYTES for a in todo) else 1
    formats = {a.source_format for a in todo if a.source_format is not None}
    reads_vocabulary = any(SOURCES[f].reads_vocabulary for f in formats)
    benches = []
    for _ in todo[:count]:
        benches.append(stack.enter_context(session.workbench(reads_vocabulary)))
        share_memory(benches[-1], min(count, len(todo)))
    return benches


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone, which is told when it is read
        return 0


def _take_or_refuse(
    session: Session,
    arrival: Arrival,
    con: duckdb.DuckDBPyConnection,
    reading: Future[_Read],
) -> Iterator[Delivery]:
    """What became of the file, whatever is wrong with it; nothing where it is gone."""
    try:
        delivery = _take(session, con, arrival, reading.result())
    except FileNotFoundError:
        LOG.warning("%s is gone before it was read", arrival.name)
        return
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise
        reason = f"the file cannot be read ({error.strerror}); deliver it again"
        delivery = _refuse_whole(session, con, arrival, reason)
    except _PARSER_ERRORS as error:
        first = str(error).partition("\n")[0]
        reason = f"the parser failed on the file ({first}); nothing of it was taken, report this"
        delivery = _refuse_whole(session, con, arrival, reason)
    session.catalogue.deliveries[delivery.path] = delivery
    yield delivery


def _refuse_whole(
    session: Session, con: duckdb.DuckDBPyConnection, arrival: Arrival, reason: str
) -> Delivery:
    """A file that broke off is one quarantined record; what was taken of it is given back."""
    LOG.warning("%s: %s", arrival.name, reason)
    try:
        content = digest(arrival.path)
    except OSError:
        content = hashlib.sha256(f"unread {arrival.name}".encode()).hexdigest()
    session.catalogue.forget_delivery(content)
    clear(con, kept=())
    return refuse(session, con, _entry(session, arrival, content), reason)


def _read(
    session: Session,
    con: duckdb.DuckDBPyConnection,
    arrival: Arrival,
    known: Collection[Delivery],
) -> _Read:
    """Make `raw.parsed` of the file, unless there is nothing to read; changes nothing else."""
    entry = _entry(session, arrival, digest(arrival.path))
    if arrival.source_format is None:
        return _Read(entry.model_copy(update={"note": why_not(arrival.path)}))
    if _twin(session, entry, known):
        return _Read(entry)
    source = SOURCES[arrival.source_format]
    clear(con, kept=())
    try:
        staged = stage(con, arrival.path, session.home.scratch, source.names)
        is_empty = staged.records + staged.rejected == 0
        refusal = why_misplaced(arrival.path, source.format) if is_empty else None
    except StagingError as error:
        refusal = str(error)
    if refusal is not None:
        clear(con, kept=())
        return _Read(entry, refusal=refusal)
    parse(con, source)
    return _Read(entry, is_parsed=True)


def _take(
    session: Session, con: duckdb.DuckDBPyConnection, arrival: Arrival, read: _Read
) -> Delivery:
    """Keep what was parsed, unless the same content was taken before."""
    entry = read.entry
    if arrival.source_format is None:
        return entry
    twin = _twin(session, entry, session.catalogue.deliveries.values())
    if twin is not None:
        return entry.model_copy(update={"note": f"the same content as {twin}"})
    session.catalogue.forget_delivery(entry.sha256)
    if read.refusal is None and not read.is_parsed:  # its twin has changed meanwhile
        read = _read(session, con, arrival, ())
    if read.refusal is not None:
        return refuse(session, con, entry, read.refusal)
    return accept(session, con, SOURCES[arrival.source_format], entry)


def _entry(session: Session, arrival: Arrival, content: str) -> Delivery:
    stat = arrival.path.stat()
    return Delivery(
        path=arrival.name,
        bytes=stat.st_size,
        mtime_ns=stat.st_mtime_ns,
        sha256=content,
        source_format=arrival.source_format,
        fingerprint=parser_fingerprint(session, arrival.source_format),
        delivered=0,
        accepted=0,
        duplicates=0,
        quarantined=0,
        left_out=0,
        ingested_at=utc_now(),
        note=None,
    )


def _twin(session: Session, entry: Delivery, known: Iterable[Delivery]) -> str | None:
    """Another delivery of the same content that the same parser has read, or lies there to be read.

    A content has one format: its rows are known by its digest.
    """
    landing = session.home.landing
    return next(
        (
            other.path
            for other in known
            if other.sha256 == entry.sha256
            and other.path != entry.path
            and (other.note is None or other.delivered)
            and (other.fingerprint == entry.fingerprint or _is_elsewhere(landing, other, entry))
        ),
        None,
    )


def _is_elsewhere(landing: Path, other: Delivery, entry: Delivery) -> bool:
    """Whether it lies there as another format too; where it was moved away it is read anew."""
    is_other = other.source_format not in (None, entry.source_format)
    return is_other and (landing / other.path).is_file()
