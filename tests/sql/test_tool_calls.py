"""Which agent a tool call belongs to, however a framework hangs up its spans."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from tests.sql.spans_by_hand import DAY, Span, chat, count, span
from unitcost.workbench import run_step

AGENT = {"gen_ai.operation.name": "invoke_agent"}


def tool(span_id: str, parent: str | None, **values: Any) -> Span:
    """A call of one tool with one input."""
    told = {"gen_ai.tool.name": "run_sql", "derived.input_hash": "same"}
    return span(span_id, parent, told, **values)


def steps(kind: dict[str, Any] | None) -> list[Span]:
    """An agent that calls its tool in three steps, each with a span of its own above the call."""
    found = [span("run", None, {}), span("agent", "run", AGENT)]
    for n in range(3):
        found += [chat(f"chat{n}", "agent", at=n), span(f"step{n}", "agent", kind, at=n)]
        found += [tool(f"tool{n}", f"step{n}", at=n)]
    return found


def agents(con: duckdb.DuckDBPyConnection, spans: list[Span]) -> list[str]:
    count(con, spans)
    run_step(con, "steps.tool_calls", DAY)
    found = con.execute("select agent_span_id from steps.tool_calls order by span_id").fetchall()
    return [agent for (agent,) in found]


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        (steps({}), ["agent"] * 3),
        (steps(AGENT), ["step0", "step1", "step2"]),
        ([*steps({}), *(chat(f"sub{n}", f"step{n}", at=n) for n in range(3))],
         ["step0", "step1", "step2"]),
        ([span("agent", None, {}), chat("c", "agent"), tool("t", "agent")], ["agent"]),
        ([span("root", None, {}), span("agent", "root", AGENT), tool("t", "agent")], ["agent"]),
        ([span("root", None, {}), tool("t", "root")], ["root"]),
        ([tool("t", None)], ["t"]),
        ([tool("t", "lost")], ["lost"]),
    ],
    ids=["steps", "sub-agents", "steps that ask too", "agent that asks", "agent by name", "root",
         "alone", "parent not delivered"],
)  # fmt: skip
def test_a_tool_call_belongs_to_the_agent_above_its_step(
    counting: duckdb.DuckDBPyConnection, spans: list[Span], expected: list[str]
) -> None:
    assert agents(counting, spans) == expected
