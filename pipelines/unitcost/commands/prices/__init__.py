"""`unitcost prices`: one module a command over the price book."""
