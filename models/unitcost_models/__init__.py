"""Contracts: one pydantic row model per table. Nothing here runs a query."""
