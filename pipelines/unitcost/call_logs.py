"""Reads the records of a call log: the source's own query, then the reading all call logs share.

What a record says is in `sql/raw/<format>.sql`, how it is read in `sql/raw/told_calls.sql`.
"""

from __future__ import annotations

import duckdb

from unitcost.queries import load_query, query_path
from unitcost.usage_objects import QUERIES, normalise, rule_macros
from unitcost.workbench import create_empty
from unitcost_models.call_logs import ToldCall

SHARED_QUERIES = ("raw.told_calls", *QUERIES)
"""What decides how every call log is read, besides its own query."""

# Signature -> body. `v` is text.
_MACROS = {
    # Microseconds since 1970 of ISO 8601 text, or of an epoch number in s, ms, us or ns.
    "told_moment(v)": """case
        when try_cast(v as decimal(28, 9)) is null
            then epoch_us(try_cast(v as timestamptz) at time zone 'UTC')
        when try_cast(v as decimal(28, 9)) < 100000000000
            then try_cast(floor(try_cast(v as decimal(28, 9)) * 1000000) as bigint)
        when try_cast(v as decimal(28, 9)) < 100000000000000
            then try_cast(floor(try_cast(v as decimal(28, 9)) * 1000) as bigint)
        when try_cast(v as decimal(28, 9)) < 100000000000000000
            then try_cast(floor(try_cast(v as decimal(28, 9))) as bigint)
        else try_cast(floor(try_cast(v as decimal(28, 9))) as bigint) // 1000
    end""",
    "told_whole(v)": """case
        when try_cast(v as decimal(38, 6)) between 0 and 1000000000000
            and try_cast(v as decimal(38, 6)) % 1 = 0
        then try_cast(try_cast(v as decimal(38, 6)) as bigint)
    end""",
    # Hex ids are compared in lower case, others as they are.
    # The object or array that a text holds.
    "told_container(v)": """case
        when json_valid(v) then if(json_type(v::json) in ('OBJECT', 'ARRAY'), v::json, null)
    end""",
    # An object or array, also where it is held as text.
    "told_json(v)": """case
        when json_type(v) in ('OBJECT', 'ARRAY') then v
        when json_type(v) = 'VARCHAR' then told_container(v ->> '$')
    end""",
    # The names and values of an object, as text; NULL where it is none.
    "told_map(v)": """case
        when json_type(v) = 'OBJECT' then from_json(v, '"MAP(VARCHAR, VARCHAR)"')
    end""",
    "told_id(v, digits)": """case
        when length(v) = digits and regexp_full_match(v, '[0-9a-fA-F]*') then lower(v)
        else nullif(v, '')
    end""",
    **rule_macros(),
}


def readers(source_format: str) -> tuple[str, ...]:
    """The queries that a format's own query shares with others, in their order."""
    inputs = load_query(f"raw.{source_format}").inputs
    return tuple(name for name in inputs if query_path(name).is_file())


def fingerprint(source_format: str) -> bytes:
    """Changes with whatever decides how a call log's records are read, besides its own query."""
    queries = (*readers(source_format), *SHARED_QUERIES)
    return b"".join(query_path(q).read_bytes() for q in queries) + repr(_MACROS).encode()


def prepare(con: duckdb.DuckDBPyConnection, source_format: str) -> None:
    """Make the macros and views that a format's own query needs."""
    for signature, body in _MACROS.items():
        con.execute(f"create or replace macro {signature} as {body}")
    for name in readers(source_format):
        con.execute(f"create or replace view {name} as {load_query(name).text}")


def parse_call_log(con: duckdb.DuckDBPyConnection, source_format: str) -> None:
    """Make `raw.parsed` of `raw.staged`, with the columns of `RawCall`."""
    prepare(con, source_format)
    create_empty(con, ToldCall, "steps.told_shape")
    con.execute(
        f"""create or replace table steps.told as
            select row_number() over () as told_no, *
            from (
                select * from steps.told_shape
                union all by name
                ({load_query(f"raw.{source_format}").text})
            )"""
    )
    con.execute(
        """create or replace view raw.usage_bodies as
           select
               told_no as body_id,
               usage_rule as rule,
               cast(case when json_valid(usage) then usage else 'null' end as json) as usage
           from steps.told
           where usage is not null"""
    )
    normalise(con)
    con.execute(f"create or replace table raw.parsed as {load_query('raw.told_calls').text}")
