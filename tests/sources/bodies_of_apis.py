"""Bodies as APIs answer, logged with their address, and what must be read of them."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]
MOMENT = "2026-11-01T10:00:00Z"


def answered(url: str, response: Json | str, **values: Any) -> str:
    return json.dumps({"timestamp": MOMENT, "url": url, "response": response} | values)


def bedrock(model: str, response: Json, **values: Any) -> str:
    host = "https://bedrock-runtime.us-east-1.amazonaws.com"
    return answered(f"{host}/model/{model}/invoke", response, **values)


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

SHAPES: list[tuple[str, dict[str, Any]]] = [
    (
        bedrock("stability.stable-image-core-v1%3A1", {"images": ["a", "b"], "seeds": [1, 2]}),
        {
            "images": 2,
            "operation": "image_generation",
            "request_model": "stability.stable-image-core-v1:1",
        },
    ),
    (
        bedrock("amazon.titan-embed-text-v2%3A0", {"embedding": [0.1], "inputTextTokenCount": 9}),
        {"input_tokens": 9, "operation": "embeddings"},
    ),
    (
        answered(
            "https://bedrock-agent-runtime.us-west-2.amazonaws.com/rerank",
            {"results": [{"index": 0, "relevanceScore": 0.9}]},
        ),
        {"operation": "rerank", "usage_basis": "missing"},
    ),
    (
        answered(
            "http://localhost:11434/api/embed", {"embeddings": [[0.1]], "prompt_eval_count": 8}
        ),
        {"provider_name": "ollama", "input_tokens": 8},
    ),
    (
        answered(
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
        answered(
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
        answered(
            "https://api.cloudflare.com/client/v4/accounts/a/ai/run/@cf/meta/llama",
            {"result": {"response": "x", "usage": {"prompt_tokens": 10, "completion_tokens": 20}}},
        ),
        {"input_tokens": 10, "output_tokens": 20},
    ),
    (
        answered("https://api.groq.com/openai/v1/audio/transcriptions", {"text": "x"}),
        {"operation": "transcription", "usage_basis": "missing", "has_error": False},
    ),
    (
        answered(
            "https://api.minimax.io/v1/text/chatcompletion_v2",
            {"base_resp": {"status_code": 1004, "status_msg": "auth"}},
        ),
        {"provider_name": "minimax", "has_error": True, "error_type": "auth"},
    ),
    (
        answered("http://localhost:11434/api/chat", OLLAMA_STREAM),
        {"provider_name": "ollama", "input_tokens": 8, "output_tokens": 3, "is_streaming": True},
    ),
    (
        answered("https://generativelanguage.googleapis.com/v1beta/interactions", INTERACTION),
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
        answered(
            "https://us-central1-aiplatform.googleapis.com/v1/x:generateContent",
            {"usageMetadata": {"promptTokenCount": 7, "totalTokenCount": 7, "trafficType": 1}},
        ),
        {"service_tier": "ON_DEMAND", "input_tokens": 7},
    ),
    (
        answered(
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
        answered(
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
