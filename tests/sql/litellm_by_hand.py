"""Invented records as LiteLLM logs them.

No expectation lives here.
"""

from __future__ import annotations

from typing import Any

START = 1772445600.25


def payload(number: int = 1, **changes: Any) -> dict[str, Any]:
    """An invented StandardLoggingPayload of 1,000 input tokens and 50 output tokens."""
    record = {
        "id": f"chatcmpl-{number}",
        "litellm_call_id": f"call-{number}",
        "trace_id": "trace-1",
        "call_type": "acompletion",
        "status": "success",
        "custom_llm_provider": "anthropic",
        "model": "anthropic/m-1",
        "model_group": "big",
        "api_base": "https://key@api.example.com:443/v1",
        "startTime": START + number,
        "endTime": START + number + 0.5,
        "prompt_tokens": 1000,
        "completion_tokens": 50,
        "total_tokens": 1050,
        "response_cost": 0.0007411499999999999,
        "metadata": {},
        "response": {"model": "m-1-2026"},
        "messages": [{"role": "user", "content": "a secret"}],
    }
    return {k: v for k, v in {**record, **changes}.items() if v is not ...}


def failed(number: int, **changes: Any) -> dict[str, Any]:
    """An invented failure record: no usage, the call id as its id."""
    zero = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0, "response_cost": 0.0}
    error = {"error_code": "500", "error_class": "InternalServerError"}
    return payload(
        number,
        **{
            "id": f"call-{number}",
            "status": "failure",
            "error_information": error,
            "response": {},
            **zero,
            **changes,
        },
    )


def usage(**details: Any) -> dict[str, Any]:
    return {"usage_object": {"prompt_tokens": 1000, "completion_tokens": 50, **details}}
