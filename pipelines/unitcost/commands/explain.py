"""`unitcost explain`: what moved between two periods and why, in parts that sum to the change.

It only shows; the parts are computed in `unitcost.explaining`.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from unitcost.commands.common import COMMON, OUT, Common, show_json, show_table
from unitcost.commands.warehouse import read_warehouse
from unitcost.errors import UsageError

if TYPE_CHECKING:
    from unitcost.explaining import Explanation

SHOWN_MEMBERS = 20
_SHOWN = Decimal("0.0001")
"""Rounded for reading; --json is exact."""


def explain(
    *,
    before: Annotated[
        str, Parameter(name="--from", help="Month 2026-10, day, or days 2026-10-01..2026-10-14.")
    ],
    after: Annotated[str, Parameter(name="--to", help="The period to compare with it.")],
    by: Annotated[str | None, Parameter(help="Dimension, e.g. feature or customer_id.")] = None,
    only: Annotated[
        tuple[str, ...], Parameter(help="dimension=name: only these requests; may be repeated.")
    ] = (),
    common: Common = COMMON,
) -> None:
    """Show what moved between two periods and why; the parts sum to the change exactly.

    New and lost customers, volume, mix, tier, failures, tokens, cache share, price and fees; the
    cost per success by mix, cost per task and rate; the ten largest movers and when they began.
    """
    from unitcost.explaining import explain as explanation_of
    from unitcost.explaining import parse_span

    spans = parse_span(before), parse_span(after)
    wanted = dict(_named(text) for text in only)
    with read_warehouse(common.home) as con:
        found = explanation_of(con, *spans, by, wanted)
    if common.json:
        show_json(found.model_dump())
    else:
        _show(found)


def _named(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not value:
        message = f"--only {text}: not a dimension and a name"
        raise UsageError(message, "write it as feature=draft-reply")
    return name, value


def _show(found: Explanation) -> None:
    if not found.changes:
        OUT.print(f"No requests in {found.before} nor in {found.after}.")
    elif len(found.changes) == 1:
        _show_parts(found)
    else:
        _show_members(found)
    _show_success(found)
    _show_movers(found)


def _show_parts(found: Explanation) -> None:
    """The one change, a line a factor."""
    (change,) = found.changes
    rows = [(part.factor, _usd(part.change_usd)) for part in change.parts if part.change_usd]
    show_table(
        ("factor", "change_usd"),
        [("before", _usd(change.before_usd)), *rows, ("after", _usd(change.after_usd))],
        title=f"From {found.before} to {found.after}",
    )


def _show_members(found: Explanation) -> None:
    """A line a member, a column a factor that moved any."""
    changes = found.changes
    moved = dict.fromkeys(p.factor for c in changes for p in c.parts if p.change_usd)
    factors = [part.factor for part in changes[0].parts if part.factor in moved]
    show_table(
        (found.by or "", "before_usd", "after_usd", "change_usd", *factors),
        [
            (
                *(c.member, _usd(c.before_usd), _usd(c.after_usd), _usd(c.change_usd)),
                *(_usd(p.change_usd) for p in c.parts if p.factor in moved),
            )
            for c in changes[:SHOWN_MEMBERS]
        ],
        title=f"From {found.before} to {found.after}",
    )


def _show_movers(found: Explanation) -> None:
    if found.movers:
        show_table(
            ("factor", "who", "change_usd", "evidence", "before", "after", "began_on"),
            [
                (m.factor, m.who, _usd(m.change_usd), m.evidence, m.before, m.after, m.began_on)
                for m in found.movers
            ],
            title="Largest movers",
        )


def _usd(cost: Decimal | None) -> Decimal | None:
    return None if cost is None else cost.quantize(_SHOWN)


def _show_success(found: Explanation) -> None:
    rows = [
        (
            *(change.member, change.before_usd, change.after_usd, change.change_usd),
            *(part.change_usd for part in change.parts),
        )
        for change in found.cost_per_success[:SHOWN_MEMBERS]
        if change.parts
    ]
    if rows:
        names = (part.factor for c in found.cost_per_success for part in c.parts)
        show_table(
            (found.by or "", "before_usd", "after_usd", "change_usd", *dict.fromkeys(names)),
            rows,
            title="Cost per successful task",
        )
