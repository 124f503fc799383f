"""`unitcost prices import`: what a public catalogue would change, as rows for review."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from unitcost.commands.common import COMMON, OUT, Common, show_json, show_table
from unitcost.errors import UsageError

if TYPE_CHECKING:
    from unitcost.price_review.importing import Import
    from unitcost.price_review.proposal import Proposal

Source = Literal["genai-prices", "litellm", "openrouter"]
_SHOWN = 60


def imports(
    source: Annotated[Source, Parameter(help="Whose catalogue it is.")],
    place: Annotated[str, Parameter(help="Its JSON file, or an https:// address to read it from.")],
    *,
    also: Annotated[
        list[str], Parameter(help="SOURCE=PATH of another catalogue to count agreement with.")
    ] = [],  # noqa: B006
    dated: Annotated[date | None, Parameter(help="Day of the catalogue; default today.")] = None,
    out: Annotated[Path, Parameter(help="Folder for the proposed rows.")] = Path("proposals"),
    common: Common = COMMON,
) -> None:
    """Compare a public price catalogue with the book and write what differs as proposed rows.

    Nothing is applied: review the rows, confirm them with the provider, append them to the book.
    """
    from unitcost.price_review.importing import import_catalogue

    done = import_catalogue(common.home, (source, place), _others(also), dated, out)
    if common.json:
        show_json(done.model_dump())
    else:
        _show(done)


def _others(also: list[str]) -> dict[str, str]:
    pairs = [named.partition("=") for named in also]
    for name, _, place in pairs:
        if not name or not place:
            message = f"--also {name}: give SOURCE=PATH"
            raise UsageError(message, "such as --also litellm=model_prices.json")
    return {name: place for name, _, place in pairs}


def _show(done: Import) -> None:
    counted = [(verdict, count) for verdict, count in done.counts.items()]
    show_table(["verdict", "prices"], counted, title=f"{done.source} of {done.dated}")
    changes = [p for p in done.proposals if p.verdict in ("differs", "new price") and not p.is_past]
    changes.sort(key=_weight)
    if changes:
        show_table(_COLUMNS, [_cells(p) for p in changes[:_SHOWN]])
    if len(changes) > _SHOWN:
        OUT.print(f"{len(changes) - _SHOWN:,} more changes; --json lists all.")
    show_table(["cannot be mapped because", "prices"], done.reasons[:20])
    for file in done.files:
        OUT.print(f"written: {file}", soft_wrap=True)
    if not done.has_uses:
        OUT.print("No warehouse in the home folder, so no money effect.")


def _weight(p: Proposal) -> tuple[bool, Decimal]:
    """Differences before new prices, the most money first."""
    return p.verdict != "differs", -abs(p.effect_usd or Decimal(0))


_COLUMNS = [
    "verdict", "platform", "scope", "model", "tier", "meter", "above", "per", "ours", "theirs",
    "agree", "days behind", "28-day effect_usd", "requests",
]  # fmt: skip


def _cells(p: Proposal) -> tuple[object, ...]:
    agree = f"{p.agreeing} of {1 + len(p.others)}"
    place = (f"{p.provider}/{p.platform}", p.region_scope, p.model, p.service_tier, p.meter)
    money = (p.ours, p.theirs, agree, p.days_behind, p.effect_usd, p.requests)
    return (p.verdict, *place, p.ctx_gt, p.per, *money)
