"""Recorded usage objects of real providers, in the wrappers that teams log them in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources.bodies_of_apis import MOMENT, Json
from tests.sources.reading import parse_texts, records
from tests.sql.recorded_rules import rule_of
from unitcost.sources import detect_format
from unitcost.staging import sample


def _body(row: Json) -> Json:
    return {"id": row["response_id"], "model": row["response_model"], "usage": row["usage"]}


def _url(row: Json) -> str:
    return f"https://{row['host']}{row['url_path']}"


WRAPPERS: dict[str, Callable[[Json], Json]] = {
    "response": lambda r: {"timestamp": MOMENT, "url": _url(r), "response": _body(r)},
    "body": lambda r: {"ts": 1793527200, "endpoint": _url(r), "status": 200, "body": _body(r)},
    "text": lambda r: {"created_at": MOMENT, "url": _url(r), "response": json.dumps(_body(r))},
    "proxied": lambda r: {
        "time": MOMENT,
        "request": {"url": _url(r), "body": {"model": r["request_model"], "stream": False}},
        "response": {"status_code": 200, "headers": {}, "body": _body(r)},
    },
    "bare": lambda r: {"timestamp": MOMENT, "host": r["host"], "path": r["url_path"]} | _body(r),
}


@pytest.fixture(scope="module")
def recorded(shared_data: Path) -> list[Json]:
    path = shared_data / "provider_usage/provider_usage.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    return [row for row in rows if row["usage"] and row["host"] and "127.0.0" not in row["host"]]


@pytest.mark.parametrize("name", WRAPPERS)
def test_every_recorded_usage_object_is_read_by_its_rule(recorded: list[Json], name: str) -> None:
    rows = parse_texts("provider_bodies", [json.dumps(WRAPPERS[name](row)) for row in recorded])
    read = {row["source_line"]: row for row in rows if "#" not in (row["call_id"] or "")}
    wrong = [
        (row["host"], row["usage"], found["normalisation_rule"], found["reject_reason"])
        for line, row in enumerate(recorded, 1)
        if (found := read[line])["usage_basis"] == "reported"
        and found["normalisation_rule"] != rule_of(row)
    ]
    assert wrong == []
    refused = [r["reject_reason"] for r in read.values() if r["reject_reason"]]
    assert refused == ["its usage object is of no known shape; see docs/usage_objects.md"] * 4


@pytest.mark.parametrize("name", WRAPPERS)
def test_wrapped_bodies_are_recognised(recorded: list[Json], name: str, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.write_text("".join(json.dumps(WRAPPERS[name](row)) + "\n" for row in recorded[::180]))
    assert detect_format(sample(file)) == "provider_bodies"


def test_recorded_bodies_are_read_bare(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "provider_usage/raw_bodies"
    texts = [records(folder / name, tmp_path / name)[0] for name in ("chat_ok", "responses")]
    chat, responses = parse_texts("provider_bodies", texts)
    assert (chat["cache_read_tokens"], chat["prompt_tokens"]) == (1408, 1497)
    assert (responses["reasoning_tokens"], responses["completion_tokens"]) == (320, 327)


def test_a_recorded_stream_is_one_call(shared_data: Path) -> None:
    text = (shared_data / "provider_usage/raw_bodies/anth_stream").read_text()
    (row,) = parse_texts("provider_bodies", [json.dumps({"timestamp": MOMENT, "response": text})])
    assert (row["input_tokens"], row["output_tokens"], row["finish_reason"]) == (
        17,
        108,
        "end_turn",
    )
    assert row["is_streaming"]
