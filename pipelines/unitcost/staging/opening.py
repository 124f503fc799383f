"""Opens a delivered file as a stream of plain UTF-8 bytes, whatever it was packed in.

What the bytes mean is not known here.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import zstandard

from unitcost.staging.limits import MAX_BYTES, MAX_RATIO, RATIO_FREE_BYTES, StagingError

_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_CHUNK = 1 << 22
# One call may grow what it is fed 32,000 times, so it is fed little.
_ZSTD_SLICE = 1 << 10
_UTF16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


class CutShortError(Exception):
    """The packed stream ends early or is damaged; what came before it is good."""


def is_packed(path: Path) -> bool:
    """Whether the file must be unpacked or decoded before another program can read it."""
    with _open(path) as file:
        head = file.read(8)
    return head[:2] == _GZIP or _ZSTD in (head[:4], head[4:8]) or head[:2] in _UTF16


def read_chunks(path: Path) -> Iterator[bytes]:
    """The file's text, unpacked by its magic bytes, UTF-16 decoded, without byte order mark.

    Raises:
        StagingError: it cannot be opened, or unpacks to more than a file can honestly hold.
        CutShortError: after the good part of a packed file that is cut short or damaged.
    """
    with _open(path) as file:
        yield from _gathered(_decoded(_measured(_unpacked(file), file)))


def read_head(path: Path, size: int) -> bytes:
    """The first bytes of the file's text; fewer where the file is damaged before them.

    Raises:
        StagingError: it cannot be opened, or unpacks to more than a file can honestly hold.
    """
    head = b""
    with suppress(CutShortError):
        for chunk in read_chunks(path):
            head += chunk
            if len(head) >= size:
                break
    return head[:size]


def unpack(path: Path, folder: Path) -> Path:
    """The file's text as a plain file in `folder`; the good part where the rest is damaged."""
    target = folder / "unpacked"
    with target.open("wb") as file, suppress(CutShortError):
        for chunk in read_chunks(path):
            file.write(chunk)
    return target


def nameable(path: Path, folder: Path) -> Path:
    """The file, or a link in `folder` where its path is no UTF-8, as DuckDB takes no other."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        link = folder / "delivered"
        link.symlink_to(path.resolve())
        return link
    return path


def _open(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        message = f"the file cannot be opened ({error.strerror}); deliver it again"
        raise StagingError(message) from error


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    head = file.read(8)
    file.seek(0)
    if head[:2] == _GZIP:
        return _gunzip(file)
    if head[:4] == _ZSTD:
        return _unzstd(file.read)
    if head[4:8] == _ZSTD:
        return _unframed(file)
    return iter(lambda: file.read(_CHUNK), b"")


def _measured(chunks: Iterator[bytes], file: BinaryIO) -> Iterator[bytes]:
    total = 0
    for chunk in chunks:
        total += len(chunk)
        is_bomb = total > RATIO_FREE_BYTES and total > MAX_RATIO * max(file.tell(), 1)
        if is_bomb or total > MAX_BYTES:
            message = f"unpacks to more than {total:,} bytes; deliver it in smaller, honest parts"
            raise StagingError(message)
        yield chunk


def _gunzip(file: BinaryIO) -> Iterator[bytes]:
    """Several members one after the other are one stream; zero padding at the end is allowed."""
    unpacker = zlib.decompressobj(31)
    pending = b""
    while pending := pending or file.read(1 << 16):
        if unpacker.eof:
            pending = pending.lstrip(b"\0")
            if not pending:
                continue
            unpacker = zlib.decompressobj(31)
        before = unpacker.copy()
        try:
            yield unpacker.decompress(pending, _CHUNK)
        except zlib.error as error:
            yield _salvaged(before, pending)
            message = f"the gzip stream is damaged ({error})"
            raise CutShortError(message) from error
        pending = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    if not unpacker.eof:
        message = "the gzip stream ends early"
        raise CutShortError(message)


def _salvaged(unpacker: zlib._Decompress, packed: bytes) -> bytes:
    """What comes before the damage: a failing call gives nothing of what it has unpacked."""
    good = b""
    with suppress(zlib.error):
        for position in range(len(packed)):
            good += unpacker.decompress(packed[position : position + 1], _CHUNK)
    return good


def _unzstd(read: Callable[[int], bytes]) -> Iterator[bytes]:
    unpacker = zstandard.ZstdDecompressor().decompressobj()
    pending = b""
    while pending := pending or read(_ZSTD_SLICE):
        if unpacker.eof:
            unpacker = zstandard.ZstdDecompressor().decompressobj()
        try:
            yield unpacker.decompress(pending)
        except zstandard.ZstdError as error:
            message = f"the zstd stream is damaged ({error})"
            raise CutShortError(message) from error
        pending = unpacker.unused_data if unpacker.eof else b""
    if not unpacker.eof:
        message = "the zstd stream ends early"
        raise CutShortError(message)


def _unframed(file: BinaryIO) -> Iterator[bytes]:
    """The collector's own framing: a four-byte length, then one zstd frame, for each message."""
    while length := file.read(4):
        frame = _Frame(file, int.from_bytes(length, "big"))
        yield from _unzstd(frame.read)
        yield b"\n"


class _Frame:
    """The next bytes of a file, read as if they were a file."""

    def __init__(self, file: BinaryIO, length: int) -> None:
        self._file = file
        self._left = length

    def read(self, size: int) -> bytes:
        data = self._file.read(min(size, self._left))
        self._left -= len(data)
        return data


def _gathered(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Fewer, larger chunks: unpacking yields small ones, and each costs a batch downstream."""
    pending: list[bytes] = []
    size = 0
    try:
        for chunk in chunks:
            pending.append(chunk)
            size += len(chunk)
            if size >= _CHUNK:
                yield b"".join(pending)
                pending, size = [], 0
    except CutShortError:
        yield b"".join(pending)
        raise
    yield b"".join(pending)


def _decoded(chunks: Iterator[bytes]) -> Iterator[bytes]:
    first = next((chunk for chunk in chunks if chunk), b"")
    encoding = _UTF16.get(first[:2])
    if encoding is None:
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    yield decoder.decode(first[2:]).encode(errors="replace")
    for chunk in chunks:
        yield decoder.decode(chunk).encode(errors="replace")
    yield decoder.decode(b"", final=True).encode(errors="replace")
