"""Tries that a gateway's own log tells of are attempts with their own status."""

from __future__ import annotations

from pathlib import Path

from tests.sources.counting import count_fixtures
from tests.sources.reading import parse_texts


def test_a_try_that_openrouter_saw_fail_has_its_status_and_costs_nothing(tmp_path: Path) -> None:
    rows = count_fixtures(tmp_path, "openrouter")
    tries = [r for r in rows if r["retry_evidence"] == "gateway_log"]
    told = [
        (r["attempt_no"], r["is_final_attempt"], r["http_status"], r["billed_state"]) for r in tries
    ]
    assert sorted(told)[:2] == [(1, False, 529, "not_billed")] * 2
    assert len({r["call_id"] for r in tries}) == len(tries) / 2
    assert len({r["request_id"] for r in rows}) == len(rows)


def test_a_failed_line_of_anthropics_batches_is_anthropics() -> None:
    text = '{"custom_id":"a","result":{"type":"expired"},"timestamp":"2026-11-01T10:00:00Z"}'
    (row,) = parse_texts("openai_batch", [text])
    assert (row["provider_name"], row["billed_state"]) == ("anthropic", "not_billed")
