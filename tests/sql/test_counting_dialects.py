"""What single instrumentations mean by their numbers and names, counted in one run.

Every number here is invented; the names are as the libraries write them.
"""

from __future__ import annotations

from typing import Any

import duckdb

from tests.sql.otlp_by_hand import batch
from tests.sql.otlp_by_hand import span as otlp_span
from tests.sql.spans_by_hand import Span, chat, classes, count, span
from tests.sql.staging_by_hand import parse

Connection = duckdb.DuckDBPyConnection
CLAUDE = "claude-sonnet-4-5-20250929"
INCLUSIVE = {"input": 400, "cache_read": 500, "output": 20}
EXCLUSIVE = {"input": 900, "cache_read": 500, "output": 20}


def openinference(**told: Any) -> dict[str, Any]:
    """A call of 900 and 20 tokens, 500 of them read from the cache or beside."""
    counts = {"prompt": 900, "completion": 20, "prompt_details.cache_read": 500}
    named = {
        "openinference.span.kind": "LLM",
        "llm.model_name": CLAUDE,
        "llm.provider": "anthropic",
    }
    return named | {f"llm.token_count.{name}": tokens for name, tokens in counts.items()} | told


def genai(provider: str = "anthropic", **told: Any) -> dict[str, Any]:
    named = {"gen_ai.operation.name": "chat", "gen_ai.provider.name": provider}
    counts = {"gen_ai.usage.input_tokens": 900, "gen_ai.usage.output_tokens": 20}
    cached = {"gen_ai.usage.cache_read.input_tokens": 500}
    return named | {"gen_ai.request.model": CLAUDE} | counts | cached | told


def vercel_4(provider: str, cached: str) -> dict[str, Any]:
    """The AI SDK before version 5 tells a cache in the provider's metadata alone."""
    model = CLAUDE if provider.startswith("anthropic") else "gpt-4o"
    return {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.model.id": model,
        "ai.model.provider": provider,
        "ai.usage.promptTokens": 900,
        "ai.usage.completionTokens": 20,
        f"ai.response.providerMetadata.{cached}": 500,
    }


OLLM = "opentelemetry.instrumentation."
OI = "openinference.instrumentation."
JS = "@arizeai/openinference-instrumentation-"
ENVOY = "envoyproxy/ai-gateway"
ANSWERED = {
    "output.value.usage.input_tokens": 900,
    "output.value.usage.cache_read_input_tokens": 500,
}
"""Anthropic's answer beside a count that leaves its cache out, as early recorders wrote it."""
SAMPLES: list[tuple[str, dict[str, Any], dict[str, int]]] = [
    (f"{OLLM}anthropic", genai(), INCLUSIVE),
    (f"{OLLM}llamaindex", genai(), EXCLUSIVE),
    (f"{OLLM}llamaindex", genai("openai") | {"gen_ai.request.model": "gpt-4o"}, INCLUSIVE),
    (f"{OI}anthropic", openinference(), INCLUSIVE),
    (f"{OI}agno", openinference(), EXCLUSIVE),
    (f"{OI}claude_agent_sdk", openinference() | {"openinference.span.kind": "AGENT"}, EXCLUSIVE),
    (f"{JS}bedrock", openinference() | {"llm.provider": "aws"}, EXCLUSIVE),
    (f"{JS}anthropic", openinference(), EXCLUSIVE),
    (f"{JS}openai", openinference() | {"llm.provider": "openai"}, INCLUSIVE),
    (f"{OI}anthropic", openinference() | ANSWERED, EXCLUSIVE),
    ("agent_framework", genai(), EXCLUSIVE),
    ("ai", genai(), EXCLUSIVE),
    ("ai", genai("openai") | {"gen_ai.request.model": "gpt-4o"}, INCLUSIVE),
    ("ai", vercel_4("anthropic.messages", "anthropic.cacheReadInputTokens"), EXCLUSIVE),
    ("ai", vercel_4("openai.chat", "openai.cachedPromptTokens"), INCLUSIVE),
    ("mirascope.ops", genai(), INCLUSIVE),
    (ENVOY, genai("aws.anthropic"), EXCLUSIVE),
    (ENVOY, genai("gcp.anthropic"), EXCLUSIVE),
    (
        ENVOY,
        openinference() | {"llm.token_count.prompt_details.cache_creation": 100},
        {"input": 300, "cache_read": 500, "cache_write_unknown": 100, "output": 20},
    ),
    (
        "logfire.anthropic",
        genai()
        | {
            "gen_ai.usage.cache_creation.input_tokens": 100,
            "gen_ai.usage.raw.cache_creation.ephemeral_5m_input_tokens": 30,
            "gen_ai.usage.raw.cache_creation.ephemeral_1h_input_tokens": 70,
        },
        {"input": 300, "cache_read": 500, "cache_write_5m": 30, "cache_write_1h": 70, "output": 20},
    ),
]


def test_each_writer_means_its_own_by_input(counting: Connection) -> None:
    spans = [
        span("call", None, told, scope=scope, trace=f"{number:032x}")
        for number, (scope, told, _) in enumerate(SAMPLES, 1)
    ]
    found = {int(r["trace_id"], 16): classes(r) for r in count(counting, spans)}
    assert [found[n] for n in range(1, len(SAMPLES) + 1)] == [wanted for *_, wanted in SAMPLES]


def test_providers_under_the_names_that_gateways_and_frameworks_give(
    counting: Connection,
) -> None:
    named = {
        "aws.anthropic": ("anthropic", "bedrock"),
        "gcp.anthropic": ("anthropic", "vertex"),
        "OPEN_AI": ("openai", "direct"),
        "AZURE_OPEN_AI": ("openai", "azure"),
        "GOOGLE_AI_GEMINI": ("google", "ai_studio"),
        "langgenius/azure_openai/azure_openai": ("openai", "azure"),
    }
    models = {"anthropic": CLAUDE, "google": "gemini-2.5-flash", "openai": "gpt-4o-mini"}
    spans = [
        chat(name, None, {"gen_ai.provider.name": name, "gen_ai.request.model": models[maker]})
        for name, (maker, _) in named.items()
    ]
    routed = {"gen_ai.provider.name": "OpenAI", "gen_ai.usage.total_cost": 0.5}
    spans.append(chat("routed", None, routed, resource={"service.name": "openrouter"}))
    spans.append(chat("sold", None, {"server.address": "models.github.ai"}, at=2))
    grok = {"server.address": "api.x.ai", "gen_ai.request.model": "grok-of-tomorrow"}
    spans.append(chat("grok", None, grok, at=4))
    rows = {r["span_id"]: r for r in count(counting, spans)}
    assert (rows["sold"]["provider"], rows["sold"]["platform"]) == ("openai", "github")
    assert rows["grok"]["provider"] == "xai"
    found = {name: (rows[name]["provider"], rows[name]["platform"]) for name in named}
    assert found == named
    assert (rows["routed"]["platform"], float(rows["routed"]["reported_cost_usd"])) == (
        "openrouter",
        0.5,
    )


AGENT = {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
}
"""The root of the AI SDK from version 7 on."""


def vercel(span_id: str, parent: str | None, operation: str, **values: Any) -> Span:
    told = {
        "ai.operationId": operation,
        "ai.model.id": "gpt-4o-mini",
        "ai.model.provider": "openai.chat",
    }
    return span(span_id, parent, told | values.pop("told", {}), scope="ai", **values)


def test_vercel_that_failed_before_it_called_the_model_is_one_failed_request(
    counting: Connection,
) -> None:
    """The AI SDK ends `ai.generateText` with the error and begins no inner span."""
    why = {"derived.exception_type": "AI_LoadAPIKeyError"}
    usage = {"ai.usage.inputTokens": 100, "ai.usage.outputTokens": 20}
    failed: dict[str, Any] = {"status_code": "error"}
    spans = [
        vercel("alone", None, "ai.generateText", told=why, **failed),
        vercel("embed", None, "ai.embedMany", trace="b" * 32, **failed),
        vercel("outer", None, "ai.streamText", trace="c" * 32, lasts=9, **failed),
        vercel("inner", "outer", "ai.streamText.doStream", trace="c" * 32, **failed),
        vercel("tools", None, "ai.generateText", trace="d" * 32, lasts=9, **failed),
        vercel("called", "tools", "ai.generateText.doGenerate", told=usage, trace="d" * 32),
        vercel("tool", "tools", "ai.toolCall", trace="d" * 32, at=2, **failed),
        vercel("empty", None, "ai.generateText", trace="e" * 32),
        span("seven", None, AGENT, scope="gen_ai", trace="f" * 32, at=4, **failed),
        span("whole", None, AGENT, scope="gen_ai", trace="1" * 32, lasts=9, **failed),
        chat("part", "whole", scope="gen_ai", trace="1" * 32, at=5),
    ]
    rows = {r["span_id"]: r for r in count(counting, spans)}
    assert {name: row["status"] for name, row in rows.items()} == {
        "alone": "error",
        "embed": "error",
        "inner": "error",
        "called": "ok",
        "seven": "error",
        "part": "ok",
    }
    assert (rows["alone"]["error_type"], rows["alone"]["usage_basis"]) == (
        "AI_LoadAPIKeyError",
        "missing",
    )


def test_what_only_counts_tokens_or_runs_tools_is_no_call(counting: Connection) -> None:
    counted = {"openinference.span.kind": "TOKEN_COUNTER", "llm.token_count.prompt": 900}
    looped = {"gen_ai.operation.name": "orchestrate_tools"}
    spans = [
        span("count", None, counted, scope=ENVOY),
        chat("tokenize", None, {"gen_ai.operation.name": "tokenize"}, scope=ENVOY, at=2),
        chat("loop", None, looped, trace="b" * 32, lasts=5),
        chat("one", "loop", trace="b" * 32),
        chat("two", "loop", trace="b" * 32, at=2),
    ]
    spans.append(chat("anthropic.messages.count_tokens", None, trace="c" * 32, at=9))
    assert [r["span_id"] for r in count(counting, spans)] == ["one", "two"]


def test_a_failed_call_of_litellm_is_one_request(counting: Connection) -> None:
    """Its operation is the function's name, which for asynchronous calls begins with an a."""
    told = {"llm.request.type": "acompletion", "gen_ai.request.model": "gpt-4o-mini"}
    failed = span("litellm_request", None, told, scope="litellm", status_code="error")
    (row,) = count(counting, [failed])
    assert (row["operation"], row["status"]) == ("chat", "error")


def test_a_word_for_nothing_is_no_model(counting: Connection) -> None:
    """Micrometer's `none` and LangChain4j's `unknown`."""
    spans = [
        chat(word, None, {"gen_ai.response.model": word}, at=at)
        for at, word in enumerate(("none", "unknown"))
    ]
    assert {r["model"] for r in count(counting, spans)} == {"gpt-4o-mini"}


def test_langchain4j_counts_under_bare_names(counting: Connection) -> None:
    told = {"gen_ai.operation.name": "chat", "input_tokens": "100", "output_tokens": "20"}
    sent = batch(otlp_span(told, name="chat gpt-4o-mini"))
    other = batch(otlp_span(told, name="chat gpt-4o-mini"))
    sent["resourceSpans"][0]["scopeSpans"][0]["scope"]["name"] = "org.springframework.boot"
    kept = [row["attributes"] for row in parse(counting, "otlp_json", sent, other)]
    tokens = {"gen_ai.usage.input_tokens": "100", "gen_ai.usage.output_tokens": "20"}
    named = {"gen_ai.operation.name": "chat"}
    assert sorted(kept, key=len) == [named, named | tokens]
