"""From landing to raw: each delivered file read once, its records accepted, known or quarantined.

delivered = accepted + duplicates + quarantined, for every file.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from unitcost.landing import deliveries, digest, format_of
from unitcost.lake.catalogue import utc_now
from unitcost.queries import load_query
from unitcost.session import Session
from unitcost.sources import SOURCES
from unitcost.sources.base import Source
from unitcost.staging import StagingError, stage
from unitcost_models.base import columns
from unitcost_models.meta import Delivery, QuarantinedRecord


LOG = logging.getLogger("unitcost")


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
    text = load_query(f"raw.{source_format}").text + session.vocabulary.fingerprint()
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def arrivals(session: Session) -> list[Arrival]:
    """What must be read, in a stable order, found without opening a known file."""
    landing = session.home.landing
    return [
        Arrival(path, name, format_of(path, landing))
        for path in deliveries(landing)
        if not _is_known(session, path, name := str(path.relative_to(landing)))
    ]


def _is_known(session: Session, path: Path, name: str) -> bool:
    known = session.catalogue.deliveries.get(name)
    if known is None:
        return False
    stat = path.stat()
    return (
        known.bytes == stat.st_size
        and known.mtime_ns == stat.st_mtime_ns
        and known.fingerprint == parser_fingerprint(session, known.source_format)
    )


def ingest_all(session: Session, wanted: set[str]) -> Iterator[Delivery]:
    """Read every arrival of the wanted formats (and those of no format) into raw tables."""
    for arrival in arrivals(session):
        if arrival.source_format is None or arrival.source_format in wanted:
            LOG.info("reading %s", arrival.name)
            delivery = _ingest(session, arrival)
            session.catalogue.deliveries[delivery.path] = delivery
            yield delivery


def _ingest(session: Session, arrival: Arrival) -> Delivery:
    content = digest(arrival.path)
    entry = _entry(session, arrival, content)
    if arrival.source_format is None:
        return entry.model_copy(update={"note": "no source recognises its content"})
    twin = _twin(session, entry)
    if twin is not None:
        return entry.model_copy(update={"note": f"the same content as {twin}"})
    session.catalogue.forget_delivery(content)
    with session.workbench() as con:
        try:
            stage(con, arrival.path, session.home.scratch)
        except StagingError as error:
            return _refuse(session, con, entry, str(error))
        return _accept(session, con, SOURCES[arrival.source_format], entry)


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
        ingested_at=utc_now(),
        note=None,
    )


def _twin(session: Session, entry: Delivery) -> str | None:
    """Another delivery of the same content that the same parser has read."""
    return next(
        (
            other.path
            for other in session.catalogue.deliveries.values()
            if other.sha256 == entry.sha256
            and other.fingerprint == entry.fingerprint
            and other.path != entry.path
            and other.note is None
        ),
        None,
    )


def _accept(
    session: Session, con: duckdb.DuckDBPyConnection, source: Source, entry: Delivery
) -> Delivery:
    con.execute(f"create table raw.parsed as {load_query(f'raw.{source.format}').text}")
    _mark_duplicates(session, con, source)
    accepted = _write_days(session, con, source, entry)
    quarantined = _quarantine(session, con, entry)
    delivered = _count(con, "select (select count(*) from raw.parsed) + (select count(*) from raw.rejected)")
    return entry.model_copy(
        update={
            "delivered": delivered,
            "accepted": accepted,
            "quarantined": quarantined,
            "duplicates": delivered - accepted - quarantined,
        }
    )


def _mark_duplicates(session: Session, con: duckdb.DuckDBPyConnection, source: Source) -> None:
    """`raw.fresh(source_line, record_id)`: the first sight of each record that raw does not hold."""
    days = [d for (d,) in con.execute("select distinct day from raw.parsed where reject_reason is null").fetchall()]
    held = session.absolute(session.catalogue.live(f"raw.{source.format}", days))
    known = (
        "select record_id from read_parquet($files, hive_partitioning = false)"
        if held
        else "select null::varchar as record_id where false"
    )
    con.execute(
        f"""create table raw.fresh as
            select record_id, min(rowid) as first_row from raw.parsed
            where reject_reason is null
              and record_id not in (select record_id from ({known}))
            group by record_id""",
        {"files": held} if held else None,
    )


def _write_days(
    session: Session, con: duckdb.DuckDBPyConnection, source: Source, entry: Delivery
) -> int:
    _select_accepted(con)
    provenance = _provenance(entry)
    late = source.late_rows or "false"
    parts = con.execute(f"select distinct day, ({late}) from raw.accepted order by all").fetchall()
    files = [
        session.write(
            con,
            source.row,
            f"""select {_select_list(source, provenance)} from raw.accepted
                where day = date '{day}' and ({late}) = {is_late} order by source_line, record_id""",
            day,
            delivery=entry.sha256,
            is_late=is_late,
        )
        for day, is_late in parts
    ]
    return sum(file.rows for file in files)


def _select_accepted(con: duckdb.DuckDBPyConnection) -> None:
    """`raw.accepted`: the fresh rows; not copied where every row is fresh."""
    is_clean = _count(con, "select count(*) - (select count(*) from raw.fresh) from raw.parsed") == 0
    only = "" if is_clean else "inner join raw.fresh as f on p.rowid = f.first_row"
    con.execute(
        f"""create {"view" if is_clean else "table"} raw.accepted as
            select p.* exclude (reject_reason, reject_text) from raw.parsed as p {only}"""
    )


def _provenance(entry: Delivery) -> dict[str, str]:
    name = entry.path.replace("'", "''")
    return {
        "source_format": f"'{entry.source_format}'",
        "source_file": f"'{name}'",
        "ingested_at": f"timestamp '{entry.ingested_at}'",
    }


def _select_list(source: Source, provenance: dict[str, str]) -> str:
    return ", ".join(
        f"{provenance[c.name]} as {c.name}" if c.name in provenance else f'"{c.name}"'
        for c in columns(source.row)
    )


def _quarantine(session: Session, con: duckdb.DuckDBPyConnection, entry: Delivery) -> int:
    provenance = _provenance(entry)
    return _write_quarantine(
        session,
        con,
        entry,
        f"""select {provenance['source_format']} as source_format,
                   {provenance['source_file']} as source_file,
                   source_line, reason, left(text, 65536) as text,
                   {provenance['ingested_at']} as ingested_at
            from (select source_line, reason, text from raw.rejected
                  union all
                  select source_line, reject_reason, reject_text from raw.parsed
                  where reject_reason is not null)
            order by source_line, reason, text""",
    )


def _refuse(
    session: Session, con: duckdb.DuckDBPyConnection, entry: Delivery, reason: str
) -> Delivery:
    """A file that cannot be read at all is one quarantined record."""
    con.execute("create or replace table raw.rejected as select 0::bigint as source_line, $1 as reason, null::varchar as text", [reason])
    con.execute("create table raw.parsed as select 0 as source_line, null::varchar as reject_reason, null::varchar as reject_text where false")
    count = _quarantine(session, con, entry)
    return entry.model_copy(update={"delivered": count, "quarantined": count, "note": reason})


def _write_quarantine(
    session: Session, con: duckdb.DuckDBPyConnection, entry: Delivery, sql: str
) -> int:
    count = _count(con, f"select count(*) from ({sql})")
    if count:
        session.write(con, QuarantinedRecord, sql, None, delivery=entry.sha256)
    return count


def _count(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(sql).fetchall()[0][0])

