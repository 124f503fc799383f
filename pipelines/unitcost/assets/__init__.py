"""The assets: raw tables by source, day tables by SQL file, prices, and the published warehouse."""
