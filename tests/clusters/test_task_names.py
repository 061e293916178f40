"""Ray calls a task by its step and source, so that the dashboard tells what runs."""

from __future__ import annotations

import pytest

from yurai.engine.task import AnyTask, Task
from yurai.ray.runner import NAME_LETTERS, Names, task_name
from yurai.stages.map_tasks import Measure, measure_shard
from yurai_manifests.task import StepId


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("crawl/a.warc.gz", "00-extract crawl/a.warc.gz"),
        ("graph 00003", "00-extract graph 00003"),
        ("日本/語.jsonl", "00-extract 日本/語.jsonl"),
        ("a\x1b[31m\nforged", "00-extract a\\x1b[31m\\nforged"),
        ("a\u202eb", "00-extract a\\u202eb"),
        ("", "00-extract "),
    ],
)
def test_a_task_is_called_by_step_and_source(source: str, name: str) -> None:
    assert task_name("00-extract", source) == name


@pytest.mark.parametrize("length", [188, 189, 190, 500, 100_000])
def test_of_a_long_source_the_end_is_shown(length: int) -> None:
    source = f"{'x' * (length - 7)}.warc.gz"[-length:]
    name = task_name("00-extract", source)
    assert len(name) <= NAME_LETTERS
    assert name.endswith(".warc.gz")
    assert (name == f"00-extract {source}") == (length <= NAME_LETTERS - 11)


def test_a_run_of_many_tasks_has_few_names() -> None:
    def task(step: str, source: str) -> AnyTask:
        return Task(measure_shard, StepId(step, "0" * 16), "out", source, Measure(()))

    names = Names(most=3)
    given = [names.of(task(step, str(source))) for step in ("00-extract", "01-dedup") for source in (1, 2, 1, 3, 4)]
    own = ["00-extract 1", "00-extract 2", "00-extract 1", "00-extract 3"]
    assert given == [*own, "00-extract", *["01-dedup"] * 5]


@pytest.mark.ray
def test_ray_knows_the_name(ray_cluster: None) -> None:
    import ray

    @ray.remote(num_cpus=0)
    def told() -> str:
        return str(ray.get_runtime_context().get_task_name())

    name = task_name("00-extract", "crawl/日本.warc.gz")
    assert ray.get(told.options(name=name).remote()) == name
