"""A made-up price list and requests against it: 60 models, 10 versions each, every token class.

The same for the same count, in the order of their time, as days are priced one after another.
Nothing is timed here.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from unitcost.price_book.book import PriceBook
from unitcost.price_book.rows import CSV_COLUMNS
from unitcost.pricing import load_price_book
from unitcost.workbench import create_empty, open_workbench
from unitcost_models.agreements import AllowanceBefore
from unitcost_models.requests import Request
from unitcost_models.shared import TOKEN_CLASSES

MODELS, VERSIONS, DAYS_A_VERSION = 60, 10, 60
START = datetime(2025, 1, 1)
METERS = {
    column.removesuffix("_tokens").replace("_unknown", ""): column for column in TOKEN_CLASSES
}
_MICROSECONDS = VERSIONS * DAYS_A_VERSION * 86_400_000_000
_REQUESTS = f"""
    select
        i::varchar as request_id,
        i::varchar as call_id,
        true as is_final_attempt,
        true as attempt_count_known,
        timestamp '{START}' + to_microseconds({_MICROSECONDS} // {{count}} * i) as started_at,
        started_at::date as day,
        'bench' as provider,
        'direct' as platform,
        'model-' || hash(i, 'model') % {MODELS} as model,
        'standard' as service_tier,
        false as is_batch,
        'ok' as status,
        'billed' as billed_state,
        'reported' as usage_basis,
        {", ".join(f"(hash(i, '{column}') % 9000)::bigint as {column}" for column in TOKEN_CLASSES)}
    from range({{start}}, {{stop}}) as r(i)
"""


def made_prices(folder: Path) -> duckdb.DuckDBPyConnection:
    """A workbench that holds the made-up list, written to `folder`, and no request yet."""
    _write_book(folder)
    con = open_workbench()
    load_price_book(con, PriceBook(own=folder))
    create_empty(con, AllowanceBefore)
    return con


def make_requests(con: duckdb.DuckDBPyConnection, start: int, stop: int, count: int) -> None:
    """Let these numbers of `count`, which span all versions evenly in time, be the requests."""
    create_empty(con, Request)
    requests = _REQUESTS.format(start=start, stop=stop, count=count)
    con.execute(f"insert into core.requests by name {requests}")


def _write_book(folder: Path) -> None:
    models = (f'[[model]]\nkey = "model-{model}"\nprovider = "bench"\n' for model in range(MODELS))
    (folder / "models.toml").write_text("\n".join(models), encoding="utf-8")
    scope = 'provider = "bench"\nplatform = "direct"\nscope = "global"\ndefault = true\n'
    (folder / "region_scopes.toml").write_text(f"[[scope]]\n{scope}", encoding="utf-8")
    (folder / "bench").mkdir()
    with (folder / "bench" / "direct.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, CSV_COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(_price_rows())


def _price_rows() -> Iterator[dict[str, str]]:
    for model in range(MODELS):
        for version in range(VERSIONS):
            for number, meter in enumerate(METERS):
                yield _price_row(model, version, number, meter)


def _price_row(model: int, version: int, number: int, meter: str) -> dict[str, str]:
    start = START + timedelta(days=version * DAYS_A_VERSION)
    end = start + timedelta(days=DAYS_A_VERSION)
    return {
        "price_id": f"bench/direct/global/model-{model}/standard/{meter}@{start:%Y-%m-%d}",
        "provider": "bench",
        "platform": "direct",
        "region_scope": "global",
        "model_key": f"model-{model}",
        "service_tier": "standard",
        "meter": meter,
        "unit": "token",
        "per": "1000000",
        "unit_price": f"{(model * 7 + version * 3 + number) % 97 + 1}.{(model + number) % 9 + 1}25",
        "currency": "USD",
        "valid_from": f"{start:%Y-%m-%dT%H:%M:%SZ}",
        "valid_to": f"{end:%Y-%m-%dT%H:%M:%SZ}" if version < VERSIONS - 1 else "",
        "valid_from_basis": "documented",
        "status": "in_force",
        "layer": "list",
        "recorded_on": "2025-01-01",
        "change_kind": "new",
        "sources": "made",
        "confirmation": "single",
    }
