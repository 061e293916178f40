"""Long lists elsewhere: sizes of a draw are asked for, and stand for those of the others, with what that leaves open."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warc_samples import gz, response
from web_server import Web
from yurai.plan.count import count
from yurai.plan.draw import SMALL, Stratum, sized, strata
from yurai.plan.frame import Frame
from yurai.sources.find import find_sources
from yurai.sources.source import Source, make_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """Sixty archives of a page each, as unlike in size as pages are."""
    folder, chance = tmp_path / "crawl", random.Random(5)
    folder.mkdir()
    for number in range(60):
        words = " ".join(f"{chance.randrange(10**6)}" for _ in range(chance.choice((20, 60, 700))))
        data = gz(response(number, f"<html><p>Page {number}: {words}</p></html>".encode()))
        (folder / f"{number:03}.warc.gz").write_bytes(data)
    return folder


@pytest.fixture
def web(crawl: Path) -> Iterator[Web]:
    with Web(crawl) as web:
        yield web


def listed(folder: Path, lines: list[str], name: str = "all.paths") -> str:
    (folder / name).write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return str(folder / name)


def heads(web: Web) -> int:
    return sum(command == "HEAD" for command, *_ in web.seen)


def urls(web: Web, crawl: Path) -> list[str]:
    return [f"{web.url}/ok/{path.name}" for path in sorted(crawl.iterdir())]


@pytest.mark.parametrize("ask", [1, 7, 59])
def test_so_many_entries_are_asked_as_may_be(ask: int, web: Web, crawl: Path, tmp_path: Path) -> None:
    place = listed(tmp_path, urls(web, crawl))
    found = find_sources([place], ask=ask)
    assert len(found) == 60
    assert len(web.seen) <= 2 * ask
    assert sum(source.sized for source in found) == ask
    assert all(
        source.size == (crawl / source.name.rpartition("/")[2]).stat().st_size for source in found if source.sized
    )
    again = find_sources([place], ask=ask)
    assert again == found
    plain = find_sources([place])
    assert [(one.name, str(one.url)) for one in plain] == [(one.name, str(one.url)) for one in found]
    assert all(source.sized for source in plain)


def test_a_run_asks_all_and_so_does_a_short_list(web: Web, crawl: Path, tmp_path: Path) -> None:
    place = listed(tmp_path, urls(web, crawl)[:9])
    assert find_sources([place], ask=9) == find_sources([place], ask=512) == find_sources([place])


def test_files_of_this_machine_are_looked_at_whatever_they_are(crawl: Path, tmp_path: Path) -> None:
    place = listed(tmp_path, [str(path) for path in sorted(crawl.iterdir())])
    assert find_sources([place], ask=3) == find_sources([place])


def test_each_list_has_a_draw_of_its_own(web: Web, crawl: Path, tmp_path: Path) -> None:
    whole = urls(web, crawl)
    places = [listed(tmp_path, whole[:30], "a.paths"), listed(tmp_path, whole[30:], "b.paths")]
    found = find_sources(places, ask=5)
    assert sum(source.sized for source in found[:30]) == 5
    assert sum(source.sized for source in found[30:]) == 5


def test_what_a_list_may_not_name_is_refused_though_nobody_asks(tmp_path: Path, web: Web, crawl: Path) -> None:
    from yurai_manifests.errors import RecipeError

    (crawl / "evil.paths").write_text("".join(f"http://elsewhere.example/{n}.warc.gz\n" for n in range(9)), "utf-8")
    with pytest.raises(RecipeError, match=r"elsewhere\.example"):
        find_sources([f"{web.url}/ok/evil.paths"], ask=1)


def sources(sizes: list[int], asked: set[int], ending: str = ".warc.gz") -> list[Source]:
    return [
        make_source(f"{at:05}{ending}", f"http://host/{at:05}{ending}", size if at in asked else None, "")
        for at, size in enumerate(sizes)
    ]


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("ending", [".warc.gz", ".warc.zst", ".jsonl"])
def test_the_interval_of_the_bytes_holds_them(seed: int, ending: str) -> None:
    chance, inside = random.Random(seed), 0
    sizes = [round(chance.lognormvariate(11.5, 0.8)) for _ in range(3000)]
    for _ in range(60):
        groups = strata(sources(sizes, set(chance.sample(range(3000), 200)), ending), ())
        for group in groups:
            true = sum(size for size in sizes if (size <= SMALL) == group.small)
            low, high = group.doubt.interval
            inside += group.size * low <= true <= group.size * high
    assert inside >= 0.8 * 60 * len(groups)


@given(st.lists(st.integers(0, 2 * SMALL), min_size=1, max_size=50), st.integers(1, 50))
def test_strata_stand_for_all_sources(sizes: list[int], asked: int) -> None:
    some = sources(sizes, set(range(min(asked, len(sizes)))))
    groups = strata(some, ())
    known = [source for source in some if source.sized]
    share = len(known) / len(some)
    assert sum(group.size for group in groups) == pytest.approx(sum(one.size for one in known) / share, abs=len(groups))
    assert all(group.each == pytest.approx(1 / share) for group in groups)
    assert all(source.sized for group in groups for source in group.sources)


def test_all_sizes_known_leave_no_doubt() -> None:
    (group,) = strata(sources([5, 6, 7], {0, 1, 2}), ())
    assert (group.size, group.count, group.doubt.interval) == (18, 3, (1.0, 1.0))
    assert group == Stratum(group.sources, small=True)


def test_kinds_are_scaled_apart() -> None:
    some = sources([100] * 9, {0, 1, 2}) + sources([700] * 8, {0, 1}, ".jsonl")
    assert sorted((group.count, group.size) for group in strata(some, ())) == [(8, 5600), (9, 900)]


def test_sources_without_a_size_are_as_large_as_the_others() -> None:
    assert [one.size for one in sized(sources([10, 20, 90, 90], {0, 1}))] == [10, 20, 15, 15]
    assert [one.size for one in sized(sources([10], set()))] == [0]


def test_pages_of_a_long_list_are_counted_by_the_source_where_that_is_surer(
    web: Web, crawl: Path, tmp_path: Path
) -> None:
    """Each has one page, however large: what is open about bytes is not open about pages."""
    groups = strata(find_sources([listed(tmp_path, urls(web, crawl))], ask=30), ())
    with Frame() as frame:
        (found,) = count(groups, frame)
    assert found.opened == 30
    assert found.estimate.value == pytest.approx(60)
    assert found.estimate.interval == pytest.approx((60, 60), rel=0.02)
