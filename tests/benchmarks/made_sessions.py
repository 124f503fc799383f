"""Made-up sessions of Claude Code, as it writes them, and what they cost.

An answer is three lines that repeat its usage so far, and only the last tells its output; every
tenth answer stands in a second, resumed session too. The same for the same count.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

DAY = "2026-03-02"
MODEL = "claude-sonnet-4-5-20250929"
_USD_PER_MILLION = {
    "input_tokens": Decimal(3),
    "cache_read_tokens": Decimal("0.3"),
    "cache_write_5m_tokens": Decimal("3.75"),
    "cache_write_1h_tokens": Decimal(6),
    "output_tokens": Decimal(15),
}
"""Anthropic's list prices of the model for prompts of up to 200,000 tokens."""
_ANSWERS_A_SESSION = 500


@dataclass(frozen=True)
class Answer:
    """One call of the model."""

    number: int

    @property
    def tokens(self) -> dict[str, int]:
        """Disjoint tokens by class."""
        n = self.number
        return {
            "input_tokens": 3 + n % 7,
            "cache_read_tokens": 12_000 + n % 9_000,
            "cache_write_5m_tokens": n % 400,
            "cache_write_1h_tokens": 200 + n % 50,
            "output_tokens": 120 + n % 900,
        }

    def lines(self, session: str) -> Iterator[str]:
        """What Claude Code writes of it, a line a block of the answer."""
        last = self.tokens["output_tokens"]
        for block, output in enumerate((1, 1, last)):
            yield json.dumps(self._line(session, block, output), separators=(",", ":"))

    def _line(self, session: str, block: int, output: int) -> dict[str, object]:
        second = self.number * 3 + block
        clock = f"{second // 3600 % 24:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        message = {
            "id": f"msg_{self.number:024d}",
            "type": "message",
            "role": "assistant",
            "model": MODEL,
            "content": [{"type": "text", "text": "words " * 40}],
            "stop_reason": None if block < 2 else "end_turn",
            "usage": self._usage(output),
        }
        return {
            "parentUuid": None,
            "isSidechain": False,
            "cwd": "/home/dev/shop",
            "sessionId": session,
            "version": "2.1.0",
            "type": "assistant",
            "uuid": f"{session}-{self.number}-{block}",
            "timestamp": f"{DAY}T{clock}.000Z",
            "requestId": f"req_{self.number:024d}",
            "message": message,
        }

    def _usage(self, output: int) -> dict[str, object]:
        t = self.tokens
        short, long = t["cache_write_5m_tokens"], t["cache_write_1h_tokens"]
        return {
            "input_tokens": t["input_tokens"],
            "cache_creation_input_tokens": short + long,
            "cache_read_input_tokens": t["cache_read_tokens"],
            "cache_creation": {
                "ephemeral_5m_input_tokens": short,
                "ephemeral_1h_input_tokens": long,
            },
            "output_tokens": output,
            "service_tier": "standard",
        }


def write_sessions(folder: Path, answers: int) -> None:
    """Session files of so many answers, and a resumed one that repeats every tenth."""
    folder.mkdir(parents=True)
    for start in range(0, answers, _ANSWERS_A_SESSION):
        numbers = range(start, min(start + _ANSWERS_A_SESSION, answers))
        _write(folder, f"session-{start}", numbers)
    _write(folder, "session-resumed", range(0, answers, 10))


def _write(folder: Path, session: str, numbers: range) -> None:
    lines = (line for n in numbers for line in Answer(n).lines(session))
    (folder / f"{session}.jsonl").write_text("".join(f"{line}\n" for line in lines))


def what_it_is(answers: int) -> tuple[int, Decimal]:
    """Output tokens and cost of so many answers, by hand."""
    told = [Answer(n).tokens for n in range(answers)]
    cost = sum(
        (rate * t[name] for t in told for name, rate in _USD_PER_MILLION.items()), Decimal(0)
    )
    return sum(t["output_tokens"] for t in told), cost / 1_000_000
