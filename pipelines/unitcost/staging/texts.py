"""Bytes as texts, many at a time, with word of which are none."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


def split_texts(content: bytes, separator: str) -> pa.Table:
    """The parts between separators: `text`, whether it `is_text` (valid UTF-8) and its `size`.

    What is no UTF-8 stands replaced in `text`. `size` is in bytes as delivered.
    """
    parts = pa.array(content.split(separator.encode()), pa.large_binary())
    shown = pa.array(content.decode(errors="replace").split(separator), pa.large_string())
    return pa.table(
        {
            "text": shown,
            "is_text": pc.equal(parts, shown.cast(pa.large_binary())),
            "size": pc.binary_length(parts),
        }
    )
