"""Agent and application frameworks as they write their spans; every number here is invented."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from tests.sql.spans_by_hand import Span, chat, count, span, totals
from tests.sql.staging_by_hand import parse
from unitcost_models.shared import INPUT_CLASSES, OUTPUT_CLASSES

Connection = duckdb.DuckDBPyConnection
Row = dict[str, Any]
CLAUDE = "claude-sonnet-4-5-20250929"
DETAILS = "langfuse.observation.usage_details."
GENKIT = "genkit:output.usage."
ADK = "gcp.vertex.agent.llm_response.usage_metadata."


def only(counting: Connection, *spans: Span) -> Row:
    rows = count(counting, spans)
    assert len(rows) == 1
    return rows[0]


def classes(row: Row) -> dict[str, int]:
    """The classes that are not zero or unknown, by their short names."""
    names = (*INPUT_CLASSES, *OUTPUT_CLASSES)
    return {name.removesuffix("_tokens"): row[name] for name in names if row[name]}


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


def test_strands_writes_caches_beside_the_input(counting: Connection) -> None:
    told = {
        "gen_ai.provider.name": "strands-agents",
        "gen_ai.request.model": f"us.anthropic.{CLAUDE}-v1:0",
        "gen_ai.usage.input_tokens": 2000,
        "gen_ai.usage.total_tokens": 3020,
        "gen_ai.usage.cache_write_input_tokens": 1000,
    }
    row = only(counting, chat("chat", None, told, scope="strands.telemetry.tracer"))
    assert classes(row) == {"input": 2000, "cache_write_unknown": 1000, "output": 20}
    assert (row["platform"], row["model"]) == ("bedrock", "claude-sonnet-4-5")


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
    row = only(counting, langsmith("chain", usage), langsmith("llm", asked, parent="chain"), *inner)
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
    assert classes(only(counting, span("call", None, told, scope="langfuse-sdk"))) == expected


def test_langfuse_tells_a_failure_as_a_level(counting: Connection) -> None:
    told = {"langfuse.observation.type": "generation", "langfuse.observation.level": "ERROR"}
    assert only(counting, span("call", None, told, scope="langfuse-sdk"))["status"] == "error"


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
    row = only(counting, span("call", None, told, scope="mlflow"))
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
    row = only(counting, chat("chat", None, told, scope=scope))
    assert classes(row) == {"input": 900, "cache_read": 500, "output": 20}


def test_vercel_5_tells_cache_writes_in_the_providers_metadata(counting: Connection) -> None:
    told = {
        "ai.operationId": "ai.streamText.doStream",
        "ai.model.id": CLAUDE,
        "ai.model.provider": "anthropic.messages",
        "ai.response.providerMetadata.anthropic.cacheCreationInputTokens": 1200,
        "ai.usage.inputTokens": 1500,
        "ai.usage.outputTokens": 20,
    }
    row = only(counting, span("doStream", None, told, scope="ai"))
    assert classes(row) == {"input": 1500, "cache_write_unknown": 1200, "output": 20}


def test_genkit_counts_its_models(counting: Connection) -> None:
    def told(subtype: str, **usage: int) -> dict[str, Any]:
        named = {"genkit:type": "action", "genkit:metadata:subtype": subtype}
        return named | {f"{GENKIT}{name}": tokens for name, tokens in usage.items()}

    called = told("model", inputTokens=100, outputTokens=20, thoughtsTokens=10, totalTokens=130) | {
        "genkit:name": "googleai/gemini-2.5-flash",
        "genkit:output.finishReason": "stop",
    }
    genkit: dict[str, Any] = {"scope": "genkit-tracer"}
    row = only(
        counting,
        span("flow", None, told("flow", inputTokens=100, outputTokens=20), **genkit),
        span("generate", "flow", {"genkit:type": "util", f"{GENKIT}inputTokens": 100}, **genkit),
        span("model", "generate", called | {f"{GENKIT}cachedContentTokens": 40}, **genkit),
    )
    assert classes(row) == {"input": 60, "cache_read": 40, "output": 20, "reasoning": 10}
    assert (row["model"], row["operation"]) == ("gemini-2.5-flash", "chat")


def test_genkits_model_of_anthropic_keeps_the_cache_in_the_raw_answer(
    counting: Connection,
) -> None:
    told = {
        "genkit:type": "action",
        "genkit:metadata:subtype": "model",
        "genkit:name": f"anthropic/{CLAUDE}",
        "genkit:output.custom.id": "msg_1",
        "genkit:output.custom.usage.cache_read_input_tokens": 500,
        f"{GENKIT}inputTokens": 900,
        f"{GENKIT}outputTokens": 20,
    }
    row = only(counting, span("model", None, told, scope="genkit-tracer"))
    assert classes(row) == {"input": 900, "cache_read": 500, "output": 20}
    assert (row["provider_response_id"], row["model"]) == ("msg_1", "claude-sonnet-4-5")


@pytest.mark.parametrize(
    "thoughts",
    [
        {"gen_ai.usage.experimental.reasoning_tokens": 10},
        {f"{ADK}thoughts_token_count": 10, f"{ADK}total_token_count": 130},
    ],
)
def test_adk_told_thoughts_beside_the_answer(
    counting: Connection, thoughts: dict[str, int]
) -> None:
    told = {
        "gen_ai.system": "gcp.vertex.agent",
        "gen_ai.request.model": "gemini-2.5-flash",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
    }
    row = only(counting, span("call_llm", None, told | thoughts, scope="gcp.vertex.agent"))
    assert (row["output_tokens"], row["reasoning_tokens"]) == (20, 10)
    assert (row["provider"], row["platform"]) == ("google", "ai_studio")


def test_semantic_kernel_before_the_usage_names(counting: Connection) -> None:
    told = {
        "gen_ai.operation.name": "chat.completions",
        "gen_ai.system": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.response.prompt_tokens": 100,
        "gen_ai.response.completion_tokens": 20,
    }
    failed = {
        "gen_ai.operation.name": "chat.streaming_completions",
        "error.type": "ServiceResponseException",
    }
    scope = "semantic_kernel.utils.telemetry"
    spans = [
        span("chat", None, told, scope=scope),
        span("stream", None, failed, scope=scope, at=2, status_code="error"),
    ]
    rows = count(counting, spans)
    assert [(r["operation"], r["status"]) for r in rows] == [("chat", "ok"), ("chat", "error")]
    assert totals(rows) == (100, 20)


@pytest.mark.parametrize("name", ["{}_audio_tokens", "audio_{}_tokens"])
def test_audio_under_the_names_of_net_and_mastra(counting: Connection, name: str) -> None:
    told = {
        f"gen_ai.usage.{name.format(side)}": tokens
        for side, tokens in (("input", 10), ("output", 5))
    }
    row = only(counting, chat("chat", None, told))
    assert classes(row) == {"input": 90, "input_audio": 10, "output": 15, "output_audio": 5}


def test_a_run_of_an_azure_agent(counting: Connection) -> None:
    told = {
        "gen_ai.operation.name": "process_thread_run",
        "gen_ai.provider.name": "azure.ai.agents",
    }
    row = only(counting, chat("process_thread_run", None, told))
    assert (row["provider"], row["platform"], row["model"]) == ("openai", "azure", "gpt-4o-mini")


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
    row = only(counting, *spans)
    assert (row["reported_cost_usd"], row["team"], row["customer_id"]) == (
        Decimal("0.5"),
        "search",
        "acme",
    )
