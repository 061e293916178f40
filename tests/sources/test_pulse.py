"""A long search for input says that it goes on; a source of a long list is small."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yurai.sources.find import find_sources
from yurai.sources.pulse import EVERY, with_pulse
from yurai.sources.source import make_source

if TYPE_CHECKING:
    from pathlib import Path


def lines_after(steps: list[float], capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What is told of items that come after these seconds."""
    clock = iter([0.0, *steps])
    assert list(with_pulse(range(len(steps)), "list.paths", lambda: next(clock))) == list(range(len(steps)))
    return capsys.readouterr().err.splitlines()


@pytest.mark.parametrize("steps", [[], [0.1], [9.9], [0.1, 5.0, 9.99], [0.0] * 100])
def test_a_short_search_says_nothing(steps: list[float], capsys: pytest.CaptureFixture[str]) -> None:
    assert lines_after(steps, capsys) == []


def test_a_long_one_says_how_far_it_is_every_ten_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    said = lines_after([number / 100 for number in range(1, 3501)], capsys)
    assert said == [f"list.paths: {count:,} files found so far, 100/s" for count in (1000, 2000, 3000)]


def test_a_pause_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert len(lines_after([5 * EVERY, 5 * EVERY + 1, 5 * EVERY + 2], capsys)) == 1


names = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=40)


@given(names, st.text(max_size=40), st.text(max_size=10), st.one_of(st.none(), st.integers(0, 10**12)))
def test_a_source_keeps_its_url_whatever_its_name(name: str, head: str, tail: str, size: int | None) -> None:
    source = make_source(name, f"{head}{name}{tail}", size, "stamp", ("https://a/",))
    assert str(source.url) == f"{head}{name}{tail}"
    assert (source.url.size, source.size, source.url.allow) == (size, size or 0, ("https://a/",))


def test_sources_of_a_list_share_all_but_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "crawl-data" / "a-long-name-of-a-segment"
    folder.mkdir(parents=True)
    for number in range(200):
        (folder / f"{number:05}.warc.gz").write_bytes(b"x")
    listed = tmp_path / "all.paths"
    listed.write_text(
        "".join(f"crawl-data/a-long-name-of-a-segment/{number:05}.warc.gz\n" for number in range(200)), "utf-8"
    )
    sources = find_sources([str(listed)], base=str(tmp_path))
    assert len({id(source.head) for source in sources}) == 1
    assert all(source.rest is source.name for source in sources)
    assert all(sys.getsizeof(source) < 120 for source in sources)
    assert str(sources[7].url).endswith(f"{folder}/00007.warc.gz")


def test_a_source_does_not_show_a_secret() -> None:
    source = make_source("a.warc.gz", "https://user:word@host/a.warc.gz", 1, "")
    signed = make_source("a.warc.gz", "https://host/a.warc.gz?sig=secret", 1, "")
    for text in (repr(source), f"{source.url}", repr(signed), f"{signed.url}"):
        assert "word" not in text
        assert "secret" not in text
