"""Where configured files lie: a path or glob, local or in an object store, as store and pattern."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from obstore.store import LocalStore, from_url

REMOTE = ("s3://", "gs://", "az://", "abfs://", "abfss://")
_MAGIC = re.compile(r"[*?]")


class PlaceError(ValueError):
    """A configured place that cannot be read; the message names it and says what to do."""


@dataclass(frozen=True)
class Place:
    """One configured place.

    `store` is rooted so that `prefix` and the paths of `pattern` are relative to it; `address` is
    the root as written in front of them.
    """

    store: Any
    address: str
    prefix: str
    pattern: re.Pattern[str]


def place_of(text: str) -> Place:
    """A path, a folder (everything below it) or a glob with `*`, `**` and `?`.

    Raises:
        PlaceError: not an absolute path and no known scheme, or the store refuses the address.
    """
    root, path = _split(text)
    try:
        store = from_url(root) if text.startswith(REMOTE) else LocalStore(root)
    except Exception as error:
        raise PlaceError(f"{text}: {type(error).__name__}; check the address") from None
    fixed = path.split("*")[0].split("?")[0]
    is_glob = bool(_MAGIC.search(path))
    prefix = fixed.rpartition("/")[0] if is_glob else fixed.rstrip("/")
    return Place(store, root, prefix, _matcher(path, is_glob))


def _split(text: str) -> tuple[str, str]:
    """The bucket's or file system's root, and the path below it without a leading slash."""
    if text.startswith(REMOTE):
        scheme, _, rest = text.partition("://")
        bucket, _, path = rest.partition("/")
        if not bucket:
            raise PlaceError(f"{text}: name the bucket, such as s3://bucket/logs/*.jsonl")
        return f"{scheme}://{bucket}", path
    local = Path(text).expanduser()
    if not local.is_absolute():
        schemes = ", ".join(REMOTE)
        raise PlaceError(f"{text}: give an absolute path, or an address that begins with {schemes}")
    return "/", str(local).lstrip("/")


def _matcher(path: str, is_glob: bool) -> re.Pattern[str]:
    """`**/` any folders, `*` and `?` within one; a path without them itself or what is below it."""
    if not is_glob:
        below = re.escape(path.rstrip("/"))
        return re.compile(f"{below}(/.*)?" if below else ".*")
    words = {"**/": "(.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", path)
    return re.compile("".join(words.get(part, re.escape(part)) for part in parts))
