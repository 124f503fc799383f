"""Pages of reports as a server gives them, and pulls of them; no expectation lives here."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from pytest_httpserver import HTTPServer

from unitcost.paths import Home
from unitcost.pull.run import Pulled, pull
from unitcost.settings import PullSettings

KEY = "sk-admin-canary-0123456789"
PATH = "/v1/organization/costs"
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 3)


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
