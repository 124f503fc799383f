"""`claude_code`: sessions that Claude Code writes below `~/.claude/projects`.

How records are read is in `sql/raw/claude_code.sql`; the rules are told in
`docs/sources/claude_code.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, call_log

_MARKS = {"requestId", "uuid", "isSidechain", "costUSD", "leafUuid", "messageId"}


def detect(sample: Sample) -> bool:
    """Whether a line is an answer with its usage in a session that has Claude Code's own names."""
    return any(_is_answer(record) for record in sample.records)


def _is_answer(record: dict[str, object]) -> bool:
    message = record.get("message")
    is_line = "sessionId" in record and bool(_MARKS & record.keys())
    return is_line and isinstance(message, dict) and isinstance(message.get("usage"), dict)


SOURCE = call_log(
    "claude_code",
    title="Claude Code's sessions on a machine",
    record="One line of a Claude Code session that tells of an answer.",
    detect=detect,
    is_told_by_file=True,
)
