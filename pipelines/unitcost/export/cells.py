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


def safe_text(expression: str) -> str:
    """SQL: a text, with an apostrophe before it where a spreadsheet would run it."""
    return (
        f"case when regexp_matches({expression}, '{LIVE_CELL}') "
        f"then '''' || {expression} else {expression} end"
    )
