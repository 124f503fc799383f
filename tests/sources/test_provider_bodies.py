"""Bodies that a provider answered, as teams log them; every number here is invented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sources.bodies_of_apis import MOMENT, OLLAMA_STREAM, SHAPES, Json, answered
from tests.sources.reading import parse_texts
from unitcost.sources import detect_format
from unitcost.staging import sample


def test_a_call_without_an_answer_is_a_failure_of_unknown_usage() -> None:
    call = {"timestamp": MOMENT, "provider": "openai", "request": {"model": "gpt-5"}}
    lost = {**call, "response": None, "error": "ReadTimeout: no answer in 600 s"}
    texts = [json.dumps(record) for record in (lost, {**call, "response": None})]
    timeout, nothing = parse_texts("provider_bodies", texts)
    assert (timeout["has_error"], timeout["error_type"]) == (True, "ReadTimeout")
    assert (timeout["usage_basis"], timeout["reject_reason"]) == ("missing", None)
    assert "neither usage nor an error" in nothing["reject_reason"]


def test_vertex_counts_each_text_that_it_embeds() -> None:
    texts = [{"embeddings": {"statistics": {"token_count": count}}} for count in (4, 6.0)]
    record = {
        "timestamp": MOMENT,
        "provider": "vertex",
        "model": "text-embedding-005",
        "response": {"predictions": texts},
    }
    (row,) = parse_texts("provider_bodies", [json.dumps(record)])
    assert (row["input_tokens"], row["completion_tokens"]) == (10, None)
    assert (row["operation"], row["reject_reason"]) == ("embeddings", None)


@pytest.mark.parametrize(
    ("tools", "output", "basis", "searches"),
    [
        ({"web_search_calls": 0, "x_search_calls": 3}, [], "reported", 3),
        ({"web_search_calls": 1, "code_interpreter_calls": 1}, [], "partial", 1),
        (None, [{"type": "web_search_call"}] * 3, "reported", 3),
        (None, [{"type": "web_search_call"}, {"type": "custom_tool_call"}], "partial", 1),
    ],
)
def test_a_tool_that_no_column_counts_leaves_the_usage_partial(
    tools: Json | None, output: list[Json], basis: str, searches: int
) -> None:
    """Its fee is in xAI's bill, so tokens alone would be too little, and no cost is claimed."""
    usage: Json = {"input_tokens": 9, "output_tokens": 1, "num_server_side_tools_used": 3}
    usage |= {"cost_in_usd_ticks": 5} | ({"server_side_tool_usage_details": tools} if tools else {})
    body = {"id": "r1", "model": "grok-4.3", "usage": usage, "output": output}
    logged = {"timestamp": MOMENT, "url": "https://api.x.ai/v1/responses", "response": body}
    (row,) = parse_texts("provider_bodies", [json.dumps(logged)])
    assert (row["usage_basis"], row["web_search_calls"]) == (basis, searches)
    assert row["reported_cost_usd"] is not None


def test_images_without_usage_are_counted_by_the_piece() -> None:
    """DALL-E and Imagen tell no tokens."""
    drawn = {"created": 1793527200, "data": [{"url": "https://x"}, {"b64_json": "a"}]}
    made = {"predictions": [{"mimeType": "image/png", "bytesBase64Encoded": "a"}]}
    host = "https://us-central1-aiplatform.googleapis.com/v1/publishers/google/models"
    asked = {"request": {"model": "dall-e-3"}}
    rows = parse_texts(
        "provider_bodies",
        [
            answered("https://api.openai.com/v1/images/generations", drawn, **asked),
            answered(f"{host}/imagen-3.0-generate-002:predict", made),
        ],
    )
    told = [(r["request_model"], r["images"], r["prompt_tokens"], r["operation"]) for r in rows]
    assert told == [
        ("dall-e-3", 2, None, "image_generation"),
        ("imagen-3.0-generate-002", 1, None, "image_generation"),
    ]


def test_perplexity_states_what_a_call_cost() -> None:
    usage: Json = {"prompt_tokens": 10, "completion_tokens": 50, "total_tokens": 60}
    usage |= {"reasoning_tokens": 30, "cost": {"request_cost": 0.006, "total_cost": 0.009}}
    body = {"id": "a", "model": "sonar-reasoning-pro", "usage": usage}
    url = "https://api.perplexity.ai/chat/completions"
    (row,) = parse_texts("provider_bodies", [answered(url, body)])
    assert (row["provider_name"], row["reasoning_tokens"]) == ("perplexity", 30)
    assert str(row["reported_cost_usd"]) == "0.009000000000"


def test_files_and_lists_are_no_calls_and_embeddings_are_one_also_without_usage() -> None:
    answers: list[Json] = [
        {"object": "file", "id": "file-1", "bytes": 3, "created_at": 1793527200},
        {"object": "list", "data": [{"object": "model", "id": "m", "created": 0}]},
        {"object": "response.input_tokens", "input_tokens": 12},
        {"embeddings": {"float": [[0.1]]}, "id": "e-1", "response_type": "embeddings_by_type"},
        {"object": "list", "data": [{"object": "embedding", "index": 0}], "model": "m"},
    ]
    texts = [answered("https://api.openai.com/v1/x", answer) for answer in answers]
    rows = parse_texts("provider_bodies", texts)
    assert [row["reject_reason"] is None for row in rows] == [False, False, False, True, True]
    assert [row["usage_basis"] for row in rows[3:]] == ["missing", "missing"]


def test_shapes_of_other_apis_are_read() -> None:
    rows = parse_texts("provider_bodies", [text for text, _ in SHAPES])
    found = [
        {name: row[name] for name in wanted} | {"reject_reason": row["reject_reason"]}
        for row, (_, wanted) in zip(rows, SHAPES, strict=True)
    ]
    assert found == [wanted | {"reject_reason": None} for _, wanted in SHAPES]


def test_a_stream_of_an_object_a_line_is_recognised(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text(answered("http://localhost:11434/api/chat", OLLAMA_STREAM) + "\n")
    assert detect_format(sample(file)) == "provider_bodies"


def test_an_answer_of_mistrals_conversations_names_its_model_and_id() -> None:
    answer = {
        "object": "conversation.response",
        "conversation_id": "conv_1",
        "outputs": [
            {"type": "tool.execution", "name": "web_search", "id": "tool_exec_1"},
            {"type": "message.output", "id": "msg_1", "model": "mistral-medium-2505"},
        ],
        "usage": {
            "prompt_tokens": 196,
            "completion_tokens": 485,
            "total_tokens": 3_846,
            "connector_tokens": 3_165,
            "connectors": {"web_search": 1},
        },
    }
    record = {"timestamp": MOMENT, "provider": "mistral", "response": answer}
    (row,) = parse_texts("provider_bodies", [json.dumps(record)])
    assert (row["provider_response_id"], row["response_model"]) == ("msg_1", "mistral-medium-2505")
    assert (row["input_tokens"], row["output_tokens"]) == (196 + 3_165, 485)
    assert (row["web_search_calls"], row["usage_basis"]) == (1, "reported")


def test_a_step_repeats_what_its_run_used() -> None:
    usage = {"prompt_tokens": 120, "completion_tokens": 45, "total_tokens": 165}
    run = {"id": "run_1", "object": "thread.run", "model": "gpt-4o", "usage": usage}
    step = {"id": "step_1", "object": "thread.run.step", "run_id": "run_1", "usage": usage}
    texts = [json.dumps({"timestamp": MOMENT, "response": body}) for body in (run, step)]
    whole, part = parse_texts("provider_bodies", texts)
    assert (whole["prompt_tokens"], whole["reject_reason"]) == (120, None)
    assert "step of a run" in part["reject_reason"]


@pytest.mark.parametrize(
    "answer",
    [
        {"type": "response.done", "response": {"usage": {"input_tokens": 1, "total_tokens": 1}}},
        {"model": "mistral-ocr-2505", "pages": [], "usage_info": {"pages_processed": 3}},
    ],
    ids=["the last event of a stream", "pages that were read"],
)
def test_answers_that_count_otherwise_are_recognised(answer: Json, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text(json.dumps({"timestamp": MOMENT, "response": answer}) + "\n")
    assert detect_format(sample(file)) == "provider_bodies"
