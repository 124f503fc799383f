"""Reports fetched over HTTP from a server that behaves as badly as real ones do."""

from __future__ import annotations

import gzip
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import stamina
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from unitcost.errors import UsageError
from unitcost.ingest import ingest_all
from unitcost.nightly import run_nightly
from unitcost.paths import Home
from unitcost.pull import answers, keeping, pager, run
from unitcost.pull.answers import retry_after
from unitcost.pull.apis import APIS
from unitcost.pull.errors import PassingError, PullError
from unitcost.pull.pager import _wait
from unitcost.pull.run import Pulled, pull
from unitcost.rebuild import build_due
from unitcost.session import open_session
from unitcost.settings import PullSettings
from unitcost.sources import SOURCES
from unitcost.tables import day_tables

KEY = "sk-admin-canary-0123456789"
PATH = "/v1/organization/costs"
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 3)


@pytest.fixture(autouse=True)
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("OPENAI_ADMIN_KEY", KEY)
    monkeypatch.setenv("ANTHROPIC_ADMIN_KEY", KEY)
    monkeypatch.setenv("OPENROUTER_MANAGEMENT_KEY", KEY)
    stamina.set_testing(True, attempts=4, cap=True)
    yield
    stamina.set_testing(False)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def bucket(day: date, value: str = "1.25") -> str:
    start = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    return (
        f'{{"object": "bucket", "start_time": {start}, "end_time": {start + 86400}, "results": ['
        '{"object": "organization.costs.result", '
        f'"amount": {{"value": {value}, "currency": "usd"}}, '
        '"line_item": "gpt-5, input", "project_id": "p1"}]}'
    )


def page(*buckets: str, after: str | None = None) -> str:
    more = "true" if after else "false"
    cursor = json.dumps(after)
    body = ",\n".join(buckets)
    return f'{{"object": "page", "has_more": {more}, "next_page": {cursor},\n "data": [{body}]}}'


def fetch(home: Home, server: HTTPServer, report: str = "openai_costs", **settings: Any) -> Pulled:
    return pull(home, report, PullSettings(base_url=server.url_for(""), **settings), FIRST, LAST)


def lines(home: Home, pulled: Pulled) -> list[dict[str, Any]]:
    texts = [(home.landing / name).read_text() for name in pulled.files]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def test_pages_are_walked_to_the_last_and_kept_with_every_digit(
    home: Home, httpserver: HTTPServer
) -> None:
    exact = "0.100000000000000005551115123125782702"
    httpserver.expect_ordered_request(PATH).respond_with_data(page(bucket(FIRST), after="c2"))
    httpserver.expect_ordered_request(PATH).respond_with_data(page(bucket(LAST, exact)))
    pulled = fetch(home, httpserver)
    assert pulled.pages == 2
    assert exact in (home.landing / pulled.files[0]).read_text()
    asked = [request.args for request, _ in httpserver.log]
    assert [a.get("page") for a in asked] == [None, "c2"]
    assert asked[0].getlist("group_by") == ["project_id", "line_item"]
    assert (asked[0]["start_time"], asked[0]["end_time"]) == ("1793491200", "1793750400")
    assert all("retrieved_at" in line for line in lines(home, pulled))


def test_a_pulled_report_is_read_like_a_dropped_file(home: Home, httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_data(page(bucket(FIRST), bucket(LAST)))
    fetch(home, httpserver)
    with open_session(home.root) as session:
        (delivery,) = ingest_all(session, set(SOURCES))
    assert (delivery.source_format, delivery.accepted, delivery.quarantined) == (
        "openai_costs",
        2,
        0,
    )


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


def test_a_pull_that_was_cut_off_goes_on_where_it_stopped(
    home: Home, httpserver: HTTPServer
) -> None:
    httpserver.expect_ordered_request(PATH).respond_with_data(page(bucket(FIRST), after="c2"))
    httpserver.expect_ordered_request(PATH).respond_with_data("", status=400)
    with pytest.raises(PullError):
        fetch(home, httpserver)
    (part,) = (home.landing / "openai_costs").glob(".*.part")
    with part.open("a") as file:
        file.write('{"half": ')
    httpserver.expect_ordered_request(PATH).respond_with_data(page(bucket(LAST)))
    pulled = fetch(home, httpserver)
    assert [request.args.get("page") for request, _ in httpserver.log] == [None, "c2", "c2"]
    assert [len(line["data"]) for line in lines(home, pulled)] == [1, 1]
    assert not list(home.landing.rglob("*.part"))


@pytest.mark.parametrize("left", ["", "no json\n", '{"has_more": false}\n'])
def test_a_useless_remainder_is_begun_again(home: Home, httpserver: HTTPServer, left: str) -> None:
    part = home.landing / "openai_costs" / ".costs_2026-11-01_2026-11-03.part"
    part.parent.mkdir(parents=True)
    part.write_text(left)
    httpserver.expect_request(PATH).respond_with_data(page(bucket(FIRST)))
    assert len(lines(home, fetch(home, httpserver))) == 1


def test_the_newest_pull_of_a_bucket_counts(home: Home, httpserver: HTTPServer) -> None:
    """A row that vanished from its bucket is gone, a smaller number is taken."""
    httpserver.expect_ordered_request(PATH).respond_with_data(page(bucket(FIRST, "9.5")))
    httpserver.expect_ordered_request(PATH).respond_with_data(page(bucket(FIRST, "2.5")))
    first, second = fetch(home, httpserver), fetch(home, httpserver)
    newer = home.landing / second.files[0]
    newer.write_text(newer.read_text().replace('"retrieved_at": "2', '"retrieved_at": "3', 1))
    assert first.files != second.files
    with open_session(home.root) as session:
        list(ingest_all(session, set(SOURCES)))
        build_due(session, {FIRST}, set(day_tables()))
        (file,) = session.absolute(session.catalogue.live("core.provider_costs", [FIRST]))
        with session.workbench(with_vocabulary=False) as con:
            rows = con.execute(
                f"select cast(billed_cost_usd as varchar) from '{file}' where is_primary"
            ).fetchall()
    assert rows == [("2.500000000000",)]


def test_usage_asks_for_every_kind(home: Home, httpserver: HTTPServer) -> None:
    httpserver.expect_request("").respond_with_data(page())
    httpserver.expect_request(re.compile("/v1/organization/usage/.*")).respond_with_data(page())
    pulled = fetch(home, httpserver, "openai_usage")
    kinds = {request.path.rsplit("/", 1)[1] for request, _ in httpserver.log}
    assert {"completions", "embeddings", "web_search_calls", "images"} <= kinds
    assert len(pulled.files) == len(kinds) == 10


def test_analytics_are_asked_for_in_a_stable_order_and_few_dimensions(
    home: Home, httpserver: HTTPServer
) -> None:
    httpserver.expect_request(re.compile("/.*")).respond_with_data(page())
    fetch(home, httpserver, "anthropic_analytics")
    asked = {request.path.rsplit("/", 1)[1]: request.args for request, _ in httpserver.log}
    assert set(asked) == {"usage", "cost"}
    assert all(len(a.getlist("group_by[]")) == 5 for a in asked.values())
    assert {a["order_by"] for a in asked.values()} == {"time"}
    assert {a["ending_at"] for a in asked.values()} == {"2026-11-04T00:00:00Z"}


@pytest.mark.parametrize("report", APIS)
def test_every_report_sends_its_key_and_has_a_source(
    home: Home, httpserver: HTTPServer, report: str
) -> None:
    httpserver.expect_request(re.compile("/.*")).respond_with_data(page())
    pull(home, report, PullSettings(base_url=httpserver.url_for("")))
    api = APIS[report]
    sent = httpserver.log[0][0].headers
    assert sent[api.key_header] == f"{api.key_prefix}{KEY}"
    assert [sent[name] for name in api.headers] == list(api.headers.values())
    assert report in SOURCES


def test_a_missing_key_names_its_variable(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_ADMIN_KEY")
    with pytest.raises(UsageError, match="OPENAI_ADMIN_KEY holds no key"):
        pull(home, "openai_costs", PullSettings(), FIRST, LAST)
    with pytest.raises(UsageError, match="MY_KEY holds no key"):
        pull(home, "openai_costs", PullSettings(key_env="MY_KEY"), FIRST, LAST)


def test_the_window_trails(home: Home, httpserver: HTTPServer) -> None:
    httpserver.expect_request(PATH).respond_with_data(page())
    settings = PullSettings(base_url=httpserver.url_for(""), window_days=3)
    first = pull(home, "openai_costs", settings)
    second = pull(home, "openai_costs", settings)
    today = datetime.now(UTC).date()
    assert (first.last - first.first).days == 30
    assert (second.first, second.last) == (today - timedelta(days=2), today)
    with pytest.raises(UsageError, match="is after --to"):
        pull(home, "openai_costs", settings, LAST, FIRST)
    with pytest.raises(UsageError, match="no such report"):
        pull(home, "../x", settings)


def test_the_nightly_pulls_what_is_asked_for_and_survives_a_refusal(
    home: Home, httpserver: HTTPServer
) -> None:
    base = httpserver.url_for("")
    asked = (f'[pull.{name}]\nbase_url = "{base}"' for name in ("openai_costs", "anthropic_costs"))
    home.settings_file.write_text("\n".join(asked))
    httpserver.expect_request(PATH).respond_with_data(page(bucket(FIRST)))
    httpserver.expect_request("/v1/organizations/cost_report").respond_with_data("", status=401)
    report = run_nightly(home.root)
    assert report.is_published
    assert report.accepted == 1
    assert [w for w in report.warnings if "anthropic_costs" in w and "refused (401)" in w]
    written = [p for p in home.root.rglob("*") if p.is_file()]
    assert [p for p in written if KEY.encode() in p.read_bytes()] == []
