"""Reads usage and cost reports of OpenAI and Anthropic, whose results lie in buckets of time.

What a result says is in `sql/raw/<format>.sql`, how pages are opened in `bucket_results.sql`, and
what rows are known and replaced by in `bucket_ids.sql`.
"""

from __future__ import annotations

import duckdb

from unitcost.queries import inlined, load_query, query_path
from unitcost.statements import run

_IDS = "raw.bucket_ids"


def _pages(source_format: str) -> str | None:
    """The query that makes a format's pages of what is delivered; None where they are as such."""
    name = f"raw.{source_format}_pages"
    return name if query_path(name).is_file() else None


def fingerprint(source_format: str) -> bytes:
    """Changes with whatever decides how buckets are read, besides the format's own query."""
    pages = _pages(source_format)
    shared = (_IDS,) if pages is None else (pages, _IDS)
    return b"".join(query_path(name).read_bytes() for name in shared)


def parse_buckets(con: duckdb.DuckDBPyConnection, source_format: str) -> None:
    """Make `raw.parsed` of `raw.staged`, with the columns of the format's row model."""
    pages = _pages(source_format)
    delivered = load_query(pages).text if pages else "select source_line, record from raw.staged"
    run(con, f"create or replace view raw.bucket_pages as {delivered}")
    run(con, f"create or replace table raw.bucket_rows as {inlined(f'raw.{source_format}')}")
    run(
        con,
        f"""create table raw.parsed as
            select
                i.* exclude (row_no),
                r.* exclude (bucket_no, dimensions, scope_dimensions, reject_text),
                if(r.reject_reason is not null, r.reject_text, null) as reject_text
            from raw.bucket_rows as r
            inner join ({load_query(_IDS).text}) as i on r.rowid = i.row_no
            order by r.source_line, i.record_id""",
    )
