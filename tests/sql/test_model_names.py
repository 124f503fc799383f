"""core.model_names: how a name led to a model, and what is like a name that led nowhere."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.given import given, rows_of
from tests.sql.priced import price_one, request
from tests.sql.spans_by_hand import chat, count
from unitcost.workbench import run_step
from unitcost_models.requests import Request

Connection = duckdb.DuckDBPyConnection


def _names(shipped: Connection, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    given(shipped, Request, *requests)
    run_step(shipped, "core.model_names", requests[0]["day"])
    return rows_of(shipped, "select * from core.model_names")


def test_a_name_is_one_row_a_day_with_the_rule_that_matched(shipped: Connection) -> None:
    named = {"request_model": "openai/gpt-5", "model": "gpt-5", "model_rule": "route_prefix"}
    rows = _names(
        shipped, request(request_id="r1", **named), request(request_id="r2", **named), request()
    )
    counts = {(row["request_model"], row["model_rule"]): row["requests"] for row in rows}
    assert counts == {("openai/gpt-5", "route_prefix"): 2, (None, None): 1}
    assert {row["nearest_ids"] for row in rows} == {None}


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("claude-sonet-4-5", "claude-sonnet-4-5"),
        ("openai/gpt-5.55", "gpt-5.5"),
        ("gemini-2.5-prro", "gemini-2.5-pro"),
    ],
)
def test_an_unknown_name_is_shown_with_the_known_ids_like_it(
    shipped: Connection, asked: str, nearest: str
) -> None:
    row = _names(shipped, request(request_model=asked, model=None))[0]
    assert row["nearest_ids"].split(", ")[0] == nearest
    assert len(row["nearest_ids"].split(", ")) <= 3


@pytest.mark.parametrize("asked", ["our-own-llama", "x", "q7-unheard-of-model", None])
def test_a_name_like_no_known_one_has_no_hint(shipped: Connection, asked: str | None) -> None:
    assert _names(shipped, request(request_model=asked, model=None))[0]["nearest_ids"] is None


def test_a_hint_prices_nothing(shipped: Connection) -> None:
    row = price_one(shipped, request_model="gpt-5.55", model=None, input_tokens=10)
    assert (row["cost_usd"], row["unpriced_reason"]) == (None, "unknown_model")


def test_a_fine_tune_without_a_price_says_so(shipped: Connection) -> None:
    row = price_one(shipped, model=None, model_rule="fine_tune", input_tokens=10)
    assert (row["cost_usd"], row["unpriced_reason"]) == (None, "fine_tune")


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("gpt-4.1-2025-04-14", "ft:gpt-4.1-2025-04-14:acme::x"),
        ("ft:gpt-4.1-2025-04-14:acme::x", "gpt-4.1-2025-04-14"),
    ],
)
def test_a_fine_tune_is_never_its_base_model(
    counting: Connection, asked: str, answered: str
) -> None:
    names = {"gen_ai.request.model": asked, "gen_ai.response.model": answered}
    (row,) = count(counting, [chat("call", None, names)])
    assert row["model_rule"] == "fine_tune"
    assert row["model"] not in ("gpt-4.1", "gpt-4.1-2025-04-14")


def test_the_request_says_by_which_rule_its_model_was_found(counting: Connection) -> None:
    names = {"gen_ai.request.model": "gpt-5", "gen_ai.response.model": "gpt-5-2025-08-07"}
    (row,) = count(counting, [chat("call", None, names)])
    assert (row["model"], row["model_rule"]) == ("gpt-5", "id")
