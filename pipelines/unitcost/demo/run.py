"""What happens in one workflow run: its calls and its spans, on a clock of its own.

Which steps a feature takes is in `workflows`; how they are written down in the format modules.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

from unitcost.demo.scenario import Feature, Model

ANSWERED = frozenset({"ok", "truncated", "refused"})
"""Endings after which the log tells the usage."""
UNSEEN = frozenset({"timeout", "cancelled"})
"""Endings that the provider bills and the log knows no usage of."""

Attributes = dict[str, str | int | tuple[str, ...]]


class Usage(NamedTuple):
    """Disjoint token classes; `reasoning_tokens` are beside `output_tokens`, not inside."""

    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_5m_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    search_units: int = 0

    @property
    def prompt_tokens(self) -> int:
        """All input."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_5m_tokens

    @property
    def completion_tokens(self) -> int:
        """All output."""
        return self.output_tokens + self.reasoning_tokens


@dataclass(slots=True)
class Call:
    """One request over the wire. `usage` is what the provider counted, told or not.

    `route`: `direct` (a span), `gateway` (a gateway record, and a span when it was answered),
    `gateway_only` (no span) or `batch` (a row of the flat file). Times are epoch milliseconds.
    """

    run: Run
    model: Model
    operation: str
    usage: Usage
    ending: str
    started: int
    ended: int
    response_id: str
    route: str
    stage: str
    prompt: tuple[str, str] | None = None

    @property
    def is_answered(self) -> bool:
        """Whether an answer with usage came back from the provider."""
        return self.ending in ANSWERED


@dataclass(slots=True)
class Step:
    """One span. `call` is set on the span of a model call."""

    service: str
    span_id: str
    parent_id: str
    name: str
    kind: int
    started: int
    ended: int
    attributes: Attributes
    call: Call | None = None
    has_failed: bool = False


@dataclass(slots=True)
class Run:
    """One user action. `clock` is its present time in epoch milliseconds; `agreed_until` the moment
    at which the agreed discount ends."""

    rng: Random
    feature: Feature
    customer: str | None
    trace_id: str
    task_id: str
    user: str
    session: str
    started: int
    clock: int
    outcome: str | None = None
    throttled: bool = False
    loops: bool = False
    misses_cache: bool = False
    agreed_until: int = 0
    prompt_version: str = ""
    calls: list[Call] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def wait(self, low: int, high: int) -> None:
        """Let some milliseconds pass."""
        self.clock += low + int(self.rng.random() * (high - low))

    def open(self, name: str, parent: str, attributes: Attributes, kind: int = 1) -> Step:
        """Begin a span; it ends with `close`."""
        step = Step(
            self.feature.service, span_id(self.rng), parent, name, kind, self.clock, 0, attributes
        )
        self.steps.append(step)
        return step

    def close(self, step: Step, failed: bool = False) -> None:
        """End a span now."""
        step.ended = self.clock
        step.has_failed = failed


def span_id(rng: Random) -> str:
    """A W3C span id."""
    return f"{rng.getrandbits(64) | 1:016x}"


def tokens(rng: Random, median: float, spread: float = 0.5) -> int:
    """A count of tokens, log-normal around its median."""
    return 1 + int(median * rng.lognormvariate(0.0, spread))
