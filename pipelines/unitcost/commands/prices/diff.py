"""`unitcost prices diff`: what differs between two price books."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from unitcost.commands.common import COMMON, OUT, Common, show_json, show_table
from unitcost.errors import UsageError

if TYPE_CHECKING:
    from unitcost.price_review.diffing import Change

_SIDE = "A folder of price tables, git:REVISION, a day (as known then), or . for the home's book."


def diff(
    a: Annotated[str, Parameter(help=_SIDE)],
    b: Annotated[str, Parameter(help="The same, to compare with it.")] = ".",
    *,
    usage: Annotated[
        bool, Parameter(negative="", help="Also what it means for the last 28 days' requests.")
    ] = False,
    common: Common = COMMON,
) -> None:
    """List the rows and ids that differ, with prices before and after.

    With --usage: what both books would charge for the requests of the last 28 days.
    """
    from unitcost.paths import Home
    from unitcost.price_review.diffing import changes
    from unitcost.price_review.opening import own_book
    from unitcost.price_review.sides import named_book, side
    from unitcost.price_review.spending import spending

    ours, warehouse = own_book(common.home), Home(common.home).warehouse
    if usage and not warehouse.is_file():
        message = f"{warehouse}: there is no warehouse yet"
        raise UsageError(message, "leave out --usage, or run unitcost nightly first")
    with ExitStack() as books:
        first, second = (books.enter_context(named_book(name, ours)) for name in (a, b))
        found = changes(side(first), side(second))
        spent = [s.model_dump() for s in (spending(first, second, warehouse) if usage else [])]
    if common.json:
        listed = [change.model_dump() for change in found]
        show_json({"changes": listed} | ({"spending": spent} if usage else {}))
        return
    for change in found:
        OUT.print(_text(change), soft_wrap=True)
    OUT.print(f"{len(found):,} changes.")
    if spent:
        show_table(list(spent[0]), [list(s.values()) for s in spent])
    elif usage:
        OUT.print("The last 28 days would cost the same.")


def _text(change: Change) -> str:
    """One line: what changed, from what to what, and when."""
    parts = [f"{change.kind}: {change.what}"]
    if change.before != change.after:
        parts.append(f"{change.before or 'none'} -> {change.after or 'none'}")
    if change.percent:
        parts.append(f"({change.percent:+f} %)")
    parts.append(f"from {change.valid_from or 'ever'}")
    if change.valid_to:
        parts.append(f"to {change.valid_to}")
    return " ".join(parts) + (f" [{change.where}]" if change.where else "")
