"""Turns what went wrong into a message with a hint, and into an exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from cyclopts import CycloptsError

from unitcost.errors import UsageError

OK, FAILED, USAGE = 0, 1, 2

_USAGE_ERRORS = ("LandingError", "SettingsError", "VocabularyError")
_FAILURES = (
    "LockedError",
    "NightlyError",
    "PriceError",
    "PriceBookError",
    "NotInBook",
    "ContractError",
    "PullError",
    "PassingError",
    "PlaceError",
    "ClosedMonthError",
    "FocusError",
    "LakeVersionError",
    "DamagedLakeError",
)


def run_and_explain(command: Callable[[], Any]) -> int:
    """Run a command; say what, where and how to fix it if it fails.

    Errors are told apart by name, so that nothing heavy is imported to do it.
    """
    try:
        answer = command()
    except CycloptsError:
        return USAGE
    except UsageError as error:
        return _explain(str(error), error.hint, USAGE)
    except BrokenPipeError:
        return OK
    except Exception as error:
        name = type(error).__name__
        if name in _USAGE_ERRORS:
            return _explain(str(error), None, USAGE)
        if name in _FAILURES or isinstance(error, OSError):
            return _explain(str(error), None, FAILED)
        raise
    return answer if isinstance(answer, int) else OK


def _explain(message: str, hint: str | None, code: int) -> int:
    sys.stderr.write(f"error: {message}\n")
    if hint:
        sys.stderr.write(f"hint: {hint}\n")
    return code
