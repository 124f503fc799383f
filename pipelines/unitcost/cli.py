"""The commands. Each one's work is imported when it runs, so that help is instant."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cyclopts import App

from unitcost import __version__
from unitcost.commands.errors import run_and_explain

app = App(
    name="unitcost",
    version=__version__,
    help="What LLM requests, workflows, features, customers and successful tasks cost.",
    result_action="return_value",
)
COMMANDS = {
    "demo": "Write a month of vendor files, run the nightly, print the answers.",
    "ingest": "Take files and folders into landing.",
    "pull": "Fetch a provider's usage or cost report into landing.",
    "nightly": "Ingest what is new, price, build every due day, check, publish.",
    "sql": "Query the warehouse: table, CSV, JSON or Parquet out.",
    "export": "Write a table, or a month of it, to a file for finance.",
    "why": "From a number back to requests, price rows, files and lines.",
    "explain": "Show what moved between two periods and why; the parts sum to the change.",
    "reconcile": "Hold metered cost against what providers report and bill, gap by cause.",
    "trust": "How far the numbers can be trusted, part by part.",
    "close": "Freeze a month; what is learnt later becomes adjustments.",
    "reprice": "Show costs before and after a change of prices, then bring the tables there.",
    "ui": "Show Dagster's web page over the home folder.",
}
GROUPS = {
    "prices": {
        "check": "Check the price book: errors and what a reviewer should look at.",
        "format": "Sort and spell price files canonically.",
        "show": "Show the price rows of a model at an instant, and why these.",
        "diff": "List what differs between two books, revisions or days.",
        "import": "Compare a public catalogue with the book; propose rows for review.",
    },
}
_KEYWORDS = {"import": "imports"}
"""Commands whose name Python keeps for itself, and their module."""
_GROUP_HELP = {"prices": "The price book: check, look up, compare, import."}
for _name, _help in COMMANDS.items():
    app.command(f"unitcost.commands.{_name}:{_name}", name=_name, help=_help)
for _group, _commands in GROUPS.items():
    _app = App(name=_group, help=_GROUP_HELP[_group], result_action="return_value")
    for _name, _help in _commands.items():
        _module = _KEYWORDS.get(_name, _name)
        _app.command(f"unitcost.commands.{_group}.{_module}:{_module}", name=_name, help=_help)
    app.command(_app)


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and exit: 0 fine, 1 a check or the run failed, 2 usage."""
    tokens = move_global_options(list(sys.argv[1:] if argv is None else argv))
    sys.exit(run_and_explain(lambda: app(tokens, exit_on_error=False, print_error=True)))


def move_global_options(tokens: list[str]) -> list[str]:
    """`--home` and `--json` may stand before the command; put them behind it."""
    moved: list[str] = []
    while tokens:
        if tokens[0] == "--json" or tokens[0].startswith("--home="):
            moved.append(tokens.pop(0))
        elif tokens[0] == "--home" and len(tokens) > 1:
            moved += [tokens.pop(0), tokens.pop(0)]
        else:
            break
    if tokens and tokens[0] in GROUPS:
        return [tokens[0], *move_global_options([*moved, *tokens[1:]])]
    return tokens[:1] + moved + tokens[1:] if tokens else moved
