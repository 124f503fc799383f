"""How much of anything is read, so that no file can exhaust memory; and the error of a whole file.

Nothing is read here.
"""

from __future__ import annotations

MAX_BYTES = 64 << 30
"""Unpacked bytes of one file."""
RATIO_FREE_BYTES = 64 << 20
MAX_RATIO = 1000
"""Unpacked over packed bytes, beyond the first RATIO_FREE_BYTES: what a real log never reaches."""
MAX_RECORD = 16 << 20
"""Bytes of one line, or of one element of an array."""
MAX_DOCUMENT = 128 << 20
"""Bytes of a file that is one JSON document."""
MAX_DEPTH = 200
"""Objects and arrays inside each other."""
KEPT_TEXT = 64 << 10
"""Bytes kept of the text of a rejected record."""

TOO_LONG = "the record is {size:,} bytes long, more than 16 MiB; split it"
NOT_UTF8 = "the line is not valid UTF-8; write the file in UTF-8"
NOT_JSON = "the record is not valid JSON; deliver it again as its source wrote it"
NOT_OBJECT = "the record is not a JSON object; deliver one object a record"
TOO_DEEP = "the record nests deeper than 200 levels; flatten it"
CUT_SHORT = "the record is cut short at the end of the file; deliver the whole file again"


class StagingError(ValueError):
    """A file of which nothing can be read; the message says why and how to go on."""
