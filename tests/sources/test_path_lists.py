"""Path lists: how a line is read, how far one from elsewhere reaches, and that none costs more than its bounds."""

from __future__ import annotations

import gzip
import os
import random
from typing import TYPE_CHECKING, Any

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from web_server import Web
from yurai.sources import path_lists
from yurai.sources.find import find_sources
from yurai_manifests.errors import RecipeError
from yurai_manifests.location import may_reach, parts_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from run_helpers import Said


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("one.warc", "two.warc", "a b.warc", "#odd.warc", "sub/three.warc", "märz.warc"):
        (tmp_path / "crawl" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "crawl" / name).write_bytes(b"x")
    return tmp_path / "crawl"


@pytest.fixture
def web(folder: Path) -> Iterator[Web]:
    with Web(folder) as web:
        yield web


def names(*arguments: Any, **options: Any) -> list[str]:
    return [source.name for source in find_sources(map(str, arguments), **options)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"one.warc\ntwo.warc\n", ["one.warc", "two.warc"]),
        (b"one.warc\r\ntwo.warc\r\n", ["one.warc", "two.warc"]),
        (b"\xef\xbb\xbfone.warc", ["one.warc"]),
        (b"# all of it\none.warc\n  # indented\n\n \t\ntwo.warc", ["one.warc", "two.warc"]),
        (b"  one.warc \t\n", ["one.warc"]),
        (b"a b.warc\n", ["a b.warc"]),
        (b"sub/three.warc\none.warc\none.warc", ["one.warc", "sub/three.warc"]),
        ("märz.warc".encode(), ["märz.warc"]),
        (b"\n" * 5_000 + b"one.warc", ["one.warc"]),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("remote", [False, True])
def test_a_line_is_a_path(text: bytes, found: list[str], packed: bool, remote: bool, folder: Path, web: Web) -> None:
    name = "my.paths.gz" if packed else "my.paths"
    (folder / name).write_bytes(gzip.compress(text) if packed else text)
    assert names(f"{web.url}/plain/{name}?sig=1" if remote else folder / name) == found


def test_a_list_of_this_machine_names_anything(folder: Path, web: Web) -> None:
    (folder / "my.paths").write_text("./#odd.warc\n")
    assert names(folder / "my.paths") == ["./#odd.warc"]
    os.link(folder / "one.warc", os.fsencode(folder) + b"/\xff.warc")
    lines = [
        b"../crawl/two.warc",
        bytes(folder / "one.warc"),
        f"{web.url}/plain/sub/three.warc?x=1".encode(),
        b"\xff.warc",
    ]
    (folder / "my.paths").write_bytes(b"\n".join(lines))
    host = web.url.removeprefix("http://")
    root = str(folder).lstrip("/")
    assert names(folder / "my.paths") == sorted(
        ["../crawl/two.warc", f"{root}/one.warc", f"{host}/plain/sub/three.warc", r"\xff.warc"]
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"", "names no file"),
        (b"# nothing\n\n", "names no file"),
        (b"one.warc\nsub\n", "is a folder, not a file"),
        (b"one.warc\n\nno.warc\n", r"lists no.warc, but .*line 3"),
        (b"\xff\xfeo\0n\0e\0", "is UTF-16; save the list as UTF-8"),
        (b"one.warc\none\0.warc\n", "line 2 of .* holds a NUL byte"),
        (b"one.warc\n" + b"x" * 20_000 + b"\n", "line 2 of .* is longer than 16,384 bytes"),
        (b"x" * 9_000_000, "line 1 of .* is longer than 16,384 bytes"),
        (b"\x1f\x8b\x08\0\0", "is damaged gzip"),
        (gzip.compress(random.Random(1).randbytes(9_000).hex().encode())[:-40], "is damaged gzip|is longer"),
        (gzip.compress(b"one.warc\n")[:-2], "is damaged gzip"),
        (gzip.compress(b"one.warc\n" * 9)[:30] + b"\xff" * 30, "is damaged gzip"),
    ],
)
def test_what_is_no_list_is_refused_with_its_line(text: bytes, said: str, folder: Path) -> None:
    (folder / "my.paths").write_bytes(text)
    with pytest.raises(RecipeError, match=said):
        find_sources([str(folder / "my.paths")])


def test_a_list_that_inflates_without_end_is_cut_off(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    pieces = path_lists.PathList._pieces

    def counted(self: path_lists.PathList, file: Any) -> Iterator[bytes]:
        for piece in pieces(self, file):
            read.append(len(piece))
            yield piece

    monkeypatch.setattr(path_lists.PathList, "_pieces", counted)
    for line in (b"\n" * 64, b"# " + b"x" * 97 + b"\n"):
        (folder / "bomb.paths.gz").write_bytes(gzip.compress(line * ((200 << 20) // len(line)), 1))
        read.clear()
        with pytest.raises(RecipeError, match=r"line \d+ of .* lies behind 64 MiB; that is no list"):
            find_sources([str(folder / "bomb.paths.gz")])
        assert sum(read) <= path_lists.BYTES + path_lists.CHUNK
        assert max(read) <= path_lists.CHUNK


def test_a_list_has_a_limit_of_entries(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(path_lists, "ENTRIES", 3)
    (folder / "my.paths").write_text("one.warc\n" * 4)
    with pytest.raises(RecipeError, match=r"line 4 of .* is entry 4; a list may hold 3"):
        find_sources([str(folder / "my.paths")])


# --- how far a list from elsewhere reaches ----------------------------------------------------------------------------

FAR = [
    ("/etc/hostname", "a path of this machine"),
    ("//localhost/x.warc", "a path of this machine"),
    ("file:///etc/hostname", "a path of this machine"),
    ("FILE:///etc/hostname", "a path of this machine"),
    ("local:///etc/hostname", "a path of this machine"),
    ("../one.warc", "a path with .. in it"),
    ("sub/../../one.warc", "a path with .. in it"),
    ("crawl-data/../../../etc/hostname", "a path with .. in it"),
    ("http://localhost/x.warc", "http://localhost/"),
    ("https://127.0.0.1/x.warc", "https://127.0.0.1/"),
    ("http://127.0.0.1/x.warc", "http://127.0.0.1/"),
    ("http://127.0.0.1:PORT@localhost/x.warc", "http://localhost/"),
    ("http://127.0.0.1:PORT\\@localhost/x.warc", "http://localhost/"),
    ("http://127.0.0.1:PORT.localhost/x.warc", ""),
    ("s3://bucket/x.warc", "s3://bucket/"),
    ("memory://x.warc", "memory://x.warc/"),
    ("zip://x.warc::http://127.0.0.1:PORT/plain/x.zip", "through a chain of URLs"),
    ("zip://x.warc::file:///etc/hostname", "a path of this machine"),
    ("simplecache::http://127.0.0.1:PORT/plain/one.warc", "through a chain of URLs"),
    ("simplecache::file:///etc/hostname", "a path of this machine"),
    ("filecache::/etc/hostname", "a path of this machine"),
    ("ht\ttp://localhost/x.warc", "a path of this machine"),
    ("http://127.0.0.1:PORT/plain/../x.warc", "127.0.0.1"),
    ("http://127.0.0.1:PORT/%2e%2E/x.warc", "127.0.0.1"),
]


@pytest.mark.parametrize(("line", "said"), FAR)
def test_a_list_from_elsewhere_reaches_its_own_host(line: str, said: str, web: Web, folder: Path) -> None:
    (folder / "my.paths").write_text(f"# a stranger's\none.warc\n{line.replace('PORT', str(web.server_port))}\n")
    with pytest.raises(RecipeError) as refused:
        find_sources([f"{web.url}/plain/my.paths"])
    told = str(refused.value)
    assert told.startswith(f"line 3 of --input {web.url}/plain/my.paths names ")
    assert said.replace("PORT", str(web.server_port)) in told


def test_what_a_list_from_elsewhere_may_name(web: Web, folder: Path, tmp_path: Path) -> None:
    key = "crawl-data/x/four.warc"
    (folder / "crawl-data/x").mkdir(parents=True)
    (folder / key).write_bytes(b"x")
    host = web.url.removeprefix("http://")
    lines = [
        f"{web.url}/plain/one.warc",
        f"HTTP://{host}/plain/two.warc",
        f"http://u:p@{host}/plain/sub/three.warc",
        key,
    ]
    (folder / "my.paths").write_text("\n".join(lines))
    found = names(f"{web.url}/plain/my.paths", base=str(folder))
    assert found == sorted([f"{host}/plain/{name}" for name in ("one.warc", "two.warc", "sub/three.warc")] + [key])


def test_allow_widens_the_reach(web: Web, folder: Path, tmp_path: Path) -> None:
    with Web(folder) as other:
        lines = f"{other.url}/plain/one.warc\n{folder}/two.warc\nfile://{folder}/sub/three.warc\n"
        (folder / "my.paths").write_text(lines)
        listing = f"{web.url}/plain/my.paths"
        assert len(names(listing, allow=[f"{other.url}/plain/", f"{folder}/"])) == 3
        assert len(names(listing, allow=["http://", "file:///"])) == 3
        for allow, line in (
            ([f"{folder}"], 1),
            ([f"{other.url}/plain"], 2),
            ([f"{other.url}/pla", "/"], 1),
            ([other.url, f"{folder}/sub"], 2),
        ):
            with pytest.raises(RecipeError, match=f"^line {line} of "):
                names(listing, allow=allow)


def test_a_list_in_another_store_reaches_that_store(folder: Path) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/bucket/one.warc", b"x")
    memory.pipe_file("/bucket/my.paths", f"one.warc\nmemory://bucket/one.warc\n{folder}/one.warc\n".encode())
    with pytest.raises(RecipeError, match=r"^line 3 of --input memory://bucket/my\.paths names a path of this machine"):
        names("memory://bucket/my.paths")
    assert len(names("memory://bucket/my.paths", allow=[str(folder)])) == 3
    memory.rm("/bucket", recursive=True)


def test_a_recipe_cannot_allow(web: Web, folder: Path, tmp_path: Path, yurai: Callable[..., Said]) -> None:
    (folder / "my.paths").write_text("/etc/hostname\n")
    listing, out = f"{web.url}/plain/my.paths", tmp_path / "out"
    recipe = tmp_path / "mine.toml"
    recipe.write_text('name = "mine"\nallow = ["/"]\n[[stage]]\nuse = "read"\n[[stage]]\nuse = "extract"\n')
    said = yurai("run", recipe, "--input", listing, "--output", out, "--runner", "local")
    assert (said.code, "allow" in said.err) == (2, True)
    said = yurai("run", "plain", "--input", listing, "--output", out, "--runner", "local")
    assert (said.code, "line 1 of" in said.err) == (2, True)
    said = yurai("run", "plain", "--allow", "nowhere", "--input", listing, "--output", out, "--runner", "local")
    assert (said.code, "is no place" in said.err) == (2, True)
    assert not out.exists()


@given(
    st.text(max_size=40), st.sampled_from(["", "http://own", "http://own.example", "https://own.example:444", "//own"])
)
def test_only_the_own_host_is_in_reach(tail: str, start: str) -> None:
    """Whatever a stranger writes: what is in reach is opened on the own host."""
    from yurai_manifests.web import WebFiles

    line = start + tail
    if may_reach(line, parts_of("http://own.example/list.paths"), ()):
        assert line.lower().startswith("http://")
        assert WebFiles().encode_url(line).host == "own.example"
