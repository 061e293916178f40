"""Secrets of URLs (user info, queries, fragments) are planted everywhere, and found nowhere."""

from __future__ import annotations

import json
import logging
import shutil
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planted import QUERY, USER, hits, tree_bytes
from run_helpers import finish, run, start
from sample_expectations import SAMPLE
from web_server import Web
from yurai.sources.find import find_sources
from yurai_manifests import web_retry
from yurai_manifests.errors import RecipeError
from yurai_manifests.location import Location, shown, without_secrets
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store
from yurai_manifests.web_budget import Limits
from yurai_manifests.web_retry import Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from run_helpers import Said

OPTIONS = ("--runner", "local")


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    async def at_once(_: float) -> None:
        """Wait for nothing."""

    monkeypatch.setattr(web_retry, "PATIENCE", Patience(wait=at_once))
    at_once_too = Limits(refusals=2, base=0.0)
    monkeypatch.setattr(
        Limits.__init__, "__defaults__", tuple(getattr(at_once_too, one.name) for one in fields(Limits))
    )
    folder = tmp_path / "served"
    folder.mkdir()
    shutil.copy(SAMPLE / "sample.arc", folder)
    rows = [
        {"text": f"Row {number} is about the tide. " * 30, "url": f"https://x.example/{number}"} for number in range(3)
    ]
    (folder / "rows.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    pq.write_table(pa.Table.from_pylist(rows), folder / "rows.parquet")
    (folder / "broken.jsonl").write_bytes(b"\x1f\x8b\x08\0 broken")
    (folder / "broken.parquet").write_bytes(b"PAR1 broken PAR1")
    with Web(folder) as web:
        web.login = USER.rstrip("@")
        yield web


def planted(url: str, mode: str, name: str) -> str:
    return f"{url.replace('://', f'://{USER}')}/{mode}/{name}{QUERY}"


def listed(web: Web, folder: Path, names: tuple[str, ...], mode: str = "login") -> Path:
    path = folder / "planted.paths"
    path.write_text("".join(f"{planted(web.url, mode, name)}\n" for name in names))
    return path


@pytest.mark.parametrize("how", ["urls", "local list", "remote list"])
def test_a_whole_run_holds_no_secret(
    how: str, web: Web, tmp_path: Path, yurai: Callable[..., Said], caplog: pytest.LogCaptureFixture
) -> None:
    names = ("sample.arc", "rows.jsonl", "rows.parquet")
    out = tmp_path / "out"
    inputs: list[object] = [planted(web.url, "login", name) for name in names]
    if how == "local list":
        inputs = [listed(web, tmp_path, names)]
    elif how == "remote list":
        inputs = [planted(web.url, "login", listed(web, web.folder, names).name)]
    arguments = [word for one in inputs for word in ("--input", one)]
    said: list[str] = []
    with caplog.at_level(logging.DEBUG, logger="yurai"):
        for command in (
            ("plan", "plain"),
            ("run", "plain", "--output", out),
            ("run", "plain", "--output", out, "--rebuild"),
        ):
            ended = yurai(*command, *arguments, *OPTIONS)
            assert ended.code == 0, ended.err
            said += ended.out + ended.err
        exports = [("export", out, name) for name in ("sources", "in-toto", "prov", "eu-summary-json", "hf-card")]
        for command in (("audit", out), *exports, ("explain", out, "https://x.example/1")):
            ended = yurai(*command)
            said += ended.out + ended.err
        said += yurai("audit", out, "--format", "html").out + yurai("doctor", "plain", *arguments).out
    assert load_run(open_store(str(out))).value["totals"]["candidates"] > 6
    assert hits(tree_bytes(out), "".join(said), caplog.text) == []
    names_found = [source.name for source in find_sources(map(str, inputs))]
    assert [name.rpartition("/")[2] for name in names_found] == sorted(names)


def test_a_signed_anew_url_is_the_same_source(web: Web, tmp_path: Path) -> None:
    digests, trees = set(), []
    for number, query in enumerate(("", "?sig=1", "?sig=2&download=true", "?download=true#x")):
        out = tmp_path / f"out{number}"
        names = ("sample.arc", "rows.jsonl", "rows.parquet")
        digests.add(run(out, [f"{web.url}/plain/{name}{query}" for name in names], recipe="plain").digest)
        trees.append(pq.read_table(out / "documents").column("doc_id").to_pylist())
    assert digests == {run(tmp_path / "local", [web.folder / name for name in names], recipe="plain").digest}
    assert all(tree == trees[0] for tree in trees)
    run(tmp_path / "out0", [f"{web.url}/plain/{name}?sig=3" for name in names], recipe="plain")
    assert web.asked["HEAD /plain/sample.arc?sig=3"] == 1
    assert web.asked["GET /plain/sample.arc?sig=3"] == 0  # resumed, by size and ETag


ERRORS = [
    ("always-404", "rows.jsonl"),
    ("always-403", "rows.jsonl"),
    ("always-503", "sample.arc"),
    ("plain", "nothing.jsonl"),
    ("plain", "broken.jsonl"),
    ("plain", "broken.parquet"),
    ("short", "sample.arc"),
    ("breaks-always", "rows.jsonl"),
    ("redirect", "rows.jsonl"),
]


@pytest.mark.parametrize(("mode", "name"), ERRORS)
def test_no_error_holds_a_secret(mode: str, name: str, web: Web, tmp_path: Path, yurai: Callable[..., Said]) -> None:
    web.location = f"http://{USER}localhost/NAME{QUERY}"
    url = planted(web.url, mode, name)
    far = planted(web.url, "login", listed(web, web.folder, (name,), mode).name)
    for number, argument in enumerate((url, listed(web, tmp_path, (name,), mode), far)):
        out = tmp_path / f"out{number}"
        ended = yurai("run", "plain", "--input", argument, "--output", out, *OPTIONS)
        assert (ended.code in (2, 3), "Traceback" in ended.err) == (True, False), ended.err
        assert hits(*ended[1:], tree_bytes(out)) == []
    two = yurai("run", "plain", "--input", url, "--input", url.replace("Sign", "Other"), "--output", out, *OPTIONS)
    planned = yurai("plan", "plain", "--input", url) if name != "broken.parquet" else two
    assert hits(*two[1:], *planned[1:]) == []


@pytest.mark.parametrize(
    "url",
    [
        f"http://{USER}127.0.0.1:1/x.warc{QUERY}",
        f"https://{USER}no-such-host.invalid/x.warc{QUERY}",
        f"http://{USER}[::1/x.warc{QUERY}",
        f"http://{USER}127.0.0.1:99999/x.warc{QUERY}",
        f"http://pLANTEDuser:p/pLANTEDword@127.0.0.1/x.warc{QUERY}",
        f"http://pLANTEDuser:p?pLANTEDword@127.0.0.1/x.warc{QUERY}",
        f"s3x://{USER}bucket/x.warc{QUERY}",
        f"memory://{USER}bucket/x.jsonl{QUERY}",
        f"memory://{USER}bucket/x[1]*.jsonl{QUERY}",
        f"memory://{USER}bucket/x.paths{QUERY}",
        f"simplecache::memory://{USER}bucket/x.jsonl{QUERY}",
        f"zip://x.warc::memory://{USER}bucket/x.zip{QUERY}",
        f"teleport://{USER}bucket/x.warc{QUERY}",
        f"ftp://{USER}127.0.0.1:1/x.warc{QUERY}",
        f"s3://{USER}bucket/x.warc{QUERY}",
    ],
)
def test_no_error_of_any_store_holds_a_secret(
    url: str, tmp_path: Path, yurai: Callable[..., Said], web: Web, s3_server: str
) -> None:
    (tmp_path / "my.paths").write_text(f"{url}\n")
    for argument in (url, tmp_path / "my.paths"):
        ended = yurai("run", "plain", "--input", argument, "--output", tmp_path / "out", *OPTIONS)
        assert (ended.code, "Traceback" in ended.err) == (2, False), ended.err
        assert ended.err.startswith("RecipeError: ")
        assert hits(*ended[1:]) == []
    if not url.startswith("http"):  # trees lie there as well
        for command in (
            ("audit", url),
            ("digest", url),
            ("language", "--input", url, "--output", tmp_path / "o", *OPTIONS),
        ):
            ended = yurai(*command)
            assert hits(*ended[1:]) == []


def test_an_object_store_keeps_the_signs_of_its_keys(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    for key in ("a#1.jsonl", "what?.jsonl", "x.jsonl?versionId=pLANTEDsig"):
        memory.pipe_file(f"/keys/{key}", b"{}")
    assert [one.name for one in find_sources(["memory://keys/a#1.jsonl"])] == ["a#1.jsonl"]
    assert [one.name for one in find_sources(["memory://keys/what?.jsonl"])] == ["what?.jsonl"]
    assert [one.name for one in find_sources(["memory://keys/x.jsonl?versionId=pLANTEDsig"])] == ["x.jsonl"]
    memory.rm("/keys", recursive=True)


def test_a_process_of_its_own_says_no_secret(web: Web, tmp_path: Path) -> None:
    """With workers, whose faults travel as text, and whatever Python logs."""
    inputs = [planted(web.url, mode, name) for mode, name in (("login", "rows.jsonl"), ("short", "sample.arc"))]
    arguments = [word for one in inputs for word in ("--input", one)]
    options = ("--output", tmp_path / "out", *OPTIONS, "--workers", "2")
    ended = finish(start("run", "plain", *arguments, *options, PYTHONWARNINGS="default", PYTHONASYNCIODEBUG="1"))
    assert ended.code == 2
    assert "was listed with" in ended.err
    assert hits(ended.out, ended.err, tree_bytes(tmp_path / "out")) == []


def test_two_queries_of_one_path_are_refused(web: Web) -> None:
    with pytest.raises(RecipeError, match="with other queries, which are no part of a name"):
        find_sources([f"{web.url}/plain/rows.jsonl?page=1", f"{web.url}/plain/rows.jsonl?page=2"])


PART = st.text(
    st.characters(blacklist_characters="/?#@:\\ \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\xa0", blacklist_categories=("Cs", "Z")),
    min_size=1,
    max_size=8,
)


@given(user=PART, word=PART, query=PART, scheme=st.sampled_from(["http", "https", "s3", "sftp", "simplecache::https"]))
def test_what_is_shown_of_a_url_holds_none_of_its_secrets(user: str, word: str, query: str, scheme: str) -> None:
    marked = [f"<{name}{text}>" for name, text in (("u", user), ("w", word), ("q", query))]
    url = f"{scheme}://{marked[0]}:{marked[1]}@h.example/p.warc?s={marked[2]}"
    assert shown(url) == f"{scheme}://h.example/p.warc"
    assert f"{Location(url)}" == shown(url)
    assert without_secrets(f"cannot open {url}: it is gone", url) == f"cannot open {shown(url)}: it is gone"


@given(st.text())
def test_any_text_can_be_shown(text: str) -> None:
    assert not any(sign in shown(text) for sign in "\x1b\n\0\x9b\u202e\x7f")
    assert str(Location(text)) == text


def test_everything_a_location_is_asked(monkeypatch: Any) -> None:
    url = Location(f"https://{USER}h/x{QUERY}", ("https://y/",), 7)
    assert (f"{url}", f"{url!r}", f"{url:>12}") == ("https://h/x", "'https://h/x'", " https://h/x")
    assert (str(url), url.allow, url.size) == (f"https://{USER}h/x{QUERY}", ("https://y/",), 7)
