"""Texts that may be duplicates are drawn together: what a sample of clusters keeps goes with its size."""

from __future__ import annotations

import random
import statistics
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cost import grows_linearly
from yurai.plan.frame import PAGES, Frame
from yurai.plan.sketch import ALIKE, LEAST_ALIKE, clusters, sketch, visible

if TYPE_CHECKING:
    from collections.abc import Callable


def text(number: int, words: int = 300) -> bytes:
    chance = random.Random(number)
    return " ".join(f"{chance.randrange(10**6):x}" for _ in range(words)).encode()


def changed(data: bytes, share: float, seed: int) -> bytes:
    chance, words = random.Random(seed), data.split()
    return b" ".join(b"other" if chance.random() < share else word for word in words)


@pytest.mark.parametrize(
    "other",
    [
        text(1),
        text(1).replace(b" ", b"\n\t "),
        b"\n" + text(1) + b"  ",
        visible(b"<p>" + text(1).replace(b" ", b"<br>") + b"</p>"),
        visible(b"<style>p{}</style><script>var a = 1 < 2;</script><p class=x>" + text(1)),
    ],
)
def test_equal_texts_are_one_cluster(other: bytes) -> None:
    assert clusters([sketch(text(1)), sketch(text(2)), sketch(other)]) == [[0, 2], [1]]


@pytest.mark.parametrize(("share", "least", "most"), [(0.002, 0.95, 1), (0.01, 0.8, 1), (0.6, 0, 0.05)])
def test_near_texts_meet_and_strangers_do_not(share: float, least: float, most: float) -> None:
    pairs = [(sketch(text(number)), sketch(changed(text(number), share, number))) for number in range(100)]
    assert least <= statistics.mean(len(clusters(pair)) == 1 for pair in pairs) <= most


@given(st.lists(st.binary(max_size=60), max_size=80))
def test_each_text_is_in_one_cluster_and_none_is_large(texts: list[bytes]) -> None:
    found = clusters([sketch(one) for one in texts])
    assert sorted(number for one in found for number in one) == list(range(len(texts)))
    assert all(len(one) <= max(LEAST_ALIKE, len(texts) // ALIKE) for one in found)


@pytest.mark.parametrize("body", [b"", b"<", b"<<<<", b"<script", b"a < b > c", b"</style><style>"])
def test_any_bytes_show_something(body: bytes) -> None:
    assert len(visible(body)) <= len(body)
    assert len(sketch(visible(body))) == len(sketch(text(1)))


@pytest.mark.parametrize("part", [b"<", b"<script>", b"<script>x</script", b"<style", b"<p>"])
def test_what_a_page_shows_costs_as_much_as_it_is_long(part: bytes) -> None:
    def prepare(size: int) -> Callable[[], object]:
        body = part * size
        return lambda: visible(body)

    assert grows_linearly(prepare, 20_000)


def framed(texts: list[bytes], seed: int) -> Frame:
    frame = Frame(seed=seed)
    for one in texts:
        if frame.wants(0):
            frame.add(0, one, one)
    return frame


@pytest.mark.parametrize("kind", ["none", "pairs", "few large groups", "long tail"])
def test_weights_make_a_draw_stand_for_all(kind: str) -> None:
    """The kept texts, all texts and their bytes are, on an average, those of the whole."""
    tail = [text(number, 4000 if number % 50 == 0 else 60) for number in range(500)]
    texts = {
        "none": [text(number, 60) for number in range(500)],
        "pairs": [text(number % 250, 60) for number in range(500)],
        "few large groups": [text(number if number % 2 else number % 8, 60) for number in range(500)],
        "long tail": tail,
    }[kind]
    kept, pages, size = [], [], []
    for seed in range(40):
        with framed(texts, seed) as frame:
            found = frame.draw(frame.clusters(), 60)
            kept.append(sum(one.weight * len({frame.data(page) for page in one.cluster.pages}) for one in found))
        pages.append(sum(one.weight * len(one.cluster.pages) for one in found))
        size.append(sum(one.weight * one.cluster.text for one in found))
    assert statistics.mean(kept) == pytest.approx(len(set(texts)), rel=0.1)
    assert statistics.mean(pages) == pytest.approx(len(texts), rel=0.1)
    assert statistics.mean(size) == pytest.approx(sum(map(len, texts)), rel=0.1)


def test_one_seed_gives_one_draw_and_another_another() -> None:
    texts, draws = [text(number, 40) for number in range(200)], []
    for seed in (3, 3, 5):
        with framed(texts, seed) as frame:
            draws.append([one.cluster for one in frame.draw(frame.clusters(), 20)])
    assert draws[0] == draws[1] != draws[2]


def test_a_frame_is_bounded_and_leaves_out_what_it_is_told_to(monkeypatch: pytest.MonkeyPatch) -> None:
    from yurai.plan import frame as module

    assert PAGES <= 1 << 14
    monkeypatch.setattr(module, "PAGES", 64)
    with framed([text(number, 9) for number in range(1000)], 0) as frame:
        assert 20 <= len(frame.pages) <= 64
        frame.leave_out(0)
        assert not frame.pages
        assert not frame.wants(0)
        assert frame.wants(1) in (True, False)
