"""Keys and prompts put into everything that a run reads are in nothing that it writes.

The one place that keeps texts is the quarantine, where a refused record is kept as delivered.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.faults.processes import Command
from tests.pipeline.books import REQUESTS, THROUGH, deliver
from tests.security.named_span import SPAN
from tests.security.reading import words_in
from tests.sources.reading import FILES
from unitcost.paths import Home
from unitcost.reading.ingest import ingest_all
from unitcost.session import open_session
from unitcost.sources import SOURCES

PROMPT = "canary prompt 41c9"
SECRET = "sk-canary-8d2b"
TOLD_BY_PEOPLE = {
    *("prompt", "prompts", "content", "text", "input", "inputs", "output", "outputs", "completion"),
    *("message", "messages", "response_text", "system", "instructions", "arguments", "body_text"),
    *("gen_ai.prompt", "gen_ai.completion", "input.value", "output.value", "thinking", "reasoning"),
    *("query", "answer", "title", "comment", "summary", "display", "lastPrompt"),
}
KEYS = {
    "OPENAI_ADMIN_KEY": SECRET,
    "ANTHROPIC_ADMIN_KEY": SECRET,
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "UNITCOST_UNKNOWN": SECRET,
}
BESIDE = {
    "prompt": PROMPT,
    "headers": {"Authorization": f"Bearer {SECRET}", "x-api-key": SECRET},
    "messages_beside": [{"role": "user", "content": PROMPT}],
}


def with_canaries(value: Any, key: str = "") -> Any:
    """The same record with the canary wherever people's words stand."""
    if isinstance(value, dict):
        return {k: with_canaries(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [with_canaries(v, key) for v in value]
    is_words = key in TOLD_BY_PEOPLE and isinstance(value, str) and not value.startswith("{")
    return f"{PROMPT} {value}" if is_words else value


def spoiled(line: str) -> str:
    """A line of JSON with canaries in it and beside it; other lines as they are."""
    try:
        record = json.loads(line)
    except ValueError:
        return line
    return json.dumps(with_canaries(record) | BESIDE) if isinstance(record, dict) else line


def test_no_source_keeps_words_or_keys(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    for file in (f for f in FILES if f.suffix == ".jsonl"):
        target = home.landing / file.parent.name / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("\n".join(spoiled(line) for line in file.read_text().splitlines()))
    with open_session(home.root) as session:
        accepted = {d.path: d.accepted for d in ingest_all(session, set(SOURCES))}
        session.publish()
    assert sum(count > 0 for count in accepted.values()) > len(accepted) // 2
    words = words_in(home, but=("landing", "quarantine"))
    assert [word[:400] for word in words if PROMPT in word or SECRET in word] == []


def test_a_whole_run_writes_no_words_and_no_keys(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    deliver(home, "first.csv", REQUESTS[:2])
    home.settings_file.write_text(
        '[exports]\ntables = ["marts.cost_per_request"]\nformats = ["xlsx"]'
    )
    contents = [
        {"key": "gen_ai.prompt.0.content", "value": {"stringValue": PROMPT}},
        {"key": "gen_ai.input.messages", "value": {"stringValue": json.dumps([PROMPT])}},
        {"key": "http.request.header.authorization", "value": {"stringValue": SECRET}},
    ]
    span = {**SPAN, "attributes": [*SPAN["attributes"], *contents]}
    batch = {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": [span]}]}]}
    trace = home.landing / "otlp_json" / "trace.jsonl"
    trace.parent.mkdir(parents=True)
    trace.write_text(json.dumps(batch) + "\n")
    words = ["nightly", "--through", THROUGH.isoformat()]
    run = Command(words, home.root, KEYS, logs_to_disk=True).run()
    assert run.code == 0, run.said
    written = {*words_in(home), run.said}
    assert len(written) > 1000
    assert [word[:400] for word in written if PROMPT in word or SECRET in word] == []


@pytest.mark.parametrize("keeps", [True, False])
def test_a_refused_record_is_kept_only_in_the_quarantine(keeps: bool, tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.settings_file.write_text(f"[privacy]\nquarantined_text = {str(keeps).lower()}\n")
    file = home.landing / "requests" / "broken.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"prompt": PROMPT, "model": "gpt-5"}) + "\n")
    with open_session(home.root) as session:
        [delivery] = ingest_all(session, {"requests"})
        session.publish()
    assert delivery.quarantined == 1
    assert not [w for w in words_in(home, but=("landing", "quarantine")) if PROMPT in w]
    kept = [word for word in words_in(home, but=("landing", "lake")) if PROMPT in word]
    assert bool(kept) == keeps
