"""Instrumentations as they write their spans; every number here is invented."""

from __future__ import annotations

import duckdb

from tests.sql.spans_by_hand import TRACE, chat, count, http_try, span, totals

Connection = duckdb.DuckDBPyConnection


def test_openlit_with_http_spans(counting: Connection) -> None:
    told = {"gen_ai.response.id": "chatcmpl-1", "gen_ai.usage.cost": 0}
    spans = [
        span("POST /ask", None, {"tenant.id": "acme"}),
        chat("chat", "POST /ask", told, scope="openlit.otel.tracing", lasts=3),
        http_try("h1", "chat", 429, at=0.1, lasts=0.1),
        http_try("h2", "chat", 200, at=1, lasts=1),
    ]
    rows = count(counting, spans)
    assert [(r["attempt_no"], r["http_status"], r["customer_id"]) for r in rows] == [
        (2, 200, "acme"),
        (1, 429, "acme"),
    ]
    assert [r["reported_cost_usd"] for r in rows] == [None, None]


def test_openlit_estimates_streams_that_brought_no_usage(counting: Connection) -> None:
    stream = {"gen_ai.request.is_stream": "true"}
    told = stream | {"gen_ai.usage.cache_read.input_tokens": 0}
    spans = [
        chat("guessed", None, stream, scope="openlit.otel.tracing"),
        chat("told", None, told, scope="openlit.otel.tracing", at=1),
    ]
    assert [r["usage_basis"] for r in count(counting, spans)] == ["estimated", "reported"]


def test_traceloop_workflows_tasks_and_agents(counting: Connection) -> None:
    shared = {
        "traceloop.workflow.name": "triage",
        "traceloop.association.properties.customer_id": "acme",
    }
    kinds = {"workflow": None, "task": "workflow", "agent": "task", "tool": "agent"}
    layers = [
        span(kind, parent, shared | {"traceloop.span.kind": kind}, scope="traceloop.tracer")
        for kind, parent in kinds.items()
    ]
    call = chat("openai.chat", "tool", shared | {"gen_ai.usage.cache_read_input_tokens": 60})
    row = count(counting, [*layers, call])[0]
    assert (row["workflow"], row["customer_id"], row["workflow_run_id"]) == (
        "triage",
        "acme",
        TRACE,
    )
    assert (row["input_tokens"], row["cache_read_tokens"]) == (40, 60)


def test_the_names_before_2025(counting: Connection) -> None:
    told = {
        "gen_ai.system": "az.ai.openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.prompt_tokens": 100,
        "gen_ai.usage.completion_tokens": 20,
        "llm.request.type": "chat",
        "llm.usage.total_tokens": 120,
    }
    row = count(counting, [span("openai.chat", None, told, kind="client")])[0]
    assert (row["prompt_tokens"], row["completion_tokens"]) == (100, 20)
    assert (row["provider"], row["platform"], row["operation"]) == ("openai", "azure", "chat")


def test_litellm_on_its_callers_span(counting: Connection) -> None:
    lent = {
        "litellm.call_id": "c-1",
        "gen_ai.response.id": "chatcmpl-1",
        "error.type": "InternalServerError",
        "http.response.status_code": 500,
        "app.feature": "search",
    }
    raw = {
        "llm.openai.id": "chatcmpl-1",
        "llm.openai.model": "gpt-4o-mini-2024-07-18",
        "llm.openai.usage.prompt_tokens": 100,
        "llm.openai.usage.completion_tokens": 20,
        "llm.openai.usage.prompt_tokens_details.cached_tokens": 64,
    }
    rows = count(
        counting,
        [
            chat("POST /ask", None, lent, kind="server", scope="app", status_code="ok"),
            span("raw_gen_ai_request", "POST /ask", raw, scope="litellm", at=0.2, lasts=0.5),
        ],
    )
    assert [(r["status"], r["http_status"], r["feature"]) for r in rows] == [("ok", None, "search")]
    assert (rows[0]["cache_read_tokens"], rows[0]["latency_ms"]) == (64, 500)


def test_a_failed_litellm_call_keeps_no_earlier_answer(counting: Connection) -> None:
    stale = {
        "litellm.call_id": "c-2",
        "gen_ai.response.id": "c-2",
        "error.type": "RateLimitError",
        "gen_ai.response.finish_reasons": "",
    }
    rows = count(counting, [chat("POST /ask", None, stale, scope="app", status_code="error")])
    assert [(r["status"], r["prompt_tokens"], r["provider_response_id"]) for r in rows] == [
        ("error", None, None)
    ]


def test_a_stored_response_that_is_fetched_is_no_call(counting: Connection) -> None:
    fetched = {"gen_ai.operation.name": "fetch_response", "gen_ai.response.id": "resp_1"}
    answer = {"gen_ai.response.id": "resp_1"}
    rows = count(counting, [chat("call", None, answer), chat("get", None, fetched, at=9)])
    assert [r["span_id"] for r in rows] == ["call"]


def test_langtrace_told_its_counts_as_text_before_the_conventions(counting: Connection) -> None:
    told = {
        "langtrace.service.name": "OpenAI",
        "llm.model": "gpt-4o-mini",
        "llm.token.counts.input_tokens": 100,
        "llm.token.counts.output_tokens": 20,
        "llm.token.counts.total_tokens": 120,
    }
    rows = count(counting, [span("call", None, told, scope="langtrace-python-sdk")])
    assert totals(rows) == (100, 20)
    assert (rows[0]["provider"], rows[0]["model"]) == ("openai", "gpt-4o-mini")


def test_haystack_tells_usage_in_what_a_generator_replied(counting: Connection) -> None:
    replied = "haystack.component.output.replies.0.meta"
    told = {
        f"{replied}.model": "gpt-4o-mini-2024-07-18",
        f"{replied}.usage.prompt_tokens": 100,
        f"{replied}.usage.completion_tokens": 20,
        f"{replied}.usage.prompt_tokens_details.cached_tokens": 30,
        f"{replied}.finish_reason": "length",
    }
    embedded = {
        "haystack.component.output.meta.model": "text-embedding-3-small",
        "haystack.component.output.meta.usage.prompt_tokens": 8,
        "haystack.component.output.meta.usage.total_tokens": 8,
    }
    spans = [span("run", None, {}, scope="app")]
    spans += [span("llm", "run", told, scope="app"), span("emb", "run", embedded, scope="app")]
    rows = count(counting, spans)
    assert totals(rows) == (108, 20)
    assert {(r["provider"], r["model"], r["cache_read_tokens"], r["status"]) for r in rows} == {
        ("openai", "gpt-4o-mini", 30, "truncated"),
        ("openai", "text-embedding-3-small", None, "ok"),
    }


def test_logfire_tells_cache_and_reasoning_in_the_providers_own_object(
    counting: Connection,
) -> None:
    raw = "gen_ai.usage.raw"
    openai = {
        f"{raw}.input_tokens_details.cached_tokens": 64,
        f"{raw}.output_tokens_details.reasoning_tokens": 5,
        "response_id": "resp_0123456789abcdef",
    }
    claude = {
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "claude-sonnet-4-5",
        # Logfire adds the cache to the input.
        "gen_ai.usage.input_tokens": 1_000,
        f"{raw}.cache_read_input_tokens": 800,
        f"{raw}.cache_creation_input_tokens": 100,
        f"{raw}.cache_creation.ephemeral_5m_input_tokens": 100,
    }
    rows = count(counting, [chat("a", None, openai), chat("b", None, claude)])
    found = {
        r["provider"]: (r["input_tokens"], r["cache_read_tokens"], r["reasoning_tokens"])
        for r in rows
    }
    assert found == {"openai": (36, 64, 5), "anthropic": (100, 800, None)}
    assert [r["cache_write_5m_tokens"] for r in rows if r["provider"] == "anthropic"] == [100]


def test_livekit_tells_the_cache_in_its_metrics(counting: Connection) -> None:
    told = {"gen_ai.usage.input_tokens": 50, "gen_ai.usage.output_tokens": 9}
    told |= {"lk.llm_metrics.prompt_cached_tokens": 20, "lk.llm_metrics.total_tokens": 59}
    spans = [
        span("turn", None, {}, scope="livekit-agents"),
        chat("llm_request", "turn", told, scope="livekit-agents"),
    ]
    (row,) = count(counting, spans)
    assert (row["input_tokens"], row["cache_read_tokens"], row["output_tokens"]) == (30, 20, 9)


def test_a_recorder_of_vertex_names_the_platform(counting: Connection) -> None:
    told = {"gen_ai.provider.name": "Google", "gen_ai.request.model": "gemini-2.5-pro"}
    (row,) = count(
        counting, [chat("call", None, told, scope="opentelemetry.instrumentation.vertexai")]
    )
    assert (row["provider"], row["platform"]) == ("google", "vertex")
