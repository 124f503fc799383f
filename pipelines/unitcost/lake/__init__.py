"""The lake: immutable Parquet files, the catalogue over them, and the one writer's lock."""
