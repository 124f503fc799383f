"""What a vocabulary's fingerprint follows: deliveries are read again when it changes."""

from __future__ import annotations

import duckdb
import pytest

from unitcost.sources import lifting
from unitcost.sources.vocabulary import create_macros, load_vocabulary


def test_a_key_of_the_user_changes_the_fingerprint() -> None:
    added = load_vocabulary({"feature": ["app.feature.of.mine"]})
    assert added.fingerprint != load_vocabulary().fingerprint
    assert load_vocabulary().fingerprint == load_vocabulary().fingerprint


def test_another_way_of_reading_changes_the_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    before = load_vocabulary().fingerprint
    monkeypatch.setitem(lifting._FIXED, "otlp_status(code)", "upper(code)")
    assert load_vocabulary().fingerprint != before


def test_the_first_key_that_is_not_empty_is_the_answer(
    workbench: duckdb.DuckDBPyConnection,
) -> None:
    create_macros(workbench, load_vocabulary({"feature": ["a", "b"]}))
    asked = "select attr_feature(filled(map {'a': '', 'c': '', 'b': 'found'}))"
    assert workbench.execute(asked).fetchall() == [("found",)]
    asked = "select attr_feature(filled(map {'a': ''})), attr_feature(filled(null))"
    assert workbench.execute(asked).fetchall() == [(None, None)]
