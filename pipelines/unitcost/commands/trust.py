"""`unitcost trust`: how far the numbers can be trusted, and what would raise it.

The parts are counted in `sql/marts/trust.sql`.
"""

from __future__ import annotations

from decimal import Decimal

from unitcost.commands.common import COMMON, OUT, Common, as_objects, show_json, show_table
from unitcost.commands.warehouse import read_warehouse

COLUMNS = ("part", "weight", "score_pct", "points_pct", "good_count", "whole_count", "plain_pct")


def trust(*, common: Common = COMMON) -> None:
    """Show each part of trust with its weight, the points it gives, and what would raise it."""
    with read_warehouse(common.home) as con:
        cursor = con.execute(
            f"""select {", ".join(COLUMNS)}, days, evidence_sql, remedy
            from marts.trust order by weight - points_pct desc, part"""
        )
        names = [column[0] for column in cursor.description or ()]
        parts = as_objects(names, cursor.fetchall())
    score = sum((part["points_pct"] for part in parts), Decimal(0))
    if common.json:
        show_json({"score": score, "parts": parts})
        return
    show_table((*COLUMNS, "remedy"), [[p[c] for c in (*COLUMNS, "remedy")] for p in parts])
    OUT.print(f"{score:.1f} of 100 points: select sum(points_pct) from marts.trust")
    held = next(part["plain_pct"] for part in parts if part["part"] == "reconciliation")
    OUT.print(
        f"Reports that count tokens attest the day and provider of {held:.1f} % of the requests; "
        "the others give no points."
    )
