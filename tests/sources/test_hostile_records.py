"""A seeded share of what bench/attacks.py tries on the readers: hostile records and rows, and damaged files."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

import hostile_damage
import hostile_records
import hostile_rows
from cost import grows_linearly
from warc_samples import read
from yurai.sources.warc import read_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LARGE = ("bomb", "text of a whole limit", "text beyond the limit", "unit: bomb")
"""Trials that take seconds; one of each kind of bomb stands in the tests of payloads."""
SMALL = [name for name in hostile_records.TRIALS if not name.startswith(LARGE)]
NAMES = sorted(random.Random(11).sample(SMALL, 60))
KINDS = sorted(random.Random(12).sample(sorted(hostile_rows.KINDS), 4))
"""Kinds whose cost is the square of their size where the parser of heads copies a folded value for each line of it."""
GROWING = sorted(random.Random(14).sample(sorted(hostile_records.GROWING), 4))
DAMAGES = [one for one in hostile_damage.damages(5, seed=13) if one.container not in hostile_damage.PDF_FILES]


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_record_costs_no_other(name: str, tmp_path: Path) -> None:
    assert hostile_records.wrong(name, tmp_path / "hostile") == ""


@pytest.mark.parametrize("damage", DAMAGES, ids=str)
def test_what_lies_outside_of_damage_is_as_it_was(damage: hostile_damage.Damage, tmp_path: Path) -> None:
    assert hostile_damage.wrong(damage, tmp_path / "damaged") == ""


@pytest.mark.parametrize("name", GROWING)
def test_twice_the_record_costs_twice_the_time(name: str, tmp_path: Path) -> None:
    make, size = hostile_records.GROWING[name]

    def work(n: int) -> Callable[[], object]:
        path = tmp_path / str(n)
        path.write_bytes(make(n))
        read(path)  # every byte is in a record or in a gap
        return lambda: list(read_file(path))

    assert grows_linearly(work, size)


@pytest.mark.parametrize("name", KINDS)
def test_twice_the_rows_cost_twice_the_time(name: str, tmp_path: Path) -> None:
    make, size = hostile_rows.KINDS[name]

    def work(n: int) -> Callable[[], object]:
        path = tmp_path / str(n) / name
        path.parent.mkdir()
        path.write_bytes(make(n))
        return lambda: hostile_rows.read(path)

    assert grows_linearly(work, size)


def test_every_name_is_of_one_trial() -> None:
    tables = (hostile_records.RECORDS, hostile_records.UNITS, hostile_records.ARC_RECORDS)
    assert sum(map(len, tables)) == len(hostile_records.TRIALS)
    assert len(hostile_records.TRIALS) > 300


def test_the_check_sees_a_good_record_that_is_not_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    swallowing = hostile_records.raw(b"x", Content_Length=b"%d" % (len(hostile_records.GOOD[2]) + 5))
    monkeypatch.setitem(hostile_records.TRIALS, "swallows", (lambda: swallowing, ("plain",), "warc"))
    assert "good records are not as they were" in hostile_records.wrong("swallows", tmp_path / "hostile")


def test_the_check_sees_a_record_that_damage_cost_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damage = hostile_damage.Damage("warc.gz", "zero", 300, 301, 0)
    monkeypatch.setattr(hostile_damage, "_untouched", lambda *_: list(range(12)))
    assert "not as they were" in hostile_damage.wrong(damage, tmp_path / "damaged")
