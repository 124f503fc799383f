"""Asks once for one page: a whole JSON object within bounds of size and time, or why there is none.

Asking again and walking on is in `pager`.
"""

from __future__ import annotations

import json
import math
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from unitcost.pull.errors import PassingError, PullError
from unitcost.pull.queries import Parameters
from unitcost.staging.limits import MAX_RECORD

LONGEST_WAIT = 300.0
"""Seconds; a provider that asks for more is not waited for."""
LONGEST_ANSWER = 600.0
"""Seconds in which a page must have come, however steadily it drips."""
MOST_BYTES = MAX_RECORD - 1024
"""Unpacked bytes of one page: it is kept as one line of a file, with the time of retrieval."""
_BUSY = 429
_SERVER_ERROR = 500
_REFUSED = (401, 403)


def ask(client: httpx.Client, path: str, parameters: Parameters) -> tuple[str, dict[str, Any]]:
    """The raw text of a page, and what it says.

    Raises:
        PassingError: the provider is busy, or its answer is not whole.
        PullError: it will not answer this question however often it is asked.
    """
    question = httpx.QueryParams(list(parameters))
    try:
        with client.stream("GET", path, params=question) as answer:
            _check_status(path, answer)
            text = _read(path, answer)
    except (httpx.TransportError, httpx.DecodingError) as error:
        raise PassingError(f"{path}: no answer ({type(error).__name__})") from None
    return text, _page_of(path, text, answer.headers.get("content-type", "no content type"))


def is_too_long(wait: float | None) -> bool:
    """Whether a provider asks for more patience than a run has."""
    return wait is not None and wait > LONGEST_WAIT


def _read(path: str, answer: httpx.Response) -> str:
    """The answer's text, read in pieces so that what unpacks to gigabytes is left."""
    begin = time.monotonic()
    body = bytearray()
    for piece in answer.iter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            raise PullError(f"{path}: a page of more than {MOST_BYTES:,} bytes; ask for fewer days")
        if time.monotonic() - begin > LONGEST_ANSWER:
            raise PassingError(f"{path}: half an answer in {LONGEST_ANSWER:.0f} s")
    return body.decode("utf-8-sig", errors="replace")


def _page_of(path: str, text: str, kind: str) -> dict[str, Any]:
    try:
        page = json.loads(text)
    except (ValueError, RecursionError):
        raise PassingError(f"{path}: the answer is no whole JSON ({kind})") from None
    if not isinstance(page, dict):
        raise PullError(
            f"{path}: the answer is no page but a JSON {type(page).__name__}; check the base_url"
        )
    if not isinstance(page.get("data"), list):
        raise PullError(f"{path}: the answer is no page: it has no list `data`; check the base_url")
    return page


def _check_status(path: str, answer: httpx.Response) -> None:
    status = answer.status_code
    if status in _REFUSED:
        message = f"{path}: the key was refused ({status}); use an admin key that has not expired"
        raise PullError(message)
    if status == _BUSY or status >= _SERVER_ERROR:
        wait = retry_after(answer.headers.get("retry-after"))
        later = f" and asks to wait {wait:.0f} s; pull again then" if is_too_long(wait) else ""
        raise PassingError(f"{path}: the provider answered {status}{later}", wait)
    if status != httpx.codes.OK:
        hint = "--from and --to" if status == httpx.codes.BAD_REQUEST else "the base_url"
        raise PullError(f"{path}: the provider answered {status}; check {hint}")


def retry_after(header: str | None) -> float | None:
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
