"""`yurai restore`: from a release and the archives to the bytes of the run; what does not come back is named."""

from __future__ import annotations

import csv
import gzip
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import yurai as package
from release_corpora import CHAIN, GIVEN, WITHHELD, Crawl
from reproduce_samples import edit, edit_json
from rights_corpora import recipe, rows, sentences
from run_helpers import SMALL, run
from warc_samples import response
from yurai.api.tree import open as open_tree
from yurai.reproduce.release.cuts import cut, kept_lines
from yurai_manifests.canonical import canonical, sha256, sha256_file
from yurai_manifests.errors import AuditError
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

    Yurai = Callable[..., Said]


def failed(folder: Path) -> list[dict[str, str]]:
    found = []
    for path in sorted((folder / "failed").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            found += list(csv.DictReader(file))
    return found


def edit_named(folder: Path, name: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change a JSON file of a release, and what its release.json says of it."""
    edit_json(folder / name, change)
    name_again(folder, name)


def name_again(folder: Path, name: str) -> None:
    """Have release.json say the digest that a file has now."""

    def named(value: dict[str, Any]) -> None:
        (one,) = [one for one in value["files"] if one["name"] == name]
        one["sha256"] = sha256_file(folder / name)
        value["digest"] = sha256(canonical(sorted([one["name"], one["sha256"]] for one in value["files"])))

    edit_json(folder / "release.json", named)


def are_equal(one: Path, other: Path) -> bool:
    names = sorted(path.name for path in one.iterdir())
    return names == sorted(path.name for path in other.iterdir()) and all(
        (one / name).read_bytes() == (other / name).read_bytes() for name in names
    )


def test_the_documents_come_back_byte_by_byte(crawl: Crawl, folder: Path, tmp_path: Path) -> None:
    found = package.restore(folder, crawl.folder, tmp_path / "back")
    assert found.ok
    assert found.whole == found.documents == len(GIVEN) + len(WITHHELD)
    assert are_equal(tmp_path / "back" / "documents", crawl.out / "documents")
    assert not (tmp_path / "back" / "failed").exists()


def test_so_do_those_of_the_sample_crawl_from_two_processes(small_tree: Path, tmp_path: Path, yurai: Yurai) -> None:
    open_tree(small_tree).release(tmp_path / "given")
    arguments = ("--input", SMALL[0].parent, "--output", tmp_path / "back", "--workers", 2)
    said = yurai("restore", tmp_path / "given", *arguments)
    assert said.code == 0, said
    assert "1 of 1 file byte by byte those of the run" in said.out
    assert are_equal(tmp_path / "back" / "documents", small_tree / "documents")


def test_a_changed_byte_of_an_archive_is_named(crawl: Crawl, folder: Path, tmp_path: Path, yurai: Yurai) -> None:
    moved = Path(shutil.copytree(crawl.folder, tmp_path / "moved"))
    data = bytearray((moved / "b.warc").read_bytes())
    data[data.index(b" ginkgo.") + 3] ^= 1
    data[data.index(b"X-Seen: header-fuji") + 10] ^= 1
    (moved / "b.warc").write_bytes(data)
    said = yurai("restore", folder, "--input", moved, "--output", tmp_path / "back")
    assert said.code == 1
    reasons = {line["doc_id"]: line["reason"] for line in failed(tmp_path / "back")}
    originals = {row["title"]: row["doc_id"] for row in rows(crawl.out)}
    assert reasons == {originals["Title-ginkgo"]: "other-bytes", originals["Title-fuji"]: "other-row"}
    assert "6 of 8 documents as the run had them" in said.out
    assert "other-bytes, 1 document" in said.out
    back = rows(tmp_path / "back")
    assert {row["doc_id"] for row in back} == set(originals.values()) - {originals["Title-ginkgo"]}


def test_what_is_given_is_there_without_its_archive(crawl: Crawl, folder: Path, tmp_path: Path, yurai: Yurai) -> None:
    (tmp_path / "part").mkdir()
    shutil.copy(crawl.folder / "b.warc", tmp_path / "part")
    arguments = ("--input", tmp_path / "part", "--output", tmp_path / "back", "--format", "json")
    said = yurai("restore", folder, *arguments)
    found: dict[str, Any] = json.loads(said.out)
    assert (said.code, found["reasons"], found["ok"]) == (1, {"no-archive": 5}, False)
    assert json.loads((tmp_path / "back" / "restore.json").read_bytes()) == found
    lines = failed(tmp_path / "back")
    assert sorted(line["given"] for line in lines) == ["False", "False", "True", "True", "True"]
    assert {line["source"] for line in lines} == {"a.warc.gz"}
    texts = {row["title"] for row in rows(tmp_path / "back")}
    assert texts == {f"Title-{name}" for name in [*GIVEN, *list(WITHHELD)[2:]]}


def test_versions_that_changed_are_named(crawl: Crawl, folder: Path, tmp_path: Path, yurai: Yurai) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "other"))

    def older(plan: dict[str, Any]) -> None:
        plan["stages"][1]["packages"]["trafilatura"] = "1.0"

    edit_named(other, "run/plan.json", older)
    moved = Path(shutil.copytree(crawl.folder, tmp_path / "moved"))
    said = yurai("restore", other, "--input", moved, "--output", tmp_path / "same")
    assert said.code == 0, "another version that gives the same is none to speak of"

    def shorter(run: dict[str, Any]) -> None:
        (chain,) = [one for one in run["recipe"]["stages"] if one["use"] == "filter"]
        chain["rules"][1]["min_characters"] = 10_000

    edit_named(other, "run/run.json", shorter)
    said = yurai("restore", other, "--input", moved, "--output", tmp_path / "back")
    assert said.code == 1
    assert "other-version, 8 documents" in said.out
    assert "extract trafilatura: 1.0 then" in said.out
    assert {line["detail"] for line in failed(tmp_path / "back")} == {"dropped by filter: length:too-short"}


def test_damaged_releases_and_filled_folders_are_refused(crawl: Crawl, folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    path = other / "documents" / "00000.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(AuditError, match="changed"):
        package.restore(other, crawl.folder, tmp_path / "back")
    assert not (tmp_path / "back" / "restore.json").exists()
    edit_json(other / "run" / "run.json", lambda value: value.update(fingerprint="0"))
    with pytest.raises(AuditError, match=r"run/run.json of the release was changed"):
        package.restore(other, crawl.folder, tmp_path / "more")
    edit_json(other / "release.json", lambda value: value.update(digest="0"))
    with pytest.raises(AuditError, match="digest is another one"):
        package.restore(other, crawl.folder, tmp_path / "more")
    for name in ("documents/../../../x.parquet", "/x.parquet", "documents/x/y.parquet", "..parquet"):
        edit_json(other / "release.json", lambda value, name=name: value["files"][0].update(name=name))
        with pytest.raises(AuditError, match="which no release has"):
            package.restore(other, crawl.folder, tmp_path / "more")
    with pytest.raises(package.RecipeError, match="nothing is written over"):
        package.restore(folder, crawl.folder, tmp_path)
    with pytest.raises(package.RecipeError, match="it is no release"):
        package.restore(crawl.out, crawl.folder, tmp_path / "more")
    assert open_store(str(tmp_path / "more")).size("restore.json") is None


def test_an_archive_packed_anew_is_another_one(crawl: Crawl, folder: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(crawl.folder, tmp_path / "moved"))
    (moved / "a.warc.gz").write_bytes(gzip.compress(gzip.decompress((moved / "a.warc.gz").read_bytes()), mtime=0))
    found = package.restore(folder, moved, tmp_path / "back")
    assert set(found.reasons) == {"other-bytes"}
    assert sum(found.reasons.values()) >= 4


def test_lines_that_other_documents_took_stay_away(tmp_path: Path) -> None:
    """They come back by numbers of lines; without these they are named."""
    shared = "<p>This line stands on every page of the harbour, and stays on the first of them alone.</p>"
    (tmp_path / "in").mkdir()
    bodies = [f"<html><body>{shared}{sentences(name)}{shared}</body></html>" for name in ("one", "two", "three")]
    warc = b"".join(response(number, body.encode()) for number, body in enumerate(bodies, 1))
    (tmp_path / "in" / "a.warc").write_bytes(warc)
    chain = [*CHAIN[:-2], {"use": "line-dedup", "min_characters": 20}, CHAIN[-2]]
    run(tmp_path / "out", [tmp_path / "in"], recipe=recipe(before=chain))
    assert sum("stands on every page" in row["text"] for row in rows(tmp_path / "out")) == 1
    open_tree(tmp_path / "out").release(tmp_path / "given")
    found = package.restore(tmp_path / "given", tmp_path / "in", tmp_path / "back")
    assert found.ok, found.reasons
    assert are_equal(tmp_path / "back" / "documents", tmp_path / "out" / "documents")
    edit(tmp_path / "given" / "documents" / "00000.parquet", kept_lines=lambda _: None)
    name_again(tmp_path / "given", "documents/00000.parquet")
    found = package.restore(tmp_path / "given", tmp_path / "in", tmp_path / "more")
    assert found.reasons == {"line-dedup": 2}, "the first page keeps its line"


def test_runs_that_other_documents_took_stay_away(tmp_path: Path) -> None:
    """They come back by `cut_spans`, though they lie inside lines."""
    shared = " ".join(f"Boat {number} 港の船 lies where it lay before." for number in range(40))
    (tmp_path / "in").mkdir()
    bodies = [f"<html><body><p>{sentences(name)}{shared}{sentences(name)}" for name in ("one", "two", "three")]
    warc = b"".join(response(number, body.encode()) for number, body in enumerate(bodies, 1))
    (tmp_path / "in" / "a.warc").write_bytes(warc)
    chain = [*CHAIN[:-2], {"use": "line-dedup", "unit": "span"}, CHAIN[-2]]
    run(tmp_path / "out", [tmp_path / "in"], recipe=recipe(before=chain))
    assert sum(bool(row["cut_spans"]) for row in rows(tmp_path / "out")) == 2
    open_tree(tmp_path / "out").release(tmp_path / "given")
    found = package.restore(tmp_path / "given", tmp_path / "in", tmp_path / "back")
    assert found.ok, found.reasons
    assert are_equal(tmp_path / "back" / "documents", tmp_path / "out" / "documents")


@given(st.lists(st.sampled_from("ab\f"), max_size=6), st.data())
def test_kept_lines_cut_the_text_again(lines: list[str], data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.booleans(), min_size=len(lines), max_size=len(lines)))
    after = "\n".join(line for line, stays in zip(lines, kept, strict=True) if stays)
    before = "\n".join(lines)
    found = kept_lines(before, after)
    assert (found is None) == (not after and "" not in before.split("\n"))
    assert found is None or cut(before, found) == after
    assert kept_lines(before, "c") is None
