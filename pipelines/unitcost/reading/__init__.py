"""From landing to raw: each file read once, its records accepted, known or quarantined."""
