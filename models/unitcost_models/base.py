"""What a table row is, and how its fields become column types.

No table lives here; each family of tables has a module of its own.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from types import UnionType, new_class
from typing import Any, ClassVar, Literal, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict

_SQL_TYPES: dict[Any, str] = {
    str: "VARCHAR",
    int: "BIGINT",
    bool: "BOOLEAN",
    date: "DATE",
    datetime: "TIMESTAMP",
    list[str]: "VARCHAR[]",
    dict[str, str]: "MAP(VARCHAR, VARCHAR)",
}
MONEY = "DECIMAL(38,12)"
UNIT_PRICE = "DECIMAL(38,18)"
QUANTITY = "DECIMAL(18,6)"


class Row(BaseModel):
    """One row of one table: the contract that every written file is audited against.

    A field is a column, in order. A field that allows None may be NULL. A Decimal is money
    (`DECIMAL(38,12)`) when its name ends in `_usd` or an ISO currency code, or in `_cost` or
    `_revenue`, which are in the currency that the row's `currency` names, a price of a single
    unit (`DECIMAL(38,18)`: 12 decimals, and 6 for a percentage off) when it ends in `_per_unit`, a
    percentage when it ends in `_pct`, and otherwise a quantity (`DECIMAL(18,6)`). A datetime is
    UTC, stored without zone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: ClassVar[str]
    """`layer.noun`; also the path of the SQL file, the Parquet folder and the asset key."""
    key: ClassVar[tuple[str, ...]]
    """Columns that identify one row."""
    is_daily: ClassVar[bool] = True
    """Whether the table is partitioned by its `day` column."""


R = TypeVar("R", bound=Row)


def table_of(shape: type[R], table: str, record: str) -> type[R]:
    """The row model of one more table of a shape; `record` says what its rows are."""
    name = "".join(word.title() for word in table.replace(".", "_").split("_"))
    own: dict[str, Any] = {"__module__": __name__, "__doc__": record, "table": table}
    own["__annotations__"] = {"table": ClassVar[str]}
    return cast("type[R]", new_class(name, (shape,), exec_body=lambda body: body.update(own)))


class Column(BaseModel):
    """Name, SQL type and nullability of one column."""

    model_config = ConfigDict(frozen=True)

    name: str
    sql_type: str
    is_nullable: bool


@cache
def columns(row: type[Row]) -> tuple[Column, ...]:
    """The columns of a row model, in file order."""
    return tuple(_column(name, field.annotation) for name, field in row.model_fields.items())


def _column(name: str, annotation: Any) -> Column:
    members = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else ()
    is_nullable = type(None) in members
    bare = next((m for m in members if m is not type(None)), annotation)
    return Column(name=name, sql_type=_sql_type(name, bare), is_nullable=is_nullable)


def _sql_type(name: str, annotation: Any) -> str:
    if annotation is Decimal:
        return UNIT_PRICE if name.endswith("_per_unit") else MONEY if _is_money(name) else QUANTITY
    if get_origin(annotation) is Literal:
        return _SQL_TYPES[type(get_args(annotation)[0])]
    return _SQL_TYPES[annotation]


def _is_money(name: str) -> bool:
    return name.endswith(("_usd", "_cny", "_cost", "_revenue"))
