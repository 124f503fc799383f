"""Files for finance: any published table as CSV, Parquet or XLSX, FOCUS charges, and the folder
that each night brings up to date. How a command asks for them is not decided here."""
