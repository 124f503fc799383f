"""Closed months: what freezes one, and what is posted to the open month when it is known better."""
