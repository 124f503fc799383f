"""LiteLLM records: which attempts are one call, and to whom a call belongs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from tests.sources import reading
from tests.sql.litellm_by_hand import START, failed, payload
from tests.sql.staging_by_hand import accept, parse, sightings
from unitcost.sources.vocabulary import create_macros, load_vocabulary
from unitcost.workbench import open_workbench
from unitcost_models.raw_litellm import RawLitellm

Connection = duckdb.DuckDBPyConnection


@pytest.fixture
def workbench() -> Iterator[Connection]:
    """A workbench with the vocabulary's macros; no test may change them."""
    with reading.workbench() as con:
        yield con


def attempts(con: Connection, *records: dict[str, Any]) -> list[tuple[str | None, int | None]]:
    accept(con, RawLitellm, *records)
    return [(row["call_key"], row["attempt_no"]) for row in sightings(con, "litellm")]


def test_attempts_and_fallbacks_up_to_the_first_success_are_one_call(workbench: Connection) -> None:
    found = attempts(
        workbench, failed(1), failed(2), payload(3, model_group="small"), payload(4), failed(5)
    )
    assert found == [
        ("litellm:call-1", 1),
        ("litellm:call-1", 2),
        ("litellm:call-1", 3),
        ("litellm:chatcmpl-4", 1),
        ("litellm:call-5", 1),
    ]


@pytest.mark.parametrize(
    "second",
    [
        payload(2, trace_id="trace-2"),
        payload(2, call_type="aembedding"),
        payload(2, startTime=START + 90, endTime=START + 91),
        payload(2, startTime=START + 1.25, endTime=START + 3),
        payload(
            2,
            hidden_params={
                "additional_headers": {
                    "x-litellm-attempted-retries": 0,
                    "x-litellm-attempted-fallbacks": 0,
                }
            },
        ),
    ],
    ids=["other trace", "other operation", "too late", "at the same time", "says it was no retry"],
)
def test_what_is_no_retry_is_a_call_of_its_own(
    workbench: Connection, second: dict[str, Any]
) -> None:
    first, other = attempts(workbench, failed(1), second)
    assert first == ("litellm:call-1", 1)
    assert other == ("litellm:chatcmpl-2", 1)


def test_without_a_router_no_attempts_are_claimed(workbench: Connection) -> None:
    records = (failed(1, model_group=""), payload(2, model_group=""))
    assert attempts(workbench, *records) == [(None, None), (None, None)]


def test_attempts_are_the_same_in_any_order(workbench: Connection) -> None:
    records = [failed(1), failed(2), payload(3), payload(4)]
    forward = attempts(workbench, *records)
    workbench.execute("drop table raw.litellm")
    assert attempts(workbench, *reversed(records)) == forward


def test_retries_that_no_record_shows_are_told(workbench: Connection) -> None:
    told = {"additional_headers": {"x-litellm-attempted-retries": 2}}
    accept(workbench, RawLitellm, failed(1), payload(2, hidden_params=told))
    assert [row["resend_count"] for row in sightings(workbench, "litellm")] == [None, 1]


def test_attribution_prefers_the_clients_own_words(workbench: Connection) -> None:
    metadata = {
        "requester_metadata": {"customer_id": "acme", "feature": "search"},
        "spend_logs_metadata": {"customer_id": "other", "workflow": "answer", "task_type": "ask"},
        "user_api_key_team_alias": "core",
        "user_api_key_user_id": "u-1",
    }
    record = payload(
        metadata=metadata, end_user="end", request_tags=["x", "feature:f", "env:prod", "feature:g"]
    )
    (row,) = parse(workbench, "litellm", record)
    names = ("customer_id", "feature", "workflow", "task_type", "team", "user_id", "environment")
    assert [row[n] for n in names] == ["acme", "search", "answer", "ask", "core", "u-1", "prod"]
    (row,) = parse(workbench, "litellm", payload(end_user="end", request_tags=["feature:f"]))
    assert (row["customer_id"], row["feature"]) == ("end", "f")


@pytest.mark.parametrize(
    ("header", "account"),
    [
        ("llm_provider-openai-organization", "org-1"),
        ("llm_provider-anthropic-organization-id", "b3d1"),
        ("x-unknown-organization", None),
    ],
)
def test_the_account_is_the_organization_that_the_provider_names(
    workbench: Connection, header: str, account: str | None
) -> None:
    told = {"additional_headers": {header: account or "org-2"}}
    (row,) = parse(workbench, "litellm", payload(hidden_params=told))
    assert row["account_id"] == account


def test_the_configured_key_wins() -> None:
    metadata = {"requester_metadata": {"account": "mine", "customer_id": "theirs"}}
    with open_workbench() as con:
        create_macros(con, load_vocabulary({"customer_id": ["account"]}))
        (row,) = parse(con, "litellm", payload(metadata=metadata))
    assert row["customer_id"] == "mine"
