"""`langchain`: answers of models as LangChain's messages, one a record, with a time.

How records are read is in `sql/raw/langchain.sql`; the rules are told in
`docs/sources/langchain.md`.
"""

from __future__ import annotations

from collections.abc import Iterator

from unitcost.sources.base import Sample, call_log

_HOLDERS = ("message", "response", "output", "result", "messages")
_INNER = ("kwargs", "data", "message", "messages", "generations")
_TYPES = ("ai", "AIMessageChunk", "AIMessage")
_KEPT = {"response_metadata", "usage_metadata"}


def detect(sample: Sample) -> bool:
    """Whether a record holds an answer in LangChain's words: JSON of `dumps`, `model_dump` or
    `messages_to_dict`."""
    return sample.kind == "json" and any(map(tells_message, sample.records))


def tells_message(record: dict[str, object]) -> bool:
    """Whether a record is, or holds below a usual name, an answer as LangChain's message."""
    if "run_type" in record:
        return False
    return any(map(_is_answer, _messages([record, *(record.get(name) for name in _HOLDERS)])))


def _messages(values: list[object], depth: int = 8) -> Iterator[dict[str, object]]:
    """Messages in these values, out of lists, conversations and results of models."""
    for value in values:
        if isinstance(value, list) and depth:
            yield from _messages(value, depth - 1)
        elif isinstance(value, dict) and depth:
            yield value
            yield from _messages([value.get(name) for name in _INNER], depth - 1)


def _is_answer(value: dict[str, object]) -> bool:
    is_named = value.get("type") in _TYPES and "content" in value
    kind = value.get("id")
    is_dumped = isinstance(kind, list) and bool(kind) and kind[-1] in ("AIMessage", _TYPES[1])
    return is_dumped or (is_named and bool(_KEPT & value.keys()))


SOURCE = call_log(
    "langchain",
    title="LangChain's messages as you log them: `dumps`, `model_dump`, `messages_to_dict`",
    record="One answer of a model as LangChain's message.",
    detect=detect,
)
