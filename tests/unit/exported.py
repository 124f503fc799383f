"""Exports a table of given texts, and reads the cells of the sheet."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import duckdb

from unitcost.export.period import Period
from unitcost.export.tables import Format, Layout, write_table

ALL = Period(None, None, "")
NAMESPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def fill(con: duckdb.DuckDBPyConnection, texts: list[str], cost: str = "1.5") -> None:
    con.execute("delete from marts.given")
    con.executemany(
        "insert into marts.given values (?, ?, true, ?, 2, ?, map {'=k': '=v'})",
        [[date(2026, 10, 1), t, datetime(2026, 10, 1, 1, 2, 3), cost] for t in texts],
    )


def export(
    con: duckdb.DuckDBPyConnection, file: Path, output: Format, money: str = "number"
) -> Path:
    layout = Layout(output, "text" if money == "text" else "number")
    write_table(con, "marts.given", ALL, layout, file)
    return file


def cells(file: Path, sheet: int = 1) -> list[list[tuple[str | None, str]]]:
    """Type and text of every cell of a sheet, with the XML searched for what must not be there."""
    with zipfile.ZipFile(file) as book:
        names = book.namelist()
        text = book.read(f"xl/worksheets/sheet{sheet}.xml")
    assert not [
        n
        for n in names
        if "vba" in n.lower() or "external" in n.lower() or ("rels" in n and "sheet" in n)
    ]
    root = ET.fromstring(text)
    assert root.findall(f".//{NAMESPACE}f") == []
    assert root.findall(f".//{NAMESPACE}hyperlink") == []
    return [
        [(c.get("t"), "".join(c.itertext())) for c in row] for row in root.iter(f"{NAMESPACE}row")
    ]
