"""How to look into the sample of a provider's report: its time buckets and their results.

Which report a sample is, the sources themselves say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from unitcost.sources.base import Sample


def buckets(sample: Sample) -> list[dict[str, object]]:
    """Buckets of the sample's API pages; a record with `results` is a bucket by itself."""
    return [bucket for record in sample.records for bucket in _buckets(record)]


def results(sample: Sample) -> list[dict[str, object]]:
    """Results of all buckets of the sample, but the last of several: it may be cut short."""
    found = [row for bucket in buckets(sample) for row in _objects(bucket.get("results"))]
    return found[:-1] or found


def items(sample: Sample) -> list[dict[str, object]]:
    """Items of the sample's API pages, or its records, but the last of several."""
    found = [
        item
        for record in sample.records
        for item in (_objects(record["data"]) if isinstance(record.get("data"), list) else [record])
    ]
    return found[:-1] or found


def has_columns(sample: Sample, needed: Collection[str], any_of: Collection[str]) -> bool:
    """Whether a table has all columns of the first kind and at least one of the second."""
    names = {name.lstrip("\ufeff") for name in sample.columns}
    return names >= set(needed) and not names.isdisjoint(any_of)


def is_only(sample: Sample, needed: Collection[str]) -> bool:
    """Whether a table has exactly these columns."""
    return {name.lstrip("\ufeff") for name in sample.columns} == set(needed)


def plain_names(sample: Sample) -> set[str]:
    """Names of a table's columns or of the first record, however cased and cut."""
    names = sample.columns or tuple(sample.records[0] if sample.records else ())
    return {re.sub(r"[^a-z0-9]", "", name.lower()) for name in names}


def names_costs(sample: Sample) -> bool:
    """Whether the file name speaks of costs; usage and cost files without a row are equal."""
    return "cost" in sample.name.replace("\\", "/").rsplit("/", 1)[-1].lower()


def _buckets(record: dict[str, object]) -> Iterator[dict[str, object]]:
    if isinstance(record.get("results"), list):
        yield record
    for item in _objects(record.get("data")):
        if isinstance(item.get("results"), list):
            yield item


def _objects(value: object) -> list[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
