"""A day of coding-agent sessions: what it cost by us and by ccusage, whole processes, same files.

Asserts our answer only, against one made by hand. `UNITCOST_BENCH_ANSWERS` sets how many answers;
ccusage is looked for among the commands:

    npm install --prefix /tmp/peer ccusage@20.0.24 @ccusage/ccusage-linux-x64@20.0.24
    PATH=/tmp/peer/node_modules/.bin:$PATH UNITCOST_BENCH_ANSWERS=20000 \\
        uv run pytest -n 0 -s tests/benchmarks/test_bench_ccusage.py
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from tests.benchmarks.made_sessions import DAY, what_it_is, write_sessions
from unitcost.paths import Home

ANSWERS = int(os.environ.get("UNITCOST_BENCH_ANSWERS", "0"))
PEER = shutil.which("ccusage")

pytestmark = [
    pytest.mark.benchmark,
    pytest.mark.skipif(not ANSWERS, reason="set UNITCOST_BENCH_ANSWERS, e.g. to 20000"),
]


@dataclass(frozen=True)
class Told:
    """Output tokens and cost by one of them, in how many processor seconds and MiB."""

    output_tokens: int
    cost_usd: Decimal
    seconds: float = 0
    mib: int = 0

    def line(self, name: str) -> str:
        """A row of the table."""
        told = f"{self.output_tokens:12,} {self.cost_usd:14.6f}"
        return f"{name:>10} {told} {self.seconds:7.1f} {self.mib:6,}"


def measured(words: list[str], environment: dict[str, str]) -> tuple[str, float, int]:
    """What a command answers, its processor seconds and its peak memory in MiB."""
    env = os.environ | environment
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=env) as process:
        assert process.stdout
        said = process.stdout.read().decode()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, said
    return said, used.ru_utime + used.ru_stime, used.ru_maxrss >> 10


def ours(home: Home) -> Told:
    """By the nightly run: every table of the day, of which one sum is asked."""
    command = [str(Path(sys.executable).with_name("unitcost")), "--home", str(home.root)]
    _, seconds, mib = measured([*command, "nightly", "--through", DAY], {})
    with duckdb.connect(str(home.warehouse), read_only=True) as con:
        sums = "select sum(output_tokens)::bigint, sum(cost_usd) from marts.cost_per_request"
        [(tokens, cost)] = con.execute(sums).fetchall()
    return Told(tokens, cost, seconds, mib)


def peers(folder: Path) -> Told:
    """By its daily report, with the prices it ships."""
    words = ["ccusage", "daily", "--json", "--offline", "--timezone", "UTC"]
    said, seconds, mib = measured(words, {"CLAUDE_CONFIG_DIR": str(folder)})
    totals = json.loads(said, parse_float=Decimal)["totals"]
    return Told(totals["outputTokens"], Decimal(totals["totalCost"]), seconds, mib)


def test_a_day_of_sessions(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    write_sessions(home.landing / "claude_code", ANSWERS)
    shutil.copytree(home.landing / "claude_code", tmp_path / "peer" / "projects" / "shop")
    tokens, cost = what_it_is(ANSWERS)
    told, hand = ours(home), Told(tokens, cost)
    lines = [f"{'':>10} {'output tokens':>12} {'USD':>14} {'s':>7} {'MiB':>6}"]
    lines += [hand.line("by hand"), told.line("unitcost")]
    lines += [peers(tmp_path / "peer").line("ccusage")] if PEER else []
    print("\n".join(["", *lines]))  # noqa: T201 -- a benchmark's answer is what it prints
    assert (told.output_tokens, told.cost_usd) == (hand.output_tokens, hand.cost_usd)
