"""Real logs of coding agents and benchmarks: read, or refused with a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sources.reading import parse_texts, records
from unitcost.reading.landing import land, recognise

Rows = list[dict[str, Any]]


def _read(file: Path, tmp_path: Path) -> Rows:
    source_format = recognise(file)
    assert source_format is not None
    return parse_texts(source_format, records(file, tmp_path))


def _sum(rows: Rows, name: str) -> int:
    return sum(row[name] or 0 for row in rows)


def test_claude_code_sessions(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "coding_agent_logs/claude_code"
    rows = [
        row for n, f in enumerate(sorted(folder.iterdir())) for row in _read(f, tmp_path / f"{n}")
    ]
    assert len({row["call_id"] for row in rows}) == 5
    assert (_sum(rows, "input_tokens"), _sum(rows, "output_tokens")) == (730, 310)
    assert _sum(rows, "cache_write_unknown_tokens") == 90
    assert sorted(row["service_tier"] or "" for row in rows) == ["", "", "", "", "fast"]


def test_a_codex_session(shared_data: Path, tmp_path: Path) -> None:
    (file,) = (shared_data / "coding_agent_logs/codex").iterdir()
    rows = _read(file, tmp_path)
    assert [row["request_model"] for row in rows] == ["gpt-5.2-codex", "gpt-5.3-codex"]
    assert (_sum(rows, "prompt_tokens"), _sum(rows, "completion_tokens")) == (3500, 425)


def test_aider_events(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "aider/sample-analytics.jsonl"
    rows = _read(file, tmp_path)
    events = [json.loads(line) for line in file.read_text().splitlines()]
    sent = [e["properties"] for e in events if e["event"] == "message_send"]
    assert len({row["call_id"] for row in rows}) == len(rows) == len(sent) == 107
    assert [row["reject_reason"] for row in rows if row["reject_reason"]] == []
    assert _sum(rows, "prompt_tokens") == sum(p["prompt_tokens"] for p in sent)
    stated = float(sum(row["reported_cost_usd"] or 0 for row in rows))
    assert stated == pytest.approx(sum(p["cost"] for p in sent), abs=1e-9)


def test_openhands_results_are_read_call_by_call(shared_data: Path, tmp_path: Path) -> None:
    file = shared_data / "openhands/multi_swe_bench_output.jsonl"
    rows = _read(file, tmp_path)
    read = [row for row in rows if row["reject_reason"] is None]
    runs = [
        json.loads(line)["metrics"]["accumulated_token_usage"]
        for line in file.read_text().splitlines()
    ]
    assert (len(read), len(rows) - len(read)) == (23 + 33 + 49, 2)
    assert _sum(read, "prompt_tokens") == sum(run["prompt_tokens"] for run in runs)
    assert _sum(read, "completion_tokens") == sum(run["completion_tokens"] for run in runs)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("swe_agent/swe-agent__test-repo-i1.traj.json", "SWE-agent trajectory"),
        ("swe_agent/pydicom__pydicom-1458.traj.json", "SWE-agent trajectory"),
        ("tau_bench/gpt-4o-airline.json", "tau-bench result"),
        ("openhands/resolver_output.jsonl", "OpenHands result"),
    ],
)
def test_what_tells_of_no_call_is_refused_with_a_reason(
    shared_data: Path, tmp_path: Path, name: str, word: str
) -> None:
    (landed,) = land([shared_data / name], tmp_path, None)
    assert landed.path is None
    assert word in (landed.note or "")
    assert "; deliver" in (landed.note or "")


def test_a_fork_counts_only_what_it_added(tmp_path: Path) -> None:
    root = Path(__file__).parents[1] / "fixtures/sources/codex"
    files = ("rollout.jsonl", "fork.jsonl")
    calls = [row["call_id"] for f in files for row in _read(root / f, tmp_path / f)]
    assert (len(calls), len(set(calls))) == (6, 5)


@pytest.mark.parametrize("cut", [3, 4, 5])
def test_a_session_that_grew_keeps_its_calls(tmp_path: Path, cut: int) -> None:
    """What was read of the beginning is the same record, or an earlier version with less."""
    file = Path(__file__).parents[1] / "fixtures/sources/claude_code/session.jsonl"
    texts = records(file, tmp_path)
    whole = {row["call_id"]: row for row in parse_texts("claude_code", texts)}
    for row in parse_texts("claude_code", texts[:cut]):
        later = whole[row["call_id"]]
        assert row["started_at"] == later["started_at"]
        assert row["completion_tokens"] <= later["completion_tokens"]
