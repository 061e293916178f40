"""One suite for every kind of store; what a commit rests on is put-if-absent."""

from __future__ import annotations

import os
import resource
import signal
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from s3_faults import s3_behind, s3_store
from yurai_manifests.errors import RecipeError, ShardError
from yurai_manifests.remote import RemoteStore
from yurai_manifests.store import LocalStore, Store, open_store, probe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KINDS = ("local", "memory", "s3")


def make_store(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Store:
    if kind == "local":
        return open_store(str(tmp_path / "tree"))
    if kind == "memory":
        return open_store(f"memory://{uuid.uuid4().hex}/tree")
    return open_store(f"{request.getfixturevalue('s3_server')}/{uuid.uuid4().hex}")


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return make_store(request.param, tmp_path, request)


def test_the_first_put_if_absent_wins(store: Store) -> None:
    assert store.put_if_absent("a/b/c.json", b"first")
    assert not store.put_if_absent("a/b/c.json", b"second")
    assert not store.put_if_absent("a/b/c.json", b"first")
    assert store.read("a/b/c.json") == b"first"


def test_put_replaces(store: Store) -> None:
    store.put("a/b.json", b"first")
    store.put("a/b.json", b"2nd")
    assert store.read("a/b.json") == b"2nd"
    assert list(store.list("a")) == [("a/b.json", 3)]


def test_put_file_moves_the_local_file(store: Store, tmp_path: Path) -> None:
    local = tmp_path / "local.bin"
    local.write_bytes(b"x" * 100_000)
    store.put_file(local, "data/ab/file.bin")
    assert not local.exists()
    assert store.size("data/ab/file.bin") == 100_000
    with store.open("data/ab/file.bin") as file:
        file.seek(99_990)
        assert file.read() == b"x" * 10


def test_copy_replaces_what_had_the_name(store: Store) -> None:
    store.put("data/one", b"1")
    store.put("data/two", b"22")
    for source, expected in (("one", b"1"), ("two", b"22"), ("two", b"22")):
        store.copy(f"data/{source}", "documents/00000")
        assert store.read("documents/00000") == expected
    assert sorted(store.list("data")) == [("data/one", 1), ("data/two", 2)]
    assert list(store.list("documents")) == [("documents/00000", 2)]


def test_list_names_and_sizes(store: Store) -> None:
    keys = [f"tasks/{number:02x}/{number}.json" for number in range(5)]
    for number, key in enumerate(keys):
        store.put(key, b"x" * number)
    store.put("tasks-not-mine/1.json", b"")
    assert sorted(store.list("tasks")) == [(key, number) for number, key in enumerate(keys)]
    assert sorted(store.names("tasks/")) == keys
    assert list(store.list("absent")) == list(store.names("absent")) == []


def test_folders_are_those_directly_below(store: Store) -> None:
    for key in ("order/one/data/1", "order/two/1", "order/three", "orders/four/1"):
        store.put(key, b"x")
    assert sorted(store.folders("order")) == sorted(store.folders("order/")) == ["order/one", "order/two"]
    assert list(store.folders("absent")) == list(store.folders("order/three")) == []


@pytest.mark.parametrize("size", [0, 1, 16_383, 16_384, 16_385, 100_000])
def test_objects_of_any_size_come_back_whole(size: int, store: Store) -> None:
    data = bytes(place % 251 for place in range(size))
    store.put("object", data)
    assert store.read("object") == data
    assert store.size("object") == size


def test_a_range_is_what_lies_between(store: Store) -> None:
    data = bytes(place % 251 for place in range(1000))
    store.put("object", data)
    for start, end in ((0, 1), (0, 1000), (17, 400), (999, 1000), (990, 2000)):
        assert store.read_range("object", start, end) == data[start:end]
    with pytest.raises(FileNotFoundError):
        store.read_range("absent", 0, 10)


def test_read_many_keeps_the_order(store: Store) -> None:
    keys = [f"k/{number}" for number in range(30)]
    for key in keys:
        store.put(key, key.encode())
    assert list(store.read_many(reversed(keys))) == [key.encode() for key in reversed(keys)]
    found = store.read_many([keys[0], "k/absent", keys[1]])
    assert next(found) == b"k/0"
    with pytest.raises(FileNotFoundError):
        next(found)


def test_what_is_not_there(store: Store) -> None:
    store.put("a/file", b"1")
    for key in ("absent", "a/absent", "b/absent"):
        with pytest.raises(FileNotFoundError):
            store.read(key)
        with pytest.raises(FileNotFoundError):
            store.open(key)
        assert store.size(key) is None
        store.remove(key)
    assert store.read("a/file") == b"1"


def test_what_was_removed_is_gone_and_its_name_free(store: Store) -> None:
    store.put("a", b"1")
    assert store.size("a") == 1
    store.remove("a")
    assert store.size("a") is None
    assert store.put_if_absent("a", b"2")


def test_changes_of_others_are_seen_at_once(store: Store) -> None:
    other = open_store(store.url)
    assert list(store.list("x")) == []
    other.put("x/1", b"1")
    assert list(store.list("x")) == [("x/1", 1)]
    other.remove("x/1")
    assert list(store.list("x")) == []
    assert store.size("x/1") is None
    assert store.put_if_absent("x/1", b"22")
    assert other.size("x/1") == 2


@pytest.mark.parametrize("kind", ["local", "s3"])
def test_of_eight_writers_one_wins_each_of_forty_names(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    store = make_store(kind, tmp_path, request)
    start = threading.Barrier(8)

    def write(writer: int) -> list[int]:
        start.wait()
        return [name for name in range(40) if store.put_if_absent(f"tasks/{name}.json", b"%d" % writer)]

    with ThreadPoolExecutor(8) as pool:
        won = dict(enumerate(pool.map(write, range(8))))
    assert sorted(name for names in won.values() for name in names) == list(range(40))
    for writer, names in won.items():
        assert all(store.read(f"tasks/{name}.json") == b"%d" % writer for name in names)
    assert len(list(store.list("tasks"))) == 40


def test_the_probe_accepts_stores_that_can_be_committed_to(store: Store) -> None:
    probe(store)
    assert list(store.list(".work")) == []


class Forgetful(MemoryFileSystem):  # type: ignore[misc]
    """A store that takes every put, as S3 servers do that do not know If-None-Match."""

    protocol = "forgetful"
    store: dict[str, Any] = {}  # noqa: RUF012 - fsspec keeps it on the class
    pseudo_dirs = [""]  # noqa: RUF012 - fsspec keeps it on the class

    def pipe_file(self, path: str, value: bytes, mode: str = "overwrite", **kwargs: Any) -> None:
        super().pipe_file(path, value, mode="overwrite" if mode == "create" else mode, **kwargs)


def test_the_probe_refuses_a_store_that_overwrites() -> None:
    fsspec.register_implementation("forgetful", Forgetful, clobber=True)
    store = open_store("forgetful://tree")
    with pytest.raises(ShardError, match=r"does not honour put-if-absent .* use a store with conditional writes"):
        probe(store)
    assert list(store.list(".work")) == []


def test_the_probe_refuses_an_s3_server_without_conditional_writes(
    s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deaf(application: Any) -> Any:
        def call(environ: dict[str, Any], respond: Any) -> Any:
            environ.pop("HTTP_IF_NONE_MATCH", None)
            return application(environ, respond)

        return call

    with (
        s3_behind(deaf) as address,
        s3_store(address, monkeypatch) as store,
        pytest.raises(ShardError, match=r"a second write of a name was accepted"),
    ):
        probe(store)


def refusing(times: int, status: str, code: str) -> Callable[[Any], Any]:
    """S3 that answers the first conditional puts with an error."""
    left = [times]

    def wrap(application: Any) -> Any:
        def call(environ: dict[str, Any], respond: Any) -> Any:
            if "HTTP_IF_NONE_MATCH" in environ and left[0]:
                left[0] -= 1
                environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
                body = f"<Error><Code>{code}</Code><Message>not now</Message></Error>".encode()
                respond(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
                return [body]
            return application(environ, respond)

        return call

    return wrap


def test_a_conflict_of_conditional_writes_is_tried_again(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    conflicts = refusing(2, "409 Conflict", "ConditionalRequestConflict")
    with s3_behind(conflicts) as address, s3_store(address, monkeypatch) as store:
        assert store.put_if_absent("a", b"1")
        assert not store.put_if_absent("a", b"2")


@pytest.mark.parametrize("code", ["PreconditionFailed", "412", "SomethingOfTheirs"])
def test_status_412_means_taken_whatever_its_code(code: str, s3_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with s3_behind(refusing(1, "412 Precondition Failed", code)) as address, s3_store(address, monkeypatch) as store:
        assert not store.put_if_absent("a", b"1")


def test_a_put_that_is_not_permitted_is_an_error_not_a_lost_race(
    s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        s3_behind(refusing(99, "403 Forbidden", "AccessDenied")) as address,
        s3_store(address, monkeypatch) as store,
        pytest.raises(ShardError, match=r"cannot write s3://corpus/\w+/412: .*not now"),
    ):
        store.put_if_absent("412", b"1")


def test_an_unknown_scheme_says_what_to_install() -> None:
    with pytest.raises(RecipeError, match=r"cannot open nowhere://x: .*install the fsspec package"):
        RemoteStore("nowhere://x")


def test_file_urls_are_local_folders(tmp_path: Path) -> None:
    store = open_store(f"file://{tmp_path}")
    assert isinstance(store, LocalStore)
    assert store.url == str(tmp_path)


@contextmanager
def small_files() -> Iterator[None]:
    """Writing more than 4 kB to a file fails, as on a full disk; for one call, since a log may be a file too."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.parametrize("method", ["put", "put_if_absent"])
def test_a_write_that_stops_half_way_leaves_no_name(method: str, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    with small_files(), pytest.raises(ShardError) as stopped:
        getattr(store, method)("a/object", bytes(10_000))
    said = str(stopped.value)
    assert said.startswith(f"cannot write {tmp_path}/a/object: File too large; ")
    assert "run the same command" in said
    assert store.size("a/object") is None
    assert list((tmp_path / "a").iterdir()) == []


def test_a_full_disk_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalStore(tmp_path)
    full = os.open("/dev/full", os.O_WRONLY)
    real = Path.open

    def opened(path: Path, *arguments: Any, **options: Any) -> Any:
        return open(full, "wb") if path.name.startswith(".attempt-") else real(path, *arguments, **options)  # noqa: PTH123

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(
        ShardError, match=rf"cannot write {tmp_path}/a: No space left on device; the disk is full: free"
    ):
        store.put("a", bytes(100_000))


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    store = LocalStore(tmp_path / "file" / "tree")
    with pytest.raises(ShardError, match=r"cannot write .*/file/tree/.work/probe-\w+: .* a part of the path is a file"):
        probe(store)
    with pytest.raises(FileNotFoundError):
        store.read("run.json")
    assert store.size("run.json") is None
    assert list(store.list("documents")) == []


def test_an_output_that_cannot_be_written() -> None:
    with pytest.raises(ShardError, match=r"cannot write /proc/yurai/.work/probe-\w+: "):
        probe(LocalStore(Path("/proc/yurai")))
