"""OTLP batches under older names and under the protocol's own: the same rows as OTLP/JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sources.reading import ROOT, golden, parse_texts
from unitcost.sources import detect_format
from unitcost.staging import sample

BATCH = next(
    line
    for file in sorted((ROOT / "otlp_json").glob("*.jsonl"))
    for line in file.read_text().splitlines()
    if '"resourceSpans"' in line
)
QUOTED = json.dumps('a text that says {"trace_id": 1, "scope": 2}')


def _before_2022(text: str) -> str:
    text = text.replace('"scopeSpans"', '"instrumentationLibrarySpans"')
    return re.sub(r'"scope"(\s*:)', r'"instrumentationLibrary"\1', text)


def _of_proto(text: str) -> str:
    def snake(match: re.Match[str]) -> str:
        return re.sub("[A-Z]", lambda hump: "_" + hump.group().lower(), match.group())

    return re.sub(r'"[a-z]+[A-Z]\w*"(?=\s*:)', snake, text)


@pytest.mark.parametrize("respelled", [_before_2022, _of_proto])
def test_other_spellings_give_the_same_rows(
    respelled: Callable[[str], str], tmp_path: Path
) -> None:
    told = BATCH.replace('"stringValue": "', '"stringValue": ' + QUOTED[:-1] + " ", 1)
    file = tmp_path / "spans.jsonl"
    file.write_text(respelled(told) + "\n")
    assert respelled(told) != told
    assert detect_format(sample(file)) == "otlp_json"
    rows = [golden(row) for row in parse_texts("otlp_json", [respelled(told)])]
    assert rows == [golden(row) for row in parse_texts("otlp_json", [told])]
    assert not any("reject_reason" in row for row in rows)


def test_logs_under_the_protocols_own_names_give_the_same_rows(tmp_path: Path) -> None:
    told = (ROOT / "agent_events/claude_code.jsonl").read_text().splitlines()[0]
    file = tmp_path / "logs.jsonl"
    file.write_text(_of_proto(told) + "\n")
    assert _of_proto(told) != told
    assert detect_format(sample(file)) == "agent_events"
    rows = [golden(row) for row in parse_texts("agent_events", [told])]
    assert [golden(row) for row in parse_texts("agent_events", [_of_proto(told)])] == rows != []
