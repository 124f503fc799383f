"""Loads the SQL files: one SELECT a file, with a header, reading only tables it may read.

Nothing here runs a query.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date
from functools import cache
from itertools import chain
from pathlib import Path

import sqlglot
from pydantic import BaseModel, ConfigDict
from sqlglot import exp

from unitcost.emptiness import Emptiness, empty_when
from unitcost.paths import data_root

LAYERS = ("raw", "steps", "core", "marts", "checks", "exports")
READ_ONLY = ("meta",)
"""What views may read too; no file makes it."""


class QueryError(ValueError):
    """A SQL file that breaks the rules; the message names the file, what and how to fix it."""


class Query(BaseModel):
    """One transform.

    `name` is `layer.noun` (the file is `sql/<layer>/<noun>.sql`), `text` its SELECT, `inputs` the
    tables it reads, derived from the SQL. `is_view` says that its third line is `-- view`: a step
    that others read once, so that nothing is gained by keeping its rows, or a mart of all days that
    is made when it is read. It has no rows where all tables of one of the sets in `empty_when` have
    none.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    text: str
    inputs: tuple[str, ...]
    is_view: bool = False
    empty_when: Emptiness = frozenset()

    def bind(self, day: date) -> str:
        """The SELECT with `$day` as a date literal."""
        return self.text.replace("$day", f"date '{day.isoformat()}'")

    def bind_days(self, first: date, last: date) -> str:
        """The SELECT with `$first` and `$last`, both included, as date literals."""
        bound = self.text.replace("$first", f"date '{first.isoformat()}'")
        return bound.replace("$last", f"date '{last.isoformat()}'")


def query_path(name: str) -> Path:
    """The file of a query."""
    layer, noun = name.split(".")
    return data_root() / "sql" / layer / f"{noun}.sql"


def query_names(layer: str) -> list[str]:
    """Every query of a layer, sorted."""
    return sorted(f"{layer}.{path.stem}" for path in (data_root() / "sql" / layer).glob("*.sql"))


def view_query(table: str) -> str | None:
    """The SELECT of a mart that is made when it is read; None for a table that is kept."""
    if not table.startswith("marts.") or not query_path(table).is_file():
        return None
    query = load_query(table)
    return query.text if query.is_view else None


@cache
def views_fingerprint() -> str:
    """Digest of every mart that is made when it is read."""
    made = {name: view_query(name) for name in query_names("marts")}
    text = "\n".join(f"{name} {query}" for name, query in made.items() if query is not None)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def bind_export(name: str, first: date, last: date) -> str:
    """An export's SELECT over these days, the exports it reads standing before it as CTEs.

    It runs on a published warehouse, in which nothing can be kept.
    """
    names = _exports_behind(name)
    bodies = (load_query(n).bind_days(first, last) for n in names)
    ctes = (f"{n} as materialized (\n{b}\n)" for n, b in zip(names, bodies, strict=True))
    return f"with {', '.join(ctes)} select * from {name}".replace("exports.", "")


def _exports_behind(name: str) -> tuple[str, ...]:
    """The exports that one reads and itself, inputs first."""
    inputs = [i for i in load_query(name).inputs if i.startswith("exports.")]
    return tuple(dict.fromkeys([*(n for i in inputs for n in _exports_behind(i)), name]))


def readers(name: str, unread: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The queries of raw that one reads through, in their order; not through the `unread`."""
    inputs = [
        i for i in load_query(name).inputs if i.startswith("raw.") and query_path(i).is_file()
    ]
    through = [(*(() if i in unread else readers(i, unread)), i) for i in inputs]
    return tuple(dict.fromkeys(chain.from_iterable(through)))


@cache
def inlined(name: str, unread: frozenset[str] = frozenset(), instead: str = "") -> str:
    """A query of raw, those that it reads through standing before it as CTEs.

    Made views, they would be planned once when they are made and again when they are read. The
    relation `instead` stands for those that are `unread`.
    """
    through = readers(name, unread)
    if not through:
        return load_query(name).text
    bodies = {r: f"from {instead}" if r in unread else load_query(r).text for r in through}
    ctes = ",\n\n".join(f"{r} as (\n{text}\n)" for r, text in bodies.items())
    body = re.sub(r"\A(--.*\n)+", "", load_query(name).text)
    rest = f",\n\n{body.removeprefix('with')}" if body.startswith("with") else f"\n\n{body}"
    return re.sub(
        rf"\b(?:{'|'.join(map(re.escape, through))})\b",
        lambda found: found[0].replace(".", "_"),
        f"with {ctes}{rest}",
    )


@cache
def load_query(name: str) -> Query:
    """Read and check one SQL file.

    Raises:
        QueryError: no such file, no header, not exactly one SELECT, `*` among the outermost
            columns, or an input outside the known layers.
    """
    path = query_path(name)
    if not path.is_file():
        raise QueryError(
            f"{path.name}: there is no query {name}; add sql/{name.replace('.', '/')}.sql"
        )
    text = path.read_text(encoding="utf-8")
    _check_header(name, text)
    statement = _one_select(name, text)
    return Query(
        name=name,
        text=text.rstrip().rstrip(";"),
        inputs=_inputs(name, statement),
        is_view=text.splitlines()[2].strip() == "-- view",
        empty_when=empty_when(statement),
    )


def _check_header(name: str, text: str) -> None:
    lines = text.splitlines()
    if len(lines) < 2 or not lines[0].startswith("-- ") or not lines[1].startswith("-- grain: "):
        raise QueryError(
            f"{name}: the first line must say what one row is (`-- One row ...`), "
            "the second its grain (`-- grain: column, column`)"
        )


def _one_select(name: str, text: str) -> exp.Query:
    statements = sqlglot.parse(text, dialect="duckdb")
    if len(statements) != 1 or not isinstance(statements[0], exp.Query):
        raise QueryError(f"{name}: a file holds exactly one SELECT")
    if any(isinstance(column, exp.Star) for column in statements[0].selects):
        raise QueryError(f"{name}: name the outermost columns instead of `*`")
    return statements[0]


def _inputs(name: str, statement: exp.Query) -> tuple[str, ...]:
    local = {cte.alias_or_name for cte in statement.find_all(exp.CTE)}
    found = set()
    for table in statement.find_all(exp.Table):
        if not table.db and (table.name in local or not table.name):
            continue
        found.add(f"{table.db}.{table.name}" if table.db else table.name)
    unknown = sorted(
        t for t in found if "." not in t or t.split(".")[0] not in (*LAYERS, *READ_ONLY)
    )
    if unknown:
        raise QueryError(f"{name}: reads {', '.join(unknown)}; inputs are `layer.noun` of {LAYERS}")
    return tuple(sorted(found))
