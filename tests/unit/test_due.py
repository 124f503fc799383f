"""What makes days due: not the SQL of views, which no file is made with."""

from __future__ import annotations

import pytest

from unitcost.days import due
from unitcost.queries import query_names
from unitcost.tables import view_tables


def test_a_view_of_all_days_makes_no_day_due(monkeypatch: pytest.MonkeyPatch) -> None:
    fingerprint = due.transforms_fingerprint.__wrapped__  # the files are not read again
    with_views = fingerprint()
    views = set(view_tables())
    assert views
    monkeypatch.setattr(
        due, "query_names", lambda layer: [n for n in query_names(layer) if n not in views]
    )
    assert fingerprint() == with_views
    monkeypatch.setattr(due, "query_names", lambda _layer: [])
    assert fingerprint() != with_views
