"""Walks the pages of one query: waits where a provider is busy, stops where it goes in circles.

What is asked is in `queries`, how one page is read in `answers`; where pages are kept in `keeping`.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from unitcost.pull.answers import ask, is_too_long
from unitcost.pull.errors import PassingError, PullError
from unitcost.pull.queries import Query

LOG = logging.getLogger("unitcost")
ATTEMPTS = 6
"""Tries of one page before its query is given up."""
MOST_PAGES = 1_000
"""Pages of one query. The longest have a thousand rows a page."""


def _tell(details: RetryDetails) -> None:
    LOG.warning("%s; asking again in %.1f s", details.caused_by, details.wait_for)


set_on_retry_hooks([_tell])  # by itself it writes to stdout, where data goes


def pages(client: httpx.Client, query: Query, cursor: str | None = None) -> Iterator[str]:
    """The raw text of every page from `cursor` on, first to last.

    Raises:
        PullError: a page cannot be had, or the cursor never ends.
    """
    seen: set[str] = {cursor} if cursor else set()
    for _ in range(MOST_PAGES):
        text, page = _fetch(client, query, cursor)
        cursor = next_cursor(page)
        marks = {mark for mark in (cursor, _digest(page["data"])) if mark}
        if seen & marks:
            raise PullError(
                f"{query.path}: a page comes again: the API goes in circles; ask for other days"
            )
        yield text
        if cursor is None:
            return
        seen |= marks
    message = f"{query.path}: no end after {MOST_PAGES:,} pages; ask for fewer days"
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
        message = "a page says has_more and names no next_page: the report is cut short; pull again"
        raise PullError(message)
    return cursor


def _digest(rows: list[object]) -> str | None:
    """What tells a page's rows from those of others; a page may well have none."""
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest() if rows else None


def _fetch(client: httpx.Client, query: Query, cursor: str | None) -> tuple[str, dict[str, Any]]:
    parameters = [*query.parameters, *([("page", cursor)] if cursor else [])]
    for attempt in stamina.retry_context(on=_wait, attempts=ATTEMPTS, timeout=None, wait_max=60):
        with attempt:
            return ask(client, query.path, parameters)
    raise AssertionError  # the last attempt returns or raises


def _wait(error: Exception) -> float | bool:
    """Whether to try again, or after how many seconds the provider says so."""
    if not isinstance(error, PassingError):
        return False
    if error.retry_after is None:
        return True
    return False if is_too_long(error.retry_after) else error.retry_after
