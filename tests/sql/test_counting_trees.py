"""Calls and aggregates above and below each other in the span tree, whole or broken."""

from __future__ import annotations

import duckdb

from tests.sql.spans_by_hand import DAY, chat, count, span, totals

ANSWER = {"gen_ai.response.id": "chatcmpl-1"}


def test_several_calls_inside_make_a_call_their_sum(counting: duckdb.DuckDBPyConnection) -> None:
    summed = {"gen_ai.usage.input_tokens": 200, "gen_ai.usage.output_tokens": 40}
    rows = count(counting, [chat("loop", None, summed), chat("one", "loop"), chat("two", "loop")])
    assert sorted(r["span_id"] for r in rows) == ["one", "two"]


def test_a_call_left_open_around_others_is_counted_by_its_own_id(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    rows = count(
        counting,
        [
            chat("outer", None, ANSWER),
            chat("one", "outer", {"gen_ai.response.id": "one"}),
            chat("two", "outer", {"gen_ai.response.id": "two"}),
        ],
    )
    assert totals(rows) == (300, 60)


def test_aggregates_add_nothing(counting: duckdb.DuckDBPyConnection) -> None:
    usage = {"llm.token_count.prompt": 100, "llm.token_count.completion": 20}
    kinds = ["CHAIN", "AGENT", "TOOL", "RETRIEVER", "GUARDRAIL", "EVALUATOR"]
    operations = ["invoke_agent", "create_agent", "invoke_workflow", "execute_tool", "plan"]
    aggregates = [{"openinference.span.kind": kind} | usage for kind in kinds]
    aggregates += [{"gen_ai.operation.name": name} | usage for name in operations]
    spans = []
    for number, attributes in enumerate(aggregates):
        trace = f"{number:032x}"
        spans += [span("agg", None, attributes, trace=trace), chat("call", "agg", trace=trace)]
    rows = count(counting, spans)
    assert [r["span_id"] for r in rows] == ["call"] * len(aggregates)


def test_only_the_lowest_aggregate_counts_where_no_call_was_recorded(
    counting: duckdb.DuckDBPyConnection,
) -> None:
    agent = {"gen_ai.operation.name": "invoke_agent"}
    rows = count(
        counting, [chat("outer", None, agent), span("mid", "outer"), chat("low", "mid", agent)]
    )
    assert [(r["span_id"], r["usage_basis"]) for r in rows] == [("low", "reported")]


def test_a_broken_tree_loses_and_doubles_nothing(counting: duckdb.DuckDBPyConnection) -> None:
    chain = [span(f"s{n}", f"s{n - 1}" if n else None) for n in range(1000)]
    rows = count(
        counting,
        [
            chat("own", "own"),
            span("x", "y", trace="c" * 32),
            span("y", "x", trace="c" * 32),
            chat("in_cycle", "x", trace="c" * 32),
            chat("orphan", "missing", trace="d" * 32),
            *chain,
            chat("deep", "s999", at=1),
        ],
    )
    assert sorted(r["span_id"] for r in rows) == ["deep", "in_cycle", "orphan", "own"]
    assert {r["day"] for r in rows} == {DAY}


def test_calls_nested_a_thousand_deep_are_one(counting: duckdb.DuckDBPyConnection) -> None:
    calls = [chat(f"c{n}", f"c{n - 1}" if n else None) for n in range(1000)]
    assert len(count(counting, calls)) == 1


def test_an_aggregate_far_above_a_call_adds_nothing(counting: duckdb.DuckDBPyConnection) -> None:
    agent = {"gen_ai.operation.name": "invoke_agent"}
    chain = [span(f"s{n}", f"s{n - 1}" if n else "agent") for n in range(100)]
    rows = count(counting, [chat("agent", None, agent), *chain, chat("call", "s99")])
    assert [r["span_id"] for r in rows] == ["call"]
