"""`yurai reproduce`: where sources lie now, and how little of them is read."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from reproduce_samples import ARCHIVES, BYTES, DICTIONARY, edit, page, read, recipe
from run_helpers import run
from warc_samples import gz, pack, response
from web_server import Web

if TYPE_CHECKING:
    from reproduce_samples import Yurai


def test_a_source_that_is_nowhere_is_named(made: Path, crawl: Path, tmp_path: Path, yurai: Yurai) -> None:
    moved = Path(shutil.copytree(crawl, tmp_path / "moved"))
    (moved / "plain.warc").unlink()
    said = yurai("reproduce", made, "--input", moved, "--sample", 500)
    assert said.code == 2
    assert "plain.warc is not below any --input" in said.out
    found = read(yurai("reproduce", made, "--input", moved, "--sample", 500, "--format", "json"))
    assert {one["source"] for one in found["results"] if one["verdict"] == "cannot"} == {"plain.warc"}
    assert found["counts"]["equal"] > 0
    nowhere = yurai("reproduce", made)
    assert (nowhere.code, "give --input" in nowhere.out) == (2, True)


def test_sources_may_have_moved(made: Path, crawl: Path, tmp_path: Path, yurai: Yurai) -> None:
    moved = Path(shutil.copytree(crawl, tmp_path / "a" / "b"))
    (tmp_path / "empty").mkdir()
    given: dict[str, list[object]] = {
        "folder": [f"file://{moved}/"],
        "files": [moved / "plain.warc", moved / "members.warc.gz"],
        "glob": [f"{moved}/*.warc*"],
        "two folders": [tmp_path / "empty", moved],
    }
    for inputs in given.values():
        assert yurai("reproduce", made, "--input", *inputs, "--sample", 4).code == 0, inputs


def test_a_path_list_names_sources(crawl: Path, tmp_path: Path, yurai: Yurai) -> None:
    base = tmp_path / "mirror"
    shutil.copytree(crawl, base / "crawl-data/CC-1")
    names = [f"crawl-data/CC-1/{path.name}" for path in crawl.iterdir()]
    (tmp_path / "warc.paths").write_text("\n".join(names) + "\n")
    out, given = tmp_path / "out", ("--base", f"{base}/", "--allow", f"{base}/")
    assert (
        yurai(
            "run",
            _recipe_file(tmp_path),
            "--input",
            tmp_path / "warc.paths",
            "--output",
            out,
            "--runner",
            "local",
            *given,
        ).code
        == 0
    )
    assert yurai("reproduce", out, "--input", tmp_path / "warc.paths", *given).code == 0
    assert yurai("reproduce", out, *given).code == 0  # keys of a crawl lie below --base
    assert yurai("reproduce", out, "--input", base).code == 0


def _recipe_file(folder: Path) -> Path:
    lines = ['name = "small"', *(f'[[stage]]\nuse = "{use}"' for use in ("read", "extract", "language"))]
    (folder / "recipe.toml").write_text("\n".join(lines))
    return folder / "recipe.toml"


def test_a_source_above_its_input_is_not_opened(out: Path, tmp_path: Path, yurai: Yurai) -> None:
    (tmp_path / "secret.warc").write_bytes(b"WARC/1.0\r\n")
    for folder in ("documents", "extracted"):
        edit(out / folder / "00000.parquet", source=lambda _: "../secret.warc")
    (tmp_path / "in").mkdir()
    said = yurai("reproduce", out, "--input", tmp_path / "in", "--sample", 2)
    assert (said.code, "lies above its input" in said.out) == (2, True)


def asked(web: Web) -> list[tuple[int, int]]:
    """Ranges that were asked for, of all requests that fetch a body of a web archive."""
    bodies = [(path, headers) for command, path, headers in web.seen if command == "GET" and "/rows" not in path]
    found = [re.fullmatch(r"bytes=(\d+)-(\d+)", headers.get("Range", "")) for _, headers in bodies]
    assert all(found), bodies
    return [(int(one[1]), int(one[2]) + 1) for one in found if one]


def test_only_ranges_are_fetched_from_a_web_server(tmp_path: Path, yurai: Yurai) -> None:
    pages = [response(n, page(n) + b"<!-- %d -->" % n * 50) for n in range(400)]
    (tmp_path / "in").mkdir()
    (tmp_path / "in/big.warc.gz").write_bytes(data := pack(pages, gz).data)
    run(tmp_path / "out", [tmp_path / "in"], recipe=recipe(*BYTES))
    with Web(tmp_path / "in") as web:
        said = yurai("reproduce", tmp_path / "out", "--input", f"{web.url}/files", "--sample", 7, "--format", "json")
        results = read(said)["results"]
        assert (said.code, len(results)) == (0, 7), said
        ranges = {one for one in asked(web) if one != (0, 1)}
    assert ranges == {(one["offset"], one["offset"] + one["length"]) for one in results}
    assert sum(end - start for start, end in ranges) < len(data) / 20


def test_what_is_fetched_beside_ranges_is_little(kinds: tuple[Path, Path], yurai: Yurai) -> None:
    folder, out = kinds
    with Web(folder) as web:
        arguments = ("--input", f"{web.url}/files", "--sample", 5000, "--rows", "all", "--format", "json")
        said = yurai("reproduce", out, *arguments)
        assert said.code == 0, said
        results = [one for one in read(said)["results"] if not one["source"].startswith("rows")]
        units = {(one["source"], one["offset"]): one["length"] for one in results}
        beside = sum(end - start for start, end in asked(web)) - sum(units.values())
    assert len(units) < len(results)  # what shares a unit is fetched once
    sizes = {"dictionary": len(DICTIONARY) + 16, "frames.warc.zst": 8}
    allowed = [next((size for name, size in sizes.items() if source.startswith(name)), 512) for source, _ in units]
    assert beside <= sum(allowed) + len(ARCHIVES)


def test_a_server_that_has_bad_moments_is_asked_again(made: Path, crawl: Path, yurai: Yurai) -> None:
    with Web(crawl) as web:
        assert yurai("reproduce", made, "--input", f"{web.url}/breaks", "--sample", 3).code == 0


def test_a_server_that_says_no_is_told_without_its_secrets(made: Path, crawl: Path, yurai: Yurai) -> None:
    with Web(crawl) as web:
        said = yurai("reproduce", made, "--input", f"{web.url}/always-403?token=SECRET", "--sample", 2)
    assert said.code == 2
    assert "SECRET" not in said.out + said.err


def test_s3_is_read_by_ranges(s3_server: str, made: Path, crawl: Path, yurai: Yurai) -> None:
    import s3fs

    s3fs.S3FileSystem().put(str(crawl), "corpus/reproduced", recursive=True)
    said = yurai("reproduce", made, "--input", f"{s3_server}/reproduced", "--sample", 500, "--rows", "all")
    assert said.code == 0, said
