"""Reports fetched over HTTP: what is asked for, how it is kept, and where a pull goes on."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from tests.pipeline.pull.served import FIRST, KEY, LAST, PATH, bucket, fetch, lines, page
from unitcost.days.rebuild import build_due
from unitcost.errors import UsageError
from unitcost.nightly import run_nightly
from unitcost.paths import Home
from unitcost.pull.apis import APIS
from unitcost.pull.errors import PullError
from unitcost.pull.run import pull
from unitcost.reading.ingest import ingest_all
from unitcost.session import open_session
from unitcost.settings import PullSettings
from unitcost.sources import SOURCES
from unitcost.tables import day_tables


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
