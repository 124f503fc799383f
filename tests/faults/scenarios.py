"""What each command is killed at: its arguments and the home that it begins with.

A new command is killed too; only if it needs arguments does it need an entry here.
"""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.homes import NIGHTLY, new_home
from tests.pipeline.books import OCTOBER, copy_home
from tests.price_books import write_rows
from unitcost.cli import COMMANDS, GROUPS
from unitcost.paths import Home, data_root


@dataclass(frozen=True)
class World:
    """What scenarios begin from: files at the user's, a built home, a server of reports."""

    deliveries: Path
    built: Home
    reports: str
    outside: Path


def _copy_built(world: World, root: Path) -> Home:
    return copy_home(world.built.root, root)


def _landed(world: World, root: Path) -> Home:
    return new_home(root, world.deliveries)


def _empty(world: World, root: Path) -> Home:
    return new_home(root)


def _corrections() -> list[dict[str, str]]:
    """Rows of the user's own, each a correction of a shipped one that none has followed yet."""
    with (data_root() / "price_tables" / "openai" / "direct.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    followed = {row["supersedes"] for row in rows}
    return [
        row
        | {
            "price_id": f"own/{row['price_id']}",
            "supersedes": row["price_id"],
            "change_kind": "correction",
        }
        for row in rows
        if row["price_id"] not in followed
    ]


def _repriced(world: World, root: Path) -> Home:
    """A price that was learnt after the days were built."""
    home = _copy_built(world, root)
    of = "own/openai/direct/global/gpt-5/standard/input@"
    [learnt] = [row for row in _corrections() if row["price_id"].startswith(of)]
    write_rows(home.price_tables, learnt | {"unit_price": "1.5"})
    return home


def _untidy(world: World, root: Path) -> Home:
    """Own price tables whose rows stand in another order."""
    home = _copy_built(world, root)
    write_rows(home.price_tables, *_corrections()[199::-1])
    return home


@dataclass(frozen=True)
class Scenario:
    """A command that is killed."""

    words: tuple[str, ...]
    begin: Callable[[World, Path], Home] = _copy_built
    environment: Mapping[str, str] = field(default_factory=dict)
    weight: int = 1
    """How many of the kills fall on it."""
    again: tuple[int, ...] = (0,)
    """How it may end when it is run again after the nightly run."""
    each_time: tuple[str, ...] = ()
    """Beginnings of what tells when and how often it was run, which is another every time."""


def scenario(name: str, world: World) -> Scenario:
    """How a command is killed; without an entry it is run without arguments."""
    return _entries(world).get(name, Scenario(tuple(name.split())))


def _entries(world: World) -> dict[str, Scenario]:
    answer = str(world.outside / "answer.csv")
    catalogue = world.outside / "catalogue.json"
    catalogue.write_text(
        '{"gpt-5": {"litellm_provider": "openai", "input_cost_per_token": 1.5e-06}}'
    )
    pulled = {"base_url": world.reports, "key_env": "FAULTS_KEY"}
    environment = {"FAULTS_KEY": "k", "UNITCOST_PULL": json.dumps({"openai_costs": pulled})}
    export = ("export", "marts.cost_per_request", "--month", OCTOBER, "--format", "xlsx")
    accepted = ("--accept", "quarantine", "--accept", "provisional", "--accept", "unreconciled")
    days = ("--from", "2026-10-30", "--to", "2026-10-31")
    proposals = str(world.outside / "proposals")
    return {
        "nightly": Scenario(tuple(NIGHTLY), _landed, weight=12),
        "ingest": Scenario(("ingest", str(world.deliveries)), _empty, weight=4),
        "close": Scenario(("close", OCTOBER, *accepted), weight=6, again=(0, 2)),
        "export": Scenario(export, weight=6),
        "reprice": Scenario(("reprice",), _repriced, weight=3),
        "prices format": Scenario(("prices", "format"), _untidy, weight=2),
        "pull": Scenario(
            ("pull", "openai_costs", *days),
            environment=environment,
            weight=2,
            each_time=("landing/openai_costs/", "meta.deliveries", "marts.trust"),
        ),
        "sql": Scenario(("sql", "select * from core.requests", "--out", answer)),
        "why": Scenario(("why", "marts.cost_per_feature", "2026-10-30", "chat")),
        "explain": Scenario(("explain", *days)),
        "prices show": Scenario(("prices", "show", "gpt-5")),
        "prices diff": Scenario(("prices", "diff", str(data_root() / "price_tables"))),
        "prices import": Scenario(
            ("prices", "import", "litellm", str(catalogue), "--out", proposals)
        ),
    }


LEFT_OUT = {
    "demo": "writes a month and runs the nightly, which is killed under its own name",
    "ui": "becomes Dagster's own server, whose runs are the nightly's",
}
NAMES = [n for n in COMMANDS if n not in LEFT_OUT]
NAMES += [f"{group} {name}" for group, names in GROUPS.items() for name in names]


def kills_wanted() -> int:
    """How many kills are asked for; few where nothing is said."""
    return int(os.environ.get("UNITCOST_KILLS", "4"))
