"""`gemini_cli`: chats that Gemini CLI writes below `~/.gemini/tmp`.

How records are read is in `sql/raw/gemini_cli.sql`; the rules are told in
`docs/sources/gemini_cli.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, call_log


def detect(sample: Sample) -> bool:
    """Whether a record is a session with its project, as one document or as its first line."""
    return any({"sessionId", "projectHash"} <= record.keys() for record in sample.records)


SOURCE = call_log(
    "gemini_cli",
    title="Gemini CLI's sessions",
    record="One answer of a Gemini CLI session.",
    detect=detect,
    is_told_by_file=True,
)
