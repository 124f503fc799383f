"""Attributes of a model call's span as three instrumentations write them.

OpenTelemetry GenAI (current names), OpenLLMetry and OpenInference; which service uses which is
here too. Rules: inclusive totals in all three, cache and reasoning as parts of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from unitcost.demo.run import Attributes, Call
from unitcost.demo.scenario import DOC_SEARCH, DRAFT_REPLY, JUDGE_SERVICE

_OTEL_PROVIDERS = {"google": "gcp.gemini"}
_SERVERS = {
    "openai": "api.openai.com",
    "anthropic": "api.anthropic.com",
    "google": "generativelanguage.googleapis.com",
    "cohere": "api.cohere.com",
}
_ERRORS = {
    "rate_limited": ("RateLimitError", 429),
    "server_error": ("InternalServerError", 500),
    "timeout": ("APITimeoutError", None),
    "cancelled": ("CancelledError", None),
}
_FINISH = {"ok": "stop", "truncated": "length", "refused": "content_filter"}
_ANTHROPIC_FINISH = {"ok": "end_turn", "truncated": "max_tokens", "refused": "refusal"}
_SPAN_KINDS = {"embeddings": "EMBEDDING", "rerank": "RERANKER"}


def finish_reason(call: Call) -> str:
    """Why the answer ended, in the provider's own word."""
    words = _ANTHROPIC_FINISH if call.model.provider == "anthropic" else _FINISH
    return words[call.ending]


def error_attributes(call: Call) -> Attributes:
    """`error.type` and, where there was a response, its HTTP status; nothing after an answer."""
    error, status = _ERRORS.get(call.ending, ("", None))
    if not error:
        return {}
    attributes: Attributes = {"error.type": error}
    if status is not None:
        attributes["http.response.status_code"] = status
    return attributes


def opentelemetry(call: Call) -> Attributes:
    """OpenTelemetry GenAI with the current names."""
    usage, model = call.usage, call.model
    attributes: Attributes = {
        "gen_ai.operation.name": call.operation,
        "gen_ai.provider.name": _OTEL_PROVIDERS.get(model.provider, model.provider),
        "gen_ai.request.model": model.name,
        "server.address": _SERVERS[model.provider],
    }
    if not call.is_answered:
        return attributes | error_attributes(call)
    attributes |= {
        "gen_ai.response.model": model.answers_as,
        "gen_ai.response.id": call.response_id,
        "gen_ai.response.finish_reasons": (finish_reason(call),),
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.output_tokens": usage.completion_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cache_read_tokens,
        "gen_ai.usage.reasoning.output_tokens": usage.reasoning_tokens,
    }
    if model.provider == "anthropic":
        attributes |= {
            "gen_ai.usage.cache_write.input_tokens": usage.cache_write_5m_tokens,
            "anthropic.usage.cache_creation.ephemeral_5m_input_tokens": usage.cache_write_5m_tokens,
            "anthropic.usage.cache_creation.ephemeral_1h_input_tokens": 0,
        }
    return attributes


def openllmetry(call: Call) -> Attributes:
    """OpenLLMetry: underscored usage names, prompt registry, association properties."""
    usage, model = call.usage, call.model
    name, version = call.prompt or ("", "")
    attributes: Attributes = {
        "llm.request.type": "chat",
        "gen_ai.system": model.provider,
        "gen_ai.request.model": model.name,
        "traceloop.workflow.name": call.run.feature.workflow,
        "traceloop.prompt.key": name,
        "traceloop.prompt.version": version,
        "traceloop.association.properties.session_id": call.run.session,
        "gen_ai.is_streaming": "true",
    }
    if not call.is_answered:
        return attributes | error_attributes(call)
    return attributes | {
        "gen_ai.response.model": model.answers_as,
        "gen_ai.response.id": call.response_id,
        "gen_ai.response.finish_reason": finish_reason(call),
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.output_tokens": usage.completion_tokens,
        "llm.usage.total_tokens": usage.prompt_tokens + usage.completion_tokens,
        "gen_ai.usage.cache_read_input_tokens": usage.cache_read_tokens,
        "gen_ai.usage.reasoning_tokens": usage.reasoning_tokens,
    }


def openinference(call: Call) -> Attributes:
    """OpenInference: the response id and Cohere's billed units only inside `output.value`."""
    usage, model = call.usage, call.model
    kind = _SPAN_KINDS.get(call.operation, "LLM")
    field = {"EMBEDDING": "embedding.model_name"}.get(kind, "llm.model_name")
    attributes: Attributes = {
        "openinference.span.kind": kind,
        "llm.provider": model.provider,
        field: model.answers_as if call.is_answered else model.name,
    }
    if not call.is_answered:
        return attributes | error_attributes(call)
    if kind == "RERANKER":
        body = {"id": call.response_id, "meta": {"billed_units": {"search_units": 1}}}
        return attributes | {"output.value": json.dumps(body)}
    attributes["llm.token_count.prompt"] = usage.prompt_tokens
    if kind == "LLM":
        attributes |= {
            "llm.token_count.completion": usage.completion_tokens,
            "llm.token_count.total": usage.prompt_tokens + usage.completion_tokens,
            "llm.finish_reason": finish_reason(call),
            "output.value": json.dumps({"id": call.response_id}),
        }
    return attributes


_BY_SERVICE: dict[str, Callable[[Call], Attributes]] = {
    DRAFT_REPLY.service: openllmetry,
    DOC_SEARCH.service: openinference,
    JUDGE_SERVICE: openinference,
}


def call_attributes(service: str, call: Call) -> Attributes:
    """The attributes of the call's span as that service's instrumentation writes them."""
    return _BY_SERVICE.get(service, opentelemetry)(call)
