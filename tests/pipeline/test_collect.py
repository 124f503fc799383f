"""New files of configured places come into landing once, from folders and from an S3 server."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import obstore
import pytest
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

from unitcost.collecting import packs, run
from unitcost.collecting.places import Place, PlaceError, place_of
from unitcost.collecting.run import DETECT, _listed, collect
from unitcost.collecting.seen import Seen, Version
from unitcost.lake.catalogue import utc_now
from unitcost.nightly import run_nightly
from unitcost.paths import Home
from unitcost.reading.ingest import ingest_all
from unitcost.session import open_session

BUCKET = "acme-logs"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    moto = ThreadedMotoServer(port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def s3(server: str, monkeypatch: pytest.MonkeyPatch) -> S3Store:
    settings = {
        "AWS_ACCESS_KEY_ID": "canary-id",
        "AWS_SECRET_ACCESS_KEY": "canary-secret",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT": server,
        "AWS_ALLOW_HTTP": "true",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    httpx.put(f"{server}/{BUCKET}")
    return S3Store(BUCKET)


def request(number: int) -> bytes:
    record = {
        "started_at": "2026-11-01T10:00:00Z",
        "provider": "openai",
        "model": "gpt-5",
        "input_tokens": number,
        "request_id": f"r{number}",
    }
    return json.dumps(record).encode() + b"\n"


def landed(home: Home) -> dict[str, bytes]:
    """Name without its digest -> content."""
    files = [p for p in home.landing.rglob("*") if p.is_file() and not p.name.startswith(".")]
    return {f"{p.parent.name}/{p.name.partition('-')[2]}": p.read_bytes() for p in sorted(files)}


def test_new_objects_of_a_bucket_come_once(home: Home, s3: S3Store) -> None:
    obstore.put(s3, "logs/2026/11/a.jsonl", request(1))
    obstore.put(s3, "logs/2026/11/b c.jsonl.gz", b"\x1f\x8b")
    obstore.put(s3, "logs/2026/11/skip.txt", b"x")
    obstore.put(s3, "logs/_tmp/.hidden.jsonl", b"x")
    places = {"requests": [f"s3://{BUCKET}/logs/**/*.jsonl*"]}
    assert collect(home, places).files == 2
    assert set(landed(home)) == {"requests/a.jsonl", "requests/b c.jsonl.gz"}
    assert collect(home, places).files == 0
    obstore.put(s3, "logs/2026/11/a.jsonl", request(1) + request(2))
    assert collect(home, places).files == 1
    assert (home.landing / "requests").is_dir()


def test_what_cannot_be_read_is_told_without_keys_and_stops_nothing(
    home: Home, s3: S3Store, tmp_path: Path
) -> None:
    (tmp_path / "good.jsonl").write_bytes(request(3))
    places = {
        "requests": [
            "s3://no-such-bucket/x/*",
            "relative/*.jsonl",
            "s3://",
            str(tmp_path / "missing"),
            str(tmp_path / "*.jsonl"),
        ]
    }
    collected = collect(home, places)
    assert collected.files == 1
    assert len(collected.problems) == 4
    assert "canary" not in " ".join(collected.problems)
    with pytest.raises(PlaceError, match="no such source"):
        collect(home, {"nonsense": ["/x"]})


@pytest.mark.parametrize("gone", [3, 10])
def test_objects_that_cannot_be_had_stop_no_other(
    home: Home, s3: S3Store, monkeypatch: pytest.MonkeyPatch, gone: int
) -> None:
    """Deleted after it was listed, archived, forbidden; ten in a row are the place's trouble."""
    obstore.put(s3, "partly/z.jsonl", request(1))
    monkeypatch.setattr(run, "_listed", with_missing(gone, "partly"))
    collected = collect(home, {"requests": [f"s3://{BUCKET}/partly/*"]})
    assert collected.files == (1 if gone < 10 else 0)
    assert len(collected.problems) == gone
    assert "partly/gone-0: FileNotFoundError; it is tried again next time" in collected.problems[0]
    assert set(landed(home)) == ({"requests/z.jsonl"} if gone < 10 else set())


@pytest.mark.parametrize("is_gone", [False, True])
def test_many_small_objects_come_in_one_file(
    home: Home, s3: S3Store, monkeypatch: pytest.MonkeyPatch, is_gone: bool
) -> None:
    """As a gateway may write each call as an object; one that is gone stops no other."""
    monkeypatch.setattr(packs, "MANY", 3)
    prefix = f"calls-{is_gone}"
    for number in range(4):
        obstore.put(s3, f"{prefix}/{number}.json", request(number))
    if is_gone:
        monkeypatch.setattr(run, "_listed", with_missing(1, prefix))
    places = {"requests": [f"s3://{BUCKET}/{prefix}/**"]}
    assert collect(home, places).files == 4
    assert len(landed(home)) == (4 if is_gone else 1)
    with open_session(home.root) as session:
        read = list(ingest_all(session, {"requests"}))
    assert sum(delivery.accepted for delivery in read) == 4
    monkeypatch.setattr(run, "_listed", _listed)
    assert collect(home, places).files == 0


def test_only_calls_that_stand_for_themselves_are_packed() -> None:
    new = [Version(f"s3://b/{n}", 10, utc_now(), "e") for n in range(1200)]
    large = Version("s3://b/large", packs.SMALL + 1, utc_now(), "e")
    found = list(packs.packed([*new, large], "litellm"))
    assert [len(pack) for pack in found] == [500, 500, 200]
    assert list(packs.packed(new[: packs.MANY - 1], "litellm")) == []
    for together in ("codex", "openai_costs", "outcomes", DETECT):
        assert list(packs.packed(new, together)) == []


def with_missing(count: int, prefix: str) -> Callable[[Place], Iterator[list[Version]]]:
    """A listing that begins with objects that are gone when they are asked for."""

    def listed(place: Place) -> Iterator[list[Version]]:
        gone = [
            Version(f"{place.address}/{prefix}/gone-{n}", 1, utc_now(), "e") for n in range(count)
        ]
        yield [*gone, *(v for chunk in _listed(place) for v in chunk)]

    return listed


@pytest.mark.parametrize(
    ("text", "path", "is_wanted"),
    [
        ("/a/*.json", "a/x.json", True),
        ("/a/*.json", "a/b/x.json", False),
        ("/a/**/*.json", "a/b/c/x.json", True),
        ("/a/**/*.json", "a/x.json", True),
        ("/a/**", "a/b/x.json", True),
        ("/a/?.json", "a/x.json", True),
        ("/a/?.json", "a/xy.json", False),
        ("/a", "a/b/x", True),
        ("/a", "ab/x", False),
        ("/a/x.json", "a/x.json", True),
        ("/a+b/(1)/*.j", "a+b/(1)/x.j", True),
        ("s3://bucket", "any/thing", True),
        ("gs://bucket/p/*.csv", "p/a.csv", True),
        ("az://container/p/*.csv", "p/a.csv", True),
    ],
)
def test_patterns(text: str, path: str, is_wanted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_NAME", "account")
    place = place_of(text)
    assert bool(place.pattern.fullmatch(path)) is is_wanted
    assert path.startswith(place.prefix) or not is_wanted


def test_memory_is_bounded_by_a_chunk(tmp_path: Path) -> None:
    """A hundred thousand known objects take no more memory than one chunk of them."""
    now = utc_now()
    with Seen(tmp_path / "seen.duckdb") as seen:
        tracemalloc.start()
        for chunk in range(100):
            listed = [Version(f"s3://b/{chunk}/{n}", n, now, "e") for n in range(1000)]
            assert len(seen.new(listed)) == 1000
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        seen.add(listed[5])
        seen.add(listed[5])
        assert len(seen.new(listed)) == 999
    assert peak < 20_000_000
    with Seen(tmp_path / "seen.duckdb") as seen:
        assert listed[5] not in seen.new(listed)


def test_the_nightly_collects_what_is_configured(home: Home, tmp_path: Path) -> None:
    logs = tmp_path / "logs" / "app"
    logs.mkdir(parents=True)
    (logs / "one.jsonl").write_bytes(request(1) + request(2))
    home.root.mkdir()
    home.settings_file.write_text(f'[sources]\ndetect = ["{tmp_path}/logs/**/*.jsonl", "/no/such"]')
    report = run_nightly(home.root)
    assert (report.accepted, report.is_published) == (2, True)
    assert [w for w in report.warnings if "/no/such: no such file" in w]
