"""Usage and cost reports fetched from providers into landing; downstream they are dropped files."""
