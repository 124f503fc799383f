"""The allocation rules of a day as tables, which the steps of `marts.allocated_cost` read.

How cost is spread by them is not decided here.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb

from unitcost.allocation_settings import AllocationSettings, Rule
from unitcost.months import Month
from unitcost.workbench import create_rows
from unitcost_models.allocation import (
    AllocationFilter,
    AllocationRule,
    AllocationTarget,
    CalibrationBand,
)

_TRILLION = 10**12


def open_allocation(
    con: duckdb.DuckDBPyConnection, settings: AllocationSettings, day: date
) -> None:
    """Put the rules that are in force on the day, and the band, into a workbench."""
    held = [(n, rule) for n, rule in enumerate(settings.rules, start=1) if rule.holds_on(day)]
    direct = AllocationRule(
        rule_no=0,
        rule_name="(direct)",
        receivers=settings.receivers,
        pool_kind="direct",
        fee_usd=None,
        method=None,
        metric=None,
        filter_count=0,
    )
    rules = [_rule(number, rule, settings.receivers, day) for number, rule in held]
    create_rows(con, AllocationRule, [direct, *rules])
    create_rows(con, AllocationFilter, [f for number, rule in held for f in _filters(number, rule)])
    create_rows(con, AllocationTarget, [t for number, rule in held for t in _targets(number, rule)])
    create_rows(con, CalibrationBand, [CalibrationBand(band_pct=settings.calibration_band_pct)])


def _rule(number: int, rule: Rule, receivers: str, day: date) -> AllocationRule:
    return AllocationRule(
        rule_no=number,
        rule_name=rule.name,
        receivers=receivers,
        pool_kind=_kind(rule),
        fee_usd=_fee(rule, day),
        method=rule.method,
        metric=rule.metric,
        filter_count=len(rule.requests or rule.bill or {}),
    )


def _kind(rule: Rule) -> str:
    if rule.requests is not None:
        return "requests"
    if rule.bill is not None:
        return "bill"
    return "unused_commitments" if rule.unused_commitments else "fee"


def _fee(rule: Rule, day: date) -> Decimal | None:
    """The day's part of a fee; the parts of a month add up to it, to the last digit."""
    if rule.monthly_usd is None:
        return rule.daily_usd
    whole = int(rule.monthly_usd * _TRILLION)
    days = Month.of_day(day).last.day
    part = whole * day.day // days - whole * (day.day - 1) // days
    return Decimal(part).scaleb(-12)


def _filters(number: int, rule: Rule) -> list[AllocationFilter]:
    wanted = [*(rule.requests or {}).items(), *(rule.bill or {}).items()]
    return [
        AllocationFilter(rule_no=number, filtered_column=column, wanted_text=text)
        for column, text in sorted(wanted)
    ]


def _targets(number: int, rule: Rule) -> list[AllocationTarget]:
    return [
        AllocationTarget(
            rule_no=number,
            receiver=target.receiver,
            place=place,
            share_trillionths=None if target.share is None else int(target.share * _TRILLION),
            up_to_usd=target.up_to_usd,
        )
        for place, target in enumerate(rule.to)
    ]
