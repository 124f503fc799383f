"""`kill -9` at any moment of any command: the next nightly is as if nothing had happened.

`UNITCOST_KILLS=200 uv run pytest -n 0 tests/faults/test_kill.py` deals so many kills to the
commands; `UNITCOST_SEED` chooses other moments.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from tests.faults.conftest import Tell
from tests.faults.homes import NIGHTLY, Contents, contents, differing, left_behind
from tests.faults.processes import Command, Kill, Run
from tests.faults.scenarios import NAMES, Scenario, World, kills_wanted, scenario
from tests.faults.watching import Watcher
from unitcost.paths import Home

SEED = os.environ.get("UNITCOST_SEED", "1")
DISK_EVERY = 5
"""Every so manieth kill, Dagster keeps its log in files."""


def dealt(world: World) -> dict[str, int]:
    """Kills for each command: one for each while they last, in order of weight; then by weight."""
    weights = {name: scenario(name, world).weight for name in NAMES}
    ordered = sorted(NAMES, key=lambda name: -weights[name])
    kills = dict.fromkeys(NAMES, 0)
    for name in ordered[: kills_wanted()]:
        kills[name] = 1
    more = max(kills_wanted() - len(NAMES), 0)
    chosen = random.Random(SEED).choices(NAMES, [weights[n] for n in NAMES], k=more)
    for name in chosen:
        kills[name] += 1
    return kills


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_command_leaves_no_trace(
    name: str,
    world: World,
    undisturbed: Contents,
    tmp_path: Path,
    tell: Tell,
) -> None:
    kills = dealt(world)[name]
    if not kills:
        pytest.skip(f"no kill was dealt to it; UNITCOST_KILLS={len(NAMES)} gives each command one")
    chosen = scenario(name, world)
    whole, expected = _undisturbed(chosen, world, undisturbed, tmp_path / "whole")
    moments = _moments(random.Random(f"{SEED} {name}"), whole, kills)
    runs = [
        _kill(chosen, world, expected, tmp_path / f"{n}", (kill, n % DISK_EVERY == DISK_EVERY - 1))
        for n, kill in enumerate(moments)
    ]
    assert [fault for _, faults in runs for fault in faults] == []
    hit = sum(run.was_killed for run, _ in runs)
    tell(f"kill -9 of {name}", kills, hit, whole.seconds)


def _undisturbed(
    chosen: Scenario, world: World, built: Contents, root: Path
) -> tuple[Run, Contents]:
    """The command run to its end, and what there is after the next nightly."""
    home = chosen.begin(world, root)
    run = Command(chosen.words, home.root, chosen.environment).run()
    assert run.code == 0, run.said
    if chosen.words[0] == "nightly":
        assert differing(home, built) == []
        return run, built
    _nightly(home)
    return run, contents(home)


def _moments(chance: random.Random, whole: Run, kills: int) -> list[Kill]:
    """By turns before a change of a file and at any time."""
    by_change = [Kill(change=chance.randint(1, max(whole.changes, 1))) for _ in range(kills)]
    by_time = [Kill(seconds=chance.uniform(0.01, whole.seconds)) for _ in range(kills)]
    return [by_time[n] if n % 2 or not whole.changes else by_change[n] for n in range(kills)]


def _kill(
    chosen: Scenario, world: World, expected: Contents, root: Path, how: tuple[Kill, bool]
) -> tuple[Run, list[str]]:
    """The killed run, and what is wrong after it was run again and the next nightly."""
    home = chosen.begin(world, root)
    kill, logs_to_disk = how
    command = Command(chosen.words, home.root, chosen.environment, logs_to_disk)
    with Watcher(home) as watcher:
        run = command.run(kill)
        assert run.was_killed or run.code in chosen.again, f"at {kill}: {run.said}"
        if chosen.words[0] != "nightly":
            if int(root.name) % 2:
                _nightly(home, logs_to_disk)
            again = command.run()
            assert again.code in chosen.again, f"again after {kill}: {again.said}"
        _nightly(home, logs_to_disk)
    other = [name for name in differing(home, expected) if not name.startswith(chosen.each_time)]
    faults = [*watcher.torn, *other, *left_behind(home)]
    shutil.rmtree(root)
    return run, [f"at {kill}: {fault}" for fault in faults]


def _nightly(home: Home, logs_to_disk: bool = False) -> None:
    run = Command(NIGHTLY, home.root, logs_to_disk=logs_to_disk).run()
    assert run.code == 0, run.said
