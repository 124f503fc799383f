"""What the company agreed with a provider: a discount that ends within the month.

It goes into the home's own price book, not into landing.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

from unitcost.demo.scenario import DISCOUNT_PCT, TICKET_MODEL
from unitcost.demo.traffic import Month
from unitcost.errors import UsageError


def write_agreement(price_tables: Path, through: date, seed: int = 7, days: int = 30) -> Path:
    """Write `contracts.csv` for the month that `write_demo` writes for the same arguments.

    Raises:
        UsageError: the folder holds contracts that are not the demo's.
    """
    path, text = price_tables / "contracts.csv", _contracts(Month(through, seed, days))
    if path.exists() and path.read_text(encoding="utf-8") != text:
        message = f"{path} holds contracts that are not the demo's"
        raise UsageError(message, "choose another folder: unitcost demo --home /tmp/unitcost-demo")
    price_tables.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _contracts(month: Month) -> str:
    contract = {
        "contract_id": "demo-ticket-discount",
        "account_id": "*",
        "provider": TICKET_MODEL.provider,
        "platform": "*",
        "region_scope": "*",
        "model_key": TICKET_MODEL.name,
        "service_tier": "*",
        "meter": "*",
        "discount_pct": str(DISCOUNT_PCT),
        "per": "",
        "unit_price": "",
        "currency": "USD",
        "valid_from": "",
        "valid_to": f"{month.discount_ends_on}T00:00:00Z",
        "recorded_on": str(month.dates()[0]),
        "supersedes": "",
        "change_kind": "new",
        "source": "the demo's agreement with its provider",
        "note": "",
    }
    text = io.StringIO()
    writer = csv.DictWriter(text, contract, lineterminator="\n")
    writer.writeheader()
    writer.writerow(contract)
    return text.getvalue()
