"""Reads the records of `requests`: texts under the format's names, from JSON or from columns.

Only the names that a file has are looked for. What the texts mean is in `sql/raw/requests.sql`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb

from unitcost.queries import load_query
from unitcost.sources.requests import COUNTS, FRACTIONS, NAMES
from unitcost.sqltext import sql_text
from unitcost.staging.columns import COLUMNS
from unitcost.statements import run
from unitcost.workbench import tables_in

_PLAIN_RECORD = r"""not contains(record, '\') and not contains(record, '[')
    and not contains(substr(record, 2), '{')"""
_TOLD = """list_sort(list_filter(
    map_entries(from_json(record, '"MAP(VARCHAR, VARCHAR)"')), lambda e: trim(e.value) <> ''))"""
_HAS_KNOWN_NAMES = """coalesce(json_keys(record)::varchar in (
    select names::varchar from raw.name_lists where is_known), false)"""
_NULL = "cast(null as varchar)"


def parse_flat(con: duckdb.DuckDBPyConnection) -> None:
    """Make `raw.parsed` of `raw.staged`, or of its columns, with the columns of `RawRequest`."""
    create_texts(con)
    run(con, f"create or replace table raw.parsed as {load_query('raw.requests').text}")
    con.execute(
        """update raw.parsed set reject_text = cast(s.record as varchar) from raw.staged as s
           where reject_reason is not null and parsed.source_line = s.source_line"""
    )


def create_texts(con: duckdb.DuckDBPyConnection) -> None:
    """Make the view `raw.flat_texts`.

    Its columns: source_line, is_plain, given, content, and NAMES: texts, trimmed, NULL where
    blank. A plain record has only names of the format, nothing nested or escaped, and numbers
    of digits that need no closer look. `given` is all that another record tells, by name, where
    it is an object; `content` the digest of all that is told, whoever tells it how.
    """
    body = _of_columns(con) if COLUMNS in tables_in(con) else _of_json(con)
    con.execute(f"create or replace view raw.flat_texts as {body}")


def fingerprint() -> bytes:
    """Changes with whatever decides how records are read, besides the format's own query."""
    return Path(__file__).read_bytes() + repr(NAMES).encode()


def _of_columns(con: duckdb.DuckDBPyConnection) -> str:
    found = [str(row[0]) for row in con.execute(f"describe {COLUMNS}").fetchall()]
    names = _known(found)
    entries = ", ".join(f"{{'key': {sql_text(n)}, 'value': {n}}}" for n in sorted(names))
    given = f"list_filter([{entries}], lambda e: e.value is not null)"
    return _texts(f"select source_line, {_filled(names)} from {COLUMNS}", names, "true", given)


def _of_json(con: duckdb.DuckDBPyConnection) -> str:
    names, are_known = _find_names(con)
    shape = ", ".join(f'"{name}": "VARCHAR"' for name in names)
    known = "true" if are_known else _HAS_KNOWN_NAMES
    spread = f"""select source_line, record, {known} as has_known_names,
            unnest(from_json(record, '{{{shape}}}'))
        from raw.staged"""
    source = f"select source_line, record, has_known_names, {_filled(names)} from ({spread})"
    return _texts(source, names, f"has_known_names and {_PLAIN_RECORD}", _TOLD)


def _find_names(con: duckdb.DuckDBPyConnection) -> tuple[list[str], bool]:
    """The format's names that records have; whether all have some, no others, and none twice.

    Records of one file mostly have few lists of names; `raw.name_lists` tells of each.
    """
    con.execute(
        f"""create or replace table raw.name_lists as
            select names, coalesce(len(names) > 0 and len(names) = len(list_distinct(names))
                and list_has_all([{_listed(NAMES)}], names), false) as is_known
            from (select distinct json_keys(record) as names from raw.staged)"""
    )
    told = con.execute(
        f"""select distinct name from (select unnest(names) as name from raw.name_lists)
            where name in ({_listed(NAMES)})"""
    ).fetchall()
    [(are_known,)] = con.execute("select bool_and(is_known) from raw.name_lists").fetchall()
    return _known(name for (name,) in told), bool(are_known)


def _known(names: Iterable[str]) -> list[str]:
    """The format's names among these; at least one, as SQL knows no rows without columns."""
    found = {*names}
    return [name for name in NAMES if name in found] or [*NAMES[:1]]


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(sql_text(text) for text in texts)


def _filled(names: list[str]) -> str:
    """The texts that are not blank; what begins with a visible character is not."""
    listed = f"columns([{_listed(names)}])"
    return f"case when {listed} between '!' and '~' or trim({listed}) <> '' then {listed} end"


def _texts(source: str, names: list[str], is_plain: str, given: str) -> str:
    """The answer from rows of `names`, not blank, of which those are plain that `is_plain` says."""
    absent = [f"{_NULL} as {name}" for name in NAMES if name not in names]
    trimmed = [f"trim({name}) as {name}" for name in names]
    return f"""
        select source_line, is_plain, given,
            md5(coalesce(plain, cast(to_json(given) as varchar))) as content,
            {", ".join([*trimmed, *absent])}
        from (
            select *,
                case when is_plain then {_plain_text(names)} end as plain,
                case when not is_plain then {given} end as given
            from (select *, {is_plain} {_plain_numbers(names)} as is_plain from ({source}))
        )"""


def _plain_text(names: list[str]) -> str:
    """The JSON of a plain record's list of `given`, made at once: small lists and maps are dear.

    What ends an entry stands between two of them, which spares a copy of each.
    """
    entries = (f"""'{{"key":"{name}","value":"' || {name}""" for name in sorted(names))
    told = f"""concat_ws('"}},', {", ".join(entries)})"""
    return f"""coalesce('[' || nullif({told}, '') || '"}}]', '[]')"""


def _plain_numbers(names: list[str]) -> str:
    """A condition; a plain text holds no quote, so that one may stand between two numbers."""
    counts, fractions = ([n for n in names if n in kind] for kind in (COUNTS, FRACTIONS))
    none_odd = (
        f"""and not regexp_matches(concat_ws('"', {", ".join(counts)}), '[^0-9"]|[0-9]{{12}}')"""
    )
    all_plain = f"""and regexp_full_match(
        concat_ws('"', {", ".join(fractions)}), '([0-9]{{1,11}}([.][0-9]{{1,18}})?("|$))*')"""
    return f"{none_odd if counts else ''} {all_plain if fractions else ''}"
