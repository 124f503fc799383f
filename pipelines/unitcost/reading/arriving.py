"""Which files in landing must be read: new ones, and those that a newer parser reads otherwise.

No file that is known is opened.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from unitcost.queries import query_path, readers
from unitcost.reading import buckets, call_logs, flat_records, reports, respelling
from unitcost.reading.accepting import OTLP
from unitcost.reading.landing import deliveries, format_of, name_of
from unitcost.session import Session
from unitcost.sources import SOURCES
from unitcost_models.meta import Delivery


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
    shared = b"".join(query_path(q).read_bytes() for q in readers(f"raw.{source_format}"))
    shared += call_logs.fingerprint() if source.is_call_log or source.is_told_as_otlp else b""
    shared += query_path(f"raw.{OTLP}").read_bytes() if source.is_told_as_otlp else b""
    shared += respelling.fingerprint() if source_format in respelling.FORMATS else b""
    shared += reports.fingerprint() if source.is_report else b""
    shared += buckets.fingerprint(source_format) if source.is_bucketed else b""
    shared += flat_records.fingerprint() if source.names else b""
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
