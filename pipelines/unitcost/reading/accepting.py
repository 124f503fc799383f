"""One staged file's records into raw: accepted by day, known ones skipped, broken ones quarantined.

Which files are read is not decided here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date

import duckdb

from unitcost.queries import inlined
from unitcost.reading.buckets import parse_buckets
from unitcost.reading.call_logs import create_macros, parse_call_log
from unitcost.reading.flat_records import parse_flat
from unitcost.reading.reports import parse_report
from unitcost.reading.respelling import FORMATS as RESPELLED
from unitcost.reading.respelling import respell
from unitcost.reading.unfolding import unfold
from unitcost.reading.unread_usage import find_unread
from unitcost.session import RawPart, Session
from unitcost.sources.base import Source
from unitcost.sqltext import sql_text
from unitcost.statements import run
from unitcost_models.base import columns
from unitcost_models.meta import Delivery, QuarantinedRecord, UnreadUsage

LOG = logging.getLogger("unitcost")

OTLP = "otlp_json"
"""The format that other formats of spans are told in."""
_TEXT_LIMIT = 65_536
"""Characters of a quarantined record that are kept."""
_REASON_END = 250
"""Characters of a reason that are kept at either end; a value of any length may stand between."""


def accept(
    session: Session, con: duckdb.DuckDBPyConnection, source: Source, entry: Delivery
) -> Delivery:
    """Keep every record of `raw.parsed` somewhere; the entry with its counts."""
    _tell_unread(session, con, source, entry)
    _find_fresh(session, con, source)
    _select_accepted(con)
    accepted = _write_days(session, con, source, entry)
    quarantined = _quarantine(session, con, entry)
    parsed = _count(con, "select count(*) from raw.parsed")
    left_out = _left_out(con, source)
    delivered = parsed + _count(con, "select count(*) from raw.rejected")
    return entry.model_copy(
        update={
            "delivered": delivered + left_out,
            "accepted": accepted,
            "quarantined": quarantined,
            "duplicates": delivered - accepted - quarantined,
            "left_out": left_out,
        }
    )


def refuse(
    session: Session, con: duckdb.DuckDBPyConnection, entry: Delivery, reason: str
) -> Delivery:
    """A file that cannot be read at all is one quarantined record."""
    con.execute(
        """create or replace table raw.rejected as
           select 0::bigint as source_line, $1 as reason, null::varchar as text""",
        [reason],
    )
    con.execute(
        """create table raw.parsed as
           select 0 as source_line, '' as reject_reason, '' as reject_text where false"""
    )
    count = _quarantine(session, con, entry)
    return entry.model_copy(update={"delivered": count, "quarantined": count, "note": reason})


def parse(con: duckdb.DuckDBPyConnection, source: Source) -> None:
    """`raw.parsed`: the records of `raw.staged` as the raw table keeps them, or why it cannot."""
    unfold(con, source)
    if source.format in RESPELLED:
        respell(con)
    if source.is_call_log:
        parse_call_log(con, source.format)
        return
    if source.is_report:
        parse_report(con, source.format)
        return
    if source.is_bucketed:
        parse_buckets(con, source.format)
        return
    if source.names:
        parse_flat(con)
        return
    parser = source.format
    if source.is_told_as_otlp:
        create_macros(con)
        con.execute("create or replace table raw.told_lines as select source_line from raw.staged")
        run(con, f"create or replace table raw.told as {inlined(f'raw.{parser}')}")
        con.execute("create or replace view raw.staged as select * from raw.told")
        parser = OTLP
    run(con, f"create table raw.parsed as {inlined(f'raw.{parser}')}")


def _tell_unread(
    session: Session, con: duckdb.DuckDBPyConnection, source: Source, entry: Delivery
) -> None:
    """Name the usage that the file tells and nothing reads, in the catalogue and on stderr."""
    found = find_unread(con, source)
    rows = [
        UnreadUsage(path=entry.path, usage_name=n, source_format=source.format, records=c)
        for n, c in found.items()
    ]
    session.catalogue.tell_unread(entry.path, rows)
    if found:
        names = ", ".join(sorted(found))
        LOG.warning("%s: no rule reads %s; see meta.unread_usage", entry.path, names)


def _find_fresh(session: Session, con: duckdb.DuckDBPyConnection, source: Source) -> None:
    """`raw.fresh`: where each record that raw does not hold yet is first seen in the file."""
    days = con.execute("select distinct day from raw.parsed where reject_reason is null").fetchall()
    held = session.catalogue.live(source.row.table, [day for (day,) in days])
    known = (
        "select record_id from read_parquet($files, hive_partitioning = false)"
        if held
        else "select null::varchar as record_id where false"
    )
    con.execute(
        f"""create table raw.fresh as
            select min(rowid) as first_row from raw.parsed
            where reject_reason is null
              and record_id not in (select record_id from ({known}))
            group by record_id""",
        {"files": session.absolute(held)} if held else None,
    )


def _select_accepted(con: duckdb.DuckDBPyConnection) -> None:
    """`raw.accepted`: the fresh rows; not copied where every row is fresh."""
    fresh = _count(con, "select count(*) from raw.fresh")
    is_clean = fresh == _count(con, "select count(*) from raw.parsed")
    only = "" if is_clean else "inner join raw.fresh as f on p.rowid = f.first_row"
    con.execute(
        f"""create {"view" if is_clean else "table"} raw.accepted as
            select p.* exclude (reject_reason, reject_text) from raw.parsed as p {only}"""
    )


def _write_days(
    session: Session, con: duckdb.DuckDBPyConnection, source: Source, entry: Delivery
) -> int:
    body = _select_list(session, con, source, entry)
    return sum(
        session.write_raw(
            con, source.row, f"select {body} from {rows}", RawPart(day, entry.sha256, is_late)
        ).rows
        for day, is_late, rows in day_parts(con, "raw.accepted", source.late_rows or "false")
    )


def day_parts(
    con: duckdb.DuckDBPyConnection, relation: str, late: str
) -> Iterator[tuple[date, bool, str]]:
    """Each day, whether its rows are late, and the SQL of these rows in the order of their lines.

    Rows that are in this order already, as those of a file of lines are, are not sorted: that would
    take as long as writing them. Rows of one line then stand as they were parsed.
    """
    parts = con.execute(
        f"""select day, is_late, bool_and(follows)
            from (select day, ({late}) as is_late,
                coalesce(source_line >= lag(source_line) over (), true) as follows
                from {relation})
            group by day, is_late order by day, is_late"""
    ).fetchall()
    for day, is_late, is_sorted in parts:
        rows = f"{relation} where day = date '{day}' and ({late}) = {is_late}"
        yield day, is_late, rows if is_sorted else f"{rows} order by source_line, record_id"


def _provenance(entry: Delivery) -> dict[str, str]:
    return {
        "source_format": f"'{entry.source_format}'",
        "source_file": sql_text(entry.path),
        "ingested_at": f"timestamp '{entry.ingested_at}'",
    }


def _select_list(
    session: Session, con: duckdb.DuckDBPyConnection, source: Source, entry: Delivery
) -> str:
    provenance = _provenance(entry)
    own = [c.name for c in columns(source.row) if c.name not in provenance]
    told = {name: f'"{name}"' for name in own}
    if session.pseudonyms:
        kinds = con.execute("describe raw.accepted").fetchall()
        fields = session.vocabulary.fields
        told |= {name: session.pseudonyms.column(name, kind, fields) for name, kind, *_ in kinds}
    return ", ".join(
        f"{provenance[c.name]} as {c.name}" if c.name in provenance else told[c.name]
        for c in columns(source.row)
    )


def _quarantine(session: Session, con: duckdb.DuckDBPyConnection, entry: Delivery) -> int:
    provenance = _provenance(entry)
    keeps_text = session.settings.privacy.keeps_text
    kept = f"left(text, {_TEXT_LIMIT})" if keeps_text else "cast(null as varchar)"
    reason = f"""if(length(reason) <= {2 * _REASON_END}, reason,
                    left(reason, {_REASON_END}) || ' ... ' || right(reason, {_REASON_END}))"""
    sql = f"""select {provenance["source_format"]} as source_format,
                     {provenance["source_file"]} as source_file,
                     source_line, {reason} as reason, {kept} as text,
                     {provenance["ingested_at"]} as ingested_at
              from (select source_line, reason, text from raw.rejected
                    union all
                    select source_line, reject_reason, reject_text from raw.parsed
                    where reject_reason is not null) as r
              order by source_line, r.reason, r.text"""
    count = _count(con, f"select count(*) from ({sql})")
    if count:
        session.write_raw(con, QuarantinedRecord, sql, RawPart(None, entry.sha256, False))
    return count


def _left_out(con: duckdb.DuckDBPyConnection, source: Source) -> int:
    """Records of which nothing is read: what a user typed, metrics, charges of other services."""
    delivered = "raw.told_lines" if source.is_told_as_otlp else "raw.staged"
    return _count(
        con,
        f"""select count(*) from {delivered}
            where source_line not in (select source_line from raw.parsed)""",
    )


def _count(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(sql).fetchall()[0][0])
