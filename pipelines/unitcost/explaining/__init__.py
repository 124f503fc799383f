"""What moved between two periods, and why: parts that sum to the change to the last digit.

The formula and its source are in docs/explain.md; the command prints what `explain` returns.
"""

from unitcost.explaining.period import Span, parse_span
from unitcost.explaining.report import Explanation, explain

__all__ = ["Explanation", "Span", "explain", "parse_span"]
