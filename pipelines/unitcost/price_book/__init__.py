"""Reading and checking `price_tables/`. Nothing here prices a request."""
