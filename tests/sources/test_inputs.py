"""What --input may name: files, folders, globs, path lists, and URLs of these."""

from __future__ import annotations

import functools
import gzip
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec
import pytest

from run_helpers import SMALL, run
from sample_expectations import SAMPLE
from yurai.sources.find import find_sources
from yurai_manifests.errors import RecipeError
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from run_helpers import Said


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """Archives in folders, and files that are none."""
    root = tmp_path / "crawl"
    for name in ("a/one.warc.gz", "a/b/two.arc", "two.arc", "three.warc.wet.gz", "a/notes.txt", "a/b/x.warc.gz.tmp"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x" * len(name))
    return root


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """(URL, folder) of a web server on loopback."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    folder = tmp_path / "served"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(folder))) as http:
        thread = threading.Thread(target=http.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}", folder
        http.shutdown()
        thread.join()


def names(*arguments: Any, **options: Any) -> list[str]:
    return [source.name for source in find_sources(map(str, arguments), **options)]


def test_a_folder_means_its_archives(crawl: Path) -> None:
    assert names(crawl) == ["a/b/two.arc", "a/one.warc.gz", "three.warc.wet.gz", "two.arc"]
    assert names(f"{crawl}/") == names(crawl)
    assert names(f"file://{crawl}") == names(crawl)


def test_a_file_is_itself_whatever_its_ending(crawl: Path) -> None:
    assert names(crawl / "a/notes.txt") == ["notes.txt"]


def test_a_glob_is_relative_to_its_folder(crawl: Path) -> None:
    assert names(f"{crawl}/*.arc") == ["two.arc"]
    assert names(f"{crawl}/**/*.arc") == ["a/b/two.arc", "two.arc"]
    assert names(f"{crawl}/a/?ne.warc.gz") == ["one.warc.gz"]


def test_the_order_of_arguments_is_irrelevant(crawl: Path) -> None:
    first, second = crawl / "a/one.warc.gz", crawl / "three.warc.wet.gz"
    assert find_sources([str(first), str(second)]) == find_sources([str(second), str(first)])
    assert names(first, first) == ["one.warc.gz"]


def test_sources_say_where_and_how_large(crawl: Path) -> None:
    (source,) = find_sources([str(crawl / "two.arc")])
    assert source.size == len("two.arc")
    assert Path(source.url.removeprefix("file://")) == crawl / "two.arc"
    assert source.stamp


@pytest.mark.parametrize("packed", [True, False])
def test_a_path_list_beside_its_files(packed: bool, crawl: Path) -> None:
    lines = b"a/one.warc.gz\nthree.warc.wet.gz\n"
    path = crawl / ("warc.paths.gz" if packed else "warc.paths")
    path.write_bytes(gzip.compress(lines) if packed else lines)
    assert names(path) == ["a/one.warc.gz", "three.warc.wet.gz"]


def test_keys_of_a_path_list_live_at_the_base(server: tuple[str, Path], tmp_path: Path, small_tree: Path) -> None:
    url, folder = server
    key = "crawl-data/CC-MAIN-2024-10/segments/1/warc"
    (folder / key).mkdir(parents=True)
    for path in SMALL:
        shutil.copy(path, folder / key)
    listing = tmp_path / "warc.paths.gz"
    listing.write_bytes(gzip.compress("".join(f"{key}/{path.name}\n" for path in SMALL).encode()))
    found = find_sources([str(listing)], base=f"{url}/")
    assert [source.name for source in found] == [f"{key}/{path.name}" for path in SMALL]
    assert [source.size for source in found] == [path.stat().st_size for path in SMALL]
    assert [source.name for source in find_sources([str(listing)], base=str(folder))] == [one.name for one in found]
    said = run_sources(found, tmp_path / "out")
    assert said["candidates"] == load_run(open_store(str(small_tree))).value["totals"]["candidates"]


def run_sources(found: list[Any], out: Path) -> dict[str, Any]:
    from yurai.engine.local import LocalRunner
    from yurai.run.recipe import load_recipe
    from yurai.run.run import run_recipe

    return dict(run_recipe(load_recipe("demo"), found, str(out), LocalRunner(1)).value["totals"])


def test_an_archive_on_the_web(server: tuple[str, Path], tmp_path: Path) -> None:
    url, folder = server
    shutil.copy(SAMPLE / "sample.arc", folder)
    over_http = run(tmp_path / "http", [f"{url}/sample.arc"])
    assert over_http.digest == run(tmp_path / "local", [SAMPLE / "sample.arc"]).digest


def test_archives_in_another_file_system(tmp_path: Path) -> None:
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/crawl/sample.arc", (SAMPLE / "sample.arc").read_bytes())
    assert names("memory://crawl") == ["sample.arc"]
    found = run(tmp_path / "memory", ["memory://crawl"])
    assert found.digest == run(tmp_path / "local", [SAMPLE / "sample.arc"]).digest
    memory.rm("/crawl", recursive=True)


def test_equal_relative_names_are_refused(crawl: Path) -> None:
    with pytest.raises(RecipeError, match=r"two inputs have the relative name two\.arc: .*common folder"):
        find_sources([str(crawl / "two.arc"), str(crawl / "a/b/two.arc")])


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("nowhere", "does not exist; check the path or URL"),
        ("nowhere/warc.paths.gz", "does not exist; check the path or URL"),
        ("*.warc", "matches no file; check the pattern"),
        ("empty", "holds no WARC, ARC, WET, JSONL or Parquet file; name files of other endings one by one"),
        ("teleport://x", "install the fsspec package of that scheme"),
        ("list.paths", "lists gone.warc.gz, but"),
    ],
)
def test_what_is_not_there_is_refused(
    argument: str, said: str, yurai: Callable[..., Said], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty/notes.txt").write_text("no archive")
    (tmp_path / "list.paths").write_text("gone.warc.gz\n")
    monkeypatch.chdir(tmp_path)
    found = yurai("run", "demo", "--input", argument, "--output", tmp_path / "out", "--runner", "local")
    assert (found.code, "Traceback" in found.err) == (2, False)
    assert found.err.startswith("RecipeError: ")
    assert said in found.err
    assert argument in found.err
    assert not (tmp_path / "out").exists()
