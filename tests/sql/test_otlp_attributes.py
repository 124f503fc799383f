"""Attributes of OTLP/JSON: any value as text, only allowed ones, and what containers hold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from tests.sources import reading
from tests.sql.otlp_by_hand import (
    NANOS,
    attributes_of,
    batch,
    pairs,
    span,
)
from tests.sql.staging_by_hand import parse
from unitcost.sources.vocabulary import VocabularyError, create_macros, load_vocabulary

Con = duckdb.DuckDBPyConnection


@pytest.fixture
def con() -> Iterator[Con]:
    """A workbench with the vocabulary's macros; no test may change them."""
    with reading.workbench() as con:
        yield con


def test_values_of_every_type_become_text(con: Con) -> None:
    given = {
        "gen_ai.response.finish_reasons": ["stop", "length"],
        "gen_ai.request.stream": True,
        "gen_ai.usage.input_tokens": 7,
        "operation.cost": 0.25,
        "tag.tags": [],
    }
    assert attributes_of(con, given) == {
        "gen_ai.response.finish_reasons": "stop,length",
        "gen_ai.request.stream": "true",
        "gen_ai.usage.input_tokens": "7",
        "operation.cost": "0.25",
        "tag.tags": "",
    }


@pytest.mark.parametrize("count", ["12", 12, 12.0, "12.0", "1.2e1"])
def test_counts_may_be_written_in_any_way(con: Con, count: Any) -> None:
    kept = attributes_of(con, {"gen_ai.usage.input_tokens": count})
    assert float(kept["gen_ai.usage.input_tokens"]) == 12


def test_an_integer_may_be_a_number(con: Con) -> None:
    value = [{"key": "gen_ai.usage.input_tokens", "value": {"intValue": 12}}]
    (row,) = parse(con, "otlp_json", batch(span(attributes=value)))
    assert row["attributes"] == {"gen_ai.usage.input_tokens": "12"}


def test_of_a_repeated_key_the_first_is_kept(con: Con) -> None:
    repeated = pairs({"user.id": "a"}) + pairs({"user.id": "b", "tenant.id": "t"})
    (row,) = parse(con, "otlp_json", batch(span(attributes=repeated)))
    assert row["attributes"] == {"user.id": "a", "tenant.id": "t"}


def test_a_list_written_as_text_becomes_what_a_list_becomes(con: Con) -> None:
    for text in ('["stop"]', "['stop']"):
        kept = attributes_of(con, {"gen_ai.response.finish_reasons": text})
        assert kept == {"gen_ai.response.finish_reasons": "stop"}


CONTENT = {
    "gen_ai.input.messages": "SECRET",
    "gen_ai.output.messages": "SECRET",
    "gen_ai.prompt.0.content": "SECRET",
    "input.value": "SECRET",
    "llm.input_messages.0.message.content": "SECRET",
    "llm.openai.choices": "[{'message': 'SECRET'}]",
    "llm.prompt_template.variables": "SECRET",
    "embedding.embeddings.0.embedding.text": "SECRET",
    "error.message": "SECRET",
    "metadata": '{"customer": {"note": "SECRET"}, "feature": "%s SECRET", "note": "SECRET"}'
    % ("x" * 300),
    "output.value": '{"id": {"a": "SECRET"}, "content": "SECRET", "model": "m"}',
    "hidden_params": "not json SECRET",
    "llm.openai.usage": "{'prompt_tokens': broken SECRET",
}


def test_no_content_is_kept(con: Con) -> None:
    exception = {
        "name": "exception",
        "timeUnixNano": str(NANOS),
        "attributes": pairs({"exception.type": "E", "exception.message": "SECRET"}),
    }
    rows = parse(con, "otlp_json", batch(span(CONTENT, events=[exception])))
    assert "SECRET" not in str(rows)
    kept = dict(rows[0]["attributes"])
    kept.pop("derived.input_hash")
    assert kept == {"output.value.model": "m", "derived.exception_type": "E"}


def test_no_content_reaches_the_quarantine(con: Con) -> None:
    rows = parse(con, "otlp_json", batch(span(CONTENT, traceId="x")))
    assert rows[0]["reject_reason"]
    assert "SECRET" not in rows[0]["reject_text"]


def test_equal_inputs_have_equal_digests(con: Con) -> None:
    one, same, other = (
        attributes_of(con, {"gen_ai.input.messages": text})["derived.input_hash"]
        for text in ("a", "a", "b")
    )
    assert one == same != other


@pytest.mark.parametrize(
    "usage",
    [
        "{'prompt_tokens': 5, 'prompt_tokens_details': {'cached_tokens': 3, 'audio_tokens': None}}",
        '{"prompt_tokens": 5, "prompt_tokens_details": {"cached_tokens": 3}}',
    ],
)
def test_usage_is_lifted_out_of_python_and_json_text(con: Con, usage: str) -> None:
    assert attributes_of(con, {"llm.openai.usage": usage}) == {
        "llm.openai.usage.prompt_tokens": "5",
        "llm.openai.usage.prompt_tokens_details.cached_tokens": "3",
    }


@pytest.mark.parametrize("metadata", ['{"tenant_id": "t", "x": 1}', {"tenant_id": "t", "x": "y"}])
def test_metadata_is_lifted_by_name(con: Con, metadata: Any) -> None:
    assert attributes_of(con, {"metadata": metadata}) == {"metadata.tenant_id": "t"}


def test_a_langchain_answer_gives_its_id(con: Con) -> None:
    message = {"kwargs": {"response_metadata": {"id": "chatcmpl-1", "finish_reason": "stop"}}}
    answer = json.dumps({"generations": [[{"text": "SECRET", "message": message}]]})
    kept = attributes_of(con, {"output.value": answer})
    assert sorted(kept.values()) == ["chatcmpl-1", "stop"]


def test_a_tool_answer_that_looks_like_usage_does_no_harm(con: Con) -> None:
    answer = '{"usage": {"prompt_tokens": "many"}, "id": "order"}'
    assert attributes_of(con, {"output.value": answer}) == {"output.value.id": "order"}


def test_an_added_key_is_kept_and_comes_first(workbench: Con) -> None:
    create_macros(workbench, load_vocabulary({"customer_id": ["my.account"]}))
    kept = attributes_of(workbench, {"tenant.id": "t", "my.account": "a", "my.other": "x"})
    assert kept == {"tenant.id": "t", "my.account": "a"}
    asked = "select attr_customer_id(?::map(varchar, varchar))"
    found = workbench.execute(asked, [kept]).fetchall()
    assert found == [("a",)]


@pytest.mark.parametrize(
    "additions", [{"nonsense": ["a"]}, {"customer_id": "a"}, {"customer_id": [""]}]
)
def test_a_wrong_addition_is_refused(additions: Any) -> None:
    with pytest.raises(VocabularyError, match=r"unitcost\.toml: "):
        load_vocabulary(additions)
