"""Answers of a server that behaves as badly as real ones do."""

from __future__ import annotations

import gzip
import time
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.pipeline.pull.served import FIRST, KEY, LAST, PATH, bucket, fetch, page
from unitcost.paths import Home
from unitcost.pull import answers, keeping, pager, run
from unitcost.pull.answers import retry_after
from unitcost.pull.errors import PassingError, PullError
from unitcost.pull.pager import _wait
from unitcost.pull.run import pull
from unitcost.settings import PullSettings


def test_a_busy_or_broken_provider_is_asked_again(home: Home, httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request(PATH).respond_with_data(
        "slow down", status=429, headers={"Retry-After": "0"}
    )
    httpserver.expect_ordered_request(PATH).respond_with_data("<html>", status=500)
    httpserver.expect_ordered_request(PATH).respond_with_data(page(bucket(FIRST))[:-20])
    httpserver.expect_ordered_request(PATH).respond_with_data(page(bucket(FIRST)))
    assert fetch(home, httpserver).pages == 1


def test_the_wait_a_provider_asks_for_is_kept() -> None:
    assert _wait(PassingError("busy", 12.5)) == 12.5
    assert _wait(PassingError("busy", 86_400)) is False
    assert _wait(PassingError("busy")) is True
    assert _wait(PullError("no")) is False
    later = datetime.now(UTC) + timedelta(seconds=30)
    seconds = retry_after(later.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    assert seconds is not None
    assert 25 < seconds <= 30
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert retry_after("Wed, 21 Oct 2015 07:28:00 -0000") == 0
    assert [retry_after(word) for word in ("soon", "nan", "inf")] == [None, None, None]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, '{"error": "expired"}', "the key was refused (401)"),
        (403, "", "the key was refused (403)"),
        (400, "bad group_by", "answered 400; check --from and --to"),
        (302, "", "answered 302; check the base_url"),
        (404, "", "answered 404; check the base_url"),
        (503, "", "answered 503"),
        (200, "<html>login</html>", "no whole JSON (text/html)"),
        (200, '{"data":' + "[" * 100_000, "no whole JSON"),
        (200, "[]", "no page but a JSON list"),
        (200, '{"error": "over quota, sk-test"}', "no list `data`"),
        (200, '{"data": {"a": 1}}', "no list `data`"),
        (200, '{"has_more": true, "data": []}', "names no next_page"),
    ],
)
def test_what_cannot_be_had_is_told_without_the_key(
    home: Home, httpserver: HTTPServer, status: int, body: str, said: str
) -> None:
    httpserver.expect_request(PATH).respond_with_data(
        f"{body}", status=status, content_type="text/html", headers={"Location": "/x"}
    )
    with pytest.raises(PullError, match="openai_costs") as caught:
        fetch(home, httpserver)
    assert said in str(caught.value)
    assert KEY not in str(caught.value)
    assert not list(home.landing.rglob("*.jsonl"))


def test_a_provider_that_asks_for_hours_is_not_waited_for(
    home: Home, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(PATH).respond_with_data("", 429, headers={"Retry-After": "7200"})
    with pytest.raises(PullError, match="answered 429 and asks to wait 7200 s; pull again then"):
        fetch(home, httpserver)
    assert len(httpserver.log) == 1


def test_trying_again_is_told_beside_the_answer(
    home: Home,
    httpserver: HTTPServer,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    httpserver.expect_ordered_request(PATH).respond_with_data("", 500)
    httpserver.expect_ordered_request(PATH).respond_with_data(page())
    fetch(home, httpserver)
    assert "answered 500; asking again in" in caplog.text
    assert capsys.readouterr().out == ""


def test_a_server_that_is_not_there_is_told(home: Home) -> None:
    settings = PullSettings(base_url="http://127.0.0.1:9")
    with pytest.raises(PullError, match="no answer"):
        pull(home, "openai_costs", settings, FIRST, LAST)


def test_a_server_that_is_too_slow_is_told(
    home: Home, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(_: Request) -> Response:
        time.sleep(0.5)
        return Response(page())

    monkeypatch.setattr(run, "_SECONDS", 0.05)
    httpserver.expect_request(PATH).respond_with_handler(sleep)
    with pytest.raises(PullError, match="no answer \\(ReadTimeout\\)"):
        fetch(home, httpserver)


@pytest.mark.parametrize("body", [page(bucket(FIRST), after="again"), page(after="again")])
def test_an_endless_cursor_ends(home: Home, httpserver: HTTPServer, body: str) -> None:
    httpserver.expect_request(PATH).respond_with_data(body)
    with pytest.raises(PullError, match="goes in circles"):
        fetch(home, httpserver)


@pytest.mark.parametrize("period", [1, 2])
def test_repeated_pages_under_new_cursors_are_refused(
    home: Home, httpserver: HTTPServer, period: int
) -> None:
    count = iter(range(100))

    def answer(_: Request) -> Response:
        number = next(count)
        return Response(page(bucket(FIRST, f"{number % period}.5"), after=f"c{number}"))

    httpserver.expect_request(PATH).respond_with_handler(answer)
    with pytest.raises(PullError, match="goes in circles"):
        fetch(home, httpserver)
    assert len(httpserver.log) == period + 1


def test_pages_without_end_stop_and_are_not_gone_on_with(
    home: Home, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    count = iter(range(100))

    def answer(_: Request) -> Response:
        number = next(count)
        return Response(page(bucket(FIRST, f"{number}.5"), after=f"c{number}"))

    monkeypatch.setattr(pager, "MOST_PAGES", 5)
    monkeypatch.setattr(keeping, "MOST_PAGES", 5)
    httpserver.expect_request(PATH).respond_with_handler(answer)
    for _ in range(2):
        with pytest.raises(PullError, match="no end after 5 pages; ask for fewer days"):
            fetch(home, httpserver)
        (part,) = (home.landing / "openai_costs").glob(".*.part")
        assert len(part.read_text().splitlines()) == 5
    assert [request.args.get("page") for request, _ in httpserver.log][5] is None


def test_an_answer_that_unpacks_to_too_much_is_left(home: Home, httpserver: HTTPServer) -> None:
    bomb = gzip.compress(b'{"data": [' + b" " * (64 << 20) + b"]}")
    httpserver.expect_request(PATH).respond_with_data(bomb, headers={"Content-Encoding": "gzip"})
    with pytest.raises(PullError, match="a page of more than 16,776,192 bytes; ask for fewer days"):
        fetch(home, httpserver)
    assert len(httpserver.log) == 1


def test_an_answer_that_cannot_be_unpacked_is_asked_for_again(
    home: Home, httpserver: HTTPServer
) -> None:
    httpserver.expect_ordered_request(PATH).respond_with_data(
        "no gzip", headers={"Content-Encoding": "gzip"}
    )
    httpserver.expect_ordered_request(PATH).respond_with_data(page(bucket(FIRST)))
    assert fetch(home, httpserver).pages == 1


def test_an_answer_that_drips_is_left(
    home: Home, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "LONGEST_ANSWER", -1.0)
    httpserver.expect_request(PATH).respond_with_data(page(bucket(FIRST)))
    with pytest.raises(PullError, match="half an answer in -1 s"):
        fetch(home, httpserver)


def test_a_wrong_content_type_does_not_hide_a_page(home: Home, httpserver: HTTPServer) -> None:
    text = "\N{BYTE ORDER MARK}" + page(bucket(FIRST))
    httpserver.expect_request(PATH).respond_with_data(text, content_type="text/html; charset=x")
    assert fetch(home, httpserver).pages == 1
