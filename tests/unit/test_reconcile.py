"""`unitcost reconcile` on a published warehouse: what it prints, says and exits with."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.given import given
from unitcost.cli import main
from unitcost.tables import upstream
from unitcost_models.late_bills import BillAdjustment
from unitcost_models.reconciliation import ReconciliationGap, ReconciliationMonth

_GAP = {
    "day": date(2026, 10, 7),
    "provider": "openai",
    "platform": "direct",
    "account_id": "proj_a",
    "model": "gpt-5.4",
    "token_class": "input",
    "stage": "usage",
}
_MONTH = {
    "month": "2026-10",
    "provider": "openai",
    "metered_days": 31,
    "reported_days": 31,
    "metered_usd": Decimal(100),
    "unreported_usd": Decimal(0),
    "reported_cost_usd": Decimal(112),
    "gap_usd": Decimal(12),
    "unconverted_lines": 2,
    "provisional_days": 1,
}


def publish(home: Path, unexplained: str, *later: dict[str, Any]) -> None:
    """OpenAI bills 12 USD more than was metered; Cohere reports nothing, nobody own machines.

    Mistral only sends an invoice, of what was metered.
    """
    home.mkdir()
    rest = Decimal(unexplained)
    told = {"unexplained_usd": rest, "explained_usd": 12 - rest}
    silent = [
        {**_MONTH, "provider": name, "gap_usd": None, "reported_cost_usd": None}
        for name in ("cohere", "self_hosted")
    ]
    paid = {
        **_MONTH,
        "provider": "mistral",
        **dict.fromkeys(("metered_usd", "unreported_usd", "invoiced_usd"), Decimal(70)),
        **dict.fromkeys(("gap_usd", "unexplained_usd", "provisional_days"), 0),
        "reported_cost_usd": None,
    }
    parts = [("usage", "not_instrumented", Decimal(9)), ("cost", "fees", Decimal(3) - rest)]
    with duckdb.connect(str(home / "warehouse.duckdb")) as con:
        con.execute("create schema marts; create schema core")
        given(con, BillAdjustment, *later)
        given(con, ReconciliationMonth, {**_MONTH, **told}, *silent, paid)
        given(
            con,
            ReconciliationGap,
            *(
                {**_GAP, "stage": stage, "cause": cause, "gap_usd": usd}
                for stage, cause, usd in [*parts, ("cost", "unexplained", rest)]
                if usd
            ),
        )


def run(capsys: pytest.CaptureFixture[str], home: Path, *options: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command."""
    with pytest.raises(SystemExit) as caught:
        main(["reconcile", "--home", str(home), *options])
    told = capsys.readouterr()
    return int(caught.value.code or 0), told.out, told.err


def test_the_waterfall_leads_from_metered_to_billed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    publish(tmp_path / "home", "0")
    code, out, err = run(capsys, tmp_path / "home")
    cells = [[cell.strip() for cell in line.split("│")[1:4]] for line in out.splitlines()]
    assert (code, err) == (0, "")
    for cell in (
        ["metered", "", "100.00"],
        ["", "not_instrumented", "9.00"],
        ["reported usage at our prices", "", "109.00"],
        ["", "fees", "3.00"],
        ["reported cost", "", "112.00"],
        ["metered", "", "70.00"],
        ["invoiced", "", "70.00"],
    ):
        assert cell in cells
    assert "without a report" not in out
    assert "Nothing reported by cohere: deliver" in out
    assert "2 charges have no exchange rate" in out
    assert "provider may still change: 1." in out
    assert out.index("instrument what calls it") < out.index("record tool calls")


def test_too_much_unexplained_fails(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    publish(tmp_path / "home", "2")
    code, _, err = run(capsys, tmp_path / "home")
    assert code == 1
    assert "openai: 2.00 USD unexplained" in err


def test_json_has_exact_decimals(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    publish(tmp_path / "home", "1")
    code, out, _ = run(capsys, tmp_path / "home", "--month", "2026-10", "--json")
    told: dict[str, Any] = json.loads(out)
    openai = next(p for p in told["providers"] if p["totals"]["provider"] == "openai")
    assert (code, told["is_within_tolerance"]) == (0, True)
    assert sum(Decimal(p["gap_usd"]) for p in openai["parts"]) == Decimal(
        openai["totals"]["gap_usd"]
    )
    assert told["fix_first"][0]["gap_usd"] == "9.000000000000"


def test_what_was_billed_after_the_month_was_closed_is_told(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    later = {"month": "2026-10", "bill_kind": "costs", "provider": "openai", "currency": "eur"}
    amounts = ({"amount_cost": Decimal(amount)} for amount in ("3.10", "-0.05"))
    publish(tmp_path / "home", "0", *(later | amount for amount in amounts))
    with duckdb.connect(str(tmp_path / "home" / "warehouse.duckdb")) as con:
        con.execute("delete from marts.reconciliation_gap")
    _, out, _ = run(capsys, tmp_path / "home", "--month", "2026-10")
    assert "+3.050000000000 EUR of openai's costs" in " ".join(out.split())
    assert "Nothing to mend" not in out


def test_a_month_without_anything_is_a_mistake(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    publish(tmp_path / "home", "0")
    assert run(capsys, tmp_path / "home", "--month", "2026-09")[0] == 2
    assert run(capsys, tmp_path / "home", "--month", "October")[0] == 2


@pytest.mark.parametrize(
    "table", ["core.provider_costs", "core.reported_usage", "core.invoice_lines"]
)
def test_no_stored_amount_depends_on_an_exchange_rate(table: str) -> None:
    assert "core.exchange_rates" not in upstream(table)
