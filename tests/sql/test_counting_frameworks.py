"""Agent and application frameworks as they write their spans; every number here is invented."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.sql.spans_by_hand import chat, classes, count, count_one, span, totals

Connection = duckdb.DuckDBPyConnection
Row = dict[str, Any]
CLAUDE = "claude-sonnet-4-5-20250929"
GENKIT = "genkit:output.usage."
ADK = "gcp.vertex.agent.llm_response.usage_metadata."


def test_strands_writes_caches_beside_the_input(counting: Connection) -> None:
    told = {
        "gen_ai.provider.name": "strands-agents",
        "gen_ai.request.model": f"us.anthropic.{CLAUDE}-v1:0",
        "gen_ai.usage.input_tokens": 2000,
        "gen_ai.usage.total_tokens": 3020,
        "gen_ai.usage.cache_write_input_tokens": 1000,
    }
    row = count_one(counting, chat("chat", None, told, scope="strands.telemetry.tracer"))
    assert classes(row) == {"input": 2000, "cache_write_unknown": 1000, "output": 20}
    assert (row["platform"], row["model"]) == ("bedrock", "claude-sonnet-4-5")


def test_vercel_5_tells_cache_writes_in_the_providers_metadata(counting: Connection) -> None:
    told = {
        "ai.operationId": "ai.streamText.doStream",
        "ai.model.id": CLAUDE,
        "ai.model.provider": "anthropic.messages",
        "ai.response.providerMetadata.anthropic.cacheCreationInputTokens": 1200,
        "ai.usage.inputTokens": 1500,
        "ai.usage.outputTokens": 20,
    }
    row = count_one(counting, span("doStream", None, told, scope="ai"))
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
    row = count_one(
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
    row = count_one(counting, span("model", None, told, scope="genkit-tracer"))
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
    row = count_one(counting, span("call_llm", None, told | thoughts, scope="gcp.vertex.agent"))
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
    row = count_one(counting, chat("chat", None, told))
    assert classes(row) == {"input": 90, "input_audio": 10, "output": 15, "output_audio": 5}


def test_a_run_of_an_azure_agent(counting: Connection) -> None:
    told = {
        "gen_ai.operation.name": "process_thread_run",
        "gen_ai.provider.name": "azure.ai.agents",
    }
    row = count_one(counting, chat("process_thread_run", None, told))
    assert (row["provider"], row["platform"], row["model"]) == ("openai", "azure", "gpt-4o-mini")
