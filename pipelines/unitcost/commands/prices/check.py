"""`unitcost prices check`: is the price book sound?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from unitcost.commands.common import COMMON, ERR, OUT, Common, show_json
from unitcost.commands.errors import FAILED, OK

if TYPE_CHECKING:
    from unitcost.price_review.checking import Finding


def check(
    *,
    book: Annotated[
        Path | None, Parameter(help="Folder of price tables to check instead of the shipped.")
    ] = None,
    common: Common = COMMON,
) -> int:
    """Check the shipped price book and your own rows in the home's price_tables.

    Errors are what cannot be trusted: overlaps, unknown names, wrong units. Warnings are what a
    reviewer should look at: gaps, ten-fold jumps, odd ratios, rows out of order. Exits 1 if there
    are errors.
    """
    from unitcost.price_review.checking import check_prices
    from unitcost.price_review.opening import own_book

    findings = check_prices(own_book(common.home, book))
    errors = [finding for finding in findings if finding.severity == "error"]
    if common.json:
        show_json([finding.model_dump() for finding in findings])
    else:
        _show(findings, len(errors))
    return FAILED if errors else OK


def _show(findings: list[Finding], errors: int) -> None:
    for finding in findings:
        ERR.print(f"{finding.severity}: {finding.where}: {finding.problem}", soft_wrap=True)
    OUT.print(f"{errors:,} errors, {len(findings) - errors:,} warnings.")
