"""What tools that record others' calls make of their spans; every number here is invented."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.sql.spans_by_hand import Span, chat, classes, count_one, span
from tests.sql.staging_by_hand import parse

Connection = duckdb.DuckDBPyConnection
CLAUDE = "claude-sonnet-4-5-20250929"
DETAILS = "langfuse.observation.usage_details."


def langsmith(kind: str, told: dict[str, Any] | None = None, **values: Any) -> Span:
    """A run as LangSmith exports it: `gen_ai.operation.name` is chat for prompts too."""
    operation = {"llm": "chat", "prompt": "chat", "retriever": "embeddings"}.get(kind, kind)
    shared = {
        "langsmith.span.kind": kind,
        "gen_ai.operation.name": operation,
        "gen_ai.system": "openai",
    }
    return span(
        kind, values.pop("parent", None), shared | (told or {}), scope="langsmith", **values
    )


def test_langsmith_prompts_and_retrievers_are_no_calls(counting: Connection) -> None:
    usage = {"gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20}
    asked = usage | {
        "langsmith.metadata.ls_provider": "azure",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_token_details.cache_read": 64,
        "gen_ai.usage.output_token_details.reasoning": 8,
        "langsmith.metadata.customer_id": "acme",
    }
    inner = [langsmith(kind, parent="chain") for kind in ("prompt", "retriever", "parser")]
    row = count_one(
        counting, langsmith("chain", usage), langsmith("llm", asked, parent="chain"), *inner
    )
    assert classes(row) == {"input": 36, "cache_read": 64, "output": 12, "reasoning": 8}
    assert (row["provider"], row["platform"], row["customer_id"]) == ("openai", "azure", "acme")


def test_details_in_python_text_are_lifted(counting: Connection) -> None:
    text = "{'cache_read': 500, 'cache_creation': 0, 'ephemeral_5m_input_tokens': 300}"
    told = [
        {"key": "gen_ai.usage.input_token_details", "value": {"stringValue": text}},
        {"key": "genkit:output", "value": {"stringValue": json.dumps({"message": "secret"})}},
    ]
    sent = {
        "traceId": "a" * 32,
        "spanId": "b" * 16,
        "startTimeUnixNano": "1772452800000000000",
        "attributes": told,
    }
    record = {"resourceSpans": [{"scopeSpans": [{"spans": [sent]}]}]}
    details = "gen_ai.usage.input_token_details."
    assert parse(counting, "otlp_json", record)[0]["attributes"] == {
        f"{details}cache_read": "500",
        f"{details}cache_creation": "0",
        f"{details}ephemeral_5m_input_tokens": "300",
    }


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        pytest.param(
            {
                "prompt_tokens": 100,
                "completion_tokens": 20,
                "total_tokens": 120,
                "prompt_tokens_details.cached_tokens": 64,
                "completion_tokens_details.reasoning_tokens": 8,
            },
            {"input": 36, "cache_read": 64, "output": 12, "reasoning": 8},
            id="openai chat",
        ),
        pytest.param(
            {
                "input_tokens": 100,
                "output_tokens": 20,
                "input_tokens_details.cached_tokens": 64,
                "output_tokens_details.reasoning_tokens": 8,
            },
            {"input": 36, "cache_read": 64, "output": 12, "reasoning": 8},
            id="openai responses",
        ),
        pytest.param(
            {
                "input": 36,
                "input_cache_read": 64,
                "output": 12,
                "output_reasoning": 8,
                "total": 120,
            },
            {"input": 36, "cache_read": 64, "output": 12, "reasoning": 8},
            id="langchain",
        ),
        pytest.param(
            {"input_tokens": 900, "output_tokens": 20, "cache_read_input_tokens": 500},
            {"input": 900, "cache_read": 500, "output": 20},
            id="anthropic",
        ),
        pytest.param(
            {
                "input": 900,
                "output": 20,
                "cache_creation_input_tokens": 7,
                "cache_creation_ephemeral_5m_input_tokens": 2,
                "cache_creation_ephemeral_1h_input_tokens": 5,
            },
            {"input": 900, "cache_write_5m": 2, "cache_write_1h": 5, "output": 20},
            id="langchain anthropic",
        ),
    ],
)
def test_langfuse_hands_on_several_usage_objects(
    counting: Connection, usage: dict[str, int], expected: dict[str, int]
) -> None:
    told = {"langfuse.observation.type": "generation"}
    told |= {"langfuse.observation.model.name": CLAUDE}
    told |= {f"{DETAILS}{name}": str(tokens) for name, tokens in usage.items()}
    assert classes(count_one(counting, span("call", None, told, scope="langfuse-sdk"))) == expected


def test_langfuse_tells_a_failure_as_a_level(counting: Connection) -> None:
    told = {"langfuse.observation.type": "generation", "langfuse.observation.level": "ERROR"}
    assert count_one(counting, span("call", None, told, scope="langfuse-sdk"))["status"] == "error"


@pytest.mark.parametrize(("form", "fresh"), [('"anthropic"', 900), ('"langchain"', 400)])
def test_mlflow_hands_on_what_its_recorder_means(
    counting: Connection, form: str, fresh: int
) -> None:
    told = {
        "mlflow.spanType": '"CHAT_MODEL"',
        "mlflow.message.format": form,
        "mlflow.spanOutputs.id": "msg_1",
        "mlflow.spanOutputs.model": CLAUDE,
        "mlflow.chat.tokenUsage.input_tokens": 900,
        "mlflow.chat.tokenUsage.output_tokens": 20,
        "mlflow.chat.tokenUsage.cache_read_input_tokens": 500,
    }
    row = count_one(counting, span("call", None, told, scope="mlflow"))
    assert classes(row) == {"input": fresh, "cache_read": 500, "output": 20}
    assert (row["model"], row["provider_response_id"]) == ("claude-sonnet-4-5", "msg_1")


@pytest.mark.parametrize(
    ("scope", "provider"),
    [
        ("org.springframework.boot", "anthropic"),
        ("opentelemetry.instrumentation.bedrock", "AWS"),
        ("openlit.otel.tracing", "anthropic"),
    ],
)
def test_what_the_provider_means_is_handed_on(
    counting: Connection, scope: str, provider: str
) -> None:
    told = {
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": CLAUDE,
        "gen_ai.usage.input_tokens": 900,
        "gen_ai.usage.total_tokens": 920,
        "gen_ai.response.id": "msg_1",
        "gen_ai.usage.cache_read.input_tokens": 500,
    }
    row = count_one(counting, chat("chat", None, told, scope=scope))
    assert classes(row) == {"input": 900, "cache_read": 500, "output": 20}


def test_litellms_second_otel_logger(counting: Connection) -> None:
    call = {
        "litellm.call_id": "c-1",
        "gen_ai.response.id": "chatcmpl-1",
        "litellm.cost.total": 0.5,
        "litellm.team.alias": "search",
        "litellm.metadata.customer_id": "acme",
    }
    managed = {"gen_ai.operation.name": "litellm.responses_management", "gen_ai.response.id": "r"}
    spans = [
        chat("chat", None, call, scope="litellm"),
        chat("get", None, managed, scope="litellm", at=9),
    ]
    row = count_one(counting, *spans)
    assert (row["reported_cost_usd"], row["team"], row["customer_id"]) == (
        Decimal("0.5"),
        "search",
        "acme",
    )
