"""Where staged records go: Parquet files in scratch, so that any size fits in bounded memory.

How records are found in a file is not known here.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from unitcost.staging.limits import KEPT_TEXT

_KEPT = pa.schema([("source_line", pa.int64()), ("record", pa.string())])
_REJECTED = pa.schema([("source_line", pa.int64()), ("reason", pa.string()), ("text", pa.string())])
_FLUSH_BYTES = 8 << 20
_GROUP_BYTES = 1 << 20
SPOOLED = f"format parquet, compression lz4, row_group_size_bytes {_GROUP_BYTES}"
"""How DuckDB writes records. It reads a row group at a time, or 2,048 records: what it makes of
them (a parsed document, lists of lists) should stay in the processor's cache."""


class Spool:
    """Collects records and rejects of one file, writing them to disk in batches.

    `kept` and `rejected` are the two Parquet files; both exist once it is closed. `is_json` tells
    that all that is kept is known to be valid JSON.
    """

    def __init__(self, scratch: Path) -> None:
        """Begin both files in a new folder below `scratch`."""
        scratch.mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="staged-", dir=scratch))
        self.kept = self._own = self.folder / "kept.parquet"
        self.rejected = self.folder / "rejected.parquet"
        self.rejected_count = 0
        self.is_json = False
        self._kept = pq.ParquetWriter(
            self.kept, _KEPT, compression="lz4", use_dictionary=False, write_statistics=False
        )
        self._rejected = pq.ParquetWriter(self.rejected, _REJECTED, compression="zstd")
        self._records: list[tuple[int, bytes]] = []
        self._rejects: list[tuple[int, str, str]] = []
        self._pending_bytes = 0
        self._offset = 0
        self._last_line = 0

    def begin_part(self) -> None:
        """Number the lines that follow on from the last one."""
        self.flush()
        self._offset = self._last_line

    def take(self, kept: Path, *, is_json: bool = False) -> None:
        """Take a Parquet file of source_line and record in place of what is kept here."""
        self.kept, self.is_json = kept, is_json

    def end_part(self) -> None:
        """Take in what another program has written for the part, so that the next can follow."""
        if self.kept != self._own:
            with pq.ParquetFile(self.kept) as written:
                for batch in written.iter_batches():
                    self.keep_batch(batch.column("source_line"), batch.column("record"))
            self.take(self._own)

    def keep_lines(self, first_line: int, lines: list[bytes]) -> None:
        """Keep consecutive lines that are known to be UTF-8."""
        self.flush()
        numbers = pa.array(range(first_line, first_line + len(lines)), pa.int64())
        self.keep_batch(numbers, pa.array(lines, pa.string()))

    def keep_batch(self, numbers: pa.Array, records: pa.Array) -> None:
        """Keep one batch of records; each is JSON text."""
        if not len(numbers):
            return
        numbers = pc.add(numbers, self._offset)
        self._last_line = max(self._last_line, pc.max(numbers).as_py())
        batch = pa.record_batch([numbers, records], schema=_KEPT)
        rows = max(1, len(numbers) * _GROUP_BYTES // batch.nbytes)
        self._kept.write_batch(batch, row_group_size=rows)

    def keep(self, line: int, record: bytes) -> None:
        """Keep one record, known to be UTF-8."""
        self._records.append((line, record))
        self._grow(len(record))

    def reject(self, line: int, reason: str, text: bytes) -> None:
        """Reject one record with the beginning of its text."""
        shown = text[:KEPT_TEXT].decode(errors="replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
        self._rejects.append((line + self._offset, reason, shown))
        self._last_line = max(self._last_line, line + self._offset)
        self.rejected_count += 1
        self._grow(len(shown))

    def reject_batch(self, rejects: pa.Table) -> None:
        """Reject records at once: `line`, `reason` and the `text` of each."""
        if not len(rejects):
            return
        self.flush()
        lines = pc.add(rejects.column("line"), self._offset)
        self._last_line = max(self._last_line, pc.max(lines).as_py())
        self.rejected_count += len(rejects)
        shown = pc.replace_substring(rejects.column("text"), "\0", "\N{REPLACEMENT CHARACTER}")
        columns = [lines, rejects.column("reason"), pc.utf8_slice_codeunits(shown, 0, KEPT_TEXT)]
        self._rejected.write_table(pa.table(columns, schema=_REJECTED))

    def flush(self) -> None:
        """Write what is pending."""
        if self._records:
            numbers, records = zip(*self._records, strict=True)
            self.keep_batch(pa.array(numbers, pa.int64()), pa.array(records, pa.string()))
        if self._rejects:
            columns = [pa.array(values) for values in zip(*self._rejects, strict=True)]
            self._rejected.write_batch(pa.record_batch(columns, schema=_REJECTED))
        self._records, self._rejects, self._pending_bytes = [], [], 0

    def close(self) -> None:
        """Write what is pending and finish both files."""
        self.flush()
        self._kept.close()
        self._rejected.close()

    def _grow(self, size: int) -> None:
        self._pending_bytes += size
        if self._pending_bytes > _FLUSH_BYTES:
            self.flush()
