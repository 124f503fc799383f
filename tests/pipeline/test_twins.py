"""Files are read one ahead of the other and taken in as if in turn, or refused as what they are."""

from __future__ import annotations

from pathlib import Path

from tests.pipeline.books import REQUESTS, deliver
from unitcost.paths import Home
from unitcost.reading.ingest import ingest_all
from unitcost.session import open_session
from unitcost.sources import SOURCES


def taken(home: Home) -> dict[str, tuple[int, int, str | None]]:
    """What a night's reading says of each file: accepted, quarantined, note."""
    with open_session(home.root) as session:
        found = list(ingest_all(session, set(SOURCES)))
        session.publish()
    return {Path(d.path).name: (d.accepted, d.quarantined, d.note) for d in found}


def test_of_equal_files_the_first_is_taken(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for name in ("a.csv", "b.csv", "c.csv"):
        deliver(home, name, REQUESTS)
    twin = (0, 0, "the same content as requests/a.csv")
    assert taken(home) == {"a.csv": (5, 0, None), "b.csv": twin, "c.csv": twin}


def test_content_is_taken_from_where_it_still_lies(tmp_path: Path) -> None:
    home = Home(tmp_path)
    deliver(home, "a.csv", REQUESTS[:2])
    assert taken(home) == {"a.csv": (2, 0, None)}
    deliver(home, "a.csv", REQUESTS[2:])
    deliver(home, "b.csv", REQUESTS[:2])
    assert taken(home) == {"a.csv": (3, 0, None), "b.csv": (2, 0, None)}


def test_a_file_that_cannot_be_read_takes_no_neighbour_with_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    deliver(home, "a.csv", REQUESTS[:1])
    deliver(home, "b.parquet", ()).write_bytes(b"PAR1 and no more")
    deliver(home, "c.csv", REQUESTS[1:])
    found = taken(home)
    assert (found["a.csv"], found["c.csv"]) == ((1, 0, None), (4, 0, None))
    accepted, quarantined, note = found["b.parquet"]
    assert (accepted, quarantined) == (0, 1)
    assert "damaged" in (note or "")


def test_a_header_alone_is_taken_where_it_is_the_formats_own(tmp_path: Path) -> None:
    home = Home(tmp_path)
    deliver(home, "own.csv", ())
    deliver(home, "portkey.csv", ()).write_text("id,ai_org,ai_model,created_at,req_units\n")
    deliver(home, "nobodys.csv", ()).write_text("when,what\n")
    found = taken(home)
    assert found["own.csv"] == (0, 0, None)
    assert found["portkey.csv"][:2] == found["nobodys.csv"][:2] == (0, 1)
    assert "move it to landing/portkey/" in (found["portkey.csv"][2] or "")
    assert "requests is not known by such a header: when, what" in (found["nobodys.csv"][2] or "")
