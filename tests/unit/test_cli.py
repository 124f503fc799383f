"""The commands' manners: help without weight, options before or after, errors with a hint."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import exit_code
from unitcost.cli import COMMANDS, GROUPS, move_global_options
from unitcost.commands.common import progress
from unitcost.lake.catalogue import Catalogue
from unitcost.lake.publish import publish
from unitcost.paths import Home
from unitcost.reading.landing import name_of

HEAVY = ("dagster", "duckdb", "polars", "pyarrow", "sqlglot")


_COMMANDS = [[name] for name in COMMANDS]
_GROUPED = [[group, name] for group, names in GROUPS.items() for name in names]


@pytest.mark.parametrize("command", [[], *([group] for group in GROUPS), *_COMMANDS, *_GROUPED])
def test_help_imports_nothing_heavy(command: list[str]) -> None:
    probe = (
        "import sys\nfrom unitcost.cli import main\n"
        f"try: main({[*command, '--help']!r})\nexcept SystemExit as end: code = end.code\n"
        f"heavy = [m for m in {HEAVY!r} if m in sys.modules]\n"
        "sys.exit(f'imported {heavy}' if heavy or code else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Usage: unitcost" in done.stdout
    assert command not in [*_COMMANDS, *_GROUPED] or "--json" in done.stdout


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (["--home", "h", "sql", "q"], ["sql", "--home", "h", "q"]),
        (["--json", "--home=h", "sql", "q"], ["sql", "--json", "--home=h", "q"]),
        (["sql", "--home", "h", "q"], ["sql", "--home", "h", "q"]),
        (["--help"], ["--help"]),
        (["--home", "h", "prices", "check"], ["prices", "check", "--home", "h"]),
        (["prices", "--json", "show", "m"], ["prices", "show", "--json", "m"]),
        (["--json", "prices"], ["prices", "--json"]),
    ],
)
def test_global_options_may_stand_before_the_command(given: list[str], wanted: list[str]) -> None:
    assert move_global_options(given) == wanted


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["sql", "select 1"], "there is no warehouse yet"),
        (["ingest", "/no/such/file"], "/no/such/file: no such file or folder"),
        (["ingest", "--format", "nonsense", "x"], "no such source"),
        (["export", "marts.cost_per_feature", "--month", "2026-13"], "not a month"),
        (["export", "marts.cost_per_feature", "--out", "."], "is a folder"),
        (["nonsense"], "nonsense"),
    ],
)
def test_usage_errors_say_what_and_exit_2(
    arguments: list[str], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("--home", str(tmp_path), *arguments) == 2
    assert complaint in capsys.readouterr().err


def test_a_wrong_setting_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "unitcost.toml").write_text("customers = 1\n")
    assert exit_code("--home", str(tmp_path), "nightly") == 2
    assert "unitcost.toml: customers" in capsys.readouterr().err


def test_json_is_data_on_stdout(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "log.csv"
    log.write_text("started_at,provider,model,prompt_tokens\n2026-11-01,openai,gpt-5,7\n")
    assert exit_code("--home", str(tmp_path / "home"), "--json", "ingest", str(log)) == 0
    landed = json.loads(capsys.readouterr().out)
    assert landed == [{"file": str(log), "format": "requests", "note": None}]


def test_the_demo_keeps_to_its_month_and_off_real_data(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    landing = tmp_path / "landing"
    (landing / "requests").mkdir(parents=True)
    (landing / "requests" / "mine.csv").write_text("started_at\n")
    assert exit_code("--home", str(tmp_path), "demo") == 2
    assert "are not the demo's" in capsys.readouterr().err
    (landing / ".demo").write_text("2026-11-04 7 30\n")
    assert exit_code("--home", str(tmp_path), "demo", "--seed", "8") == 2
    assert "30 days of the demo through 2026-11-04 with seed 7" in capsys.readouterr().err
    assert exit_code("--home", str(tmp_path), "demo", "--days", "2") == 2
    assert exit_code("--home", str(tmp_path), "demo", "--days", "0") != 0
    (landing / ".demo").write_text("2026-11-04 7\n")
    assert exit_code("--home", str(tmp_path), "demo") == 2
    assert "older version" in capsys.readouterr().err


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """A home with an empty warehouse."""
    home = Home(tmp_path)
    publish(home, Catalogue(), [], "r")
    return tmp_path


@pytest.mark.parametrize("text", ["[/x]", "acme [eu] :fire:", "root:x:0"])
def test_text_is_shown_as_it_is(
    text: str, published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("--home", str(published), "sql", f"select '{text}' as \"[b]\"") == 0
    shown = capsys.readouterr().out
    assert text in shown
    assert "[b]" in shown


def test_control_signs_do_not_reach_the_terminal(
    published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("--home", str(published), "sql", "select chr(27) || '[31m' as v") == 0
    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "query", ["", "-- only this", "select 1; select 2", "copy (select 1) to 'x'"]
)
def test_only_one_select_is_run(
    query: str, published: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code("--home", str(published), "sql", query) == 2
    assert "give one SELECT" in capsys.readouterr().err


def test_json_says_only_what_json_can(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = "select 1 as a, 2.50::decimal(9, 2) as a, 'nan'::double as b"
    assert exit_code("--home", str(published), "--json", "sql", query) == 0
    assert json.loads(capsys.readouterr().out) == [{"a": 1, "a_1": "2.50", "b": None}]


@pytest.mark.parametrize(
    ("name", "wanted"), [("q.csv", "a\n1\n"), ("q.json", '[\n  {\n    "a": 1\n  }\n]\n')]
)
def test_the_ending_of_out_tells_the_format(name: str, wanted: str, published: Path) -> None:
    target = published / name
    query = "select 1 as a -- a comment at the end"
    assert exit_code("--home", str(published), "sql", query, "--out", str(target)) == 0
    assert target.read_text() == wanted


def test_a_file_name_that_is_no_utf8_lands_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / os.fsdecode(b"caf\xe9.csv")
    file.write_text("customer_id,period,amount\nbirch,2026-11,5\n")
    told = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="strict")
    monkeypatch.setattr(sys, "stdout", told)
    assert exit_code("ingest", str(file), "--json", "--home", str(tmp_path / "home")) == 0
    told.seek(0)
    assert json.loads(told.read())[0]["file"] == str(file)
    (landed,) = (tmp_path / "home" / "landing" / "revenue").iterdir()
    assert landed.name == r"caf\xe9.csv"


def test_a_name_in_landing_is_text() -> None:
    assert name_of(Path("requests", os.fsdecode(b"caf\xe9"))) == r"requests/caf\xe9"
    assert name_of(Path("requests/caf\N{LATIN SMALL LETTER E WITH ACUTE}")).isprintable()


def test_progress_keeps_a_file_name_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with progress():
        logging.getLogger("unitcost").info("reading %s", "requests/a\nb\x1b[2J.csv")
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "reading" in line]
    assert line == "reading requests/a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}[2J.csv"
