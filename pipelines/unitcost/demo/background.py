"""Calls that have no trace: tags through the gateway only, and the nightly batch job.

Traced features are in `workflows`.
"""

from __future__ import annotations

from datetime import date
from random import Random

from unitcost.demo.calling import Ask, ask_gateway, repeat_from_cache
from unitcost.demo.people import HOUR_MS, count_of, customer_of, midnight_ms, start_of
from unitcost.demo.run import Call, Run, Usage, tokens
from unitcost.demo.scenario import (
    BATCH_MODEL,
    CLASSIFICATION,
    JUDGE_MODEL,
    LEGACY_MODEL,
    TAG_SUGGESTION,
    Feature,
    Model,
)

_CACHE_HITS = 0.12
_LEGACY_SHARE = 0.06


def suggest_tags(rng: Random, day: date, nth_day: int) -> list[Run]:
    """A plain HTTP client behind the gateway; the gateway's cache answers repeated questions."""
    runs: list[Run] = []
    starts = sorted(start_of(rng, day) for _ in range(count_of(rng, TAG_SUGGESTION, day, nth_day)))
    earlier: Call | None = None
    for started in starts:
        run = new_run(rng, TAG_SUGGESTION, customer_of(rng, TAG_SUGGESTION), started)
        ask = Ask(JUDGE_MODEL, Usage(tokens(rng, 640), 0, 0, tokens(rng, 24, 0.3)), "suggest_tags")
        if earlier is not None and rng.random() < _CACHE_HITS:
            repeat_from_cache(run, ask, earlier)
        elif (call := ask_gateway(run, None, ask)).ending == "ok":
            earlier = call
        runs.append(run)
    return runs


def classify_tickets(rng: Random, day: date, nth_day: int) -> list[Run]:
    """The batch job after midnight; a part still goes to a model that no price list knows."""
    runs: list[Run] = []
    for _ in range(count_of(rng, CLASSIFICATION, day, nth_day)):
        started = midnight_ms(day) + HOUR_MS + int(rng.random() * HOUR_MS)
        run = new_run(rng, CLASSIFICATION, customer_of(rng, CLASSIFICATION), started)
        model = LEGACY_MODEL if rng.random() < _LEGACY_SHARE else BATCH_MODEL
        run.calls.append(_batched(run, model))
        runs.append(run)
    return runs


def _batched(run: Run, model: Model) -> Call:
    usage = Usage(tokens(run.rng, 820), 0, 0, tokens(run.rng, 18, 0.3))
    identifier = f"batch_req_{run.rng.getrandbits(96):024x}"
    run.wait(300, 2_000)
    return Call(
        run, model, "chat", usage, "ok", run.started, run.clock, identifier, "batch", "inference"
    )


def new_run(rng: Random, feature: Feature, customer: str | None, started: int) -> Run:
    """A run with ids of its own."""
    user = f"u-{int(rng.random() * 9)}@{customer or 'mobile'}"
    return Run(
        rng=rng,
        feature=feature,
        customer=customer,
        trace_id=f"{rng.getrandbits(128) | 1:032x}",
        task_id=f"task-{rng.getrandbits(48):012x}",
        user=user,
        session=f"s-{rng.getrandbits(40):010x}",
        started=started,
        clock=started,
    )
