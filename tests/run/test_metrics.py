"""Metrics of a run: the text parses with Prometheus' own reader, and its sums are those of the manifests."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from run_helpers import SMALL, Watching, run
from yurai.engine.ended import Ended, Fate
from yurai.engine.meter import BUCKETS, FATE, METRICS, OTHER, Meter
from yurai.engine.metrics_file import MetricsFile
from yurai.engine.progress import Reporter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from run_helpers import Said

    Yurai = Callable[..., Said]


class Shown:
    """What a metrics file says, as Prometheus reads it."""

    def __init__(self, path: Path) -> None:
        self.families = {one.name: one for one in text_string_to_metric_families(path.read_text("utf-8"))}
        samples = [sample for one in self.families.values() for sample in one.samples]
        self.samples = [(sample.name, dict(sample.labels), sample.value) for sample in samples]

    def sum(self, name: str, **labels: str) -> float:
        return sum(v for n, given, v in self.samples if n == name and labels.items() <= given.items())

    def by_fate(self, name: str) -> Counter[tuple[str, ...]]:
        found = [(tuple(given[one] for one in FATE), v) for n, given, v in self.samples if n == name]
        return Counter({fate: int(value) for fate, value in found if value})


def fates_of(out: Path) -> Counter[tuple[str, ...]]:
    """The fates of all rows as the manifests of the tree's tasks count them; what a crawl had a say in left out."""
    found: Counter[tuple[str, ...]] = Counter()
    for path in out.glob("stages/*/*/tasks/*/*.json"):
        for stage in json.loads(path.read_bytes())["stages"]:
            step, name = path.relative_to(out).parts[1], stage["stage"]
            found[step, name, "kept", ""] += stage["kept"]
            for outcome in ("dropped", "failed"):
                for reason, rows in stage[outcome].items():
                    cut = name in ("read", "extract") and ":" in reason
                    found[step, name, outcome, f"{reason.partition(':')[0]}:*" if cut else reason] += rows
    return +found


def metered(path: Path) -> Reporter:
    return Reporter(quiet=True, meter=Meter(MetricsFile(str(path))))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree `out` and its metrics `run.prom` in one folder."""
    folder = tmp_path_factory.mktemp("metrics")
    run(folder / "out", SMALL, reporter=metered(folder / "run.prom"))
    return folder


def test_sums_are_those_of_the_manifests(made: Path) -> None:
    shown, manifests = Shown(made / "run.prom"), fates_of(made / "out")
    assert any(outcome == "dropped" for _, _, outcome, _ in manifests)
    assert shown.by_fate("yurai_documents_total") == manifests
    assert shown.by_fate("yurai_committed_documents") == manifests
    assert shown.sum("yurai_source_bytes_total") == sum(path.stat().st_size for path in SMALL)
    assert shown.sum("yurai_tasks_total") == shown.sum("yurai_step_tasks") == shown.sum("yurai_task_seconds_count")
    assert shown.sum("yurai_tasks_reused_total") == 0


def test_each_metric_is_told_with_kind_and_unit(made: Path) -> None:
    shown = Shown(made / "run.prom")
    for metric in METRICS:
        family = shown.families[metric.name.removesuffix("_total")]
        assert (family.type, family.documentation) == (metric.kind, f"{metric.help}.")
        assert metric.name.endswith("_total") == (metric.kind == "counter")


def test_metrics_change_no_byte(made: Path, tmp_path: Path) -> None:
    record = run(tmp_path / "out", SMALL)
    assert (tmp_path / "out/run.json").read_bytes() == (made / "out/run.json").read_bytes()
    assert record.digest


class DiedError(Exception):
    """What ends a driver here."""


def test_a_resumed_run_counts_its_own_tasks_and_shows_the_whole_tree(made: Path, tmp_path: Path) -> None:
    def die(step: str) -> None:
        raise DiedError(step)

    first, second = tmp_path / "first.prom", tmp_path / "second.prom"
    with pytest.raises(DiedError):
        run(tmp_path / "out", SMALL, runner=Watching(after=die), reporter=metered(first))
    run(tmp_path / "out", SMALL, reporter=metered(second))
    shown = Shown(second)
    assert shown.by_fate("yurai_committed_documents") == fates_of(made / "out")
    assert shown.sum("yurai_tasks_reused_total", step="00-extract") == 1
    assert shown.sum("yurai_tasks_total", step="00-extract") == len(SMALL) - 1
    assert shown.sum("yurai_step_tasks", step="00-extract") == len(SMALL)


@pytest.mark.parametrize(
    ("fate", "reason"),
    [
        (Fate("extract", "dropped", 'no-handler:a"}\n evil{x="', 2), "no-handler:*"),
        (Fate("read", "dropped", "scheme:dns", 2), "scheme:*"),
        (Fate("filter", "dropped", "length:too-short", 2), "length:too-short"),
        (Fate("filter", "dropped", "\u202e\x1b[31m", 2), OTHER),
        (Fate("filter", "dropped", "x" * 81, 2), OTHER),
    ],
)
def test_a_label_is_a_name_of_ours(fate: Fate, reason: str, tmp_path: Path) -> None:
    file = MetricsFile(str(tmp_path / "run.prom"))
    Meter(file).task("00-extract", Ended("k", fates=(fate,)))
    file.flush(at_once=True)
    assert Shown(tmp_path / "run.prom").by_fate("yurai_documents_total") == {("00-extract", *fate[:2], reason): 2}


def test_retries_requests_and_times_are_counted(tmp_path: Path) -> None:
    file = MetricsFile(str(tmp_path / "run.prom"))
    web = (("refused-503", 2.0), ("requests", 5.0), ("retries", 2.0), ("waited", 1.5))
    for seconds in (0.1, 0.2, 9000.0):
        Meter(file).task("00-extract", Ended("k", seconds, web=web, tries=3))
    file.flush(at_once=True)
    shown = Shown(tmp_path / "run.prom")
    assert shown.sum("yurai_task_retries_total") == 6
    assert shown.sum("yurai_web_refusals_total", status="503") == 6
    assert (shown.sum("yurai_web_requests_total"), shown.sum("yurai_web_waited_seconds_total")) == (15, 4.5)
    counts = [shown.sum("yurai_task_seconds_bucket", le=str(bound)) for bound in BUCKETS]
    assert counts == [1, 2, 2, 2, 2, 2, 2]
    assert shown.sum("yurai_task_seconds_bucket", le="+Inf") == 3
    assert shown.sum("yurai_task_seconds_sum") == pytest.approx(9000.3)


def test_the_option_keeps_the_file_and_says_how_the_run_ended(yurai: Yurai, tmp_path: Path) -> None:
    metrics = tmp_path / "run.prom"
    words = ("run", "demo", "--input", SMALL[2], "--output", tmp_path / "out", "--runner", "local", "--no-report")
    assert yurai(*words, "--metrics", metrics).code == 0
    shown = Shown(metrics)
    assert (shown.sum("yurai_run_running"), shown.sum("yurai_run_done")) == (0, 1)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["run.prom"]


def test_a_file_that_cannot_be_written_is_refused_before_the_run(yurai: Yurai, tmp_path: Path) -> None:
    words = ("run", "demo", "--input", SMALL[2], "--output", tmp_path / "out", "--runner", "local", "--no-report")
    said = yurai(*words, "--metrics", tmp_path / "none" / "run.prom")
    assert said.code == 2
    assert "give a file in a folder that exists" in said.err
    assert not (tmp_path / "out").exists()


def test_a_folder_that_vanished_is_told_once_and_the_run_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "collected"
    folder.mkdir()
    file = MetricsFile(str(folder / "run.prom"))
    (folder / "run.prom").unlink()
    folder.rmdir()
    for _ in range(2):
        file.flush(at_once=True)
    assert capsys.readouterr().err.count("is not up to date") == 1
