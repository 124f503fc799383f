"""What several SQL files say of the same thing, they say alike."""

from __future__ import annotations

import pytest
from sqlglot import exp

from tests.unit.sql_trees import tree_of
from unitcost.queries import load_query
from unitcost.tables import row_models
from unitcost_models.spend import Spend

SPENDS = [name for name, row in row_models().items() if issubclass(row, Spend) and row.is_daily]


@pytest.mark.parametrize("name", SPENDS)
def test_spend_is_added_up_the_same_way_in_every_mart(name: str) -> None:
    """A count or sum that differs between two marts would be two meanings of one name."""
    assert _aggregates(name) == _aggregates("marts.cost_per_feature")


def _aggregates(name: str) -> dict[str, str]:
    spend = next(cte for cte in tree_of(name).find_all(exp.CTE) if cte.alias == "spend")
    return {
        column.alias: column.this.sql()
        for column in spend.this.selects
        if column.alias in Spend.model_fields
    }


@pytest.mark.parametrize("kind", ["cost", "usage"])
def test_reports_are_united_column_by_column(kind: str) -> None:
    """The union goes by place, so every branch has the same columns in the same order."""
    united = _columns(f"steps.provider_{kind}_rows")
    branches = load_query(f"steps.provider_{kind}_rows").inputs
    assert len(branches) == 3
    assert [name for name in branches if _columns(name) != united] == []


def _columns(name: str) -> list[str]:
    tree = tree_of(name)
    assert isinstance(tree, exp.Query)
    return list(tree.named_selects)
