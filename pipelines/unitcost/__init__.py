"""unitcost: what LLM requests, workflows, features, customers and successes cost."""

__version__ = "0.1.0"
