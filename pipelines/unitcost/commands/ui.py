"""`unitcost ui`: Dagster's web page over this home folder."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Annotated

from cyclopts import Parameter

from unitcost.commands.common import COMMON, OUT, Common, show_json
from unitcost.errors import UsageError


def ui(
    *,
    port: Annotated[int, Parameter(help="Port on this machine.")] = 3000,
    common: Common = COMMON,
) -> None:
    """Show the graph, the runs and the schedule in a browser, and run the schedule."""
    if importlib.util.find_spec("dagster_webserver") is None:
        message = "dagster-webserver is not installed"
        raise UsageError(message, "pip install 'unitcost[ui]', or uv run --extra ui unitcost ui")
    from unitcost.nightly import prepare
    from unitcost.paths import Home

    prepare(Home(common.home.resolve()))
    url = f"http://127.0.0.1:{port}"
    if common.json:
        show_json({"url": url})
    else:
        OUT.print(f"{url}  (Ctrl-C ends it)")
    sys.stdout.flush()
    arguments = ["-m", "dagster", "dev", "-m", "unitcost.definitions"]
    os.execv(sys.executable, [sys.executable, *arguments, "-h", "127.0.0.1", "-p", str(port)])  # noqa: S606
