"""Usage objects of provider responses: golden vectors, and what is counted beside tokens."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sql.usage_bodies import (
    G1,
    G2,
    G3,
    G5,
    G6,
    G8,
    G9,
    G10,
    G12,
    G15,
    THINKS_90,
    Con,
    Json,
    all_entries,
    classes,
    entries,
    inclusive,
)
from unitcost_models.base import columns
from unitcost_models.provider import UsageObject

GOLDEN = [
    (
        "G1",
        "openai_responses",
        G1,
        "input=600 cache_read=300 cache_write_30m=60 cache_write_12h=40 output=30 reasoning=20",
    ),
    ("G2", "openai_chat", G2, "input=12 input_audio=69 output=15 output_audio=25"),
    (
        "G3",
        "openai_realtime",
        G3,
        "input=30 input_audio=20 cache_read=30 cache_read_audio=20 output=5 output_audio=15",
    ),
    (
        "G5",
        "anthropic",
        G5,
        "input=10 cache_read=900 cache_write_5m=30 cache_write_1h=60 output=15 reasoning=25",
    ),
    ("G6", "anthropic", G6, "input=10 cache_write_unknown=90"),
    (
        "G8",
        "bedrock_converse",
        G8,
        "input=10 cache_read=900 cache_write_5m=30 cache_write_1h=60 output=40",
    ),
    (
        "G9",
        "gemini",
        G9,
        "input=300 input_image=300 cache_read=400 input_tool=50 output=60 reasoning=140",
    ),
    ("G10", "gemini", G10, "input_image=90 input=10"),
    ("G11", "gemini_openai", inclusive(35, 12, 109), "input=35 output=12 reasoning=62"),
    ("G12", "deepseek", G12, "input=116 cache_read=384 output=30 reasoning=50"),
    (
        "G13",
        "xai",
        inclusive(100, 10, 200, completion_tokens_details=THINKS_90),
        "input=100 output=10 reasoning=90",
    ),
    (
        "G14",
        "xai",
        inclusive(100, 100, completion_tokens_details=THINKS_90),
        "input=100 output=10 reasoning=90",
    ),
    ("G15", "openrouter", G15, "input=10 cache_read=900 cache_write_unknown=90"),
    ("G17", "marketplace_units", {"usage_amount": 0.25, "direction": "input"}, "input=250000"),
]


def test_golden_vectors(workbench: Con) -> None:
    found = all_entries(workbench, [(rule, usage) for _, rule, usage, _ in GOLDEN])
    for (name, rule, _, expected), (row,) in zip(GOLDEN, found, strict=True):
        pairs = (pair.split("=") for pair in expected.split())
        assert (name, classes(row)) == (name, {k: int(v) for k, v in pairs})
        assert (name, row["residual_tokens"] in (0, None)) == (name, True)
        assert (row["normalisation_rule"], row["problem"]) == (rule, None)


def test_g6_a_life_that_is_not_told_is_null(workbench: Con) -> None:
    (row,) = entries(workbench, "anthropic", G6)
    assert (row["cache_write_5m_tokens"], row["cache_write_1h_tokens"]) == (None, None)
    assert (row["reasoning_tokens"], row["cache_read_tokens"]) == (None, None)


def test_g7_what_is_billed_outside_the_totals_is_a_row_of_its_own(workbench: Con) -> None:
    steps = [
        ("message", 60, 12),
        ("message", 40, 8),
        ("compaction", 500, 30),
        ("advisor_message", 7, 3),
    ]
    iterations = [{"type": t, "input_tokens": i, "output_tokens": o} for t, i, o in steps]
    iterations[3]["model"] = "wiser"
    rows = entries(
        workbench, "anthropic", {"input_tokens": 100, "output_tokens": 20, "iterations": iterations}
    )
    found = [
        (r["entry_type"], r["entry_model"], r["input_tokens"], r["output_tokens"]) for r in rows
    ]
    assert found == [
        ("response", None, 100, 20),
        ("compaction", None, 500, 30),
        ("advisor_message", "wiser", 7, 3),
    ]


def test_g18_a_replayed_activity_row_keeps_its_residual(workbench: Con) -> None:
    activity = {
        "prompt_tokens": 0,
        "cached_tokens": 700,
        "completion_tokens": 0,
        "reasoning_tokens": 0,
    }
    (row,) = entries(workbench, "openrouter_activity", activity)
    assert (row["input_tokens"], row["cache_read_tokens"], row["residual_tokens"]) == (0, 700, -700)


def test_seconds_ticks_searches_and_costs_are_kept(workbench: Con) -> None:
    (row,) = entries(workbench, "openai_transcription", {"type": "duration", "seconds": 37.5})
    assert (row["audio_seconds"], classes(row), row["input_tokens"]) == (Decimal("37.5"), {}, None)
    (row,) = entries(workbench, "xai", inclusive(1, 1, cost_in_usd_ticks=1721250))
    assert row["reported_cost_usd"] == Decimal("0.000172125")
    searched = G5 | {"server_tool_use": {"web_search_requests": 2, "web_fetch_requests": 1}}
    (row,) = entries(workbench, "anthropic", searched)
    assert (row["web_search_calls"], row["web_fetch_calls"]) == (2, 1)
    (row,) = entries(workbench, "cohere", {"billed_units": {"search_units": 3}})
    assert (row["search_units"], row["input_tokens"], row["residual_tokens"]) == (3, None, None)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"web_search_calls": 2, "x_search_calls": 3, "mcp_calls": 4}, (5, None, 5)),
        ({"web_search_calls": 0, "x_search_calls": 0, "file_search_calls": 2}, (0, 2, 2)),
        ({"web_search_calls": 1, "code_interpreter_calls": 1}, (1, None, 2)),
        ({"web_search_calls": 0, "document_search_calls": 1}, (0, None, 1)),
        ({"web_search_calls": 0, "image_generation_calls": 1}, (0, None, 1)),
        ({"x_search_calls": 1}, (1, None, 9)),
        ({}, (None, None, 9)),
        (None, (None, None, 9)),
    ],
)
def test_tools_that_xai_ran_are_counted_or_told(
    workbench: Con, told: Json | None, expected: tuple[int | None, ...]
) -> None:
    """A search of X costs what one of the web costs; code and collections have no column."""
    usage = inclusive(1, 1, num_server_side_tools_used=9)
    usage |= {} if told is None else {"server_side_tool_usage_details": told}
    (row,) = entries(workbench, "xai", usage)
    found = (row["web_search_calls"], row["file_search_calls"], row["server_tool_calls"])
    assert found == expected


def test_what_mistrals_connectors_bring_is_input(workbench: Con) -> None:
    """Their tokens are in the total and in neither count; others than searches may cost."""
    usage = inclusive(196, 485, total_tokens=3_846, connector_tokens=3_165)
    usage["connectors"] = {"web_search": 1, "code_interpreter": 1}
    (row,) = entries(workbench, "mistral", usage)
    assert (row["input_tokens"], row["input_tool_tokens"], row["prompt_tokens"]) == (
        196,
        3_165,
        3_361,
    )
    assert (row["web_search_calls"], row["server_tool_calls"], row["residual_tokens"]) == (1, 2, 0)
    (plain,) = entries(
        workbench, "mistral", inclusive(1, 1, connector_tokens=None, connectors=None)
    )
    assert (plain["input_tool_tokens"], plain["server_tool_calls"]) == (None, None)


def test_cohere_bills_less_than_it_processes(workbench: Con) -> None:
    usage = {
        "billed_units": {"input_tokens": 5, "output_tokens": 6},
        "tokens": {"input_tokens": 90},
    }
    (row,) = entries(workbench, "cohere", usage)
    assert (row["prompt_tokens"], row["processed_input_tokens"]) == (5, 90)


def test_pictures_are_output_unless_split(workbench: Con) -> None:
    usage = {"input_tokens": 30, "input_tokens_details": {"text_tokens": 10, "image_tokens": 20}}
    (row,) = entries(workbench, "openai_images", usage | {"output_tokens": 9})
    assert classes(row) == {"input": 10, "input_image": 20, "output_image": 9}


def test_litellm_lives_are_split(workbench: Con) -> None:
    lives = {"ephemeral_5m_input_tokens": 30, "ephemeral_1h_input_tokens": 50}
    details = {
        "cached_tokens": 900,
        "cache_creation_tokens": 90,
        "cache_creation_token_details": lives,
    }
    (row,) = entries(workbench, "litellm", inclusive(1000, 1, prompt_tokens_details=details))
    assert classes(row) == {
        "input": 10,
        "cache_read": 900,
        "cache_write_5m": 30,
        "cache_write_1h": 50,
        "cache_write_unknown": 10,
        "output": 1,
    }


def test_the_result_has_the_columns_of_the_row_model(workbench: Con) -> None:
    entries(workbench, "openai_chat", {})
    found = [(n, t) for n, t, *_ in workbench.execute("describe raw.usage_objects").fetchall()]
    assert found == [(c.name, c.sql_type) for c in columns(UsageObject)]
