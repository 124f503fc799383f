"""unitcost: what LLM requests, workflows, features, customers and successes cost."""
