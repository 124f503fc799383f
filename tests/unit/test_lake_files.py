"""The lake's files are found by table, day and delivery as a walk over all of them finds them."""

from __future__ import annotations

from datetime import date, datetime

from hypothesis import given
from hypothesis import strategies as st

from unitcost.lake.kept import Kept, columnar, rows_in
from unitcost.lake.listing import LakeFiles
from unitcost_models.meta import CheckResult, LakeFile

DAYS = (date(2026, 11, 1), date(2026, 11, 2), None)
TABLES = ("raw.a", "core.b")


def file(path: str, table: str, day: date | None, delivery: str | None, retired: bool) -> LakeFile:
    return LakeFile(
        table_name=table,
        day=day,
        path=path,
        rows=1,
        bytes=1,
        sha256="0" * 64,
        run_id="r",
        delivery=delivery,
        is_late=False,
        retired_at=datetime(2026, 11, 3) if retired else None,
        shape="s",
    )


FILES = st.builds(
    file,
    st.sampled_from("abcd"),
    st.sampled_from(TABLES),
    st.sampled_from(DAYS),
    st.sampled_from((None, "d1", "d2")),
    st.booleans(),
)


@given(st.lists(FILES, max_size=12), st.lists(FILES, max_size=6), st.sets(st.sampled_from("abcd")))
def test_what_is_found_is_what_a_walk_finds(
    read: list[LakeFile], named: list[LakeFile], forgotten: set[str]
) -> None:
    was = {f.path: f for f in read}
    files = LakeFiles(settled=columnar(LakeFile, was.values()))
    for one in named:
        files[one.path] = one
    for path in forgotten & set(files):
        del files[path]
    kept = {p: f for p, f in (was | {f.path: f for f in named}).items() if p not in forgotten}
    assert {f.path: f for f in rows_in(LakeFile, files.to_table())} == kept
    assert sorted(f.path for f in files.changed()) == sorted({f.path for f in named} - forgotten)
    assert dict(files) == kept == LakeFiles(kept.values())
    assert len(files) == len(kept)
    replaced = sorted(p for p, f in kept.items() if f.retired_at is not None)
    assert sorted(f.path for f in files.replaced()) == replaced
    live = sorted((f for f in kept.values() if f.retired_at is None), key=lambda f: f.path)
    for table in TABLES:
        assert files.current(table) == [f for f in live if f.table_name == table]
        for day in DAYS[:2]:
            found = files.current(table, [day] if day else None)
            assert found == [f for f in live if f.table_name == table and f.day == day]
    for delivery in ("d1", "d2"):
        found = sorted(files.of_delivery(delivery), key=lambda f: f.path)
        assert found == [f for f in live if f.delivery == delivery]


def test_rows_of_several_keys_change_while_they_are_gone_through() -> None:
    answers = [
        CheckResult(
            check_name=name, day=date(2026, 11, n), severity="warn", bad_rows=n, example=None
        )
        for name in ("a", "b")
        for n in (1, 2)
    ]
    kept: Kept[tuple[str, date], CheckResult] = Kept(
        CheckResult, settled=columnar(CheckResult, answers)
    )
    for key, answer in kept.items():
        kept[key] = answer.model_copy(update={"bad_rows": 0})
    assert len(kept.changed()) == len(kept) == len(kept.to_table()) == 4
    assert {answer.bad_rows for answer in kept.values()} == {0}
