"""Recorded usage objects of real providers, in the wrappers that teams log them in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sources.reading import parse_texts, records
from tests.sql.test_usage_objects_real import rule_of
from unitcost.sources import detect_format
from unitcost.staging import sample

Json = dict[str, Any]
MOMENT = "2026-11-01T10:00:00Z"


def _body(row: Json) -> Json:
    return {"id": row["response_id"], "model": row["response_model"], "usage": row["usage"]}


def _url(row: Json) -> str:
    return f"https://{row['host']}{row['url_path']}"


WRAPPERS: dict[str, Callable[[Json], Json]] = {
    "response": lambda r: {"timestamp": MOMENT, "url": _url(r), "response": _body(r)},
    "body": lambda r: {"ts": 1793527200, "endpoint": _url(r), "status": 200, "body": _body(r)},
    "text": lambda r: {"created_at": MOMENT, "url": _url(r), "response": json.dumps(_body(r))},
    "proxied": lambda r: {
        "time": MOMENT,
        "request": {"url": _url(r), "body": {"model": r["request_model"], "stream": False}},
        "response": {"status_code": 200, "headers": {}, "body": _body(r)},
    },
    "bare": lambda r: {"timestamp": MOMENT, "host": r["host"], "path": r["url_path"]} | _body(r),
}


@pytest.fixture(scope="module")
def recorded(shared_data: Path) -> list[Json]:
    path = shared_data / "provider_usage/provider_usage.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [row for row in rows if row["usage"] and row["host"] and "127.0.0" not in row["host"]]


@pytest.mark.parametrize("name", WRAPPERS)
def test_every_recorded_usage_object_is_read_by_its_rule(recorded: list[Json], name: str) -> None:
    rows = parse_texts("provider_bodies", [json.dumps(WRAPPERS[name](row)) for row in recorded])
    read = {row["source_line"]: row for row in rows if "#" not in (row["call_id"] or "")}
    wrong = [
        (row["host"], row["usage"], found["normalisation_rule"], found["reject_reason"])
        for line, row in enumerate(recorded, 1)
        if (found := read[line])["usage_basis"] == "reported"
        and found["normalisation_rule"] != rule_of(row)
    ]
    assert wrong == []
    refused = [r["reject_reason"] for r in read.values() if r["reject_reason"]]
    assert refused == ["its usage object is of no known shape; see docs/usage_objects.md"] * 4


@pytest.mark.parametrize("name", WRAPPERS)
def test_wrapped_bodies_are_recognised(recorded: list[Json], name: str, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text("".join(json.dumps(WRAPPERS[name](row)) + "\n" for row in recorded[::180]))
    assert detect_format(sample(file)) == "provider_bodies"


def test_recorded_bodies_are_read_bare(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "provider_usage/raw_bodies"
    texts = [records(folder / name, tmp_path / name)[0] for name in ("chat_ok", "responses")]
    chat, responses = parse_texts("provider_bodies", texts)
    assert (chat["cache_read_tokens"], chat["prompt_tokens"]) == (1408, 1497)
    assert (responses["reasoning_tokens"], responses["completion_tokens"]) == (320, 327)


def test_a_recorded_stream_is_one_call(shared_data: Path) -> None:
    text = (shared_data / "provider_usage/raw_bodies/anth_stream").read_text()
    (row,) = parse_texts("provider_bodies", [json.dumps({"timestamp": MOMENT, "response": text})])
    assert (row["input_tokens"], row["output_tokens"], row["finish_reason"]) == (
        17,
        108,
        "end_turn",
    )
    assert row["is_streaming"]


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


def _answered(url: str, response: Json | str, **values: Any) -> str:
    return json.dumps({"timestamp": MOMENT, "url": url, "response": response} | values)


def test_images_without_usage_are_counted_by_the_piece() -> None:
    """DALL-E and Imagen tell no tokens."""
    drawn = {"created": 1793527200, "data": [{"url": "https://x"}, {"b64_json": "a"}]}
    made = {"predictions": [{"mimeType": "image/png", "bytesBase64Encoded": "a"}]}
    host = "https://us-central1-aiplatform.googleapis.com/v1/publishers/google/models"
    asked = {"request": {"model": "dall-e-3"}}
    rows = parse_texts(
        "provider_bodies",
        [
            _answered("https://api.openai.com/v1/images/generations", drawn, **asked),
            _answered(f"{host}/imagen-3.0-generate-002:predict", made),
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
    (row,) = parse_texts("provider_bodies", [_answered(url, body)])
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
    texts = [_answered("https://api.openai.com/v1/x", answer) for answer in answers]
    rows = parse_texts("provider_bodies", texts)
    assert [row["reject_reason"] is None for row in rows] == [False, False, False, True, True]
    assert [row["usage_basis"] for row in rows[3:]] == ["missing", "missing"]


def _bedrock(model: str, response: Json, **values: Any) -> str:
    host = "https://bedrock-runtime.us-east-1.amazonaws.com"
    return _answered(f"{host}/model/{model}/invoke", response, **values)


OLLAMA_STREAM = "\n".join(
    json.dumps(line)
    for line in (
        {"model": "llama3", "message": {"content": "a"}, "done": False},
        {"model": "llama3", "done": True, "prompt_eval_count": 8, "eval_count": 3},
    )
)
INTERACTION = "\n\n".join(
    f"event: {event['event_type']}\ndata: {json.dumps(event)}"
    for event in (
        {"interaction": {"id": "v1_a", "model": "gemini-2.5-flash"}, "event_type": "created"},
        {
            "interaction": {
                "id": "v1_a",
                "usage": {"total_input_tokens": 7, "total_output_tokens": 2, "total_tokens": 9},
            },
            "event_type": "completed",
        },
    )
)
OTHER_SHAPES: list[tuple[str, dict[str, Any]]] = [
    (
        _bedrock("stability.stable-image-core-v1%3A1", {"images": ["a", "b"], "seeds": [1, 2]}),
        {
            "images": 2,
            "operation": "image_generation",
            "request_model": "stability.stable-image-core-v1:1",
        },
    ),
    (
        _bedrock("amazon.titan-embed-text-v2%3A0", {"embedding": [0.1], "inputTextTokenCount": 9}),
        {"input_tokens": 9, "operation": "embeddings"},
    ),
    (
        _answered(
            "https://bedrock-agent-runtime.us-west-2.amazonaws.com/rerank",
            {"results": [{"index": 0, "relevanceScore": 0.9}]},
        ),
        {"operation": "rerank", "usage_basis": "missing"},
    ),
    (
        _answered(
            "http://localhost:11434/api/embed", {"embeddings": [[0.1]], "prompt_eval_count": 8}
        ),
        {"provider_name": "ollama", "input_tokens": 8},
    ),
    (
        _answered(
            "https://api.replicate.com/v1/predictions",
            {
                "id": "r1",
                "model": "meta/llama",
                "status": "succeeded",
                "metrics": {"input_token_count": 14, "output_token_count": 40, "predict_time": 2.1},
            },
        ),
        {"provider_name": "replicate", "input_tokens": 14, "output_tokens": 40},
    ),
    (
        _answered(
            "https://us-south.ml.cloud.ibm.com/ml/v1/text/generation",
            {
                "model_id": "ibm/granite-3-8b-instruct",
                "results": [{"generated_token_count": 20, "input_token_count": 100}],
            },
        ),
        {
            "provider_name": "watsonx",
            "input_tokens": 100,
            "response_model": "ibm/granite-3-8b-instruct",
        },
    ),
    (
        _answered(
            "https://api.cloudflare.com/client/v4/accounts/a/ai/run/@cf/meta/llama",
            {"result": {"response": "x", "usage": {"prompt_tokens": 10, "completion_tokens": 20}}},
        ),
        {"input_tokens": 10, "output_tokens": 20},
    ),
    (
        _answered("https://api.groq.com/openai/v1/audio/transcriptions", {"text": "x"}),
        {"operation": "transcription", "usage_basis": "missing", "has_error": False},
    ),
    (
        _answered(
            "https://api.minimax.io/v1/text/chatcompletion_v2",
            {"base_resp": {"status_code": 1004, "status_msg": "auth"}},
        ),
        {"provider_name": "minimax", "has_error": True, "error_type": "auth"},
    ),
    (
        _answered("http://localhost:11434/api/chat", OLLAMA_STREAM),
        {"provider_name": "ollama", "input_tokens": 8, "output_tokens": 3, "is_streaming": True},
    ),
    (
        _answered("https://generativelanguage.googleapis.com/v1beta/interactions", INTERACTION),
        {"normalisation_rule": "gemini_interactions", "input_tokens": 7, "output_tokens": 2},
    ),
    (
        json.dumps(
            {
                "timestamp": MOMENT,
                "model": "anthropic.claude-sonnet-4-5-20250929-v1:0",
                "recordId": "1",
                "modelOutput": {
                    "type": "message",
                    "usage": {"input_tokens": 7, "output_tokens": 2},
                },
            }
        ),
        {
            "provider_name": "bedrock",
            "platform_name": "bedrock",
            "is_batch": True,
            "input_tokens": 7,
        },
    ),
    (
        json.dumps(
            {
                "processed_time": "2026-11-01T10:00:00+00:00",
                "status": "",
                "response": {"usageMetadata": {"promptTokenCount": 7}, "modelVersion": "gemini-3"},
            }
        ),
        {"is_batch": True, "input_tokens": 7},
    ),
    (
        json.dumps(
            {
                "timestamp": MOMENT,
                "key": "r1",
                "response": {"usageMetadata": {"promptTokenCount": 7}, "modelVersion": "gemini-3"},
            }
        ),
        {"is_batch": True, "input_tokens": 7},
    ),
    (
        json.dumps(
            {
                "timestamp": MOMENT,
                "key": "whose key it was",
                "provider": "gemini",
                "response": {"usageMetadata": {"promptTokenCount": 7}, "modelVersion": "gemini-3"},
            }
        ),
        {"is_batch": None, "input_tokens": 7},
    ),
    (
        _answered(
            "https://us-central1-aiplatform.googleapis.com/v1/x:generateContent",
            {"usageMetadata": {"promptTokenCount": 7, "totalTokenCount": 7, "trafficType": 1}},
        ),
        {"service_tier": "ON_DEMAND", "input_tokens": 7},
    ),
    (
        _answered(
            "https://models.github.ai/inference/chat/completions",
            {
                "id": "c1",
                "object": "chat.completion",
                "model": "gpt-4o-mini-2024-07-18",
                "usage": {"prompt_tokens": 100, "completion_tokens": 50},
            },
        ),
        {"provider_name": "github", "input_tokens": 100},
    ),
    (
        _answered(
            "https://api.x.ai/v1/chat/completions",
            {
                "id": "x1",
                "object": "chat.completion",
                "model": "grok-3",
                "usage": {"prompt_tokens": 9, "completion_tokens": 5, "num_sources_used": 3},
            },
        ),
        {"provider_name": "xai", "input_tokens": 9, "usage_basis": "partial"},
    ),
]
"""A body as its API answers, and what must be read of it."""


def test_shapes_of_other_apis_are_read() -> None:
    rows = parse_texts("provider_bodies", [text for text, _ in OTHER_SHAPES])
    found = [
        {name: row[name] for name in wanted} | {"reject_reason": row["reject_reason"]}
        for row, (_, wanted) in zip(rows, OTHER_SHAPES, strict=True)
    ]
    assert found == [wanted | {"reject_reason": None} for _, wanted in OTHER_SHAPES]


def test_a_stream_of_an_object_a_line_is_recognised(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text(_answered("http://localhost:11434/api/chat", OLLAMA_STREAM) + "\n")
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
