"""Runs the command in this process."""

from __future__ import annotations

import pytest

from unitcost.cli import main


def exit_code(*arguments: str) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return int(caught.value.code or 0)
