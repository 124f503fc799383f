"""Ours and theirs over the worked cases: `pytest -n 0 -s tests/benchmarks/accuracy` prints them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from tests.benchmarks.accuracy.answers import Tool, judge
from tests.benchmarks.accuracy.ours import ours
from tests.benchmarks.accuracy.report import case_sets, report
from tests.pricing_cases import own_cases


@pytest.mark.benchmark
def test_ours_is_right_in_every_case(
    shared_vectors: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print("\n" + "\n".join(report(shared_vectors)))  # noqa: T201
    for cases in case_sets(shared_vectors).values():
        wrong = [verdict for verdict in judge(ours(cases), cases) if not verdict.is_right]
        assert wrong == []


def test_a_wrong_cost_and_a_cost_where_none_must_be_are_wrong() -> None:
    priced = next(case for case in own_cases() if case.cost_usd)
    unpriced = replace(priced, cost_usd=None)
    dearer = Tool("dearer", "1", lambda case: lambda: (case.cost_usd or Decimal(1)) * 2)
    assert [verdict.is_right for verdict in judge(dearer, [priced, unpriced])] == [False, False]


def test_a_refusal_is_right_only_where_there_must_be_no_price() -> None:
    priced = next(case for case in own_cases() if case.cost_usd)
    unpriced = replace(priced, cost_usd=None)

    def refuse(case: object) -> Callable[[], Decimal]:
        raise LookupError(case)

    verdicts = judge(Tool("refuses", "1", refuse), [priced, unpriced])
    assert [verdict.is_right for verdict in verdicts] == [False, True]
