"""What may be done to a delivered file: broken packing, strange bytes, impossible values.

Each way makes a file's bytes from the bytes of a sound one; none knows a source.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Callable

Way = Callable[[bytes], bytes]

DEEP = b"[" * 1000 + b"]" * 1000
LONG_RECORD = 1 << 16
"""The limit of a record in the test; the real one is 16 MiB."""
BOMB_BYTES = 8 << 20
"""What a bomb unpacks to; the test lowers what is free to a quarter of it."""
_NUMBER = re.compile(rb"(?<=[:\[, ])-?\d+(?:\.\d+)?(?=[,}\] \r\n])")
_YEAR = re.compile(rb"\b20[12]\d(?=-)")
_EPOCH = re.compile(rb"\b1[5-9]\d{8}(?:\d{3}|\d{6}|\d{9})?\b")
_EPOCH_DIGITS = 10


def numbers(value: bytes) -> Way:
    """Every number that is no time becomes another."""
    return lambda data: _NUMBER.sub(lambda m: m[0] if len(m[0]) >= _EPOCH_DIGITS else value, data)


def years(year: bytes, epoch: bytes) -> Way:
    """Every time is of another year."""
    return lambda data: _EPOCH.sub(
        lambda m: epoch + b"0" * (len(m[0]) - _EPOCH_DIGITS), _YEAR.sub(year, data)
    )


def into_records(text: bytes) -> Way:
    """Something put behind the first opening brace of each line."""
    return lambda data: b"\n".join(line.replace(b"{", b"{" + text, 1) for line in data.split(b"\n"))


def _truncated(data: bytes) -> bytes:
    packed = gzip.compress(data * 3)
    return packed[: 2 * len(packed) // 3]


def _damaged(data: bytes) -> bytes:
    packed = bytearray(gzip.compress(data * 3))
    packed[len(packed) // 2] ^= 0xFF
    return bytes(packed)


def _bomb(data: bytes) -> bytes:
    return gzip.compress(data + b"\n" + b" " * BOMB_BYTES)


def _evil_zip(data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("../../evil.jsonl", "/etc/evil.jsonl", "a\nb.jsonl", "C:\\evil.jsonl"):
            archive.writestr(name, data)
    return packed.getvalue()


def _middle(text: bytes) -> Way:
    return lambda data: data[: len(data) // 2] + text + data[len(data) // 2 :]


SOUND: dict[str, Way] = {
    "byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "windows line ends": lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "utf-16 big end first": lambda data: b"\xfe\xff" + data.decode().encode("utf-16-be"),
}
"""Ways that lose nothing: the file is read as the sound one is."""
BROKEN: dict[str, Way] = {
    "truncated gzip": _truncated,
    "damaged gzip": _damaged,
    "gzip bomb": _bomb,
    "evil names in a zip": _evil_zip,
    "truncated": lambda data: data[: 2 * len(data) // 3],
    "long line": lambda data: data + b'\n{"a": "' + b"x" * (2 * LONG_RECORD) + b'"}\n' + data,
    "nul bytes": _middle(b"\0\0\0"),
    "lines of nul bytes": lambda data: data + b"\0" * 512 + b"\n",
    "invalid utf-8": _middle(b"\xff\xc3\x28"),
    "deep nesting": into_records(b'"deep": ' + DEEP + b", "),
    "deep document": lambda _: DEEP,
    "duplicate keys": into_records(b'"model": "a", "model": "b", "id": 1, "id": 2, '),
    "not a number": numbers(b"NaN"),
    "infinity": numbers(b"Infinity"),
    "1e400": numbers(b"1e400"),
    "-1e400 as text": numbers(b'"-1e400"'),
    "negative": numbers(b"-7"),
    "2^63": numbers(b"9223372036854775808"),
    "2^200": numbers(str(2**200).encode()),
    "five thousand digits": numbers(b"9" * 5_000),
    "1970": years(b"1970", b"0000000000"),
    "9999": years(b"9999", b"9999999999"),
    "year 0": years(b"0000", b"0000000001"),
    "empty": lambda _: b"",
    "blanks": lambda _: b" \n\t\r\n",
    "first line only": lambda data: data.split(b"\n")[0],
    "empty object": lambda _: b"{}\n{}\n",
    "empty array": lambda _: b"[]",
    "scalars": lambda _: b'1\n"a"\nnull\ntrue\n',
    "noise": lambda data: bytes((b * 167 + n * 31) % 256 for n, b in enumerate(data)),
    "quotes": lambda data: data.replace(b'"', b'""'),
    "no quotes": lambda data: data.replace(b'"', b""),
    "statements": lambda data: data.replace(b"gpt", b"'; drop table raw.staged; --"),
}
"""Ways after which each record is a row, or a reject with its reason."""
BINARY = ("truncated gzip", "gzip bomb", "truncated", "nul bytes", "invalid utf-8", "noise")
"""Ways that make sense for Parquet and ZIP too."""


def ways_for(data: bytes) -> dict[str, Way]:
    """Everything that may be done to this file."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return {name: BROKEN[name] for name in BINARY}
    return SOUND | BROKEN


def dealt(ways: dict[str, Way], place: int, count: int) -> dict[str, Way]:
    """A part of the ways for the file at this place; the files after it get the ones after."""
    names = [*ways] * 2
    first = place * count % len(ways)
    return {name: ways[name] for name in names[first : first + count]}
