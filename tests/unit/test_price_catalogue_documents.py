"""Where a public catalogue is read from: a file or an address, JSON, and not too much of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from unitcost.errors import UsageError
from unitcost.price_review.catalogues import reading


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"[1, NaN]", "NaN is no number"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff\xfe", "not JSON"),
    ],
)
def test_what_is_not_json_is_refused(text: bytes, said: str) -> None:
    with pytest.raises(UsageError, match="x: not JSON") as caught:
        reading.parsed(text, "x")
    assert said in str(caught.value)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(reading.MOST_BYTES + 1)
    with pytest.raises(UsageError, match="larger than 100 MB"):
        reading.read_document(str(huge))


class _Feed(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/feed.json" else 404)
        self.end_headers()
        self.wfile.write(b'{"price": 1e-06}')

    def log_message(self, *parts: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Feed) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_an_address_that_the_user_gave_is_read(site: str) -> None:
    assert reading.read_document(f"{site}/feed.json") == {"price": Decimal("0.000001")}


def test_an_answer_that_is_no_document_is_a_usage_error(site: str) -> None:
    with pytest.raises(UsageError, match="404"):
        reading.read_document(f"{site}/none.json")


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        reading.read_document(str(tmp_path / "none.json"))
