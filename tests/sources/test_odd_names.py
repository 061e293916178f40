"""Names with signs of a pattern, bytes that are no UTF-8, and things that are no files."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING, Any

import pytest

from run_helpers import run
from yurai.run.peek import peek
from yurai.sources.find import find_sources
from yurai_manifests.errors import RecipeError
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

ROW = b'{"text": "A page about the tide, long enough to be kept as it is.", "url": "https://x.example/1"}\n'


def names(*arguments: Any) -> list[str]:
    return [source.name for source in find_sources(map(str, arguments))]


@pytest.mark.parametrize(
    "name",
    [
        "part[1].jsonl", "[ab].jsonl", "what?.jsonl", "all*.jsonl", "a::b.jsonl", "~mine.jsonl", "x#1.jsonl", "100%.jsonl",
        "a b.jsonl", "?sig=1.jsonl", "zip:x::y.jsonl", "[!x].jsonl", "x[1].paths.jsonl", "日本[1].jsonl", "-x.jsonl",
    ],
)  # fmt: skip
def test_a_file_that_exists_is_itself(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for other in ("part1.jsonl", "a.jsonl", "whatx.jsonl", "all1.jsonl", "b.jsonl", "y.jsonl", name):
        (tmp_path / other).write_bytes(ROW)
    for argument in (name, tmp_path / name, f"file://{tmp_path}/{name}", f"./{name}"):
        found = find_sources([str(argument)])
        assert [source.name for source in found] == [name]
        peek(found, ())
    (tmp_path / "my.paths").write_text(f"{name}\n./{name}\n" if not name.startswith("#") else f"./{name}\n")
    assert f"./{name}" in names("my.paths")
    ended = run(tmp_path.parent / f"{tmp_path.name}-out", [tmp_path / name], recipe="plain")
    assert ended.value["totals"]["candidates"] == 1


def test_a_folder_that_exists_is_itself(tmp_path: Path) -> None:
    for folder in ("crawl[1]", "crawl1", "crawl[1]/in?", "crawl[1]/inx"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder[-4:].strip('/')}.warc").write_bytes(b"x")
    inside = names(f"{tmp_path}/crawl[1]")
    assert len(inside) == 3
    assert names(f"{tmp_path}/crawl[1]/**/*.warc") == inside
    assert names(f"{tmp_path}/crawl[1]/in?/*.warc") == [
        one.rpartition("/")[2] for one in inside if one.startswith("in?/")
    ]
    assert len(names(f"{tmp_path}/crawl[0-9]/*.warc")) == 1
    assert len(names(f"{tmp_path}/crawl*/*.warc")) == 2


def test_a_pattern_that_matches_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="matches no file; check the pattern"):
        names(f"{tmp_path}/only[3].jsonl")


@pytest.mark.parametrize(
    "name", [b"caf\xe9.jsonl", b"\xff\xfe.jsonl", b"\x93\xfa\x96\x7b.jsonl", b"a\xed\xa0\x80.jsonl"]
)
def test_a_name_that_is_no_utf8_is_escaped(name: bytes, tmp_path: Path, yurai: Callable[..., Said]) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / os.fsdecode(name)).write_bytes(ROW)
    escaped = name.decode("utf-8", "backslashreplace")
    for argument in (folder, folder / os.fsdecode(name), f"{folder}/*.jsonl"):
        assert names(argument) == [escaped]
    said = yurai("run", "plain", "--input", folder, "--output", tmp_path / "out", "--runner", "local")
    assert (said.code, "Traceback" in said.err) == (0, False)
    assert load_run(open_store(str(tmp_path / "out"))).value["totals"]["candidates"] == 1
    said = yurai(
        "run", "plain", "--input", folder / os.fsdecode(b"no\xff"), "--output", tmp_path / "o", "--runner", "local"
    )
    assert (said.code, "no\\xff does not exist" in said.err) == (2, True)


@pytest.mark.parametrize("kind", ["pipe", "socket", "device", "link to a pipe", "folder"])
@pytest.mark.parametrize("how", ["argument", "folder", "glob", "list", "path list"])
def test_what_is_no_file_is_refused(kind: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    odd = tmp_path / ("x.paths" if how == "path list" else "x.warc")
    listening = socket.socket(socket.AF_UNIX)
    if kind == "pipe":
        os.mkfifo(odd)
    elif kind == "socket":
        listening.bind(odd.name)
    elif kind == "device":
        odd.symlink_to("/dev/zero")
    elif kind == "folder":
        odd.mkdir()
    else:
        os.mkfifo(tmp_path / "other")
        odd.symlink_to(tmp_path / "other")
    (tmp_path / "list.paths").write_text("x.warc\n")
    argument = {"folder": ".", "glob": "*.warc", "list": "list.paths"}.get(how, odd.name)
    with listening, pytest.raises(RecipeError) as refused:
        find_sources([argument])
    taken = kind == "folder" and how in ("argument", "folder", "glob")  # a folder is walked, and a glob leaves it out
    words = "not a file" if not taken else "no input" if how == "glob" else "holds no WARC"
    assert words in str(refused.value)


@pytest.mark.parametrize("argument", ["", " ", "\t"])
def test_an_empty_input_is_refused(argument: str, tmp_path: Path, yurai: Callable[..., Said], monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.jsonl").write_bytes(ROW)
    with pytest.raises(RecipeError, match="--input is empty"):
        find_sources([argument])
    for command in (("run", "plain"), ("language",), ("extract",)):
        said = yurai(*command, "--input", argument, "--output", tmp_path / "out", "--runner", "local")
        assert (said.code, "--input is empty" in said.err) == (2, True)
    said = yurai("run", "plain", "--input", "x.jsonl", "--output", argument, "--runner", "local")
    assert (said.code, "--output is empty" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("given", "out", "said"),
    [
        ("crawl", "crawl", "is"),
        ("crawl/", "crawl", "is"),
        ("crawl", "./crawl/", "is"),
        ("crawl", "other/../crawl", "is"),
        ("linked", "crawl", "is"),
        ("crawl", "linked/out", "lies inside"),
        ("crawl", "crawl/out", "lies inside"),
        (".", "out", "lies inside"),
        ("crawl", ".", "holds"),
        ("crawl/a", "crawl", "holds"),
        ("crawl/**", "crawl/out", "can be matched by"),
        ("**/*.parquet", "crawl/out", "can be matched by"),
        ("file://HERE/crawl", "crawl/out", "lies inside"),
        ("crawl/x.jsonl", "crawl/x.jsonl", "is"),
        ("s3://bucket/crawl", "s3://bucket/crawl/out", "lies inside"),
        ("s3://key:word@bucket/crawl/", "s3://bucket/crawl", "is"),
        ("s3://bucket/crawl", "s3://bucket", "holds"),
    ],
)
def test_an_output_that_its_input_holds_is_refused_the_first_time(
    given: str, out: str, said: str, tmp_path: Path, yurai: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("crawl/a", "other"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "crawl/x.jsonl").write_bytes(ROW)
    (tmp_path / "linked").symlink_to("crawl")
    before = sorted(tmp_path.rglob("*"))
    options = ["--input", given.replace("HERE", str(tmp_path)), "--output", out]
    for arguments in (options, [*options[2:], *options[:2]]):
        ended = yurai("run", "plain", *arguments, "--runner", "local")
        assert (ended.code, f" {said} --input " in ended.err) == (2, True)
        assert "word" not in ended.err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("given", "out"),
    [
        ("crawl", "crawl2"),
        ("crawl/x.jsonl", "crawl"),
        ("crawl/*.jsonl", "crawl/out"),
        ("crawl", "out/crawl"),
        ("c*/*.jsonl", "o"),
    ],
)
def test_an_output_beside_its_input_is_fine(
    given: str, out: str, tmp_path: Path, yurai: Callable[..., Said], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "crawl").mkdir()
    (tmp_path / "crawl/x.jsonl").write_bytes(ROW)
    for _ in range(2):
        ended = yurai("run", "plain", "--input", given, "--output", out, "--runner", "local", "--no-report")
        assert (ended.code, ended.err.count("RecipeError")) == (0, 0)
