"""A few cases of each kind that bench/fuzz.py tries by the ten thousand, with seeds that stay."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

import mutant_pages
from mutant_kinds import KINDS
from mutants import Judged, rng_of
from warc_samples import PACKERS

if TYPE_CHECKING:
    from pathlib import Path

SEEDS = range(12)
PAGES = [name for name in KINDS if name in mutant_pages.KINDS]


@pytest.mark.parametrize("kind", [name for name in KINDS if name not in PAGES])
def test_mutants_are_read_or_refused_in_words(kind: str, tmp_path: Path) -> None:
    judged = {seed: KINDS[kind].judge(KINDS[kind].make(rng_of(kind, seed)), tmp_path / "case") for seed in SEEDS}
    assert {seed: one.wrong for seed, one in judged.items() if one.wrong} == {}
    assert any(one.refused for one in judged.values())


@pytest.mark.skipif(sys.platform != "linux", reason="costs of another process are read from /proc")
@pytest.mark.parametrize("kind", PAGES)
def test_mutants_of_pages_are_answered_twice_the_same(kind: str, tmp_path: Path) -> None:
    judged = {seed: KINDS[kind].judge(KINDS[kind].make(rng_of(kind, seed)), tmp_path / "case") for seed in SEEDS}
    mutant_pages.trials().close()
    assert {seed: one.wrong for seed, one in judged.items() if one.wrong} == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_case_is_made_from_its_seed_alone(kind: str) -> None:
    made = [KINDS[kind].make(rng_of(kind, seed)) for seed in (3, 4, 3)]
    assert made[0] == made[2] != made[1]


@pytest.mark.parametrize("container", PACKERS)
def test_sound_archives_are_read_as_other_readers_read_them(container: str, tmp_path: Path) -> None:
    kind = KINDS["arc" if "arc" in container.split(".") else "lz4" if "lz4" in container else "gzip"]
    data = PACKERS[container]().data
    assert not KINDS["warc"].judge(data, tmp_path / "case").wrong
    for name in kind.peers:
        differs = kind.beside(name, data, tmp_path / "case")
        raises = ("dict.warc.zst" in container) or (name == "warcio" and "zst" in container)
        assert bool(differs) == raises, (name, differs)


def test_the_law_is_held_to(tmp_path: Path) -> None:
    """A line more than rows is told: the judge of lines counts by itself."""
    judge = KINDS["jsonl"].judge
    assert judge(b'{"text":"a"}\n{"text":"b"}\n', tmp_path / "case") == Judged()
    assert judge(b'{"text":"a"}\n{"text"\n', tmp_path / "case") == Judged(refused=True)
