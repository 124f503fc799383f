"""How a call ends: answered, throttled, failed, timed out, cancelled; tried again or not.

Two ways to call: straight to the provider, and through the gateway, which retries and falls back.
"""

from __future__ import annotations

from bisect import bisect
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from unitcost.demo.run import Call, Run, Step, Usage, span_id
from unitcost.demo.scenario import AGREED_TICKET_MODEL, FALLBACK_MODEL, TICKET_MODEL, Model

_ENDINGS = {
    "rate_limited": 0.012,
    "server_error": 0.006,
    "timeout": 0.004,
    "cancelled": 0.005,
    "truncated": 0.010,
    "refused": 0.004,
}
_NAMES = (*_ENDINGS, "ok")
_SHARES = tuple(accumulate(_ENDINGS.values()))
_INCIDENT_SHARE = 0.4
_TRIED_AGAIN = frozenset({"rate_limited", "server_error", "timeout"})
_TIMEOUT_MS = 60_000
_SHORT_MS = {"rate_limited": (60, 260), "server_error": (400, 4_400), "cancelled": (900, 5_900)}
_ID_PREFIX = {"openai": "chatcmpl-", "anthropic": "msg_01", "google": "", "cohere": ""}


@dataclass(frozen=True, slots=True)
class Ask:
    """What the application asks for."""

    model: Model
    usage: Usage
    name: str
    operation: str = "chat"
    stage: str = "inference"
    prompt: tuple[str, str] | None = None
    is_plain: bool = False
    """Embeddings and rerank: no stream to cancel, nothing to cut off."""


def ask_directly(run: Run, parent: str, ask: Ask) -> Call:
    """Call the provider; after a failure the application mostly tries once more."""
    call = _call(run, ask, ask.model, _ending(run, ask), "direct")
    _span(run, parent, ask, call)
    if call.ending in _TRIED_AGAIN and run.rng.random() < 0.8:
        run.wait(800, 3_000)
        call = _call(run, ask, ask.model, _ending(run, ask), "direct")
        _span(run, parent, ask, call)
    return call


def ask_gateway(run: Run, parent: str | None, ask: Ask) -> Call:
    """Call through the gateway: two tries, then the fallback model; only an answer has a span."""
    route = "gateway" if parent is not None else "gateway_only"
    for model in (ask.model, ask.model, FALLBACK_MODEL):
        call = _call(run, ask, model, _ending(run, ask), route)
        if call.ending not in _TRIED_AGAIN:
            break
        run.wait(300, 1_500)
    if parent is not None and call.is_answered:
        _span(run, parent, ask, call)
    return call


def repeat_from_cache(run: Run, ask: Ask, earlier: Call) -> Call:
    """The gateway answers from its response cache: the earlier answer's id, nothing billed."""
    started = run.clock
    run.wait(8, 30)
    call = Call(
        run, earlier.model, ask.operation, earlier.usage, "cache_hit", started, run.clock,
        earlier.response_id, "gateway_only", ask.stage,
    )  # fmt: skip
    run.calls.append(call)
    return call


def _ending(run: Run, ask: Ask) -> str:
    drawn = run.rng.random()
    if run.throttled and drawn > 1 - _INCIDENT_SHARE:
        return "rate_limited"
    ending = _NAMES[bisect(_SHARES, drawn)]
    is_possible = not ask.is_plain or ending in _TRIED_AGAIN
    return ending if is_possible else "ok"


def _latency(rng: Random, ending: str, usage: Usage) -> int:
    if ending == "timeout":
        return _TIMEOUT_MS
    if ending in _SHORT_MS:
        low, high = _SHORT_MS[ending]
        return low + int(rng.random() * (high - low))
    return _answer_ms(rng, usage)


def _answer_ms(rng: Random, usage: Usage) -> int:
    return 180 + usage.prompt_tokens // 30 + int(usage.completion_tokens * (8 + 6 * rng.random()))


def _call(run: Run, ask: Ask, model: Model, ending: str, route: str) -> Call:
    rng, started = run.rng, run.clock
    run.clock += _latency(rng, ending, ask.usage)
    usage = _as_ended(ask.usage, ending)
    identifier = f"{_ID_PREFIX[model.provider]}{rng.getrandbits(96):024x}"
    is_agreed = model is TICKET_MODEL and started < run.agreed_until
    call = Call(
        run, AGREED_TICKET_MODEL if is_agreed else model, ask.operation, usage, ending, started,
        run.clock, identifier, route, ask.stage, ask.prompt,
    )  # fmt: skip
    run.calls.append(call)
    return call


def _as_ended(usage: Usage, ending: str) -> Usage:
    if ending == "truncated":
        return usage._replace(output_tokens=4_096)
    if ending == "refused":
        return usage._replace(output_tokens=12, reasoning_tokens=0)
    return usage


def _span(run: Run, parent: str, ask: Ask, call: Call) -> None:
    failed = call.ending in _TRIED_AGAIN
    run.steps.append(
        Step(
            run.feature.service, span_id(run.rng), parent, ask.name, 3, call.started, call.ended,
            {}, call, failed,
        )
    )  # fmt: skip
