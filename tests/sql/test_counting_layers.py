"""A call seen by several layers is one request: by response id, by the span tree, by its tokens."""

from __future__ import annotations

import duckdb

from tests.given import rows_of
from tests.sql.spans_by_hand import chat, count, log_record, span, totals

ANSWER = {"gen_ai.response.id": "chatcmpl-1"}
SDK = "com.anthropic.sdk.python"
LANGCHAIN = "openinference.instrumentation.langchain"


def test_one_response_id_is_one_request_wherever_it_is_seen(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    rows = count(
        counting,
        [
            span("root"),
            chat("framework", "root", ANSWER, scope=LANGCHAIN),
            chat("sibling", "root", ANSWER),
            chat("elsewhere", None, ANSWER, trace="b" * 32),
        ],
        [log_record("litellm:1", provider_response_id="chatcmpl-1")],
    )
    assert [r["sighting_count"] for r in rows] == [4]
    assert totals(rows) == (100, 20)
    assert rows[0]["source_format"] == "litellm"
    seen = rows_of(counting, "select * from core.sightings")
    assert {s["request_id"] for s in seen} == {rows[0]["request_id"]}
    assert [s["sighting_id"] for s in seen if s["is_winner"]] == ["litellm:1"]


def test_response_ids_of_two_providers_are_two_requests(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    other = ANSWER | {"gen_ai.provider.name": "mistral_ai"}
    assert len(count(counting, [chat("a", None, ANSWER), chat("b", None, other)])) == 2


def test_azure_and_openai_share_response_ids(counting: duckdb.DuckDBPyConnection) -> None:
    azure = ANSWER | {"gen_ai.provider.name": "azure.ai.openai"}
    assert len(count(counting, [chat("a", None, ANSWER), chat("b", None, azure)])) == 1


def test_a_gateway_names_the_maker_behind_a_borrowed_dialect(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    answer = {"gen_ai.response.id": "msg_01HqvkzUjyqwXoZ8C4"}
    record = log_record(
        "litellm:1", provider_name="anthropic", provider_response_id=answer["gen_ai.response.id"]
    )
    rows = count(counting, [chat("a", None, answer)], [record])
    assert [r["source_format"] for r in rows] == ["litellm"]


def test_cache_hits_repeat_an_id_and_cost_nothing(counting: duckdb.DuckDBPyConnection) -> None:
    hit = {"provider_response_id": "chatcmpl-1", "is_cache_hit": True}
    rows = count(
        counting,
        [chat("a", None, ANSWER)],
        [log_record("litellm:1", **hit), log_record("litellm:2", **hit)],
    )
    assert sorted((r["status"], r["billed_state"]) for r in rows) == [
        ("cache_hit", "not_billed"),
        ("cache_hit", "not_billed"),
        ("ok", "billed"),
    ]


def test_a_call_inside_a_call_is_the_same_call(counting: duckdb.DuckDBPyConnection) -> None:
    rows = count(
        counting,
        [
            chat("framework", None, scope=LANGCHAIN),
            span("between", "framework"),
            chat("sdk", "between", ANSWER, scope=SDK),
        ],
    )
    assert [(r["span_id"], r["sighting_count"]) for r in rows] == [("sdk", 2)]


def test_the_inner_call_lends_what_the_outer_lacks_and_back(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    silent = {"gen_ai.usage.input_tokens": "", "gen_ai.usage.output_tokens": ""}
    rows = count(
        counting,
        [chat("framework", None, scope=LANGCHAIN), chat("sdk", "framework", ANSWER | silent)],
    )
    assert totals(rows) == (100, 20)
    assert [(r["provider_response_id"], r["usage_basis"]) for r in rows] == [
        ("chatcmpl-1", "reported")
    ]


def test_differing_ids_make_a_nested_call_another_call(counting: duckdb.DuckDBPyConnection) -> None:
    rows = count(
        counting,
        [chat("outer", None, ANSWER), chat("inner", "outer", {"gen_ai.response.id": "other"})],
    )
    assert totals(rows) == (200, 40)


def test_an_embedding_inside_a_chat_is_another_call(counting: duckdb.DuckDBPyConnection) -> None:
    embed = {
        "gen_ai.operation.name": "embeddings",
        "gen_ai.request.model": "text-embedding-3-small",
    }
    rows = count(counting, [chat("outer"), chat("inner", "outer", embed)])
    assert {r["stage"] for r in rows} == {"embedding", "inference"}


def test_siblings_without_an_id_are_one_call_by_their_numbers(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    rows = count(
        counting,
        [
            span("root"),
            chat("framework", "root", scope=LANGCHAIN, at=0, lasts=2),
            chat("sdk", "root", ANSWER, at=0.5, lasts=1),
        ],
    )
    assert [r["span_id"] for r in rows] == ["sdk"]


def test_parallel_equal_calls_of_one_layer_stay_apart(counting: duckdb.DuckDBPyConnection) -> None:
    rows = count(counting, [span("root"), chat("a", "root", lasts=2), chat("b", "root", at=0.5)])
    assert len(rows) == 2


def test_the_most_complete_version_of_a_span_counts(counting: duckdb.DuckDBPyConnection) -> None:
    silent = {"gen_ai.usage.input_tokens": "", "gen_ai.usage.output_tokens": ""}
    versions = [
        chat("a", None, silent),
        chat("a", None, {"app.feature": "search"}),
        chat("a", None, ended_at=None),
    ]
    rows = count(counting, versions)
    assert [(r["feature"], r["prompt_tokens"]) for r in rows] == [("search", 100)]


def test_parallel_calls_of_two_layers_pair_off(counting: duckdb.DuckDBPyConnection) -> None:
    outer = [chat(f"o{n}", "root", scope=LANGCHAIN, at=n, lasts=10) for n in range(4)]
    inner = [
        chat(f"i{n}", "root", {"gen_ai.response.id": f"c{n}"}, at=4 + n, lasts=1) for n in range(4)
    ]
    assert len(count(counting, [span("root"), *outer, *inner])) == 4
    assert len(count(counting, [span("root"), *outer, *inner[:1]])) == 4


def test_many_equal_calls_in_one_trace_are_quick(counting: duckdb.DuckDBPyConnection) -> None:
    calls = [chat(f"c{n}", "root", at=n) for n in range(3000)]
    assert len(count(counting, [span("root"), *calls])) == 3000


def test_a_failure_that_two_layers_saw_is_one(counting: duckdb.DuckDBPyConnection) -> None:
    failed = {
        "gen_ai.usage.input_tokens": "",
        "gen_ai.usage.output_tokens": "",
        "gen_ai.response.finish_reasons": "",
        "error.type": "InternalServerError",
    }
    spans = [span("root")]
    for at in (0, 10):
        spans += [
            chat(f"framework{at}", "root", failed, scope=LANGCHAIN, at=at, lasts=2),
            chat(f"sdk{at}", "root", failed, at=at + 0.5, lasts=1),
        ]
    rows = count(counting, spans)
    assert [r["span_id"] for r in rows] == ["sdk0", "sdk10"]
    assert {(r["status"], r["sighting_count"]) for r in rows} == {("error", 2)}


LOGFIRE = "logfire.openai"
ASKED = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-4o-mini",
}


def test_logfires_record_of_a_streams_answer_is_the_call_it_answers(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    rows = count(
        counting,
        [
            span("root"),
            span("asked 1", "root", ASKED, at=1, lasts=0.5, scope=LOGFIRE),
            span("failed", "root", ASKED, at=2, lasts=0.5, scope=LOGFIRE, status_code="error"),
            span("asked 2", "root", ASKED, at=3, lasts=0.5, scope=LOGFIRE),
            chat("answer 1", "root", at=4, lasts=0, scope=LOGFIRE),
            span("answer 2", "root", ASKED, at=5, lasts=0, scope=LOGFIRE),
            chat("whole", "root", ANSWER, at=6, scope=LOGFIRE),
            span("never read", "root", ASKED, at=7, lasts=0.5, scope=LOGFIRE),
        ],
    )
    assert sorted((r["sighting_count"], r["status"]) for r in rows) == [
        (1, "error"),
        (1, "incomplete"),
        (1, "ok"),
        (2, "incomplete"),
        (2, "ok"),
    ]
    assert totals(rows) == (200, 40)
