"""`yurai release`: what may be given is there whole, and of the rest not one word."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from release_corpora import GIVEN, WITHHELD, Crawl, everything
from rights_corpora import rows
from yurai.api.tree import open as open_tree
from yurai.evidence.licence_addresses import address_of
from yurai.evidence.normalise import CC_SPDX, cc_id
from yurai.reproduce.release import load_release
from yurai.reproduce.release.columns import may_show
from yurai.rights.licences import class_of
from yurai_manifests.canonical import sha256_file
from yurai_manifests.errors import AuditError, RecipeError
from yurai_manifests.schema import DOCUMENT
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

    Yurai = Callable[..., Said]


def test_what_may_be_given_is_there_as_the_run_has_it(crawl: Crawl, folder: Path) -> None:
    stays = {field.name for field in DOCUMENT if (field.metadata or {})[b"tier"] != b"public"}
    texts = {row["text_sha256"]: row for row in rows(crawl.out)}
    assert len(texts) == len(GIVEN) + len(WITHHELD)
    whole = [row for row in rows(folder) if row["given"]]
    assert len(whole) == len(GIVEN)
    for row in whole:
        original = texts[row["text_sha256"]]
        assert {name: row[name] for name in original if name not in stays} == {
            name: value for name, value in original.items() if name not in stays
        }


def test_no_word_of_what_is_not_given_is_in_any_byte(crawl: Crawl, folder: Path) -> None:
    found, kept = everything(folder), everything(crawl.out / "documents")
    for name in WITHHELD:
        for word in (f" {name}.", f"Title-{name}", f"Author-{name}", f"header-{name}"):
            assert word in kept, "or it proves nothing"
            assert word not in found, word
    for name in GIVEN:
        assert f" {name}." in found
        assert f"header-{name}" not in found


def test_a_pointer_says_where_the_text_is(crawl: Crawl, folder: Path) -> None:
    originals = {row["doc_id"]: row for row in rows(crawl.out)}
    pointers = [row for row in rows(folder) if not row["given"]]
    assert len(pointers) == len(WITHHELD)
    for row in pointers:
        original = originals[row["doc_id"]]
        for name in ("source", "source_sha256", "warc_offset", "warc_length", "payload_sha256", "text_sha256"):
            assert row[name] == original[name] is not None


def test_urls_that_may_not_be_shown_are_not(crawl: Crawl, folder: Path) -> None:
    hidden = {row["url"] for row in rows(crawl.out)} - {row["url"] for row in rows(folder)}
    assert sorted(hidden) == ["https://hidden.example/7", "https://open.example/mail/someone@mail-of-ginkgo.example"]
    assert "hidden.example" not in everything(folder)
    assert not may_show("https://user:secret@host.example/")
    assert may_show("https://host.example/日本/%E6%97%A5?q=a+b#c")


def test_attribution_has_all_that_a_licence_asks_for(crawl: Crawl, folder: Path) -> None:
    with (folder / "ATTRIBUTION.csv").open(encoding="utf-8", newline="") as file:
        lines = {line["doc_id"]: line for line in csv.DictReader(file)}
    asking = [row for row in rows(crawl.out) if class_of(row["concluded_spdx"]) in ("attribution", "share-alike")]
    assert len(asking) == len(lines) == len(GIVEN)
    for row in asking:
        line = lines[row["doc_id"]]
        assert (line["title"], line["author"]) == (row["title"], row["attribution"]["name"])
        assert (line["url"], line["licence"]) == (row["url"], row["concluded_spdx"])
        assert cc_id(line["licence_url"]) == row["concluded_spdx"]
        assert line["licence_name"].startswith("Creative Commons Attribution")
        assert "main text" in line["changes"]


@given(st.sampled_from(sorted(CC_SPDX - {"CC-SA-1.0"})))
def test_each_licence_is_at_its_address(licence: str) -> None:
    address = address_of(licence)
    assert address is not None
    assert cc_id(address) == licence


def test_shards_of_given_documents_alone_go(crawl: Crawl, folder: Path) -> None:
    release = load_release(open_store(str(folder)))
    counts = release.counts
    assert 0 < counts.given_shards < counts.shards == counts.given_shards + len(release.withheld_shards)
    for path in (folder / "shards").glob("*.bin"):
        assert path.read_bytes() == (crawl.out / "shards" / path.name).read_bytes()
        assert f"shards/{path.stem}" not in release.withheld_shards
    for stem in release.withheld_shards:
        assert [path.name for path in folder.glob(f"{stem}.*")] == [f"{stem.partition('/')[2]}.parquet"]
        assert pq.read_table(folder / f"{stem}.parquet").column_names == ["doc_id", "token_start", "token_count"]


def test_the_manifest_names_each_file(folder: Path) -> None:
    release = load_release(open_store(str(folder)))
    there = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert there == {one.name for one in release.files} | {"release.json"}
    for one in release.files:
        assert (sha256_file(folder / one.name), (folder / one.name).stat().st_size) == (one.sha256, one.bytes)
    assert (folder / "run" / "run.json").is_file()
    card = (folder / "README.md").read_text("utf-8")
    assert release.of in card
    assert f"| documents | {release.counts.documents} | {release.counts.given} |" in card


def test_the_same_tree_gives_the_same_bytes_anywhere(crawl: Crawl, folder: Path) -> None:
    import fsspec

    open_tree(crawl.out).release("memory://given")
    files = fsspec.filesystem("memory")
    for path in folder.rglob("*"):
        if path.is_file():
            assert files.cat(f"/given/{path.relative_to(folder)}") == path.read_bytes()


def test_json_says_what_was_written(crawl: Crawl, tmp_path: Path, yurai: Yurai) -> None:
    said = yurai("release", crawl.out, "--output", tmp_path / "r", "--format", "json")
    value: dict[str, Any] = json.loads(said.out)
    assert said.code == 0
    assert json.loads((tmp_path / "r" / "release.json").read_bytes()) == value
    assert value["counts"]["given"] == len(GIVEN)


def test_a_tree_that_nothing_judged_gives_pointers_alone(tmp_path: Path, yurai: Yurai) -> None:
    from run_helpers import SMALL, demo_recipe, run

    def without_licences(stages: dict[str, Any]) -> None:
        stages["select"]["policy"] = "robots-asof"

    run(tmp_path / "out", SMALL[1:2], recipe=demo_recipe(without_licences))
    said = yurai("release", tmp_path / "out", "--output", tmp_path / "r")
    assert said.code == 0
    assert "no text is given" in said.err
    assert {row["text"] for row in rows(tmp_path / "r")} == {None}


def test_what_is_wrong_is_refused_in_words(crawl: Crawl, folder: Path, tmp_path: Path, yurai: Yurai) -> None:
    before = everything(folder)
    said = yurai("release", crawl.out, "--output", folder)
    assert (said.code, "nothing is written over" in said.err) == (2, True)
    assert everything(folder) == before
    said = yurai("release", crawl.out, "--output", tmp_path / "x", "--policy", "open-licence-only")
    assert (said.code, "judged by evidence-only" in said.err, "policy replay" in said.err) == (2, True, True)
    said = yurai("release", crawl.out, "--output", crawl.out / "inside")
    assert said.code == 2
    unfinished = Path(shutil.copytree(crawl.out, tmp_path / "unfinished"))
    (unfinished / "run.json").unlink()
    said = yurai("release", unfinished, "--output", tmp_path / "x")
    assert (said.code, "has not ended" in said.err) == (2, True)
    assert not (tmp_path / "x").exists()


def test_a_changed_tree_gives_no_release(crawl: Crawl, tmp_path: Path) -> None:
    out = Path(shutil.copytree(crawl.out, tmp_path / "out"))
    path = out / "documents" / "00000.parquet"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.unlink()
    path.write_bytes(data)
    with pytest.raises(AuditError, match="changed after the run"):
        open_tree(out).release(tmp_path / "r")
    with pytest.raises(RecipeError, match="not written to its end"):
        load_release(open_store(str(tmp_path / "r")))
