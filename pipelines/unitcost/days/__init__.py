"""Which days are due, and the build of each: steps in memory, kept tables as files."""
