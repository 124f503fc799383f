"""`unitcost prices format`: price files in their canonical order and spelling."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from unitcost.commands.common import COMMON, OUT, Common, show_json
from unitcost.commands.errors import FAILED, OK
from unitcost.errors import UsageError


def format(  # noqa: A001
    folder: Annotated[
        Path | None, Parameter(help="Folder of price tables; default the home's own.")
    ] = None,
    *,
    check: Annotated[
        bool, Parameter(negative="", help="Write nothing; exit 1 if a file would change.")
    ] = False,
    common: Common = COMMON,
) -> int:
    """Sort the rows of every price file and spell its numbers plainly; no row is lost.

    The same rows give the same bytes, so that one changed price is one changed line.
    """
    from unitcost.drafts import appearing
    from unitcost.paths import Home
    from unitcost.price_book.canonical import not_canonical

    target = folder or Home(common.home).price_tables
    if not target.is_dir():
        message = f"{target}: no such folder"
        raise UsageError(message, "name the folder that holds <provider>/<platform>.csv")
    wanted = not_canonical(target)
    if not check:
        for path, text in wanted.items():
            with appearing(path) as draft:
                draft.write_bytes(text.encode())
    if common.json:
        show_json([{"file": str(path), "written": not check} for path in wanted])
    else:
        for path in wanted:
            OUT.print(f"{path}: {'would be rewritten' if check else 'rewritten'}", soft_wrap=True)
        OUT.print(f"{len(wanted):,} files {'are not canonical' if check else 'rewritten'}.")
    return FAILED if check and wanted else OK
