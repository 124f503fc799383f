"""`aws_cur`: Bedrock's line items of AWS Cost and Usage Reports, CUR 2.0 and legacy.

How rows are read is in `sql/raw/aws_cur.sql`; the rules are told in `docs/sources/aws_cur.md`.
"""

from __future__ import annotations

from unitcost.sources.base import Sample, report
from unitcost.sources.pages import plain_names

_OWN = {"lineitemusagetype", "lineitemusagestartdate", "lineitemunblendedcost"}


def detect(sample: Sample) -> bool:
    """Whether the sample has CUR's line item columns, under their new or their legacy names."""
    return plain_names(sample) >= _OWN


SOURCE = report(
    "aws_cur",
    title="AWS Cost and Usage Reports (CUR 2.0 and legacy): what Bedrock costs, both families",
    record="One line item of an AWS Cost and Usage Report that is for Bedrock.",
    detect=detect,
)
