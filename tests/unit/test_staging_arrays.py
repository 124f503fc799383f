"""JSON arrays, whole or broken: each sound element is read, what is none is rejected alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.staged import Con, records, rejects, staged
from unitcost.staging import opening


@pytest.mark.parametrize(
    "content",
    [
        b'[\n{"a": 1},\n{"a": oops},\n{"a": 2}\n]',
        b'[\n{"a": 1},\n{"a": "never closed},\n{"a": 2}\n]',
        b'[\n{"a": 1},\n{"a": "\xff"},\n{"a": 2}\n]',
        b'[{"a": 1}, {"a": "\x1e"}, {"a": 2}]',
    ],
)
def test_a_broken_element_is_rejected_alone(workbench: Con, tmp_path: Path, content: bytes) -> None:
    staged(workbench, tmp_path, content)
    assert [record for _, record in records(workbench)] == [{"a": 1}, {"a": 2}]
    assert len(rejects(workbench)) == 1


BREAKS: dict[str, Callable[[str], str]] = {
    "no JSON": lambda text: text.replace(":", ": oops", 1),
    "no UTF-8": lambda text: text.replace("}", "\udcff}", 1),
    "a bracket missing": lambda text: text.removesuffix("}"),
    "a bracket too many": lambda text: text + "}",
    "a string without end": lambda text: text.replace('": "', '": "' + "\n", 1),
    "no object": lambda text: f"[{text}]",
}
ELEMENTS = st.fixed_dictionaries(
    {"id": st.sampled_from(["a", "},{", '"', "\\", "\n", "é"])},
    optional={
        "list": st.lists(st.fixed_dictionaries({"x": st.integers(0, 9)}), max_size=3),
        "deep": st.just({"k": [{"id": "{"}, {}]}),
    },
)


@pytest.mark.parametrize("chunk", [40, 1 << 22])
@pytest.mark.parametrize("layout", ["on one line", "a line each", "pretty"])
@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    elements=st.lists(st.tuples(ELEMENTS, st.none() | st.sampled_from([*BREAKS])), min_size=1),
)
def test_of_a_broken_array_every_sound_element_is_read(
    workbench: Con,
    tmp_path: Path,
    chunk: int,
    layout: str,
    elements: list[tuple[dict[str, Any], str | None]],
) -> None:
    whole = [{"n": n, **element} for n, (element, _) in enumerate(elements)]
    texts = [
        BREAKS[how](_text(one, layout)) if how else _text(one, layout)
        for one, (_, how) in zip(whole, elements, strict=True)
    ]
    content = {"on one line": "[{}]", "a line each": "[\n{}\n]", "pretty": "[\n  {}\n]"}[layout]
    between = {"on one line": ", ", "a line each": ",\n", "pretty": ",\n  "}[layout]
    file = content.replace("{}", between.join(texts)).encode(errors="surrogateescape")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(opening, "_CHUNK", chunk)
        staged(workbench, tmp_path, file)
    found = {record["n"]: record for _, record in records(workbench)}
    assert list(found.values()) == [whole[n] for n in found]
    lost = {n for n in range(len(whole)) if n not in found}
    assert all(elements[n][1] for n in lost)
    assert len(rejects(workbench)) >= bool(lost)


def _text(element: dict[str, Any], layout: str) -> str:
    if layout != "pretty":
        return json.dumps(element, ensure_ascii=False)
    return json.dumps(element, ensure_ascii=False, indent=2).replace("\n", "\n  ")


def test_an_array_cut_short_keeps_its_elements(workbench: Con, tmp_path: Path) -> None:
    staged(workbench, tmp_path, b'[{"a": 1}, {"a": 2}, {"a": 3, "b": "x')
    assert [record for _, record in records(workbench)] == [{"a": 1}, {"a": 2}]
    assert rejects(workbench) == [(1, "the record is cut short at the end of the file")]


def test_elements_that_are_no_objects_are_rejected(workbench: Con, tmp_path: Path) -> None:
    staged(workbench, tmp_path, b'[{"a": 1}, 2, null, "x"]')
    assert [record for _, record in records(workbench)] == [{"a": 1}]
    assert {reason for _, reason in rejects(workbench)} == {"the record is not a JSON object"}
    assert len(rejects(workbench)) == 3


def test_a_million_elements_stream(workbench: Con, tmp_path: Path) -> None:
    content = b"[" + b",".join(b'{"a": %d}' % n for n in range(1_000_000)) + b"]"
    assert staged(workbench, tmp_path, content).records == 1_000_000


def test_quotes_without_end_take_no_ages(workbench: Con, tmp_path: Path) -> None:
    hostile = b'[\n{"a": 1},\n{"a": "' + b'\\"' * 1_000_000 + b'},\n{"a": 2}\n]'
    staged(workbench, tmp_path, hostile)
    assert [record for _, record in records(workbench)] == [{"a": 1}, {"a": 2}]
