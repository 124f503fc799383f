"""The naming rules, over every column of every table; what a column holds is no matter here.

A name says the meaning, then the unit, and the same name has the same type everywhere.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import defaultdict

import pytest

from unitcost.tables import row_models
from unitcost_models import economics, marts, profiles, prompts, spend, success, waste
from unitcost_models.base import MONEY, QUANTITY, UNIT_PRICE, Column, Row, columns

MODELS = row_models()
COLUMNS = [(table, column) for table, row in MODELS.items() for column in columns(row)]
MONEY_ENDINGS = ("_usd", "_cny", "_cost", "_revenue")
MEANINGLESS = {
    *("amount", "value", "total", "cost", "price", "sum", "number", "count"),
    *("date", "time", "timestamp", "id", "name", "type", "data", "tokens", "flag"),
}
TYPE_OF_ENDING = {
    "_tokens": {"BIGINT"},
    "_calls": {"BIGINT"},
    "_requests": {"BIGINT"},
    "_count": {"BIGINT"},
    "_ms": {"BIGINT"},
    "_pct": {QUANTITY},
    "_at": {"TIMESTAMP"},
    "_on": {"DATE"},
    "_usd": {MONEY},
    "_per_unit": {UNIT_PRICE},
}


def _label(column: tuple[str, Column]) -> str:
    return f"{column[0]}.{column[1].name}"


def _broken(rule: dict[str, bool]) -> list[str]:
    return sorted(label for label, keeps in rule.items() if not keeps)


def test_names_are_lower_case_words_with_a_meaning() -> None:
    rule = {
        _label(c): bool(re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", c[1].name))
        and c[1].name not in MEANINGLESS
        for c in COLUMNS
    }
    assert _broken(rule) == []


def test_money_says_its_currency_and_nothing_else_does() -> None:
    rule = {
        _label(c): c[1].name.endswith(MONEY_ENDINGS) == (c[1].sql_type == MONEY) for c in COLUMNS
    }
    assert _broken(rule) == []


def test_money_in_the_currency_of_its_row_stands_beside_one() -> None:
    rule = {
        _label((table, c)): "currency" in MODELS[table].model_fields
        for table, c in COLUMNS
        if c.name.endswith(("_cost", "_revenue"))
    }
    assert _broken(rule) == []


def test_booleans_are_verbs() -> None:
    verbs = ("is_", "has_", "was_")
    rule = {
        _label(c): (c[1].name.startswith(verbs) or c[1].name.endswith("_known"))
        == (c[1].sql_type == "BOOLEAN")
        for c in COLUMNS
    }
    assert _broken(rule) == []


def test_endings_have_their_types() -> None:
    rule = {
        _label(c): c[1].sql_type in types
        for c in COLUMNS
        for ending, types in TYPE_OF_ENDING.items()
        if c[1].name.endswith(ending)
    }
    assert _broken(rule) == []


def test_nothing_is_a_float() -> None:
    assert _broken({_label(c): not re.search("DOUBLE|FLOAT", c[1].sql_type) for c in COLUMNS}) == []


def test_same_name_has_the_same_type_everywhere() -> None:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for table, column in COLUMNS:
        found[column.name][column.sql_type] = table
    assert {name: types for name, types in found.items() if len(types) > 1} == {}


@pytest.mark.parametrize("table", MODELS)
def test_table_has_a_name_a_key_and_a_day(table: str) -> None:
    row = MODELS[table]
    held = {c.name: c for c in columns(row)}
    assert re.fullmatch(r"(raw|steps|core|marts|meta)\.[a-z][a-z0-9_]*", table)
    assert row.__doc__
    assert set(row.key) <= set(held)
    assert held["day"].sql_type == "DATE" if row.is_daily or "day" in held else True


@pytest.mark.parametrize("module", [economics, marts, profiles, prompts, spend, success, waste])
def test_every_column_of_a_mart_is_documented(module: object) -> None:
    classes = [c for c in vars(module).values() if inspect.isclass(c) and issubclass(c, Row)]
    own = [c for c in classes if c.__module__ == module.__name__]  # type: ignore[attr-defined]
    assert [f"{c.__name__}.{name}" for c in own for name in _undocumented(c)] == []


def _undocumented(row: type[Row]) -> list[str]:
    body = ast.parse(inspect.getsource(row)).body[0]
    assert isinstance(body, ast.ClassDef)
    following = zip(body.body, [*body.body[1:], None], strict=True)
    return [
        node.target.id
        for node, after in following
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id in row.model_fields
        and not (isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant))
    ]
