"""Plans of many files: few are opened, the draw repeats itself, and counts hold."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from warc_samples import gz, response, warc_record, zst
from yurai.plan import count as count_module
from yurai.plan import make_plan
from yurai.plan.count import count
from yurai.plan.draw import SMALL, allotted, drawn, strata
from yurai.plan.frame import Frame
from yurai.plan.samples import PART, choose, write
from yurai.sources.find import find_sources
from yurai.sources.rows import SourceTable
from yurai.sources.source import Source, make_source
from yurai.sources.warc import Gap, read_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

sizes = st.lists(st.integers(0, 4 * SMALL), min_size=1, max_size=300)


def made(lengths: list[int], ending: str = ".warc.gz") -> list[Source]:
    return [
        make_source(f"{number:05}{ending}", f"/nowhere/{number:05}{ending}", size, "")
        for number, size in enumerate(lengths)
    ]


def page(number: int, words: int) -> bytes:
    chance = random.Random(number)
    text = " ".join(f"{chance.choice('abcdefgh')}{chance.randrange(10**6)}" for _ in range(words))
    return response(number, f"<html><body><p>The page number {number} of this site. {text}.</p></body></html>".encode())


def archive(number: int, pages: int) -> list[bytes]:
    """An information record, then pages and a request for each."""
    records = [warc_record("warcinfo", number, b"software: sample\r\n", WARC_Target_URI="")]
    for one in range(number * 1000, number * 1000 + pages):
        records += [page(one, 30 + one % 50), warc_record("request", one, b"GET / HTTP/1.1\r\n\r\n")]
    return records


def archives(folder: Path, count: int, *, most: int = 9) -> int:
    """Write `count` small archives; return how many pages they hold."""
    folder.mkdir()
    chance, whole = random.Random(count), 0
    for number in range(count):
        pages = chance.randint(1, most)
        (folder / f"{number:05}.warc.gz").write_bytes(b"".join(map(gz, archive(number, pages))))
        whole += pages
    return whole


@given(sizes, st.integers(1, 80))
def test_a_draw_repeats_itself_and_takes_each_source_once(lengths: list[int], wanted: int) -> None:
    sources = made(lengths)
    for group in strata(sources, ()):
        once = drawn(group, wanted)
        assert once == drawn(
            strata(sources[::-1], ())[[one.small for one in strata(sources[::-1], ())].index(group.small)], wanted
        )
        assert len(once) == len(set(once)) == min(wanted, len(group.sources))
        assert set(once) <= set(group.sources)


@given(sizes)
def test_every_source_with_bytes_lies_in_one_stratum_of_its_size(lengths: list[int]) -> None:
    sources = made(lengths)
    groups = strata(sources, ())
    held = Counter(source for group in groups for source in group.sources)
    assert held == Counter(source for source in sources if source.size)
    assert all((source.size <= SMALL) == group.small for group in groups for source in group.sources)


def test_a_draw_spreads_over_the_sizes() -> None:
    (group,) = strata(made(list(range(1, 1001))), ())
    found = sorted(source.size for source in drawn(group, 10))
    assert [size // 101 for size in found] == list(range(10))


def test_kinds_codecs_and_tables_are_strata_of_their_own() -> None:
    names = [".warc.gz", ".warc.zst", ".warc", ".jsonl", ".jsonl.gz", ".parquet"]
    sources = [source for ending in names for source in made([100, 200], ending)]
    assert len(strata(sources, ())) == 6
    assert len(strata(sources, (SourceTable(match="00000*", name="A"), SourceTable(match="*", name="B")))) == 9


def test_ninety_thousand_sources_open_sixty_four() -> None:
    groups = strata(made([10**9 + number for number in range(89_000)] + [500] * 1000), ())
    with Frame() as frame:  # that holds nothing: all is cut
        chosen = choose(groups, frame, 0.01, 10**9)
    assert sum(len(each.sources) for each in chosen.cuts) <= 64 + 16
    assert sum(allotted(groups, count_module.FILES)) <= 256 + 16


def test_a_list_of_a_thousand_files_is_counted_by_few(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = archives(tmp_path / "many", 1000)
    listed = tmp_path / "all.paths"
    listed.write_text("".join(f"{path}\n" for path in sorted((tmp_path / "many").iterdir())), "utf-8")
    sources, opened = find_sources([str(listed)]), list[str]()

    def watched(source: Source, share: float, seed: int) -> object:
        opened.append(source.name)
        return real(source, share, seed)

    real = count_module.pieces_of
    monkeypatch.setattr(count_module, "pieces_of", watched)
    assert count_module.SMALL_FILES <= 1024
    monkeypatch.setattr(count_module, "SMALL_FILES", 256)
    groups = strata(sources, ())
    with Frame() as frame:
        (found,) = count(groups, frame)
    assert (found.opened, len(set(opened))) == (256, 256)
    low, high = found.estimate.interval
    assert low <= whole <= high
    assert high / low < 1.15
    with Frame() as frame:
        (again,) = count(groups, frame)
    assert again == found


@pytest.mark.parametrize("ending", [".warc.gz", ".warc.zst", ".warc"])
def test_a_small_corpus_is_counted_exactly(ending: str, tmp_path: Path) -> None:
    pack = {".warc.gz": gz, ".warc.zst": zst, ".warc": bytes}[ending]
    for number in range(5):
        (tmp_path / f"{number}{ending}").write_bytes(b"".join(map(pack, archive(number, 7))))
    with Frame() as frame:
        (found,) = count(strata(find_sources([f"{tmp_path}/*"]), ()), frame)
        assert len(frame.pages) == 35
    assert found.estimate.interval == (35, 35)


def test_rows_are_counted_exactly(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("".join(json.dumps({"text": f"row {n}"}) + "\n" for n in range(77)), "utf-8")
    pq.write_table(pa.table({"text": [f"row {n}" for n in range(55)]}), tmp_path / "b.parquet")
    with Frame() as frame:
        found = count(strata(find_sources([f"{tmp_path}/*"]), ()), frame)
    assert sorted(one.estimate.value for one in found) == [55, 77]


def test_a_large_archive_is_counted_by_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(count_module, "BUDGET", 1 << 20)
    (tmp_path / "large.warc.gz").write_bytes(b"".join(map(gz, archive(1, 20_000))))
    (group,) = strata(find_sources([str(tmp_path)]), ())
    assert not group.small
    with Frame() as frame:
        low, high = count([group], frame)[0].estimate.interval
    assert low < 20_000 < high
    assert 1.001 < high / low < 1.2


def test_samples_have_as_many_files_as_their_pages_fill_and_the_smaller_is_a_part(tmp_path: Path) -> None:
    pages = archives(tmp_path / "many", 100)
    groups = strata(find_sources([str(tmp_path / "many")]), ())
    with Frame() as frame:
        count(groups, frame)
        chosen = choose(groups, frame, 0.3, pages)
        large = write(chosen, tmp_path / "large", 0.3, 2)
        small = write(chosen, tmp_path / "small", 0.3, 2, part=PART)
    assert 25 <= len(large.names[0]) <= 38
    assert 2 <= len(small.names[0]) <= 8
    whole = [place.read_bytes() for place in (tmp_path / "many").iterdir()]
    for name in large.names[0]:
        found = [part for part in read_file(tmp_path / "large" / name) if not isinstance(part, Gap)]
        assert any(part.kind == "response" for part in found)
        data = (tmp_path / "large" / name).read_bytes()
        assert all(any(data[one.offset : one.offset + one.length] in each for each in whole) for one in found)


@pytest.mark.slow
def test_many_small_files_are_planned_the_same_twice(yurai: Callable[..., Said], tmp_path: Path) -> None:
    whole = archives(tmp_path / "many", 60)
    said = yurai("plan", "plain", "--input", tmp_path / "many", "--workers", 1, "--format", "json", "--share", 0.4)
    assert said.code == 0, said.err
    needs = {need["name"]: need for need in json.loads(said.out)["needs"]}
    assert (needs["candidates"]["low"], needs["candidates"]["high"]) == (whole, whole)
    assert needs["kept"]["low"] <= whole <= needs["kept"]["high"]
    for need in needs.values():
        assert 0 < need["low"] <= need["predicted"] <= need["high"]
    again = make_plan("plain", find_sources([str(tmp_path / "many")]), share=0.4, workers=1, runner="local")
    for name in ("candidates", "kept", "tokens"):
        need = again.need(name)
        assert [needs[name][key] for key in ("predicted", "low", "high")] == [need.predicted, need.low, need.high]
