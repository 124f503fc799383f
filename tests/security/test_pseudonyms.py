"""Customers and users told by keyed digests: no plain name in any table, and every join holds."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.command_line import exit_code
from tests.pipeline.books import REQUESTS, contents, deliver, night
from tests.security.named_span import SPAN
from tests.security.reading import words_in
from unitcost.paths import Home
from unitcost.privacy import Pseudonyms

KEY = "0123456789abcdef0123456789abcdef"
PRIVACY = '[privacy]\npseudonymise = ["customer_id", "user_id"]\n'
NAMES = ("acme", "birch", "ada@example.com", "(unattributed)")
ALLOCATION = """
[[allocation.rules]]
name = "platform"
method = "fixed"
daily_usd = "10"
valid_from = 2026-10-30
to = [{ receiver = "acme", share = "1" }]
"""


def fill(home: Home) -> None:
    """Requests, a trace, revenue, an outcome and a refused record, all naming customers."""
    deliver(home, "first.csv", REQUESTS)
    files = {
        "otlp_json/trace.jsonl": json.dumps(
            {"resourceSpans": [{"resource": {}, "scopeSpans": [{"scope": {}, "spans": [SPAN]}]}]}
        ),
        "revenue/invoices.csv": "customer_id,period,amount\nacme,2026-10-30,50\n",
        "outcomes/judged.csv": "request_id,outcome,customer_id\na,success,acme\n",
        "requests/refused.jsonl": '{"customer_id": "birch", "model": ',
    }
    for name, text in files.items():
        file = home.landing / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")


def pseudonym(name: str) -> str:
    return hmac.new(KEY.encode(), name.encode(), hashlib.sha256).hexdigest()[:32]


def test_tables_are_the_same_but_for_the_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UNITCOST_PSEUDONYM_KEY", KEY)
    plain, told = Home(tmp_path / "plain"), Home(tmp_path / "told")
    for home, privacy in ((plain, ""), (told, PRIVACY)):
        home.root.mkdir()
        home.settings_file.write_text(privacy + ALLOCATION)
        fill(home)
        assert night(home)
    tables = ["marts.cost_per_customer", "marts.cost_per_user", "marts.allocated_cost"]
    before, after = (contents(home.warehouse, tables) for home in (plain, told))
    for table in tables:
        assert before[table], table
        replaced = [tuple(_told(v) for v in row) for row in before[table]]
        assert sorted(map(repr, replaced)) == sorted(map(repr, after[table])), table
    with duckdb.connect(str(told.warehouse), read_only=True) as con:
        revenue = con.execute(
            "select customer_id from marts.cost_per_customer where revenue_usd is not null"
        ).fetchall()
        texts = con.execute("select text from meta.quarantine").fetchall()
    assert revenue == [(pseudonym("acme"),)]
    assert texts == [(None,)]
    words = words_in(told)
    assert not [name for name in NAMES[:3] if any(name in word for word in words)]
    assert not any(KEY in word for word in words)


def _told(value: object) -> object:
    return pseudonym(value) if value in NAMES[:3] and isinstance(value, str) else value


def test_without_its_key_nothing_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path)
    home.settings_file.write_text(PRIVACY)
    fill(home)
    assert exit_code("--home", str(home.root), "nightly") == 2
    assert "UNITCOST_PSEUDONYM_KEY holds no key" in capsys.readouterr().err
    assert not home.warehouse.exists()


@settings(max_examples=50, deadline=None)
@given(key=st.binary(min_size=16, max_size=100), name=st.text(min_size=1, max_size=70))
def test_sql_and_python_make_the_same_pseudonym(key: bytes, name: str) -> None:
    name = name.replace("\0", "x")
    made = Pseudonyms(("customer_id",), key)
    with duckdb.connect() as con:
        made.create_macro(con)
        [(answer,)] = con.execute("select pseudonym($1)", [name]).fetchall()
    assert answer == (name if name == "(unattributed)" else made.of(name))
    assert answer == hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:32]
