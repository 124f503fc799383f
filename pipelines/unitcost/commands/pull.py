"""`unitcost pull`: a provider's report into landing."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from cyclopts import Parameter

from unitcost.commands.common import COMMON, OUT, Common, progress, show_json
from unitcost.commands.errors import OK


def pull(
    source: Annotated[
        str, Parameter(help="The report, such as openai_usage; docs/pull.md lists them.")
    ],
    *,
    from_: Annotated[
        date | None, Parameter(name="--from", help="First UTC day; default a trailing window.")
    ] = None,
    to: Annotated[date | None, Parameter(help="Last UTC day; default today.")] = None,
    common: Common = COMMON,
) -> int:
    """Fetch a provider's usage or cost report; `unitcost nightly` reads it.

    The key is read from an environment variable. A pull that was cut off goes on where it stopped.
    """
    from dataclasses import asdict

    from unitcost.paths import Home
    from unitcost.pull.run import pull as pull_api
    from unitcost.settings import PullSettings, load_settings

    home = Home(common.home.resolve())
    settings = load_settings(home.settings_file).pull.get(source, PullSettings())
    with progress():
        pulled = pull_api(home, source, settings, from_, to)
    if common.json:
        show_json(asdict(pulled))
    else:
        OUT.print(
            f"{pulled.source}: {pulled.pages:,} pages of {pulled.first} to {pulled.last} "
            f"in {len(pulled.files):,} files of landing/{pulled.source}"
        )
    return OK
