"""From landing to raw: each delivered file read once, its records accepted, known or quarantined.

delivered = accepted + duplicates + quarantined + left out, for every file.
"""

from __future__ import annotations

import errno
import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from unitcost import flat_records, reports, respelling
from unitcost.accepting import FLAT, OTLP, accept, refuse
from unitcost.call_logs import fingerprint
from unitcost.lake.catalogue import utc_now
from unitcost.landing import deliveries, digest, format_of, name_of, why_not
from unitcost.queries import query_path
from unitcost.session import Session
from unitcost.sources import SOURCES
from unitcost.sources.requests import NAMES
from unitcost.staging import StagingError, stage
from unitcost.workbench import clear
from unitcost_models.meta import Delivery

LOG = logging.getLogger("unitcost")
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)
"""Faults of the machine and not of a file: the run fails, and the file is read by the next."""
_PARSER_ERRORS = (
    duckdb.DataError,
    duckdb.InvalidInputException,
    ValueError,
    TypeError,
    LookupError,
)
"""What a file can cause that no parser foresaw; running out of memory or disk is none of it."""


@dataclass(frozen=True)
class Arrival:
    """A file in landing that no run has read yet, or that a newer parser must read again."""

    path: Path
    name: str
    source_format: str | None


def parser_fingerprint(session: Session, source_format: str | None) -> str:
    """Digest of what decides how a format's records are read."""
    if source_format is None:
        return hashlib.sha256(",".join(SOURCES).encode()).hexdigest()[:16]
    source = SOURCES[source_format]
    shared = fingerprint(source_format) if source.is_call_log else b""
    shared += query_path(f"raw.{OTLP}").read_bytes() if source.is_told_as_otlp else b""
    shared += respelling.fingerprint() if source_format == OTLP else b""
    shared += reports.fingerprint(source_format) if source.is_report else b""
    shared += flat_records.fingerprint() if source_format == FLAT else b""
    shared += _privacy(session)
    parser = query_path(f"raw.{source_format}").read_bytes() + shared
    return hashlib.sha256(parser + session.vocabulary.fingerprint.encode()).hexdigest()[:16]


def _privacy(session: Session) -> bytes:
    """What of `[privacy]` decides what is kept of a record; nothing by default."""
    if session.pseudonyms:
        return session.pseudonyms.fingerprint.encode()
    return b"" if session.settings.privacy.keeps_text else b"no text"


def arrivals(session: Session) -> list[Arrival]:
    """What must be read, in a stable order, found without opening a known file."""
    landing, known = session.home.landing, session.catalogue.deliveries
    parsers = {f: parser_fingerprint(session, f) for f in {d.source_format for d in known.values()}}
    return [
        Arrival(path, name, format_of(path, landing))
        for path in deliveries(landing)
        if not _is_known(known.get(name := name_of(path.relative_to(landing))), path, parsers)
    ]


def _is_known(known: Delivery | None, path: Path, parsers: dict[str | None, str]) -> bool:
    if known is None:
        return False
    stat = path.stat()
    return (
        known.bytes == stat.st_size
        and known.mtime_ns == stat.st_mtime_ns
        and known.fingerprint == parsers[known.source_format]
    )


def ingest_all(session: Session, wanted: set[str]) -> Iterator[Delivery]:
    """Read every arrival of the wanted formats (and those of no format) into raw tables."""
    todo = [a for a in arrivals(session) if a.source_format is None or a.source_format in wanted]
    if not todo:
        return
    # One workbench for all: to open one and give it the vocabulary takes longer than a small file.
    formats = {a.source_format for a in todo if a.source_format is not None}
    with session.workbench(any(SOURCES[f].reads_vocabulary for f in formats)) as con:
        for arrival in todo:
            LOG.info("reading %s", arrival.name)
            delivery = _ingest_or_refuse(session, con, arrival)
            if delivery is not None:
                session.catalogue.deliveries[delivery.path] = delivery
                yield delivery


def _ingest_or_refuse(
    session: Session, con: duckdb.DuckDBPyConnection, arrival: Arrival
) -> Delivery | None:
    """What became of the file, whatever is wrong with it; None where it is gone."""
    try:
        return _ingest(session, con, arrival)
    except FileNotFoundError:
        LOG.warning("%s is gone before it was read", arrival.name)
        return None
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise
        reason = f"the file cannot be read ({error.strerror}); deliver it again"
    except _PARSER_ERRORS as error:
        first = str(error).partition("\n")[0]
        reason = f"the parser failed on the file ({first}); nothing of it was taken, report this"
    LOG.warning("%s: %s", arrival.name, reason)
    return _refuse_whole(session, con, arrival, reason)


def _refuse_whole(
    session: Session, con: duckdb.DuckDBPyConnection, arrival: Arrival, reason: str
) -> Delivery:
    """A file that broke off is one quarantined record; what was taken of it is given back."""
    try:
        content = digest(arrival.path)
    except OSError:
        content = hashlib.sha256(f"unread {arrival.name}".encode()).hexdigest()
    session.catalogue.forget_delivery(content)
    clear(con, kept=())
    return refuse(session, con, _entry(session, arrival, content), reason)


def _ingest(session: Session, con: duckdb.DuckDBPyConnection, arrival: Arrival) -> Delivery:
    content = digest(arrival.path)
    entry = _entry(session, arrival, content)
    if arrival.source_format is None:
        return entry.model_copy(update={"note": why_not(arrival.path)})
    twin = _twin(session, entry)
    if twin is not None:
        return entry.model_copy(update={"note": f"the same content as {twin}"})
    session.catalogue.forget_delivery(content)
    clear(con, kept=())
    try:
        stage(con, arrival.path, session.home.scratch, _columns(arrival.source_format))
    except StagingError as error:
        return refuse(session, con, entry, str(error))
    return accept(session, con, SOURCES[arrival.source_format], entry)


def _columns(source_format: str) -> tuple[str, ...]:
    """Names of columns that the format's parser reads without JSON."""
    return NAMES if source_format == FLAT else ()


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


def _twin(session: Session, entry: Delivery) -> str | None:
    """Another delivery of the same content that the same parser has read, or lies there to be read.

    A content has one format: its rows are known by its digest.
    """
    landing = session.home.landing
    return next(
        (
            other.path
            for other in session.catalogue.deliveries.values()
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
