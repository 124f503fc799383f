"""Which price rows would price a request: its model, its price list and the row of every meter.

All of it is what the book's own SQL answers; why a row was chosen is told in `reasons`.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
from pydantic import BaseModel, ConfigDict

from unitcost.price_review.naming import resolve
from unitcost.workbench import create_empty, run_step
from unitcost_models.requests import Request

Row = dict[str, Any]

_MODEL = """
select
    provider, platform, coalesce(lower(region_scope), '') as region_scope, service_tier, model, rule
from steps.model_ids
where
    raw_model is not null
    and coalesce(valid_from <= $on, true) and coalesce(valid_to > $on, true)
"""
_LIST = """
select list_region_scope, list_service_tier
from core.price_keys
where
    provider = $provider and platform = $platform and model = $model
    and region_scope = $region_scope and service_tier = $service_tier
"""
_LISTS = """
select distinct provider, platform, list_region_scope, list_service_tier
from core.price_keys
where model = $model
order by all
"""
_TIER = "select max(service_tier) as service_tier from core.service_tiers where spelled = $spelled"
OF_THE_LIST = """\
left join steps.time_bands_in_force as b
    on l.time_band is not null
where
    l.provider = $provider and l.platform = $platform and l.model = $model
    and l.region_scope = $list_region_scope and l.service_tier = $list_service_tier
    and $on >= l.valid_from and $on < l.valid_to
    and ($prompt is null or $prompt > l.ctx_gt and $prompt <= l.ctx_le)
    and (l.time_band is null or contains(b.time_bands, '|' || l.time_band || '|'))
order by m.bit nulls last, l.meter, p.ctx_gt nulls first
"""
"""Of price lines `l`, their meters `m` and prices `p`: those of the request's list, in order."""
_LINES = f"""
select distinct
    m.bit, l.meter, p.ctx_gt, p.ctx_le, l.time_band, l.price_id, p.meter as priced_as, p.provider,
    p.platform, p.model_key, p.region_scope, p.service_tier, p.unit_price, p.per, p.unit,
    p.currency, p.valid_from, p.valid_to, p.status, p.recorded_on, p.sources, p.confirmation,
    p.note, p.source_file, p.source_line
from core.price_lines as l
inner join core.prices_in_force as p
    on l.price_id = p.price_id
left join core.meters as m
    on l.meter = m.meter
{OF_THE_LIST}"""


class NotInBook(ValueError):  # noqa: N818
    """The book has no such model or list; the message names the nearest that it has."""


class MeterPrice(BaseModel):
    """What one meter costs."""

    model_config = ConfigDict(frozen=True)

    meter: str
    unit_price: str
    """For `per` units."""
    per: int
    unit: str
    currency: str
    ctx_gt: int | None
    """For prompts longer than this."""
    ctx_le: int | None
    """For prompts of at most this."""
    time_band: str | None


@dataclass(frozen=True)
class Question:
    """What a request says of itself."""

    spelling: str
    on: datetime
    """UTC, without zone."""
    provider: str | None = None
    platform: str | None = None
    region: str | None = None
    tier: str = "standard"
    prompt_tokens: int | None = None
    """None: every context band."""
    account: str | None = None
    """The provider account billed; None: whatever contracts say of every account."""


def look_up(con: duckdb.DuckDBPyConnection, asked: Question) -> tuple[Row, list[Row]]:
    """The model and list that the request is priced by, and the price row of every meter.

    Raises:
        NotInBook: no such model on that day, or no such price list.
    """
    found = _model(con, asked)
    found |= _list(con, found)
    create_empty(con, Request)
    con.execute(
        "insert into core.requests by name select ? as provider, ? as model, ? as started_at",
        [found["provider"], found["model"], asked.on],
    )
    run_step(con, "steps.time_bands_in_force", asked.on.date())
    wanted = ("provider", "platform", "model", "list_region_scope", "list_service_tier")
    place = {name: found[name] for name in wanted}
    return found, rows(con, _LINES, place | {"on": asked.on, "prompt": asked.prompt_tokens})


def _model(con: duckdb.DuckDBPyConnection, asked: Question) -> Row:
    resolve(con, [(asked.provider or "", asked.platform, asked.spelling)])
    found = rows(con, _MODEL, {"on": asked.on})
    if not found or found[0]["model"] is None:
        raise NotInBook(_unknown(con, asked))
    told = rows(con, _TIER, {"spelled": asked.tier.lower()})[0]["service_tier"]
    tier = found[0]["service_tier"] or told or asked.tier
    region = asked.region.lower() if asked.region else found[0]["region_scope"]
    return found[0] | {"region_scope": region, "service_tier": tier}


def _unknown(con: duckdb.DuckDBPyConnection, asked: Question) -> str:
    aliases = [row["alias"] for row in rows(con, "select alias from core.model_aliases", {})]
    near = difflib.get_close_matches(asked.spelling.lower(), sorted(set(aliases)), 5, 0.5)
    if asked.spelling.lower() in near:
        return f"{asked.spelling}: means no model at {asked.on}Z; models.toml has it at other times"
    known = f"the nearest known ids are {', '.join(near)}" if near else "no known id is like it"
    return f"{asked.spelling}: no known model; {known}"


def _list(con: duckdb.DuckDBPyConnection, found: Row) -> Row:
    wanted = ("provider", "platform", "model", "region_scope", "service_tier")
    lists = rows(con, _LIST, {name: found[name] for name in wanted})
    if lists:
        return lists[0]
    known = rows(con, _LISTS, {"model": found["model"]})
    named = "/".join(found[name] or "(no region)" for name in (*wanted[:2], *wanted[3:]))
    lines = [f"{found['model']}: no price list {named}; it has:"]
    raise NotInBook("\n  ".join(lines + sorted({"/".join(row.values()) for row in known})))


def rows(
    con: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any] | Sequence[Any]
) -> list[Row]:
    """The answer of a query as dictionaries."""
    cursor = con.execute(sql, values)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
