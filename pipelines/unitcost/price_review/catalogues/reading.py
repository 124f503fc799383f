"""Reads a catalogue's document from a file, or from the URL that the user gave. It maps nothing."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import httpx
import stamina

from unitcost.errors import UsageError

MOST_BYTES = 100_000_000


def read_document(place: str) -> Any:
    """The JSON document, its numbers exactly as written.

    Raises:
        UsageError: it cannot be had, is too large, or is not JSON.
    """
    is_url = place.startswith(("https://", "http://"))
    return parsed(_downloaded(place) if is_url else _opened(Path(place)), place)


def parsed(text: bytes, place: str) -> Any:
    """JSON text as objects, with Decimal for every number.

    Raises:
        UsageError: it is not JSON.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError, ArithmeticError) as error:
        message = f"{place}: not JSON ({error})"
        raise UsageError(message, "give the catalogue's JSON file") from None


def _no_constant(name: str) -> NoReturn:
    message = f"{name} is no number"
    raise ValueError(message)


def _opened(path: Path) -> bytes:
    if not path.is_file():
        message = f"{path}: no such file"
        raise UsageError(message, "give the catalogue's JSON file, or its https:// address")
    if path.stat().st_size > MOST_BYTES:
        raise UsageError(_too_large(str(path)))
    return path.read_bytes()


def _downloaded(url: str) -> bytes:
    @stamina.retry(on=httpx.TransportError, attempts=3)
    def fetch() -> bytes:
        body = bytearray()
        with httpx.stream("GET", url, follow_redirects=True, timeout=30) as answer:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise UsageError(_too_large(url))
        return bytes(body)

    try:
        return fetch()
    except httpx.HTTPError as error:
        message = f"{url}: {error}"
        raise UsageError(message, "download the file and give its path") from error


def _too_large(place: str) -> str:
    return f"{place}: larger than {MOST_BYTES // 1_000_000} MB; that is no price catalogue"
