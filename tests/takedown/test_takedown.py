"""A takedown finds copies of each kind, leaves nothing of the text in any byte, and touches no other file."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from near_runs import deduplicate
from report_readers import figures, reported
from run_helpers import run
from takedown_corpus import HOME, Planted, planted, recipe, write_crawl
from takedown_runs import KEY, digests, holding, killed_at, order, step_of, urls
from yurai.engine.local import LocalRunner
from yurai.report.changes import compare
from yurai.report.readers.takedowns import VERDICTS
from yurai.run.takedown.decide import planned
from yurai.run.takedown.driver import take_down
from yurai_manifests.audit import audit
from yurai_manifests.errors import DriftError, RecipeError
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store
from yurai_manifests.takedown.tombstones import load_tombstones, taken_down
from yurai_manifests.verify.tree import verify_tree

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said
    from yurai_manifests.takedown.modes import Mode

    Yurai = Callable[..., Said]
FLOORS = {"exact": 1.0, "mirrored": 1.0, "near": 1.0, "quoted": 1.0}
"""Share of planted copies that are found, by kind."""
PAGES = planted()
TEXT = next(page.text for page in PAGES if page.kind == "source")
PLACES = ("takedown-decided", "in 12-takedown", "after-manifest", "takedown-run-removed", "in-takedown",
          "takedown-published", "takedown-work-removed")  # fmt: skip


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_crawl(PAGES, tmp_path_factory.mktemp("crawl") / "pages")


@pytest.fixture(scope="module")
def whole(crawl: Path) -> Path:
    """A tree with all copies in it."""
    out = crawl.parent / "whole"
    run(out, [crawl], recipe=recipe())
    return out


@pytest.fixture(scope="module")
def deduplicated(crawl: Path) -> Path:
    """A tree whose copies were dropped, and lie in extracted/."""
    out = crawl.parent / "deduplicated"
    run(out, [crawl], recipe=recipe(dedup=True))
    return out


@pytest.fixture(scope="module")
def taken(whole: Path) -> Path:
    out = Path(shutil.copytree(whole, whole.parent / "taken"))
    take_down(str(out), order(), LocalRunner(1))
    return out


def of_kind(*kinds: str) -> list[Planted]:
    return [page for page in PAGES if page.kind in kinds]


def test_copies_of_each_kind_are_found(whole: Path) -> None:
    store = open_store(str(whole))
    plan = planned(store, load_run(store), order())
    verdicts = {one.url: one.verdict for one in plan.documents.values()}
    assert verdicts.pop(HOME) == "selected"
    for kind, floor in FLOORS.items():
        pages = of_kind(kind)
        assert sum(verdicts.get(page.url) == kind for page in pages) >= floor * len(pages), kind
    assert all(0.7 <= page.jaccard <= 0.95 for page in of_kind("near"))
    assert verdicts.keys() == {page.url for page in of_kind(*FLOORS)}, "what is no copy stays"


def test_nothing_of_the_text_is_left_and_the_tree_adds_up(whole: Path, taken: Path) -> None:
    passage = " ".join(TEXT.split()[60:72])
    assert any(name.startswith("shards/") for name in holding(whole, passage))
    assert {page.url for page in of_kind("other")} <= urls(taken)
    gone = {page.url for page in of_kind("source", *FLOORS)}
    assert not gone & (urls(taken) | urls(taken, "extracted") | urls(taken, "dropped") | urls(taken, "shards"))
    assert holding(taken, passage) == []
    assert holding(taken, HOME) == []
    found = audit(open_store(str(taken)), full=True)
    assert found.ok, found.findings
    before = load_run(open_store(str(whole))).value["totals"]
    stone = load_tombstones(open_store(str(taken)), load_run(open_store(str(taken))).value)[0]
    assert found.totals["candidates"] + len(stone.value["documents"]) == before["candidates"]
    assert found.totals["tokens"] + stone.value["tokens"] == before["tokens"]
    assert verify_tree(open_store(str(taken))).ok


def test_files_that_hold_no_copy_keep_their_bytes(whole: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(whole, tmp_path / "out"))
    lone = next(page.url for page in PAGES if page.kind == "other" and page.url.startswith("https://site"))
    done = take_down(str(out), order(url=lone), LocalRunner(1))
    before, after = digests(whole), digests(out)
    written = {file["name"] for file in done.tombstone["files"]}
    delivered = {name for name in before if name.startswith(("documents/", "extracted/", "shards/"))}
    assert delivered - written, "some files are untouched"
    assert {name for name in delivered if before[name] != after[name]} == written & delivered
    assert len([name for name in written if name.startswith("documents/")]) == 1


@pytest.fixture(scope="module")
def in_place(whole: Path) -> Path:
    out = Path(shutil.copytree(whole, whole.parent / "in-place"))
    take_down(str(out), order(mode="stable-offset"), LocalRunner(1))
    return out


@pytest.mark.parametrize(
    ("mode", "place"),
    [
        *(("compact", place) for place in PLACES),
        *(("stable-offset", place) for place in ("in 12-takedown", "in-takedown")),
    ],
)
def test_a_takedown_that_is_killed_goes_on(
    mode: Mode, place: str, crawl: Path, whole: Path, taken: Path, in_place: Path, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(whole, tmp_path / "out"))
    killed = killed_at(place.replace("12", step_of(whole)), out, mode)
    assert killed == -9
    for other in (lambda: run(out, [crawl], recipe=recipe()), lambda: take_down(str(out), order("2"), LocalRunner(1))):
        with pytest.raises(DriftError, match="2026-1 has not ended"):
            other()
    with pytest.raises(RecipeError, match="another key"):
        take_down(str(out), replace(order(), key=bytes(32)), LocalRunner(1))
    with pytest.raises(RecipeError, match=f"begun with --mode {mode}"):
        take_down(str(out), order(mode="compact" if mode == "stable-offset" else "stable-offset"), LocalRunner(1))
    take_down(str(out), order(mode=mode), LocalRunner(1))
    assert digests(out) == digests(taken if mode == "compact" else in_place)
    assert not list((out / ".work").rglob("*.parquet"))


def test_a_later_run_does_not_bring_it_back(crawl: Path, whole: Path, taken: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(taken, tmp_path / "out"))
    before = digests(out)
    assert run(out, [crawl], recipe=recipe()).digest == load_run(open_store(str(taken))).digest
    assert digests(out) == before
    more = write_crawl(PAGES[:2], tmp_path / "more", files=1)
    for inputs, rebuild, chosen in (
        ([crawl], True, recipe()),
        ([crawl], False, recipe(dedup=True)),
        ([more], False, recipe()),
    ):
        with pytest.raises(DriftError, match="taken down"):
            run(out, inputs, recipe=chosen, rebuild=rebuild)
    assert digests(out) == before


def test_dropped_copies_go_and_none_is_promoted(crawl: Path, deduplicated: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(deduplicated, tmp_path / "out"))
    kept = urls(out)
    take_down(str(out), order(), LocalRunner(1))
    gone = {page.url for page in of_kind("source", *FLOORS)}
    assert urls(out) == kept - gone
    assert not gone & (urls(out, "extracted") | urls(out, "dropped"))
    assert holding(out, TEXT[:200]) == []
    assert holding(out, HOME) == []
    found = audit(open_store(str(out)), full=True)
    assert found.ok, found.findings
    assert verify_tree(open_store(str(out))).ok


def test_stages_go_on_from_what_is_left(taken: Path, tmp_path: Path) -> None:
    out = tmp_path / "near"
    deduplicate([taken], out)
    found = audit(open_store(str(out)), full=True)
    assert found.ok, found.findings
    assert not urls(out) & {page.url for page in of_kind("source", *FLOORS)}


@pytest.mark.slow
def test_in_object_storage(crawl: Path, s3_server: str) -> None:
    out = f"{s3_server}/taken"
    run(out, [crawl], recipe=recipe())
    take_down(out, order(), LocalRunner(1))
    store = open_store(out)
    assert audit(store, full=True).ok
    assert verify_tree(store).ok
    assert not [name for name in store.names(".work") if "/data/" in name]


def test_two_takedowns_one_after_the_other(taken: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(taken, tmp_path / "out"))
    with pytest.raises(RecipeError, match="taken down before"):
        take_down(str(out), order(), LocalRunner(1))
    lone = next(page.url for page in PAGES if page.kind == "other" and page.url.startswith("https://site"))
    take_down(str(out), order("2026-2", lone), LocalRunner(1))
    store = open_store(str(out))
    assert audit(store, full=True).ok
    assert verify_tree(store).ok
    stones = load_tombstones(store, load_run(store).value)
    assert [one.case for one in taken_down(stones, "url", lone, {"2026-1": KEY, "2026-2": KEY})] == ["2026-2"]
    assert not list(taken_down(stones, "url", lone)), "nobody asks for a URL without the key of the case"
    doc_id = stones[0].value["documents"][0]["doc_id"]
    assert [one.case for one in taken_down(stones, "doc_id", doc_id)] == ["2026-1"]


def test_what_a_tombstone_hides_and_what_an_audit_finds(taken: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(taken, tmp_path / "out"))
    stone = out / "tombstones" / "2026-1.json"
    assert b"author" not in stone.read_bytes()
    stone.write_bytes(stone.read_bytes().replace(b'"basis":"copyright"', b'"basis":"copyrigh0"'))
    assert any(finding.check == "takedown" for finding in audit(open_store(str(out))).findings)
    assert not verify_tree(open_store(str(out))).ok
    stone.unlink()
    assert not audit(open_store(str(out))).ok
    (out / "tombstones" / "other.json").write_text("{}", encoding="utf-8")
    assert any("other.json" in finding.where for finding in audit(open_store(str(out))).findings)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--url", "https://nowhere.example/"], "nothing is selected"),
        (["--doc-id", "xyz"], "is no doc_id"),
        (["--contains", "too short"], "is no contains"),
        (["--url", HOME, "--near", "0"], "above 0"),
        ([], "nothing says what to take down"),
    ],
)
def test_what_is_refused(words: list[str], message: str, whole: Path, yurai: Yurai) -> None:
    said = yurai("takedown", whole, *words, "--case", "c", "--basis", "policy", "--dry-run")
    assert (said.code, message in said.err) == (2, True), said.err


def test_selectors(whole: Path, yurai: Yurai, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text(TEXT.replace(" ", "\n", 9), encoding="utf-8")
    quote = " ".join(TEXT.split()[:20])
    hashed = hashlib.sha256(TEXT.encode()).hexdigest()
    common = ["--case", "c", "--basis", "policy", "--dry-run"]
    copies = len(of_kind("source", *FLOORS))
    for words in (
        ["--text-file", text],
        ["--sha256", hashed],
        ["--surt", "example,author)/"],
        ["--domain", "author.example"],
    ):
        said = yurai("takedown", whole, *words, *common)
        assert f"{copies} documents" in said.out, (words, said)
    assert yurai("takedown", whole, "--contains", quote, *common).out.count("selected")


def test_the_key_stays_outside_of_the_tree(whole: Path, yurai: Yurai) -> None:
    said = yurai("takedown", whole, "--url", HOME, "--case", "c", "--basis", "policy", "--case-key", whole / "key")
    assert (said.code, "inside of the tree" in said.err) == (2, True)


def test_a_comparison_names_the_case(whole: Path, taken: Path) -> None:
    found = compare(open_store(str(whole)), open_store(str(taken)))
    assert {(one.change.kind, one.cause) for one in found.changes} == {("removed", "taken down: case 2026-1")}
    assert sum(one.change.documents for one in found.changes) == len(urls(whole)) - len(urls(taken))


def test_reports_name_cases_as_far_as_their_tier_goes(taken: Path) -> None:
    stone = load_tombstones(open_store(str(taken)), load_run(open_store(str(taken))).value)[0]
    documents, tokens = len(stone.value["documents"]), stone.value["tokens"]
    counts = [sum(one["verdict"] == verdict for one in stone.value["documents"]) for verdict in VERDICTS]
    assert counts == [1, *(len(of_kind(kind)) for kind in VERDICTS[1:])]
    rows = {(who, tier): table_of(taken, who, tier) for who in ("lawyer", "auditor") for tier in ("public", "internal")}
    assert rows["auditor", "internal"] == [["2026-1", "copyright", "done", None, None, documents, tokens, *counts]]
    assert rows["lawyer", "internal"] == [["done", None, None, documents, tokens]]
    assert rows["auditor", "public"] == rows["lawyer", "public"] == [[1, documents, tokens]]
    assert '"2026-1"' not in reported(taken, "auditor", form="json", tier="public")


def table_of(out: Path, reader: str, tier: str) -> list[list[object]]:
    return list(figures(out, reader, tier=tier)["takedowns"]["rows"])
