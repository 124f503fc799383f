"""Imported by the server of processes before it forks: every SQL file, read as a run would."""

from __future__ import annotations

from unitcost.queries import LAYERS, load_query, query_names

for layer in LAYERS:
    for name in query_names(layer):
        load_query(name)
