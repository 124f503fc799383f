"""A record of revenue: a hundred dollars for a month."""

from __future__ import annotations

from typing import Any

import duckdb

Connection = duckdb.DuckDBPyConnection
PAID: dict[str, Any] = {"customer_id": "acme", "period": "2026-02", "amount": "100.00"}
