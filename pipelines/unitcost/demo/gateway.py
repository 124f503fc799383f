"""LiteLLM StandardLoggingPayload, JSON lines: one record per attempt, failures of their own.

Attempts and fallbacks of one call share `trace_id`, each with its own `litellm_call_id`; usage is
inclusive; a cache hit repeats the earlier answer's id at no cost; the stated cost is by list price
(LiteLLM 1.109.1).
"""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from unitcost.demo.run import Call
from unitcost.demo.truth import dollars, list_cost_of

_FAILURES = {
    "rate_limited": ("429", "RateLimitError"),
    "server_error": ("500", "InternalServerError"),
    "timeout": ("408", "Timeout"),
    "cancelled": ("499", "ClientDisconnected"),
}


def gateway_record(call: Call) -> str:
    """One line of the gateway's log, newline included."""
    run, model, has_answer = call.run, call.model, call.is_answered or call.ending == "cache_hit"
    call_id = str(UUID(int=int(call.response_id[-24:], 16) << 32 | call.started & 0xFFFFFFFF))
    record: dict[str, Any] = {
        "id": call.response_id if has_answer else call_id,
        "litellm_call_id": call_id,
        "trace_id": run.trace_id,
        "call_type": "acompletion",
        "cache_hit": call.ending == "cache_hit",
        "status": "success" if has_answer else "failure",
        "custom_llm_provider": model.provider,
        "model": model.name,
        "model_group": run.feature.name,
        "api_base": f"https://api.{model.provider}.com",
        "startTime": call.started / 1_000,
        "endTime": call.ended / 1_000,
        "request_tags": [run.feature.name],
        "end_user": run.customer,
        "metadata": _metadata(call, has_answer),
        "response": _response(call) if has_answer else {},
        **_totals(call, has_answer),
    }
    if not has_answer:
        code, error = _FAILURES[call.ending]
        record["error_information"] = {
            "error_code": code, "error_class": error, "llm_provider": model.provider
        }  # fmt: skip
    cost = dollars(list_cost_of(call) or 0) if call.is_answered else "0"
    return f'{json.dumps(record)[:-1]}, "response_cost": {cost}}}\n'


def _response(call: Call) -> dict[str, Any]:
    reason = {"truncated": "length", "refused": "content_filter"}.get(call.ending, "stop")
    return {
        "id": call.response_id,
        "object": "chat.completion",
        "model": call.model.answers_as,
        "choices": [{"index": 0, "finish_reason": reason}],
    }


def _metadata(call: Call, has_answer: bool) -> dict[str, Any]:
    run = call.run
    return {
        "user_api_key_alias": run.feature.service,
        "user_api_key_team_alias": run.feature.team,
        "user_api_key_end_user_id": run.customer,
        "user_api_key_user_id": run.user,
        "spend_logs_metadata": {
            "feature": run.feature.name,
            "workflow": run.feature.workflow,
            "task_type": run.feature.task_type,
            "customer_id": run.customer,
        },
        "usage_object": _usage_object(call) if has_answer else {},
    }


def _usage_object(call: Call) -> dict[str, Any]:
    usage = call.usage
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cache_read_tokens, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


def _totals(call: Call, has_answer: bool) -> dict[str, int]:
    prompt = call.usage.prompt_tokens if has_answer else 0
    completion = call.usage.completion_tokens if has_answer else 0
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
