"""near-dedup as a whole, against brute force and against its definition, however work is cut."""

from __future__ import annotations

import gzip
import json
import random
import shutil
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from near_runs import SURE, TINY, deduplicate, killed_at, outcome, steps_of
from near_samples import GRAM, UNITS, Page, absent_run, exact_pairs, greedy, jaccard, planted, write_pages
from run_helpers import Watching, assert_whole
from yurai.declare.stage import STAGES
from yurai.engine.local import LocalRunner
from yurai.exchange.row_types import EDGE
from yurai.run.recipe import load_recipe
from yurai.stages.near_dedup.curve import found
from yurai_manifests.audit import audit
from yurai_manifests.canonical import canonical
from yurai_manifests.errors import DriftError, RecipeError, ShardError
from yurai_manifests.run import load_run
from yurai_manifests.store import open_store
from yurai_manifests.task import TaskRecord

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

THRESHOLD = 0.8
FEW = {"near": 30, "chain": 20, "skewed": 40}


def truth(pages: Sequence[Page], at_least: float = THRESHOLD) -> dict[tuple[int, int], float]:
    return exact_pairs([page.text for page in pages], UNITS[pages[0].lang], GRAM, at_least)


def oldest(pages: Sequence[Page]) -> list[int]:
    return sorted(range(len(pages)), key=lambda place: (pages[place].date, pages[place].doc_id))


def longest(pages: Sequence[Page]) -> list[int]:
    return sorted(range(len(pages)), key=lambda place: (-len(pages[place].text), pages[place].doc_id))


def lossless(pages: Sequence[Page], order: Sequence[int], words: int) -> dict[tuple[int, int], float]:
    """The pairs whose later page has no run of more than so many words, or twice as many characters, of its own."""
    rank = {place: number for number, place in enumerate(order)}
    unit, found = UNITS[pages[0].lang], {}
    for pair, similar in truth(pages).items():
        earlier, later = sorted(pair, key=rank.__getitem__)
        if absent_run(pages[earlier].text, pages[later].text, unit) <= words * (1 if unit == "word" else 2):
            found[pair] = similar
    return found


@pytest.mark.parametrize(("lang", "words"), [("en", 8), ("ja", 4)])
def test_what_goes_has_nothing_long_that_the_kept_one_lacks(lang: str, words: int, tmp_path: Path) -> None:
    pages = planted(7, lang=lang)
    deduplicate(write_pages(tmp_path / "in", pages, 3), tmp_path / "out", spare=words, **SURE)
    _, gone = outcome(tmp_path / "out")
    pairs = lossless(pages, longest(pages), words)
    assert 0 < len(pairs) < len(truth(pages)), "the limit bites"
    expected = greedy(pairs, longest(pages))
    assert {name: row["kept_doc_id"] for name, row in gone.items()} == {
        pages[place].doc_id: pages[stays].doc_id for place, stays in expected.items()
    }
    texts = {page.doc_id: page.text for page in pages}
    for name, row in gone.items():
        assert row["jaccard_by"] == "exact"
        assert row["absent_run"] == absent_run(texts[row["kept_doc_id"]], texts[name], UNITS[lang])
        assert row["absent_run"] <= row["absent"]
    told = load_run(open_store(str(tmp_path / "out"))).value["facts"]["00-near-dedup"]["losses"]
    assert told == {"alike": len(truth(pages)), "spared": len(truth(pages)) - len(pairs), "numbers": 0}


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_who_goes_is_what_the_definition_says(lang: str, tmp_path: Path) -> None:
    pages = planted(7, lang=lang)
    deduplicate(write_pages(tmp_path / "in", pages, 3), tmp_path / "out", keep="oldest", spare=0, **SURE)
    kept, gone = outcome(tmp_path / "out")
    expected = greedy(truth(pages), oldest(pages))
    assert {row["kept_doc_id"] for row in gone.values()} <= set(kept)
    assert {name: row["kept_doc_id"] for name, row in gone.items()} == {
        pages[place].doc_id: pages[stays].doc_id for place, stays in expected.items()
    }
    by_id = {page.doc_id: page for page in pages}
    for name, row in gone.items():
        page, stays = by_id[name], by_id[row["kept_doc_id"]]
        similarity = jaccard(page.text, stays.text, UNITS[lang])
        assert (row["kept_url"], row["kept_path"], row["detail"]) == (stays.url, stays.source, stays.doc_id)
        assert row["jaccard"] == pytest.approx(similarity, abs=1e-3 if row["jaccard_by"] == "exact" else 0.09)
        assert (row["stage"], row["reason"], row["url"]) == ("near-dedup", "near-duplicate", page.url)
    assert {row["jaccard_by"] for row in gone.values()} == {"exact", "estimate"}


def test_words_in_common_by_chance_hide_no_section_that_is_lost(tmp_path: Path) -> None:
    """Every 30 characters of the section stands a phrase of the rest, so that no 32 in a row are new."""
    signs = [chr(sign) for sign in random.Random(5).sample(range(0x4E00, 0x9FA5), 4_000)]
    phrase, rest = "することが", "".join(signs[:3_500])
    section = phrase.join("".join(signs[start : start + 25]) for start in range(3_500, 3_750, 25))
    kept, gone = f"{phrase}{rest}{''.join(signs[3_700:])}", f"{phrase}{rest}{section}"
    pages = [
        Page(text, "ja", f"http://p.test/{number}", "2024-01-01T00:00:00Z", "a.warc.gz", number)
        for number, text in enumerate((kept, gone))
    ]
    assert jaccard(kept, gone, "char") > 0.8
    for name, spare, left in (("any", 0, 1), ("sections", 16, 2)):
        deduplicate(write_pages(tmp_path / f"{name}-in", pages, 1), tmp_path / name, spare=spare, **SURE)
        assert len(outcome(tmp_path / name)[0]) == left


def test_neither_memory_nor_order_nor_sharding_nor_workers_change_the_result(tmp_path: Path) -> None:
    pages = planted(11)
    cut = write_pages(tmp_path / "in", pages, 5)
    one = deduplicate(cut, tmp_path / "large", **SURE)
    watching = Watching()
    assert deduplicate(cut, tmp_path / "tiny", watching, memory_bytes=TINY, **SURE) == one
    assert {"00-near-dedup.bands-0", "00-near-dedup.arrive", "00-near-dedup.meet"} <= set(watching.ran)
    assert any("graph-round" in step for step in watching.ran)
    assert_whole(tmp_path / "tiny", one)
    mixed = write_pages(tmp_path / "mixed", pages, 4, shuffle=3)
    deduplicate(mixed, tmp_path / "other", **SURE)
    (kept, gone), (again, went) = outcome(tmp_path / "large"), outcome(tmp_path / "other")
    assert set(kept) == set(again)
    columns = ("kept_doc_id", "kept_url", "kept_path", "jaccard", "jaccard_by", "absent_run", "absent", "cluster_id")
    assert {name: [row[c] for c in columns] for name, row in gone.items()} == {
        name: [row[c] for c in columns] for name, row in went.items()
    }


@pytest.mark.slow
def test_workers_do_not_change_the_bytes(tmp_path: Path) -> None:
    cut = write_pages(tmp_path / "in", planted(11), 5)
    one = deduplicate(cut, tmp_path / "one", **SURE)
    assert deduplicate(cut, tmp_path / "two", LocalRunner(2), memory_bytes=1 << 18, **SURE) == one


@pytest.mark.slow
@pytest.mark.ray
@pytest.mark.usefixtures("ray_cluster")
def test_ray_gives_the_same_bytes(tmp_path: Path) -> None:
    from yurai.ray import RayRunner

    cut = write_pages(tmp_path / "in", planted(11), 5)
    one = deduplicate(cut, tmp_path / "one", **SURE)
    assert deduplicate(cut, tmp_path / "ray", RayRunner(2), memory_bytes=1 << 18, **SURE) == one


def doc_id(node: Any) -> str:
    return f"{int(node['id_high']):016x}{int(node['id_low']):016x}"


def edges_of(out: Path) -> set[tuple[str, str]]:
    """Pairs that a run verified, by their ids: all edges that its steps wrote."""
    found: set[tuple[str, str]] = set()
    for step in ("estimate", "arrive", "exact", "meet"):
        for manifest in (out / f"stages/00-near-dedup.{step}").glob("*/tasks/*/*.json"):
            rows = TaskRecord.of(manifest.read_bytes()).output("rows")
            found |= {(doc_id(edge["a"]), doc_id(edge["b"])) for edge in np.fromfile(out / rows.path, EDGE)}
    return found


@pytest.mark.slow
@pytest.mark.parametrize(
    ("verify", "precision", "lang"), [("exact", 0.99, "en"), ("exact", 0.99, "ja"), ("estimate", 0.92, "en")]
)
def test_quality_of_the_default_bands(verify: str, precision: float, lang: str, tmp_path: Path) -> None:
    counts = {"alone": 60, "exact": 30, "near": 500, "chain": 40, "templated": 60, "skewed": 200}
    pages = planted(5, counts, lang=lang)
    deduplicate(write_pages(tmp_path / "in", pages, 3), tmp_path / "out", verify=verify, spare=0, keep_work=True)
    kept, gone = outcome(tmp_path / "out")
    stays = set(kept)
    assert not any(a in stays and b in stays for a, b in edges_of(tmp_path / "out"))
    pairs = truth(pages)
    missed = sum(pages[a].doc_id in stays and pages[b].doc_id in stays for a, b in pairs)
    expected = sum(1 - found(similarity, 14, 8) for similarity in pairs.values())
    assert missed <= expected + 0.01 * len(pairs)
    texts = {page.doc_id: page.text for page in pages}
    right = sum(jaccard(texts[name], texts[row["kept_doc_id"]], UNITS[lang]) >= THRESHOLD for name, row in gone.items())
    assert right >= precision * len(gone)


@pytest.mark.slow
def test_of_a_chain_of_ten_thousand_every_second_page_goes(tmp_path: Path) -> None:
    pages = planted(3, {"chain": 10_000}, size=120)
    cut = write_pages(tmp_path / "in", pages, 4)
    # at .85 a page is like the next one (.9), and not like the one after (.81)
    given = {"threshold": 0.85, "keep": "oldest", **SURE}
    one = deduplicate(cut, tmp_path / "one", **given)
    kept, _ = outcome(tmp_path / "one")
    assert kept == [page.doc_id for page in pages[::2]]
    assert deduplicate(cut, tmp_path / "two", LocalRunner(2), memory_bytes=1 << 22, **given) == one


def later(pages: Sequence[Page], years: int = 30) -> list[Page]:
    """The same pages, crawled so many years later."""
    return [replace(page, date=f"{int(page.date[:4]) + years}{page.date[4:]}") for page in pages]


@pytest.mark.parametrize("memory_bytes", [1 << 30, TINY])
def test_against_an_earlier_run_is_what_one_joint_run_gives(memory_bytes: int, tmp_path: Path) -> None:
    pages = planted(13)
    draw = np.random.default_rng(1).random(len(pages)) < 0.5
    before = [page for page, chosen in zip(pages, draw, strict=True) if chosen]
    after = later([page for page, chosen in zip(pages, draw, strict=True) if not chosen])
    first, second = write_pages(tmp_path / "a", before, 2), write_pages(tmp_path / "b", after, 3)
    digest = deduplicate(first, tmp_path / "first", index=True, keep="oldest", memory_bytes=memory_bytes, **SURE)
    given = {"memory_bytes": memory_bytes, "against": (str(tmp_path / "first"),), **SURE}
    deduplicate(second, tmp_path / "second", **given)
    deduplicate([*first, *second], tmp_path / "joint", keep="oldest", **SURE)
    (kept, gone), (new, went), (both, dropped) = map(
        outcome, (tmp_path / "first", tmp_path / "second", tmp_path / "joint")
    )
    assert {*kept, *new} == set(both)
    assert {name: row["kept_doc_id"] for name, row in (gone | went).items()} == {
        name: row["kept_doc_id"] for name, row in dropped.items()
    }
    urls = {page.doc_id: page.url for page in pages}
    older = [row for row in went.values() if row["kept_doc_id"] in set(kept)]
    assert older
    for row in older:
        assert (row["kept_url"], row["kept_path"]) == (
            urls[row["kept_doc_id"]],
            f"{digest[:16]}/documents/00000.parquet",
        )


def test_a_document_that_an_earlier_run_dropped_drops_nothing(tmp_path: Path) -> None:
    """B is like A and C, so B went and C stayed; D is like C alone."""
    a, b, c, d = planted(4, {"chain": 4})
    write_pages(tmp_path / "a", [c, a, b])
    write_pages(tmp_path / "b", [d])
    deduplicate([*(tmp_path / "a").iterdir()], tmp_path / "first", index=True, threshold=0.85, keep="oldest", **SURE)
    assert outcome(tmp_path / "first")[0] == [c.doc_id, a.doc_id]
    given = {"threshold": 0.85, "against": (str(tmp_path / "first"),), **SURE}
    deduplicate([*(tmp_path / "b").iterdir()], tmp_path / "second", **given)
    assert outcome(tmp_path / "second")[1][d.doc_id]["kept_doc_id"] == c.doc_id


def test_only_an_index_of_equal_signatures_is_compared_with(tmp_path: Path) -> None:
    cut = write_pages(tmp_path / "in", planted(4, {"alone": 3}))
    deduplicate(cut, tmp_path / "plain", **SURE)
    deduplicate(cut, tmp_path / "first", index=True, **SURE)
    with pytest.raises(RecipeError, match="has no index of signatures; make it with near-dedup and index = true"):
        deduplicate(cut, tmp_path / "out", against=(str(tmp_path / "plain"),), **SURE)
    with pytest.raises(RecipeError, match=r"was signed as .*240.* this run signs as .*112.*; use its settings"):
        deduplicate(cut, tmp_path / "other", against=(str(tmp_path / "first"),))


def test_an_index_is_of_what_is_delivered(tmp_path: Path) -> None:
    stages = '[[stage]]\nuse = "read"\n[[stage]]\nuse = "extract"\n[[stage]]\nuse = "near-dedup"\nindex = true\n'
    (tmp_path / "mine.toml").write_text(f'name = "mine"\n{stages}[[stage]]\nuse = "dedup"\n')
    with pytest.raises(RecipeError, match=r"index = true, so it must be the last .* dedup follows it"):
        load_recipe(str(tmp_path / "mine.toml"))
    cut = write_pages(tmp_path / "in", planted(4, {"exact": 6}))
    deduplicate(cut, tmp_path / "first", index=True)
    shutil.copytree(tmp_path / "first", tmp_path / "short")
    run = json.loads((tmp_path / "short/run.json").read_bytes())
    run["files"]["index"] = []
    (tmp_path / "short/run.json").write_bytes(canonical(run))
    with pytest.raises(RecipeError, match="another index than documents"):
        deduplicate(cut, tmp_path / "out", against=(str(tmp_path / "short"),))


def test_annotate_drops_nothing_and_names_clusters(tmp_path: Path) -> None:
    pages = planted(7)
    given = {"keep": "oldest", "spare": 0, **SURE}
    deduplicate(write_pages(tmp_path / "in", pages, 3), tmp_path / "out", annotate=True, **given)
    rows = {row["doc_id"]: row for row in pq.read_table(tmp_path / "out/documents").to_pylist()}
    assert len(rows) == len(pages)
    assert not pq.read_table(tmp_path / "out/dropped").num_rows
    pairs, order = truth(pages), oldest(pages)
    gone = greedy(pairs, order)
    members: dict[str, list[int]] = {}
    for place, page in enumerate(pages):
        row = rows[page.doc_id]
        assert (row["cluster_role"], row["kept_doc_id"]) == (
            ("copy", pages[gone[place]].doc_id) if place in gone else (row["cluster_role"], None)
        )
        members.setdefault(row["cluster_id"] or page.doc_id, []).append(place)
    together = {frozenset(places) for places in members.values()}
    assert together == components(len(pages), pairs)
    for name, places in members.items():
        assert pages[min(places, key=order.index)].doc_id == name
        assert {rows[pages[place].doc_id]["cluster_size"] for place in places} == {len(places)}
    weights = {(row["cluster_size"], row["rehydration_weight"]) for row in rows.values()}
    assert {(1, 1), (2, 2)} <= weights
    assert all(weight == {1: 1, 2: 2}.get(size, 3 if size < 5 else 5) for size, weight in weights if size < 100)


def components(count: int, pairs: dict[tuple[int, int], float]) -> set[frozenset[int]]:
    found = {place: frozenset([place]) for place in range(count)}
    for a, b in pairs:
        whole = found[a] | found[b]
        found |= dict.fromkeys(whole, whole)
    return set(found.values())


@pytest.mark.slow
def test_killed_in_every_step_and_resumed(tmp_path: Path) -> None:
    cut = write_pages(tmp_path / "in", planted(11, FEW), 2)
    digest = deduplicate(cut, tmp_path / "whole", memory_bytes=TINY, **SURE)
    out, killed = tmp_path / "out", 0
    for step in steps_of(tmp_path / "whole"):
        code = killed_at(f"in {step}", cut, out, {"memory_bytes": TINY, **SURE})
        assert code in (0, -signal.SIGKILL)
        killed += code != 0
    assert killed >= len(steps_of(tmp_path / "whole")) - 1  # a step may have no task
    assert deduplicate(cut, out, memory_bytes=TINY, **SURE) == digest
    assert_whole(out, digest)


@pytest.mark.slow
def test_damage_to_any_intermediate_is_found_and_made_again(tmp_path: Path) -> None:
    cut = write_pages(tmp_path / "in", planted(11, FEW), 2)
    out = tmp_path / "out"
    digest = deduplicate(cut, out, keep_work=True, memory_bytes=TINY, **SURE)
    steps = steps_of(out)
    for number, step in enumerate(steps[:-1]):
        files = sorted(path for path in (out / ".work" / step).rglob("*.bin") if path.stat().st_size)
        if not files:
            continue
        for path in files:
            data = bytearray(path.read_bytes())
            data[len(data) // 2] ^= 1
            path.write_bytes(data)
        for after in steps[number + 1 :]:
            shutil.rmtree(out / "stages" / after)
        (out / "run.json").unlink()
        with pytest.raises(ShardError, match=r"was changed .*run the same command with --rebuild"):
            deduplicate(cut, out, keep_work=True, memory_bytes=TINY, **SURE)
        assert deduplicate(cut, out, keep_work=True, memory_bytes=TINY, rebuild=True, **SURE) == digest
    assert audit(open_store(str(out)), full=True).findings == []


def test_another_threshold_reuses_signatures_only_when_told_to_rebuild(tmp_path: Path) -> None:
    cut = write_pages(tmp_path / "in", planted(4, {"near": 20}))
    deduplicate(cut, tmp_path / "out", **SURE)
    with pytest.raises(DriftError, match=r"near-dedup\.settings\.threshold: 0\.8 then, 0\.9 now"):
        deduplicate(cut, tmp_path / "out", threshold=0.9, **SURE)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"threshold": 1.5}, r"threshold must be a number, above 0 and at most 1, not 1\.5"),
        ({"bands": 0}, "bands must be an integer, at least 1 or unset, not 0"),
        ({"bands": 400, "rows": 20}, "a signature has at most"),
        ({"memory_bytes": 10}, "memory_bytes must be an integer, at least 65,536, not 10"),
        ({"keep": "best-quality"}, "needs quality"),
        ({"spare": 3, "verify": "estimate"}, "use exact, or spare = 0"),
        ({"annotate": True, "against": ("tree",)}, "annotate drops nothing"),
    ],
)
def test_what_cannot_be_meant_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        STAGES["near-dedup"].use(given)


def test_a_folder_and_a_glob_are_their_files(tmp_path: Path) -> None:
    cut = write_pages(tmp_path / "in", planted(4, {"exact": 6}), 3)
    digest = deduplicate(cut, tmp_path / "files")
    assert deduplicate([tmp_path / "in"], tmp_path / "folder") == digest
    assert deduplicate([f"{tmp_path}/in/*.parquet"], tmp_path / "glob") == digest


def test_no_document_is_no_trouble(tmp_path: Path) -> None:
    deduplicate(write_pages(tmp_path / "in", []), tmp_path / "out")
    assert outcome(tmp_path / "out") == ([], {})
    assert load_run(open_store(str(tmp_path / "out"))).value["facts"]["00-near-dedup"]["tally"]["pairs"] == 0


@pytest.mark.slow
def test_real_pages_in_six_languages(shared_data: Path, tmp_path: Path) -> None:
    """3,341 pages, of which 3,635 pairs have known similarities: of words, or of characters where no spaces are."""
    pages = {row["id"]: row for row in lines_of(shared_data / "dedup/texts.jsonl.gz")}
    source = "crawl/real.warc.gz"
    made = {
        name: Page(row["text"], row["lang"], row["url"], "2024-01-01T00:00:00Z", source, number)
        for number, (name, row) in enumerate(pages.items())
    }
    deduplicate(write_pages(tmp_path / "in", list(made.values()), 3), tmp_path / "out", spare=0, keep_work=True)
    kept, gone = outcome(tmp_path / "out")
    assert not any({a, b} <= set(kept) for a, b in edges_of(tmp_path / "out"))
    similar = []
    for pair in lines_of(shared_data / "dedup/pairs.jsonl.gz"):
        unit = "char5" if pair["lang"] in ("ja", "zh") else "word5"
        if pair[f"jaccard_{unit}"] >= THRESHOLD:
            similar.append((pair[f"jaccard_{unit}"], made[pair["a"]].doc_id, made[pair["b"]].doc_id))
    missed = sum(a not in gone and b not in gone for _, a, b in similar)
    assert len(similar) > 2000
    assert missed <= sum(1 - found(similarity, 14, 8) for similarity, _, _ in similar) + 0.01 * len(similar)
    by_id = {page.doc_id: page for page in made.values()}
    right = 0
    for name, row in gone.items():
        page, stays = by_id[name], by_id[row["kept_doc_id"]]
        right += jaccard(page.text, stays.text, "char" if page.lang in ("ja", "zh") else "word") >= THRESHOLD
    assert len(gone) > 1900
    assert right >= 0.99 * len(gone)


def lines_of(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
