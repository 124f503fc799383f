"""Every table's row model, found in `unitcost_models`, and the order in which tables are built."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from graphlib import TopologicalSorter

import unitcost_models
from unitcost.queries import load_query, query_names, query_path
from unitcost.sources import SOURCES
from unitcost_models.base import Row
from unitcost_models.call_logs import RawCall
from unitcost_models.raw_otlp import RawSpan
from unitcost_models.raw_outcomes import RawScore
from unitcost_models.reports import RawReport


@cache
def row_models() -> dict[str, type[Row]]:
    """Table name -> row model, for every table that has one."""
    for module in pkgutil.iter_modules(unitcost_models.__path__):
        importlib.import_module(f"unitcost_models.{module.name}")
    found: dict[str, type[Row]] = {}
    pending = [Row]
    while pending:
        for row in pending.pop().__subclasses__():
            pending.append(row)
            if "table" in vars(row) and row.__module__.startswith("unitcost_models."):
                found[row.table] = row
    return dict(sorted({**found, **{s.row.table: s.row for s in SOURCES.values()}}.items()))


def published_models() -> list[type[Row]]:
    """Row models of the tables users meet: raw, core and marts kept as files; then the views."""
    kept = {*day_tables(), *POSTED, *(t for t in row_models() if t.startswith("raw."))}
    files = [row for table, row in row_models().items() if table in kept or table in WHOLE]
    return files + [row_models()[table] for table in view_tables()]


CALL_LOGS, SPANS, REPORTS = "raw.call_logs", "raw.spans", "raw.reports"
UNIONS: dict[str, type[Row]] = {
    CALL_LOGS: RawCall,
    SPANS: RawSpan,
    REPORTS: RawReport,
    "raw.scores": RawScore,
}
"""Raw tables of one shape as one, and the shape."""
PRICES = ("core.prices", "core.prices_in_force")
"""The price list as it is kept for readers."""
BOOK = (*PRICES, "core.fx_rates")
"""All of the price book that is kept for readers."""
CREDIT_USE = "core.credit_use"
"""Made of all days at once."""
COMPARED = ("core.metered_usage", "core.reported_usage", "core.invoice_lines")
"""What is reconciled, by day."""
RECONCILED = (
    "marts.reconciliation_gap",
    "marts.reconciliation",
    "marts.reconciliation_months",
)
"""Made of all days at once, in this order."""
WHOLE = (*BOOK, CREDIT_USE, *RECONCILED)
"""The kept tables that are not daily."""


POSTED = (
    "core.restated_requests",
    "core.adjustments",
    "core.restated_tasks",
    "core.outcome_adjustments",
    "core.restated_revenue",
    "core.revenue_adjustments",
    "core.restated_bills",
    "core.bill_adjustments",
)
"""Kept for closed days, when what is known of them changes; the restated ones by closed day, the
adjustments by the day they are posted to. No day's build makes them."""


@cache
def day_tables() -> tuple[str, ...]:
    """Core and mart tables with a SQL file and a daily row model, inputs first."""
    names = {
        table
        for table, row in row_models().items()
        if table.split(".")[0] in ("core", "marts")
        and row.is_daily
        and query_path(table).is_file()
        and table not in POSTED
    }
    return _in_order(names)


@cache
def view_tables() -> tuple[str, ...]:
    """Marts that are made of all days when they are read, and are not kept; inputs first."""
    return _in_order({name for name in query_names("marts") if load_query(name).is_view})


def kept_behind(table: str) -> set[str]:
    """The kept tables that a view reads, through other views too; a kept table itself."""
    if table not in view_tables():
        return {table}
    return {kept for read in inputs_of(table) for kept in kept_behind(read)}


def _in_order(names: set[str]) -> tuple[str, ...]:
    graph = {name: inputs_of(name) & names for name in sorted(names)}
    return tuple(TopologicalSorter(graph).static_order())


@cache
def inputs_of(name: str) -> set[str]:
    """Tables that a query reads, those behind its steps included."""
    found: set[str] = set()
    for needed in load_query(name).inputs:
        found.add(needed)
        if needed.startswith("steps.") and query_path(needed).is_file():
            found |= inputs_of(needed)
    return found


@cache
def day_inputs() -> frozenset[str]:
    """Everything that a query of a day names, steps and checks included."""
    names = [name for layer in ("steps", "core", "checks") for name in query_names(layer)]
    marts = [table for table in day_tables() if table.startswith("marts.")]
    return frozenset(table for name in (*names, *marts) for table in load_query(name).inputs)


def upstream(name: str) -> set[str]:
    """Kept tables that a day table is made from, steps and the union of logs looked through."""
    read = {t for t in inputs_of(name) if not t.startswith("steps.")}
    for union, parts in unions().items():
        read = read - {union} | set(parts) if union in read else read
    return read


@cache
def unions() -> dict[str, list[str]]:
    """Name of each union of raw tables of one shape -> the tables; views of a day's inputs."""
    return {
        name: [table for table, row in row_models().items() if issubclass(row, shape)]
        for name, shape in UNIONS.items()
    }
