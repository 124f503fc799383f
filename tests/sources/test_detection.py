"""A file is recognised by what it says, however it is written down."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sources.reading import FILES
from unitcost.reading.landing import why_not
from unitcost.sources import detect_format
from unitcost.staging import sample

MARK = b"\xef\xbb\xbf"
WAYS: dict[str, Callable[[list[Any]], bytes]] = {
    "a pretty array": lambda records: json.dumps(records, indent=2).encode(),
    "pretty documents in a row": lambda records: _documents(records, "\n", 2),
    "documents without a line between": lambda records: _documents(records, "", None),
    "a byte order mark": lambda records: MARK + _documents(records, "\n", None),
    "another encoding": lambda records: (
        b"\xff\xfe" + _documents(records, "\r\n", None).decode().encode("utf-16-le")
    ),
}
JSON_FILES = [f for f in FILES if f.suffix in (".json", ".jsonl")]
CSV_FILES = [f for f in FILES if f.suffix == ".csv"]


def _documents(records: list[Any], between: str, indent: int | None) -> bytes:
    return between.join(json.dumps(record, indent=indent) for record in records).encode()


def documents(file: Path) -> list[Any]:
    """The records of a fixture: documents in a row, or one array of them."""
    rest, found = file.read_text(encoding="utf-8").strip(), []
    while rest:
        document, end = json.JSONDecoder().raw_decode(rest)
        found.append(document)
        rest = rest[end:].lstrip()
    return found[0] if isinstance(found[0], list) else found


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("file", JSON_FILES, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_records_are_recognised_in_any_writing(file: Path, way: str, tmp_path: Path) -> None:
    written = tmp_path / "delivered.json"
    written.write_bytes(WAYS[way](documents(file)))
    assert detect_format(sample(written)) == file.parent.name


@pytest.mark.parametrize("file", CSV_FILES, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_a_table_of_another_system_is_recognised(file: Path, tmp_path: Path) -> None:
    written = tmp_path / file.name
    written.write_bytes(MARK + file.read_bytes().replace(b"\n", b"\r\n"))
    assert detect_format(sample(written)) == file.parent.name


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"batches": [{"scopeSpans": []}]}, "Tempo"),
        ({"data": [{"traceID": "a", "spans": [], "processes": {}}]}, "Jaeger"),
        (
            {"name": "chat", "context": {}, "parent_id": None, "attributes": {}, "links": []},
            "console",
        ),
    ],
)
def test_a_query_tools_answer_is_refused_with_what_to_deliver(
    document: dict[str, Any], said: str, tmp_path: Path
) -> None:
    written = tmp_path / "answer.json"
    written.write_text(json.dumps(document), encoding="utf-8")
    assert detect_format(sample(written)) is None
    assert said in why_not(written)
    assert "OTLP/JSON" in why_not(written)


@pytest.mark.parametrize("content", ["", "\n", "[", "[1, 2]"])
def test_a_file_without_a_record_is_refused_as_such(content: str, tmp_path: Path) -> None:
    written = tmp_path / "broken.json"
    written.write_text(content, encoding="utf-8")
    assert "begins with no record" in why_not(written)
