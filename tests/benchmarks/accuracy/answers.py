"""What a tool says a case costs, and whether that is right.

Each tool has a module of its own that asks it in its own words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from tests.pricing_cases import Case

CENT_OF_A_NANODOLLAR = Decimal("1e-11")
"""Tools that count in binary floats are not blamed for the last bits."""

SNAPSHOTS = {
    "claude-3-5-haiku": "claude-3-5-haiku-20241022",
    "claude-3-5-sonnet": "claude-3-5-sonnet-20241022",
    "claude-3-7-sonnet": "claude-3-7-sonnet-20250219",
    "claude-haiku-4-5": "claude-haiku-4-5-20251001",
    "claude-sonnet-4": "claude-sonnet-4-20250514",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
    "command-a": "command-a-03-2025",
    "mistral-medium-3-1": "mistral-medium-2508",
}
"""Dated ids of models that a peer knows only by them."""


@dataclass(frozen=True)
class Tool:
    """One tool that prices requests."""

    name: str
    version: str
    ask: Callable[[Case], Callable[[], Decimal]]
    """Puts a request in the tool's words; the answer, called, prices it or raises."""

    def price(self, case: Case) -> Decimal:
        """Of one request; raises where the tool has no price."""
        return self.ask(case)()


@dataclass(frozen=True)
class Verdict:
    """A tool's answer to one case."""

    case: Case
    cost_usd: Decimal | None
    refusal: str
    """Why there is no cost, in the tool's words."""

    @property
    def is_right(self) -> bool:
        """Equal to the cost, or no cost where there must be none."""
        if self.cost_usd is None or self.case.cost_usd is None:
            return self.cost_usd is self.case.cost_usd
        return abs(self.cost_usd - self.case.cost_usd) < CENT_OF_A_NANODOLLAR


def judge(tool: Tool, cases: Iterable[Case]) -> list[Verdict]:
    """The tool's answers to all cases; whatever it raises is a refusal."""
    return [_answer(tool, case) for case in cases]


def _answer(tool: Tool, case: Case) -> Verdict:
    try:
        return Verdict(case, tool.price(case) * case.request_count, "")
    except Exception as error:  # a peer may raise anything; it is its answer
        return Verdict(case, None, f"{type(error).__name__}: {error}".splitlines()[0][:100])


def table(tool: Tool, verdicts: list[Verdict]) -> list[str]:
    """How many are right, and every case that is not, as lines to print."""
    wrong = [verdict for verdict in verdicts if not verdict.is_right]
    right = len(verdicts) - len(wrong)
    lines = [f"{tool.name} {tool.version}: right in {right} of {len(verdicts)}"]
    return lines + [f"  {_complaint(verdict)}" for verdict in wrong]


def _complaint(verdict: Verdict) -> str:
    case = verdict.case
    wanted = "no price" if case.cost_usd is None else str(case.cost_usd)
    said = verdict.refusal if verdict.cost_usd is None else f"{verdict.cost_usd.normalize():f}"
    return f"{case.case_id}: {said} instead of {wanted} ({case.rule})"
