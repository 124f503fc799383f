"""`unitcost trust`: how far the numbers can be trusted, and what would raise it.

The parts are counted in `sql/marts/trust.sql`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from unitcost.commands.common import COMMON, OUT, Common, as_objects, show_json, show_table
from unitcost.commands.warehouse import read_warehouse

COLUMNS = ("part", "weight", "score_pct", "points_pct", "good_count", "whole_count", "plain_pct")


REPORTED_DAYS = "select count(*) from marts.proven_days where reported_tokens > 0"
BESIDE = """
    select provider from marts.attested_usage group by provider
    having provider not in (select provider from meta.expected_reports)
        and (select count(*) from meta.expected_reports) > 0 order by provider
"""
Part = dict[str, Any]


def trust(*, common: Common = COMMON) -> None:
    """Show each part of trust with its weight, the points it gives, and what would raise it."""
    with read_warehouse(common.home) as con:
        cursor = con.execute(
            f"""select {", ".join(COLUMNS)}, days, evidence_sql, remedy
            from marts.trust order by weight - points_pct desc, part"""
        )
        names = [column[0] for column in cursor.description or ()]
        parts = as_objects(names, cursor.fetchall())
        [(reported_days,)] = con.execute(REPORTED_DAYS).fetchall()
        beside = [provider for (provider,) in con.execute(BESIDE).fetchall()]
    score = sum((part["points_pct"] for part in parts), Decimal(0))
    if common.json:
        show_json({"score": score, "parts": parts})
        return
    show_table((*COLUMNS, "remedy"), [[p[c] for c in (*COLUMNS, "remedy")] for p in parts])
    OUT.print(f"{score:.1f} of 100 points: select sum(points_pct) from marts.trust")
    _show_measure({part["part"]: part for part in parts}, reported_days)
    if beside:
        OUT.print(f"In no point, as neither [trust] nor [pull] names them: {', '.join(beside)}.")


def _show_measure(parts: dict[str, Part], reported_days: int) -> None:
    """What the points are measured against, and what they would be over the reported days alone."""
    held = parts["reconciliation"]["plain_pct"]
    OUT.print(
        f"Reports that count tokens attest the day and provider of {held:.1f} % of the requests; "
        "the others give no points."
    )
    by_day = [part for name, part in parts.items() if name != "freshness"]
    days = by_day[0]["days"]
    if reported_days < days:
        earned = sum(part["points_pct"] for part in by_day) * days / max(reported_days, 1)
        OUT.print(
            f"There are such reports of {reported_days} of {days} days; over those days alone it "
            f"would be {earned:.1f} of {sum(part['weight'] for part in by_day)} points."
        )
