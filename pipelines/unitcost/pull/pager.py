"""Walks the pages of one query: waits where a provider is busy, stops where it goes in circles.

What is asked is in `queries`; where pages are kept is in `keeping`.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from unitcost.pull.errors import PassingError, PullError
from unitcost.pull.queries import Parameters, Query

LOG = logging.getLogger("unitcost")
ATTEMPTS = 6
"""Tries of one page before its query is given up."""
LONGEST_WAIT = 300.0
"""Seconds; a provider that asks for more is not waited for."""
MOST_PAGES = 10_000
_BUSY = 429
_SERVER_ERROR = 500
_REFUSED = (401, 403)


def _tell(details: RetryDetails) -> None:
    LOG.warning("%s; asking again in %.1f s", details.caused_by, details.wait_for)


set_on_retry_hooks([_tell])  # by itself it writes to stdout, where data goes


def pages(client: httpx.Client, query: Query, cursor: str | None = None) -> Iterator[str]:
    """The raw text of every page from `cursor` on, first to last.

    Raises:
        PullError: a page cannot be had, or the cursor never ends.
    """
    seen: set[str | None] = {cursor}
    last: object = None
    for _ in range(MOST_PAGES):
        text, page = _fetch(client, query, cursor)
        cursor = next_cursor(page)
        if cursor in seen - {None} or (page.get("data") and page.get("data") == last):
            raise PullError(f"{query.path}: a page comes again; the API goes in circles")
        yield text
        if cursor is None:
            return
        seen.add(cursor)
        last = page.get("data")
    message = f"{query.path}: more than {MOST_PAGES:,} pages; ask for fewer days"
    raise PullError(message)


def next_cursor(page: dict[str, Any]) -> str | None:
    """Where the next page begins, or None after the last.

    Raises:
        PullError: the page says that there is more and not where.
    """
    if not page.get("has_more"):
        return None
    cursor = page.get("next_page")
    if not isinstance(cursor, str) or not cursor:
        message = "a page says has_more and names no next_page; the report would be cut short"
        raise PullError(message)
    return cursor


def _fetch(client: httpx.Client, query: Query, cursor: str | None) -> tuple[str, dict[str, Any]]:
    parameters = [*query.parameters, *([("page", cursor)] if cursor else [])]
    for attempt in stamina.retry_context(on=_wait, attempts=ATTEMPTS, timeout=None, wait_max=60):
        with attempt:
            return _fetch_once(client, query.path, parameters)
    raise AssertionError  # the last attempt returns or raises


def _wait(error: Exception) -> float | bool:
    """Whether to try again, or after how many seconds the provider says so."""
    if not isinstance(error, PassingError):
        return False
    if error.retry_after is None:
        return True
    return False if _is_too_long(error.retry_after) else error.retry_after


def _is_too_long(wait: float | None) -> bool:
    return wait is not None and wait > LONGEST_WAIT


def _fetch_once(
    client: httpx.Client, path: str, parameters: Parameters
) -> tuple[str, dict[str, Any]]:
    try:
        answer = client.get(path, params=httpx.QueryParams(list(parameters)))
    except httpx.TransportError as error:
        raise PassingError(f"{path}: no answer ({type(error).__name__})") from None
    _check_status(path, answer)
    try:
        page = json.loads(answer.text)
    except (ValueError, RecursionError):
        kind = answer.headers.get("content-type", "no content type")
        raise PassingError(f"{path}: the answer is no whole JSON ({kind})") from None
    if not isinstance(page, dict):
        raise PullError(f"{path}: the answer is no page but a JSON {type(page).__name__}")
    if not isinstance(page.get("data"), list):
        raise PullError(f"{path}: the answer is no page: it has no list `data`; check the base_url")
    return answer.text, page


def _check_status(path: str, answer: httpx.Response) -> None:
    status = answer.status_code
    if status in _REFUSED:
        message = f"{path}: the key was refused ({status}); use an admin key that has not expired"
        raise PullError(message)
    if status == _BUSY or status >= _SERVER_ERROR:
        wait = _retry_after(answer.headers.get("retry-after"))
        later = f" and asks to wait {wait:.0f} s; pull again then" if _is_too_long(wait) else ""
        raise PassingError(f"{path}: the provider answered {status}{later}", wait)
    if status != httpx.codes.OK:
        hint = "--from and --to" if status == httpx.codes.BAD_REQUEST else "the base_url"
        raise PullError(f"{path}: the provider answered {status}; check {hint}")


def _retry_after(header: str | None) -> float | None:
    """Seconds to wait, from either form of the header (RFC 9110, 10.2.3)."""
    if header is None:
        return None
    try:
        seconds = float(header)
        return max(seconds, 0.0) if math.isfinite(seconds) else None
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    if moment.tzinfo is None:  # a zone of -0000
        moment = moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0.0)
