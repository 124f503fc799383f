"""Pulls one API: every query of its window into landing, or says why it could not."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx

from unitcost.errors import UsageError
from unitcost.paths import Home
from unitcost.pull.apis import APIS, Api
from unitcost.pull.errors import PullError
from unitcost.pull.keeping import cursor_of, keep
from unitcost.pull.pager import pages
from unitcost.pull.queries import Query
from unitcost.settings import PullSettings

LOG = logging.getLogger("unitcost")
FIRST_DAYS = 31
"""Days that the first pull of an API reaches back."""
_SECONDS = 60.0


@dataclass(frozen=True)
class Pulled:
    """What one pull brought."""

    source: str
    first: date
    last: date
    files: tuple[str, ...]
    """Names below landing."""
    pages: int


def pull(
    home: Home,
    report: str,
    settings: PullSettings,
    first: date | None = None,
    last: date | None = None,
) -> Pulled:
    """Fetch the report of the days from `first` to `last`, both inclusive, UTC.

    Without `first` it is a trailing window, since buckets grow and change for days: the whole of it
    is fetched again. Without `last` it ends today.

    Raises:
        UsageError: no such API, no key, or days in the wrong order.
        PullError: the provider did not answer; what came before is kept and the next pull goes on.
    """
    api = _api(report)
    begin, end = _window(home, api, settings, first, last)
    files: list[str] = []
    count = 0
    with _client(api, settings) as client:
        for query in api.cut(begin, end):
            LOG.info("pulling %s %s", api.name, query.label)
            name = re.sub(r"[^0-9A-Za-z_-]+", "-", f"{query.label}_{begin}_{end}")
            file, got = _pull_query(client, home.landing / api.name / f".{name}.part", query)
            files.append(str(file.relative_to(home.landing)))
            count += got
    return Pulled(api.name, begin, end, tuple(files), count)


def _pull_query(client: httpx.Client, part: Path, query: Query) -> tuple[Path, int]:
    """The finished file of one query, and how many pages were fetched for it now."""
    count = keep(part, pages(client, query, cursor_of(part)))
    stem = part.name.removeprefix(".").removesuffix(".part")
    target = part.with_name(f"{stem}_{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}.jsonl")
    part.replace(target)
    return target, count


def check_names(settings: Mapping[str, PullSettings]) -> None:
    """Refuse settings of a source that cannot be pulled.

    Raises:
        UsageError: one is unknown.
    """
    for name in settings:
        _api(name)


def _api(name: str) -> Api:
    if name not in APIS:
        message = f"pull {name}: no such report; there are {', '.join(APIS)}"
        raise UsageError(message)
    return APIS[name]


def _window(
    home: Home, api: Api, settings: PullSettings, first: date | None, last: date | None
) -> tuple[date, date]:
    end = last or datetime.now(UTC).date()
    is_first = not any((home.landing / api.name).glob("*.jsonl"))
    days = max(FIRST_DAYS, settings.window_days) if is_first else settings.window_days
    begin = first or end - timedelta(days=days - 1)
    if begin > end:
        message = f"--from {begin} is after --to {end}"
        raise UsageError(message, "both are UTC days, and both are included")
    return begin, end


@contextmanager
def _client(api: Api, settings: PullSettings) -> Iterator[httpx.Client]:
    variable = settings.key_env or api.key_env
    key = os.environ.get(variable, "").strip()
    if not key:
        message = f"pull {api.name}: the environment variable {variable} holds no key"
        raise UsageError(message, f"set it, or name another one as key_env in [pull.{api.name}]")
    headers = {**api.headers, api.key_header: f"{api.key_prefix}{key}"}
    base = settings.base_url or api.base_url
    try:
        with httpx.Client(base_url=base, headers=headers, timeout=_SECONDS) as client:
            yield client
    except PullError as error:
        raise PullError(f"{api.name}: {str(error).replace(key, '***')}") from None
    except (UnicodeError, httpx.InvalidURL):
        message = (
            f"{api.name}: the key in {variable} or the base_url has signs that HTTP cannot carry"
        )
        raise PullError(message) from None
