"""Numbers of usage that no rule reads are counted by name, and those that are read are not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sources.reading import parse_staged, stage_texts, workbench
from unitcost.lake.catalogue import Catalogue
from unitcost.reading.unread_usage import find_unread
from unitcost.sources import SOURCES
from unitcost_models.meta import UnreadUsage

MOMENT = "2026-11-01T10:00:00Z"


def unread(name: str, *told: Any) -> dict[str, int]:
    with workbench() as con:
        stage_texts(con, [json.dumps(record) for record in told])
        parse_staged(con, name)
        return find_unread(con, SOURCES[name])


def span(number: int, **attributes: Any) -> dict[str, Any]:
    pairs = [
        {
            "key": key.replace("__", "."),
            "value": {"intValue" if isinstance(v, int) else "stringValue": v},
        }
        for key, v in attributes.items()
    ]
    told = {"traceId": "a" * 32, "spanId": f"{number:016x}", "name": "chat", "attributes": pairs}
    told["startTimeUnixNano"] = "1793527200000000000"
    return {"resourceSpans": [{"scopeSpans": [{"spans": [told]}]}]}


def body(**usage: Any) -> dict[str, Any]:
    counts = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
    return {"timestamp": MOMENT, "provider": "openai", "id": "r", "usage": counts | usage}


@pytest.mark.parametrize(
    "key",
    [
        *("gen_ai.usage.video.input_tokens", "llm.usage.tool_tokens"),
        *("llm.token_count.prompt_details.video", "ai.usage.videoTokens"),
    ],
)
def test_a_span_attribute_that_nothing_reads_is_counted(key: str) -> None:
    told = {"gen_ai__usage__input_tokens": 10, key.replace(".", "__"): 3}
    assert unread("otlp_json", span(1, **told), span(2, **told)) == {key: 2}


def test_text_beside_usage_is_neither_kept_nor_counted() -> None:
    told = span(1, gen_ai__usage__input_tokens=10, gen_ai__usage__note="a secret", other__tokens=4)
    assert unread("otlp_json", told) == {}


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        ({"prompt_tokens_details": {"cached_tokens": 4}}, {}),
        (
            {"prompt_tokens_details": {"hologram_tokens": 4}},
            {"prompt_tokens_details.hologram_tokens": 1},
        ),
        ({"robot_minutes": 1.5}, {"robot_minutes": 1}),
        ({"queue_time": 0.2, "estimated_cost": 0.1, "note": "text"}, {}),
    ],
)
def test_a_count_of_a_usage_object_that_no_rule_names_is_counted(
    usage: dict[str, Any], expected: dict[str, int]
) -> None:
    assert unread("provider_bodies", body(**usage)) == expected


def test_what_a_file_tells_takes_the_place_of_what_it_told_before() -> None:
    catalogue = Catalogue()
    for names in (("a", "b"), ("b",)):
        rows = [UnreadUsage(path="f", usage_name=n, source_format="s", records=1) for n in names]
        catalogue.tell_unread("f", rows)
    assert list(catalogue.unread) == [("f", "b")]
