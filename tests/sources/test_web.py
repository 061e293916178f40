"""Files on web servers that are busy, break off, count wrong, or send the reader elsewhere."""

from __future__ import annotations

import gzip
import io
import json
import random
import shutil
import socket
import ssl
import subprocess
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from run_helpers import run
from web_server import Web
from yurai.plan.cut import cut
from yurai.sources.fetch import fetch_source, open_remote
from yurai.sources.find import find_sources
from yurai_manifests import web_retry
from yurai_manifests.errors import RecipeError, ShardError
from yurai_manifests.location import Location
from yurai_manifests.opening import open_files
from yurai_manifests.web_budget import seconds
from yurai_manifests.web_retry import Patience

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATA = random.Random(7).randbytes(22_480)


@dataclass
class Waits:
    """What would have been waited, in seconds."""

    all: list[float] = field(default_factory=list)

    async def __call__(self, seconds: float) -> None:
        self.all.append(seconds)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> Waits:
    waits = Waits()
    monkeypatch.setattr(web_retry, "PATIENCE", Patience(wait=waits))
    return waits


@pytest.fixture
def web(tmp_path: Path, waits: Waits) -> Iterator[Web]:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "data.warc").write_bytes(DATA)
    with Web(folder) as web:
        yield web


def fetched(url: str, spool: Path, **options: object) -> bytes:
    spool.mkdir(exist_ok=True)
    (source,) = find_sources([url], **options)  # type: ignore[arg-type]
    return fetch_source(source.url, spool)[0].read_bytes()


READ = [
    "plain", "busy-503", "busy-429", "no-ranges", "no-ranges-breaks", "breaks", "no-length", "chunked", "head-zero",
    "head-refused", "packed", "drip", "drops",
]  # fmt: skip


@pytest.mark.parametrize("mode", READ)
def test_what_a_server_can_do_is_read_whole(mode: str, web: Web, tmp_path: Path) -> None:
    assert fetched(f"{web.url}/{mode}/data.warc", tmp_path / "spool") == DATA


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("short", "listed with 22,480 bytes and has 11,240"),
        ("head-lies", "listed with 100 bytes and has 22,480"),
        ("chunked-more", "listed with 100 bytes and has 22,480"),
        ("chunked-less", "listed with 22,480 bytes and has 100;"),
        ("breaks-always", "the connection broke"),
        ("changes", "the file changed while it was read"),
        ("wrong-range", "sent other bytes than those from"),
    ],
)
def test_bytes_that_do_not_add_up_are_an_error(mode: str, said: str, web: Web, tmp_path: Path) -> None:
    with pytest.raises(ShardError, match=said) as refused:
        fetched(f"{web.url}/{mode}/data.warc", tmp_path / "spool")
    assert f"cannot read {web.url}/{mode}/data.warc: " in str(refused.value)


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("always-503", "the server still says 503 Service Unavailable after 10 tries"),
        ("always-429", "the server still says 429 Too Many Requests after 10 tries"),
        ("always-500", "still says 500"),
        ("always-403", "refuses it .403 Forbidden.; check user, password and signature"),
        ("always-401", "refuses it .401"),
        ("always-404", "does not exist"),
        ("always-410", "does not exist"),
        ("always-418", "says 418"),
        ("always-599", "says 599"),
    ],
)
def test_an_answer_without_content_says_what_it_is(mode: str, said: str, web: Web) -> None:
    with pytest.raises(RecipeError, match=said):
        find_sources([f"{web.url}/{mode}/data.warc"])
    tries = {"5": 10, "429": 10}.get(mode[7:] if mode[7:] == "429" else mode[7:8], 1) if "599" not in mode else 1
    assert web.asked[f"GET /{mode}/data.warc"] == tries


def test_other_faults_are_named(waits: Waits, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(RecipeError, match=rf"cannot connect to 127\.0\.0\.1:{port} "):
            find_sources([f"http://127.0.0.1:{port}/x.warc"])
    assert len(waits.all) == Patience().faults - 1
    with pytest.raises(RecipeError, match=r"no host is called no-such-host.invalid .DNS: "):
        find_sources(["https://no-such-host.invalid/x.warc"])
    for wrong in ("http://[::1/x.warc", "http://127.0.0.1:99999/x.warc", "http:///x.warc", "http://a:b/x.warc"):
        with pytest.raises(RecipeError, match=r"valid URL|no file|does not exist"):
            find_sources([wrong])


def test_a_certificate_that_nobody_trusts_is_said(waits: Waits, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    if not shutil.which("openssl"):
        pytest.skip("no openssl")
    subprocess.run([*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Web(tmp_path) as web:
        web.socket = context.wrap_socket(web.socket, server_side=True)
        with pytest.raises(RecipeError, match=r"TLS failed: the certificate of 127.0.0.1:.* is not trusted"):
            find_sources([f"{web.url.replace('http', 'https')}/plain/x.warc"])
    assert waits.all == []
    with Web(tmp_path) as plain, pytest.raises(RecipeError, match=r"TLS failed with|the connection broke"):
        find_sources([f"{plain.url.replace('http', 'https')}/plain/x.warc"])


def test_retry_after_is_honoured_in_both_forms_and_capped() -> None:
    assert [seconds(text) for text in ("3", " 120 ", "0", "soon", "", "-1", "1.5", "٣")] == [3, 120, 0] + [None] * 5
    assert seconds("Wed, 21 Oct 2015 07:28:00 GMT") == 0
    assert (seconds("Fri, 31 Dec 9999 23:59:59 GMT") or 0) > 1e9
    assert seconds("9" * 400) is not None


@given(tries=st.integers(1, 10_000), header=st.text(max_size=30) | st.integers(0, 10**30).map(str))
def test_a_pause_is_never_long(tries: int, header: str) -> None:
    import asyncio

    waits = Waits()
    patience = Patience(wait=waits)
    asyncio.run(patience.pause(tries, header))
    assert 0 <= waits.all[0] <= max(patience.asked + patience.base, patience.longest)


def test_pauses_grow_and_follow_the_server(web: Web, waits: Waits) -> None:
    with pytest.raises(RecipeError):
        find_sources([f"{web.url}/always-503/data.warc"])
    base = Patience().base
    for tries, pause in enumerate(waits.all[: Patience().answers - 1]):
        assert 0 <= pause <= min(base * 2**tries, 16)
    waits.all.clear()
    for number in range(20):
        find_sources([f"{web.url}/busy-429/data.warc?{number}"])
    assert any(0.9 <= pause <= 1 + base for pause in waits.all)


def test_a_resumed_body_asks_for_the_rest_of_the_same_file(web: Web, tmp_path: Path) -> None:
    fetched(f"{web.url}/breaks/data.warc", tmp_path / "spool")
    resumed = [headers for command, _, headers in web.seen if command == "GET" and "Range" in headers]
    assert resumed
    assert all(headers["If-Range"] == '"one"' for headers in resumed)
    starts = [int(headers["Range"][6:].partition("-")[0]) for headers in resumed]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize("mode", ["plain", "busy-503", "no-ranges", "breaks", "no-length", "chunked"])
@pytest.mark.parametrize("span", [(0, 10), (100, 2_000), (20_000, 99_999), (0, None), (None, None), (-10, None)])
def test_ranges(mode: str, span: tuple[int | None, int | None], web: Web) -> None:
    if mode == "no-length" and span[0] == -10:
        pytest.skip("there is no end to count from")
    files, path = open_files(f"{web.url}/{mode}/data.warc")
    assert files.cat_file(path, start=span[0], end=span[1]) == DATA[span[0] : span[1]]
    assert files.cat_file(path, start=len(DATA), end=len(DATA) + 9) == b""


@pytest.mark.parametrize("mode", ["plain", "busy-429", "no-ranges", "breaks", "head-refused"])
def test_parquet_is_read_from_any_place(mode: str, web: Web, tmp_path: Path) -> None:
    table = pa.table({"text": [f"Page {number}: {'word ' * 50}" for number in range(2_000)]})
    pq.write_table(table, web.folder / "rows.parquet", row_group_size=100, compression="none")
    with open_remote(f"{web.url}/{mode}/rows.parquet") as file:
        assert pq.ParquetFile(file).read().equals(table)
    (source,) = find_sources([f"{web.url}/{mode}/rows.parquet?download=true"])
    assert cut(source, tmp_path / "cut.parquet", 0.1).copied == 200
    gets = sum(count for what, count in web.asked.items() if what == f"GET /{mode}/rows.parquet")
    assert mode != "no-ranges" or gets <= 3


def test_an_open_file_is_a_file(web: Web) -> None:
    with open_remote(f"{web.url}/plain/data.warc") as file:
        assert file.seek(0, io.SEEK_END) == len(DATA)
        assert file.read() == b""
        assert file.seek(-5, io.SEEK_END) == len(DATA) - 5
        assert file.read(3) + file.read() == DATA[-5:]
        file.seek(7)
        assert (file.read(4), file.tell()) == (DATA[7:11], 11)


def test_an_empty_file_is_empty(web: Web, tmp_path: Path) -> None:
    (web.folder / "none.warc").write_bytes(b"")
    assert fetched(f"{web.url}/plain/none.warc", tmp_path / "spool") == b""


# --- redirects and user info -----------------------------------------------------------------------------------------


@pytest.fixture
def other(tmp_path: Path, waits: Waits) -> Iterator[Web]:
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "data.warc").write_bytes(DATA)
    with Web(folder) as web:
        yield web


def test_a_redirect_stays_on_its_host_unless_another_is_allowed(web: Web, other: Web, tmp_path: Path) -> None:
    url = f"{web.url}/redirect/data.warc"
    web.location = "/plain/NAME"
    assert fetched(url, tmp_path / "spool") == DATA
    web.location = f"{other.url}/plain/NAME"
    with pytest.raises(RecipeError, match=f"redirects to another host or scheme, {other.url}/; .*--allow {other.url}/"):
        find_sources([url])
    assert other.seen == []
    for allow in (f"{other.url}/", f"{other.url}/plain/", "http://", other.url):
        assert fetched(url, tmp_path / "spool", allow=[allow]) == DATA
    with pytest.raises(RecipeError, match="another host"):
        find_sources([url], allow=[f"{other.url}/elsewhere/", "https://"])


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/hostname", "ftp://127.0.0.1/x", "https://127.0.0.1/x", "//localhost/x", "http://127.0.0.1/x",
        "http://user@localhost/x", "gopher://x", "data:text/plain,x", "HTTP://LOCALHOST/x", "\\\\localhost\\x",
    ],
)  # fmt: skip
def test_no_redirect_leaves(location: str, web: Web) -> None:
    web.location = location
    with pytest.raises(RecipeError) as refused:
        find_sources([f"{web.url}/redirect/data.warc"])
    said = str(refused.value)
    assert "another host or scheme" in said or "in a circle" in said  # a `\\` begins no host: it stays


def test_a_circle_of_redirects_ends(web: Web) -> None:
    web.location = "/redirect/NAME"
    with pytest.raises(RecipeError, match="redirects in a circle"):
        find_sources([f"{web.url}/redirect/data.warc"])


def test_a_worker_knows_what_is_allowed(web: Web, other: Web, tmp_path: Path) -> None:
    import pickle

    web.location = f"{other.url}/plain/NAME"
    (source,) = find_sources([f"{web.url}/redirect/data.warc"], allow=[other.url])
    sent = pickle.loads(pickle.dumps(source))
    assert fetch_source(sent.url, tmp_path)[0].read_bytes() == DATA
    with pytest.raises(ShardError, match="another host"):
        fetch_source(Location(source.url, ()), tmp_path)


def test_a_password_is_sent_to_its_host_alone(web: Web, other: Web, tmp_path: Path) -> None:
    login = web.url.replace("http://", "http://user:word@")
    assert fetched(f"{login}/login/data.warc", tmp_path / "spool") == DATA
    web.location = f"{other.url}/plain/NAME"
    assert fetched(f"{login}/redirect/data.warc", tmp_path / "spool", allow=[other.url]) == DATA
    assert other.seen
    assert all("Authorization" not in headers for _, _, headers in other.seen)


def test_a_signature_is_sent_as_it_is_written(web: Web) -> None:
    query = "X-Sig=a%2Fb+c%7E~d%3D=&Expires=1;x='(y)*'"
    find_sources([f"{web.url}/plain/data.warc?{query}"])
    assert {path for _, path, _ in web.seen} == {f"/plain/data.warc?{query}"}
    (web.folder / "märz 1%.warc").write_bytes(DATA)
    assert find_sources([f"{web.url}/plain/märz 1%.warc"])[0].size == len(DATA)


# --- whole runs ------------------------------------------------------------------------------------------------------


def rows(number: int) -> bytes:
    lines = (
        json.dumps({"text": f"Row {number}.{line} of the table. " * 20, "url": f"https://x.example/{number}/{line}"})
        for line in range(3)
    )
    return "".join(f"{line}\n" for line in lines).encode()


def test_many_files_from_a_busy_server_have_the_digest_of_the_folder(web: Web, tmp_path: Path, waits: Waits) -> None:
    (web.folder / "data.warc").unlink()
    for number in range(60):
        (web.folder / f"part-{number:03}.jsonl.gz").write_bytes(gzip.compress(rows(number), mtime=0))
    names = sorted(path.name for path in web.folder.iterdir())
    local = run(tmp_path / "local", [web.folder], recipe="plain")
    (web.folder / "all.paths").write_text("\n".join(names))
    (tmp_path / "all.paths").write_text("\n".join(f"{web.url}/busy-503/{name}" for name in names))
    remote = run(tmp_path / "remote", [f"{web.url}/busy-503/all.paths"], recipe="plain")
    assert waits.all
    assert remote.digest == local.digest
    with Web(web.folder, seed=1) as again:
        again_run = run(tmp_path / "again", [f"{again.url}/busy-429/all.paths?sig=1"], recipe="plain")
    assert again_run.digest == local.digest


def test_a_folder_and_a_glob_on_the_web(web: Web, tmp_path: Path) -> None:
    links = ["two.warc?sig=1", "data.warc", "notes.txt", "?C=N;O=D", "/pages/three.arc", "http://127.0.0.1:9/x.warc"]
    web.page = "".join(f'<a href="{link}">x</a>' for link in links)
    for name in ("two.warc", "three.arc", "a[1].arc", "notes.txt"):
        (web.folder / name).write_bytes(DATA)
    assert [one.name for one in find_sources([f"{web.url}/pages/"])] == ["data.warc", "three.arc", "two.warc"]
    assert [one.name for one in find_sources([f"{web.url}/pages/*.arc"])] == ["three.arc"]
    assert [one.name for one in find_sources([f"{web.url}/plain/a[1].arc"])] == ["a[1].arc"]


def test_threads_share_no_fault(web: Web, tmp_path: Path) -> None:
    found: list[bytes] = []

    def fetch(number: int) -> None:
        found.append(fetched(f"{web.url}/busy-503/data.warc?{number}", tmp_path / f"spool{number}"))

    threads = [threading.Thread(target=fetch, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [DATA] * 16
