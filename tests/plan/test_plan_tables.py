"""What `yurai plan` prints: amounts with their intervals, 80 columns, and no word in two lines."""

from __future__ import annotations

import dataclasses

import pytest

from yurai import terminal
from yurai.cli import plan_tables
from yurai.plan.near_cost import Corpus
from yurai.plan.near_needs import predicted
from yurai.plan.predict import Need, Plan
from yurai.plan.traffic import Measured
from yurai.stages.near_dedup.settings import NearDedup

HUGE = 8 * 10**9


def needs(scale: float) -> tuple[Need, ...]:
    units = {
        "wall": "seconds",
        "cpu": "seconds",
        "disk": "bytes",
        "memory": "bytes",
        "candidates": "pages",
        "kept": "pages",
        "tokens": "tokens",
    }
    return tuple(Need(name, unit, 9.87e3 * scale, 12.3, 7.65e3 * scale, 12.1e3 * scale) for name, unit in units.items())


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3, 1e6, 1e9])
@pytest.mark.parametrize(
    "settings", [NearDedup(), NearDedup(preset="redpajama", bands=20), NearDedup(preset="llmjp-v4", rows=5)]
)
def test_no_line_is_wider_than_eighty_columns(
    scale: float, settings: NearDedup, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal.out._stream(stderr=False), "_width", 80)
    rows = predicted(Corpus(HUGE, 3300, HUGE // 10_000), settings)
    plan_tables.plan(Plan(needs(scale), 0.01, 123_456, 90_000, 64, 64, rows, 256))
    lines = capsys.readouterr().out.splitlines()
    assert max(len(line.rstrip()) for line in lines) <= 80
    # a table that folds has lines whose first cell is empty, and cells that end amid a word
    assert (
        sum(line.startswith(("wall ", "cpu ", "disk ", "memory ", "candidates ", "kept ", "tokens ")) for line in lines)
        == 7
    )
    for row in rows:
        assert sum(f"  {row.preset}  " in f"{line}  " for line in lines) == 2
        assert sum(f"  {row.shingle}  " in line for line in lines) >= 1
    assert all(line.count("(") == line.count(")") for line in lines)
    for constant in dataclasses.fields(Measured):
        said = f"{constant.name} {getattr(Measured(), constant.name):,.10g} {constant.metadata['is']}"
        assert said in [" ".join(line.split()) for line in lines]


@pytest.mark.parametrize(
    ("value", "unit", "low", "high", "said"),
    [
        (46.4, "seconds", 40.5, 53.1, "46.4 s (40.5 to 53.1)"),
        (88, "seconds", 80, 97, "0:01:28 (0:01:20 to 0:01:37)"),
        (1e6, "seconds", 9e5, 2e6, "277:46:40 (250:00:00 to 555:33:20)"),
        (157.9e6, "bytes", 142.6e6, 1174.9e6, "157.9 MB (142.6 to 1174.9)"),
        (12, "bytes", 10, 20, "12 B (10 to 20)"),
        (0, "bytes", 0, 0, "0 B"),
        (3611, "pages", 3417, 3817, "3,611 (3,417 to 3,817)"),
        (6265, "pages", 6265, 6265, "6,265"),
        (70e6, "tokens", 65.2e6, 75e6, "70.00 million (65.20 to 75.00)"),
        (0, "tokens", 0, 0, "0"),
    ],
)
def test_an_interval_is_said_in_the_unit_of_its_value(
    value: float, unit: str, low: float, high: float, said: str
) -> None:
    assert plan_tables.amount(value, unit, low, high) == said


@pytest.mark.parametrize(("asked", "said"), [(1024, True), (0, False), (90_000, False)])
def test_sizes_that_were_asked_are_said(asked: int, said: bool, capsys: pytest.CaptureFixture[str]) -> None:
    plan_tables.plan(Plan(needs(1e6), 0.01, 123_456, 90_000, 64, 64, (), 256, asked))
    lines = capsys.readouterr().out.splitlines()
    assert any("sizes asked of 1,024 of 90,000 sources" in line for line in lines) == said
    assert max(len(line.rstrip()) for line in lines) <= 80


@pytest.mark.parametrize(("tasks", "said"), [(123_456, True), (90_000, False), (0, False)])
def test_ranges_are_counted_as_tasks(tasks: int, said: bool, capsys: pytest.CaptureFixture[str]) -> None:
    plan_tables.plan(Plan(needs(1e6), 0.01, 123_456, 90_000, 64, 64, tasks=tasks))
    lines = capsys.readouterr().out.splitlines()
    assert any("90,000 sources read in 123,456 tasks: long ones in ranges" in line for line in lines) == said
    assert max(len(line.rstrip()) for line in lines) <= 80


def test_a_plan_is_what_json_shows() -> None:
    value = dataclasses.asdict(Plan(needs(1), 0.01, 5, 1, 1, 2))
    assert set(value["needs"][0]) == {"name", "unit", "predicted", "sample", "low", "high"}
