"""A month of a believable product: its logs and exports as files, and the answers they give.

The product is invented. Nothing here reads a user's data except the queries of `answers`.
"""

from unitcost.demo.agreement import write_agreement
from unitcost.demo.answers import Answer, answers
from unitcost.demo.truth import Truth, demo_truth
from unitcost.demo.writing import write_demo

__all__ = ["Answer", "Truth", "answers", "demo_truth", "write_agreement", "write_demo"]
