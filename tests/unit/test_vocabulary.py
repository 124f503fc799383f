"""What a vocabulary's fingerprint follows: deliveries are read again when it changes."""

from __future__ import annotations

import pytest

from unitcost import lifting
from unitcost.vocabulary import load_vocabulary


def test_a_key_of_the_user_changes_the_fingerprint() -> None:
    added = load_vocabulary({"feature": ["app.feature.of.mine"]})
    assert added.fingerprint != load_vocabulary().fingerprint
    assert load_vocabulary().fingerprint == load_vocabulary().fingerprint


def test_another_way_of_reading_changes_the_fingerprint(monkeypatch: pytest.MonkeyPatch) -> None:
    before = load_vocabulary().fingerprint
    monkeypatch.setitem(lifting._FIXED, "otlp_status(code)", "upper(code)")
    assert load_vocabulary().fingerprint != before
