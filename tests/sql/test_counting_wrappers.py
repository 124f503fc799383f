"""Spans around calls that repeat what the calls within used; every number here is invented."""

from __future__ import annotations

from typing import Any

import duckdb

from tests.sql.spans_by_hand import Span, chat, count, span, totals

Connection = duckdb.DuckDBPyConnection


def vercel(span_id: str, parent: str | None, operation: str, **usage: Any) -> Span:
    """A span of the Vercel AI SDK before version 7."""
    told = {
        "ai.operationId": operation,
        "operation.name": f"{operation} draft-reply",
        "ai.telemetry.functionId": "draft-reply",
        "ai.telemetry.metadata.userId": "user-7",
        "ai.model.id": "gpt-4o-mini",
        "ai.model.provider": "openai.chat",
        "ai.response.finishReason": "stop",
    }
    told |= {f"ai.usage.{name}": value for name, value in usage.items()}
    return span(span_id, parent, told, scope="ai")


def test_vercel_counts_the_inner_calls(counting: Connection) -> None:
    inner = "ai.generateText.doGenerate"
    spans = [
        vercel("outer", None, "ai.generateText", inputTokens=300, outputTokens=60),
        vercel("one", "outer", inner, inputTokens=100, outputTokens=20, cachedInputTokens=64),
        span("tool", "outer", {"ai.operationId": "ai.toolCall"}, scope="ai"),
        vercel("two", "outer", inner, promptTokens=200, completionTokens=40),
    ]
    rows = count(counting, spans)
    assert totals(rows) == (300, 60)
    assert {(r["provider"], r["model"], r["operation"]) for r in rows} == {
        ("openai", "gpt-4o-mini", "chat")
    }
    assert {(r["feature"], r["user_id"]) for r in rows} == {("draft-reply", "user-7")}
    assert {r["cache_read_tokens"] for r in rows} == {64, None}


def test_vercel_counts_the_outer_call_where_no_inner_one_was_recorded(
    counting: Connection,
) -> None:
    rows = count(counting, [vercel("outer", None, "ai.embed", tokens=77)])
    assert (totals(rows), rows[0]["stage"]) == ((77, 0), "embedding")


def test_vercel_7_sums_its_calls_on_the_agent_span(counting: Connection) -> None:
    summed = {"gen_ai.usage.input_tokens": 200, "gen_ai.usage.output_tokens": 40}
    agent = {"gen_ai.operation.name": "invoke_agent"} | summed
    spans = [chat("agent", None, agent, kind="internal"), chat("a", "agent"), chat("b", "agent")]
    assert totals(count(counting, spans)) == (200, 40)


def test_pydantic_ai_repeats_usage_on_the_agent_span(counting: Connection) -> None:
    pydantic: dict[str, Any] = {"scope": "pydantic-ai"}
    aggregated = {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.aggregated_usage.input_tokens": 200,
        "gen_ai.aggregated_usage.output_tokens": 40,
    }
    spans = [
        chat("run", None, {"gen_ai.operation.name": "invoke_agent"}, **pydantic),
        chat("one", "run", {"gen_ai.response.id": "c1"}, **pydantic),
        chat("two", "run", {"gen_ai.response.id": "c2"}, **pydantic),
        span("run", None, aggregated, trace="b" * 32, **pydantic),
        chat("three", "run", trace="b" * 32, **pydantic),
    ]
    assert totals(count(counting, spans)) == (300, 60)


def test_pydantic_ai_before_operation_names(counting: Connection) -> None:
    summed = {"gen_ai.usage.input_tokens": 200, "gen_ai.usage.output_tokens": 40}
    agent = span("agent run", None, summed | {"agent.name": "a"}, scope="pydantic-ai")
    assert totals(count(counting, [agent, chat("a", "agent run"), chat("b", "agent run")])) == (
        200,
        40,
    )


def test_langchain_beside_openai_under_openinference(counting: Connection) -> None:
    answer = {
        "openinference.span.kind": "LLM",
        "llm.model_name": "gpt-4o-mini-2024-07-18",
        "llm.token_count.prompt": 100,
        "llm.token_count.completion": 20,
        "output.value.id": "chatcmpl-1",
    }
    scope = "openinference.instrumentation."
    chain = {"openinference.span.kind": "CHAIN"}
    rows = count(
        counting,
        [
            span("chain", None, chain, scope=f"{scope}langchain"),
            span("ChatOpenAI", "chain", answer, scope=f"{scope}langchain"),
            span("ChatCompletion", "chain", answer, scope=f"{scope}openai", at=0.1, lasts=0.5),
        ],
    )
    assert [(r["span_id"], r["sighting_count"]) for r in rows] == [("ChatCompletion", 2)]


def test_langchain_run_ids_are_no_response_ids(counting: Connection) -> None:
    run = {"gen_ai.response.id": "run--0198-aa"}
    rows = count(
        counting,
        [
            chat("outer", None, run, scope="opentelemetry.instrumentation.langchain"),
            chat("inner", "outer", {"gen_ai.response.id": "chatcmpl-1"}),
        ],
    )
    assert [r["provider_response_id"] for r in rows] == ["chatcmpl-1"]
