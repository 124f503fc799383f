"""Text that no spreadsheet takes for a formula. How numbers are written is not decided here."""

from __future__ import annotations

SIGNS = "=+-@"
"""What a formula begins with."""
LOOK_ALIKES = "＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋﬩⩵⩶−"  # noqa: RUF001 that is the point
"""Signs that some programs fold into those above."""
_CLASS = (SIGNS + LOOK_ALIKES).replace("-", r"\-")
LIVE_CELL = rf"^[\s\p{{Z}}\p{{Cc}}\p{{Cf}}]*[{_CLASS}]|^[\t\r\n]"
"""A text that gets an apostrophe before it: a sign after nothing but what cannot be seen, or a
leading tab or line break."""
_LIVE_REST = rf'([;\t\r\n][\s\p{{Z}}\p{{Cc}}\p{{Cf}}"]*)([{_CLASS}])'
"""What begins a cell where a spreadsheet parts the line at another sign than the comma."""


def safe_text(expression: str) -> str:
    """SQL: a text, with an apostrophe before what a spreadsheet would run."""
    rest = safe_rest(expression)
    return (
        f"case when regexp_matches({expression}, '{LIVE_CELL}') then '''' || {rest} else {rest} end"
    )


def safe_rest(expression: str) -> str:
    """SQL: a text, with an apostrophe where a cell would begin if semicolons or tabs parted them,
    as spreadsheets have it in countries with a decimal comma."""
    return rf"regexp_replace({expression}, '{_LIVE_REST}', '\1''\2', 'g')"
