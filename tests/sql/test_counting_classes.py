"""Token classes of spans are disjoint, whatever an instrumentation means by input and output."""

from __future__ import annotations

from typing import Any

import duckdb
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sql.spans_by_hand import Span, chat, count, span
from unitcost_models.shared import INPUT_CLASSES, OUTPUT_CLASSES

Connection = duckdb.DuckDBPyConnection
USAGE = "gen_ai.usage."


def usage(**tokens: int) -> Span:
    """A call whose usage is told under the OTel names; `__` stands for a dot."""
    told = {f"{USAGE}{name.replace('__', '.')}": value for name, value in tokens.items()}
    return chat("call", None, told)


def classes(row: dict[str, Any]) -> dict[str, int]:
    """The classes that are not zero or unknown."""
    return {name: row[name] for name in (*INPUT_CLASSES, *OUTPUT_CLASSES) if row[name]}


def read(counting: Connection, call: Span) -> dict[str, Any]:
    return count(counting, [call])[0]


def test_input_includes_the_cache(counting: Connection) -> None:
    row = read(
        counting,
        usage(
            input_tokens=8855,
            output_tokens=193,
            cache_read__input_tokens=8845,
            cache_write__input_tokens=6,
        ),
    )
    assert classes(row) == {
        "input_tokens": 4,
        "cache_read_tokens": 8845,
        "cache_write_unknown_tokens": 6,
        "output_tokens": 193,
    }
    assert row["normalisation_rule"] == "inclusive_input"


def test_input_smaller_than_the_cache_stands_beside_it(counting: Connection) -> None:
    row = read(counting, usage(input_tokens=4, output_tokens=193, cache_read__input_tokens=8845))
    assert classes(row) == {"input_tokens": 4, "cache_read_tokens": 8845, "output_tokens": 193}
    assert (row["normalisation_rule"], row["prompt_tokens"]) == ("exclusive_input", 8849)


def test_a_total_tells_that_input_stands_beside_the_cache(counting: Connection) -> None:
    row = read(
        counting,
        usage(input_tokens=900, output_tokens=10, cache_read__input_tokens=500, total_tokens=1410),
    )
    assert (row["input_tokens"], row["prompt_tokens"]) == (900, 1400)
    assert row["residual_tokens"] == 0


def test_cache_writes_split_by_their_life(counting: Connection) -> None:
    split = {
        "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": 6,
        "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 10,
        f"{USAGE}input_tokens": 100,
        f"{USAGE}cache_creation.input_tokens": 16,
    }
    row = read(counting, chat("call", None, split))
    assert [row[f"cache_write_{life}_tokens"] for life in ("5m", "1h", "unknown")] == [6, 10, 0]
    assert row["input_tokens"] == 84


def test_the_split_of_another_witness_fills_the_winners_total(counting: Connection) -> None:
    told = {
        "gen_ai.response.id": "msg_1",
        f"{USAGE}input_tokens": 100,
        f"{USAGE}cache_write.input_tokens": 16,
    }
    split = {"anthropic.usage.cache_creation.ephemeral_5m_input_tokens": 16}
    sdk = chat("sdk", "outer", told, scope="com.anthropic.sdk.python")
    row = read_of(counting, sdk, chat("outer", None, told | split))
    assert (row["span_id"], row["cache_write_5m_tokens"]) == ("sdk", 16)
    assert row["cache_write_unknown_tokens"] == 0


def read_of(counting: Connection, *spans: Span) -> dict[str, Any]:
    rows = count(counting, spans)
    assert len(rows) == 1
    return rows[0]


def test_reasoning_is_a_part_of_output(counting: Connection) -> None:
    row = read(counting, usage(input_tokens=11, output_tokens=228, reasoning__output_tokens=192))
    assert (row["output_tokens"], row["reasoning_tokens"]) == (36, 192)


def test_a_total_tells_that_reasoning_stands_beside_output(counting: Connection) -> None:
    row = read(
        counting,
        usage(input_tokens=10, output_tokens=20, reasoning__output_tokens=5, total_tokens=35),
    )
    assert (row["output_tokens"], row["completion_tokens"]) == (20, 25)


def test_a_gemini_total_above_its_parts_is_thinking(counting: Connection) -> None:
    told = {"gen_ai.provider.name": "gcp.gemini", "gen_ai.request.model": "gemini-2.5-flash"}
    told |= {f"{USAGE}input_tokens": "35", f"{USAGE}output_tokens": "12"}
    row = read(counting, chat("call", None, told | {f"{USAGE}total_tokens": "109"}))
    assert (row["output_tokens"], row["reasoning_tokens"]) == (12, 62)


def test_raw_gemini_thoughts_stand_beside_the_answer(counting: Connection) -> None:
    raw = "llm.gemini.usageMetadata."
    told: dict[str, Any] = {f"{raw}promptTokenCount": 100, f"{raw}candidatesTokenCount": 9}
    told |= {f"{raw}thoughtsTokenCount": 7, "gen_ai.operation.name": "chat"}
    row = read(counting, span("call", None, told))
    assert (row["output_tokens"], row["reasoning_tokens"], row["completion_tokens"]) == (9, 7, 16)


def test_raw_anthropic_input_stands_beside_the_cache(counting: Connection) -> None:
    raw = "llm.anthropic.usage."
    told: dict[str, Any] = {f"{raw}input_tokens": 900, f"{raw}output_tokens": 9}
    told |= {f"{raw}cache_read_input_tokens": 50, "gen_ai.operation.name": "chat"}
    row = read(counting, span("call", None, told))
    assert (row["input_tokens"], row["cache_read_tokens"], row["prompt_tokens"]) == (900, 50, 950)


def test_audio_is_taken_out_of_text(counting: Connection) -> None:
    row = read(
        counting,
        usage(
            input_tokens=100,
            output_tokens=50,
            audio__input_tokens=30,
            audio__output_tokens=20,
            cache_read__input_tokens=40,
            audio__cache_read__input_tokens=10,
        ),
    )
    assert classes(row) == {
        "input_tokens": 40,
        "input_audio_tokens": 20,
        "cache_read_tokens": 30,
        "cache_read_audio_tokens": 10,
        "output_tokens": 30,
        "output_audio_tokens": 20,
    }


def test_an_embedding_may_tell_its_total_only(counting: Connection) -> None:
    told = {"gen_ai.operation.name": "embeddings", f"{USAGE}total_tokens": 77}
    row = read(counting, span("call", None, told))
    assert (row["input_tokens"], row["usage_basis"], row["status"]) == (77, "reported", "ok")


NAMES = (
    "input_tokens",
    "output_tokens",
    "total_tokens",
    "cache_read.input_tokens",
    "cache_write.input_tokens",
    "reasoning.output_tokens",
    "audio.input_tokens",
    "audio.cache_read.input_tokens",
    "audio.output_tokens",
    "image.input_tokens",
)
COUNTS = st.integers(0, 5000)


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(*[COUNTS] * len(NAMES)), min_size=80, max_size=80))
def test_classes_always_add_up_to_the_totals(
    counting: Connection, drawn: list[tuple[int, ...]]
) -> None:
    spans = [
        chat("call", None, {f"{USAGE}{n}": v for n, v in zip(NAMES, values, strict=True)})
        | {"trace_id": f"{number:032x}"}
        for number, values in enumerate(drawn)
    ]
    for row in count(counting, spans):
        if row["prompt_tokens"] is None:
            continue
        assert sum(row[name] or 0 for name in INPUT_CLASSES) == row["prompt_tokens"]
        assert sum(row[name] or 0 for name in OUTPUT_CLASSES) == row["completion_tokens"]
        assert min(row[name] or 0 for name in (*INPUT_CLASSES, *OUTPUT_CLASSES)) >= 0
