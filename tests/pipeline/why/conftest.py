"""A home in which every kind of number can be asked for: requests, bills, revenue, a rule."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.pipeline.books import REQUESTS, deliver, night
from unitcost.paths import Home
from unitcost.reconciling.comparing import write_reconciliation
from unitcost.session import open_session

COSTS = """start_time,end_time,amount_value,amount_currency,line_item,project_id
1793318400,1793404800,2.3,usd,"gpt-5-2025-08-07, input",proj_a
1793318400,1793404800,0.5,usd,web search tool calls,proj_a
"""
INVOICE = """provider,invoice_id,period,amount,currency
openai,i-1,2026-10,3.00,USD
"""


PAID = """customer_id,period_start,period_end,amount,currency
acme,2026-10-30,2026-10-30,1,USD
birch,2026-10-01,2026-10-31,31,EUR
"""
REFUSED = """started_at,provider,model,input_tokens
yesterday,openai,gpt-5,1
"""
RATES = """day,currency,usd_per_unit,source,recorded_on
2026-10-29,EUR,1.05,ecb,2026-10-31
2026-10-30,EUR,1.1,ecb,2026-10-31
"""
RULES = """[[allocation.rules]]
name = "fee"
monthly_usd = "31"
method = "even"
"""


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("why"))
    deliver(home, "first.csv", (*REQUESTS, ("2026-10-30T12:00:00Z", "f", "gpt-5", 9, 9, "")))
    put(home, "openai_costs/cost.csv", COSTS)
    put(home, "invoices/invoice.csv", INVOICE)
    put(home, "revenue/paid.csv", PAID)
    put(home, "requests/refused.csv", REFUSED)
    home.price_tables.mkdir()
    (home.price_tables / "fx.csv").write_text(RATES)
    home.settings_file.write_text(RULES)
    put(home, "outcomes/told.csv", "task_id,outcome,judged_at\nlost,success,2026-10-30\n")
    night(home)
    with open_session(home.root) as writer:
        write_reconciliation(writer)
        writer.publish()
    return home


def put(home: Home, name: str, text: str) -> None:
    file = home.landing / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture(scope="session")
def con(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(home.warehouse), read_only=True) as connection:
        yield connection
