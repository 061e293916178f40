"""The Ray runner as such: bounds, errors that come through, and the loss of workers."""

from __future__ import annotations

import os
import stat
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from run_helpers import SMALL, run, until
from yurai.engine.meter import Meter
from yurai.engine.progress import Reporter
from yurai.engine.task import AnyTask, Task
from yurai.sources.fetch import Shard
from yurai.stages.map_tasks import Measure, measure_shard
from yurai_manifests.errors import RecipeError, ShardError
from yurai_manifests.task import StepId

pytestmark = [pytest.mark.ray, pytest.mark.usefixtures("ray_cluster")]
STEP = StepId("00-test", "f" * 64)


def task(store: Path, number: int = 0) -> tuple[int, AnyTask]:
    shard = Shard(str(store), "none.parquet", "0" * 64, 1, 1, "none")
    return number, Task(measure_shard, STEP, str(store), f"task {number}", Measure(()), "k" * 64, (shard,))


def test_workers_are_the_cpus_of_the_cluster() -> None:
    from yurai.ray import RayRunner

    assert RayRunner().workers == 2
    assert RayRunner(1).workers == 1


def test_workers_run_at_the_priority_of_other_work() -> None:
    import ray

    assert ray.get(ray.remote(lambda: os.nice(0)).remote()) == os.nice(0)


def test_a_runner_leaves_a_cluster_that_it_joined() -> None:
    import ray

    from yurai.ray import RayRunner

    RayRunner(1).close()
    assert ray.is_initialized()


def test_no_task_is_no_work() -> None:
    from yurai.ray import RayRunner

    assert list(RayRunner(2).run(iter(()))) == []


def test_an_error_of_a_task_comes_through(tmp_path: Path) -> None:
    from yurai.ray import RayRunner

    with pytest.raises(ShardError, match=r"cannot read .*none\.parquet"):
        list(RayRunner(2).run([task(tmp_path)]))


def test_few_tasks_are_ahead(tmp_path: Path) -> None:
    """The list of tasks may be endless; only 4 a worker are taken from it before one has ended."""
    from yurai.ray import AHEAD, RayRunner

    taken = 0

    def endless() -> Iterator[tuple[int, AnyTask]]:
        nonlocal taken
        while True:
            taken += 1
            yield task(tmp_path, taken)

    with pytest.raises(ShardError, match="cannot read"):
        next(RayRunner(2).run(endless()))
    assert taken == 2 * AHEAD


def test_all_that_ended_is_heard_of_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where much is in flight, one look takes all ends; the digest is that of a run without Ray."""
    from yurai.ray import runner as module

    looks: list[int] = []

    def ended(running: list[module.Reference]) -> list[module.Reference]:
        found = look(running)
        looks.append(len(found))
        return found

    look = module._ended
    monkeypatch.setattr(module, "FEW", 0)
    monkeypatch.setattr(module, "_ended", ended)
    spread = run(tmp_path / "ray", SMALL, runner=module.RayRunner(2))
    assert spread.digest == run(tmp_path / "local", SMALL).digest
    assert sum(looks) >= len(SMALL)


def test_a_task_beyond_its_deadline_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from yurai.ray import runner as module

    monkeypatch.setattr(module, "POLL_SECONDS", 0.05)
    runner = module.RayRunner(1, deadline=0.0)
    started = time.monotonic()
    with pytest.raises(ShardError, match=r"was lost 4 times .*then run the same command to resume"):
        run(tmp_path / "out", SMALL[:1], runner=runner)
    assert time.monotonic() - started < 60
    assert not (tmp_path / "out/run.json").exists()


def test_an_address_is_ignored_where_ray_runs_already() -> None:
    from yurai.ray import RayRunner

    assert RayRunner(1, "10.1.2.3:1").workers == 1


def test_an_open_remote_cluster_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from yurai.ray import _connect

    monkeypatch.delenv("RAY_AUTH_MODE", raising=False)
    with pytest.raises(RecipeError, match="RAY_AUTH_MODE is not token"):
        _connect(1, "10.1.2.3:6379")


def test_the_token_is_nobody_elses() -> None:
    path = Path.home() / ".ray/auth_token"
    if not path.exists():
        pytest.skip("Ray wrote no token here")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("address", "said"),
    [("127.0.0.1:1", "cannot reach Ray at 127.0.0.1:1: .*check the address"), ("localhost:head", "give HOST:PORT")],
)
def test_an_address_where_nobody_listens(address: str, said: str) -> None:
    from yurai.ray import _connect

    with pytest.raises(RecipeError, match=said):
        _connect(1, address)


def test_tasks_that_wait_for_a_cpu_that_nobody_has_say_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """A job holds the only CPU of its cluster: here two tasks hold both until the warning was given."""
    import ray

    from yurai.ray import RayRunner
    from yurai.ray import runner as module

    for name, value in {"POLL_SECONDS": 0.05, "IDLE_SECONDS": 0.2}.items():
        monkeypatch.setattr(module, name, value)
    folder = tmp_path / "begun"
    folder.mkdir()

    def hold(begun: Path, end: Path) -> None:
        begun.touch()
        while not end.exists():
            time.sleep(0.05)

    request.addfinalizer((tmp_path / "end").touch)  # other tests want these CPUs, however this one ends
    for number in (1, 2):
        ray.remote(hold).remote(folder / str(number), tmp_path / "end")
    until(lambda: len(list(folder.iterdir())) == 2 and module._free() == 0)
    runner = RayRunner(1)
    said: list[str] = []

    def tell(text: str) -> None:
        """Hear the warning; the CPUs are given back when it comes."""
        said.append(text)
        (tmp_path / "end").touch()

    monkeypatch.setattr(module, "warn", tell)
    with pytest.raises(ShardError, match="cannot read"):
        list(runner.run([task(tmp_path)]))
    assert len(said) == 1
    assert "the cluster has 2 CPUs, and this job (submit gives it one) and others held all of them" in said[0]


def test_ray_shows_the_metrics_of_a_run(tmp_path: Path) -> None:
    """The driver's metrics reach the page that Prometheus scrapes from Ray's agent, with the sums of the run."""
    import ray

    from yurai.ray import RayOutlet, RayRunner

    totals = run(
        tmp_path / "out", SMALL, runner=RayRunner(2), reporter=Reporter(quiet=True, meter=Meter(RayOutlet()))
    ).value["totals"]
    node = ray.nodes()[0]  # type: ignore[no-untyped-call] # Ray's own gap
    page = f"http://{node['NodeManagerAddress']}:{node['MetricsExportPort']}/metrics"

    def rows(name: str, **labels: str) -> float:
        with urllib.request.urlopen(page) as answer:
            families = list(text_string_to_metric_families(answer.read().decode("utf-8")))
        samples = [sample for family in families for sample in family.samples if sample.name == name]
        return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())

    fate = {"step": "00-extract", "stage": "read"}
    until(lambda: rows("ray_yurai_committed_documents", **fate) == totals["candidates"])
    until(lambda: rows("ray_yurai_documents_total", **fate) >= totals["candidates"])  # of this process, as are the next
    until(lambda: rows("ray_yurai_task_seconds_count", step="00-extract") >= len(SMALL))
