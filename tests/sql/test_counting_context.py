"""What a request was for comes from the nearest span that says so, and it is told from where."""

from __future__ import annotations

from typing import Any

import duckdb

from tests.sql.spans_by_hand import TRACE, chat, count, log_record, span

Connection = duckdb.DuckDBPyConnection
ANSWER = {"gen_ai.response.id": "chatcmpl-1"}
WORKFLOW = {"traceloop.span.kind": "workflow"}


def origin(row: dict[str, Any], name: str) -> tuple[Any, Any]:
    return (row[name], row[f"{name}_origin"])


def test_the_nearest_span_wins(counting: Connection) -> None:
    spans = [
        span(
            "root",
            None,
            {"tenant.id": "far", "app.feature": "search", "user.id": "u1"},
            resource={"service.name": "api", "deployment.environment.name": "production"},
        ),
        span("middle", "root", {"tenant.id": "near"}),
        span("step", "middle"),
        chat("call", "step", {"user.id": "u2"}, resource={"service.name": "worker"}),
    ]
    row = count(counting, spans)[0]
    assert origin(row, "customer_id") == ("near", "ancestor")
    assert origin(row, "feature") == ("search", "root")
    assert origin(row, "user_id") == ("u2", "own")
    assert origin(row, "service_name") == ("worker", "resource")
    assert origin(row, "team") == (None, None)
    assert origin(row, "environment") == (None, None)


def test_the_root_is_found_over_a_gap(counting: Connection) -> None:
    row = count(counting, [span("root", None, {"tenant.id": "t"}), chat("call", "lost")])[0]
    assert origin(row, "customer_id") == ("t", "root")


def test_the_root_is_found_above_any_depth(counting: Connection) -> None:
    chain = [span(f"s{n}", f"s{n - 1}") for n in range(1, 200)]
    spans = [span("s0", None, {"tenant.id": "t"}), *chain, chat("call", "s199")]
    assert origin(count(counting, spans)[0], "customer_id") == ("t", "root")


def test_every_sighting_of_a_call_may_say_who_it_was_for(counting: Connection) -> None:
    sdk = "com.anthropic.sdk.python"
    spans = [
        span("root", None, {"tenant.id": "t"}),
        chat("app", "root", ANSWER | {"gen_ai.prompt.name": "p"}),
        chat("sdk", None, ANSWER, scope=sdk, trace="b" * 32),
    ]
    record = log_record(
        "litellm:1",
        provider_response_id="chatcmpl-1",
        trace_id="session",
        customer_id="key owner",
        team="payments",
    )
    row = count(counting, spans, [record])[0]
    assert row["source_format"] == "litellm"
    assert row["trace_id"] in (TRACE, "b" * 32)
    assert origin(row, "customer_id") == ("t", "root")
    assert origin(row, "prompt_name") == ("p", "own")
    assert origin(row, "team") == ("payments", "sibling")


def test_a_record_alone_speaks_for_itself(counting: Connection) -> None:
    row = count(counting, [], [log_record("litellm:1", trace_id="t-1", team="payments")])[0]
    assert origin(row, "team") == ("payments", "own")
    assert (row["workflow_run_id"], row["task_id"]) == ("t-1", "t-1")
    assert origin(row, "stage") == ("inference", "own")


def test_the_roots_name_is_the_last_resort_for_a_workflow(counting: Connection) -> None:
    named = {"gen_ai.workflow.name": "triage"}
    spans = [
        span("POST /ask"),
        chat("one", "POST /ask"),
        span("POST /ask", None, named, trace="b" * 32),
        chat("two", "POST /ask", trace="b" * 32),
        chat("three", trace="c" * 32),
    ]
    workflows = {r["span_id"]: r["workflow"] for r in count(counting, spans)}
    assert workflows == {"one": "POST /ask", "two": "triage", "three": None}


def test_a_run_is_the_outermost_workflow_of_a_trace(counting: Connection) -> None:
    spans = [
        span("batch"),
        span("w1", "batch", WORKFLOW),
        span("inner", "w1", WORKFLOW),
        chat("a", "inner"),
        chat("b", "w1", at=1),
        span("w2", "batch", {"gen_ai.operation.name": "invoke_workflow"}),
        chat("c", "w2", at=2),
        chat("d", "batch", at=3),
    ]
    runs = [r["workflow_run_id"] for r in count(counting, spans)]
    assert runs == [f"{TRACE}:w1", f"{TRACE}:w1", f"{TRACE}:w2", TRACE]


def test_a_workflow_at_the_root_is_the_trace(counting: Connection) -> None:
    row = count(counting, [span("w", None, WORKFLOW), chat("call", "w")])[0]
    assert (row["workflow_run_id"], row["task_id"]) == (TRACE, TRACE)


def test_calls_below_an_evaluator_are_evaluation(counting: Connection) -> None:
    spans = [
        span("root"),
        span("judge", "root", {"openinference.span.kind": "EVALUATOR"}),
        chat("judging", "judge"),
        chat("answering", "root", at=1),
        chat("told", "root", {"app.stage": "context assembly"}, at=2),
    ]
    stages = [r["stage"] for r in count(counting, spans)]
    assert stages == ["evaluation", "inference", "context assembly"]


def test_the_tier_and_the_address_are_those_that_served(counting: Connection) -> None:
    told = {
        "openai.request.service_tier": "priority",
        "openai.response.service_tier": "default",
        "server.address": "my-resource.openai.azure.com",
    }
    row = count(counting, [chat("call", None, told)])[0]
    assert (row["service_tier"], row["provider"], row["platform"]) == (
        "standard",
        "openai",
        "azure",
    )


def test_a_local_address_says_nothing(counting: Connection) -> None:
    row = count(counting, [chat("call", None, {"server.address": "127.0.0.1"})])[0]
    assert (row["provider"], row["platform"], row["model"]) == ("openai", "direct", "gpt-4o-mini")


def test_the_address_that_one_layer_saw_places_the_call(counting: Connection) -> None:
    azure = ANSWER | {"server.address": "x.openai.azure.com", "gen_ai.response.model": "gpt-4o"}
    spans = [
        chat("outer", None, ANSWER | azure, scope="openinference.instrumentation.langchain"),
        chat("inner", "outer", ANSWER),
    ]
    row = count(counting, spans)[0]
    assert (row["span_id"], row["platform"], row["model"]) == ("inner", "azure", "gpt-4o")


def test_a_gateways_try_without_a_span_is_of_its_trace(counting: Connection) -> None:
    spans = [span("root", None, {"tenant.id": "t", "gen_ai.task.id": "task-1"})]
    row = count(counting, spans, [log_record("litellm:1", trace_id=TRACE)])[0]
    assert origin(row, "customer_id") == ("t", "root")
    assert origin(row, "task_id") == ("task-1", "root")


def test_the_account_that_one_layer_heard_of_is_the_calls(counting: Connection) -> None:
    heard = ANSWER | {"http.response.header.openai-organization": "org-1"}
    spans = [
        chat("outer", None, heard, scope="openinference.instrumentation.langchain"),
        chat("inner", "outer", ANSWER),
    ]
    row = count(counting, spans)[0]
    assert (row["span_id"], row["account_id"]) == ("inner", "org-1")
