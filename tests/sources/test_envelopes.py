"""Pages of an API's answers, saved as they came: recognised, and read as their records are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.sources.reading import FILES, golden, parse_texts, records
from unitcost.sources import detect_format
from unitcost.sources.base import Sample
from unitcost.sources.envelopes import LISTS, list_name, opened
from unitcost.staging import sample

PAGED = {
    *("cloudflare_ai_gateway", "helicone", "langfuse", "langfuse_scores", "langsmith", "mlflow"),
    *("openinference_parquet", "openrouter", "portkey", "posthog", "vercel_ai_gateway", "weave"),
}
PAGES = [f for f in FILES if f.parent.name in PAGED and f.suffix in (".json", ".jsonl")]


@pytest.mark.parametrize("file", PAGES, ids=lambda f: f"{f.parent.name}/{f.name}")
def test_a_page_is_read_as_its_records_are(file: Path, tmp_path: Path) -> None:
    name, texts = file.parent.name, records(file, tmp_path)
    page = {"runs": [json.loads(text) for text in texts], "next": None, "meta": {"page": 1}}
    saved = tmp_path / "page.json"
    saved.write_text(json.dumps(page, indent=2), encoding="utf-8")
    assert detect_format(sample(saved)) == name
    own = {"source_line": 0, "reject_text": None}
    paged = [golden(row | own) for row in parse_texts(name, [json.dumps(page)])]
    alone = [golden(row | own) for row in parse_texts(name, texts)]
    assert sorted(map(str, paged)) == sorted(map(str, alone))


@pytest.mark.parametrize(
    ("record", "name"),
    [
        *(({key: [{"a": 1}]}, key) for key in LISTS),
        ({"data": [{"a": 1}], "meta": {}}, "data"),
        ({"data": [{"a": 1}], "runs": [{"a": 1}]}, None),
        ({"data": []}, None),
        ({"data": ["a"]}, None),
        ({"data": {"a": 1}}, None),
        ({"messages": [{"a": 1}]}, None),
    ],
)
def test_a_page_has_one_list_of_objects(record: dict[str, object], name: str | None) -> None:
    assert list_name(record) == name
    assert (opened(Sample("", "json", (), (record,))) is None) == (name is None)


def test_records_beside_a_page_are_no_pages() -> None:
    mixed: tuple[dict[str, object], ...] = ({"data": [{"a": 1}]}, {"id": "x"})
    assert opened(Sample("", "json", (), mixed)) is None
