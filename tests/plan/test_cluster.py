"""`yurai plan --hours`: the least cluster that ends a run in time, and lines that fit into the files that start it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest
import yaml

from page_blocks import ROOT
from run_helpers import SMALL
from yurai.plan.cluster import GIB, NEAR, Cluster, Wanted, cluster, kuberay_yaml, launcher_yaml
from yurai.plan.estimate import Estimate

if TYPE_CHECKING:
    from collections.abc import Callable

    from run_helpers import Said

SERIAL, WORK, TASKS = 600.0, 360_000.0, 1000


def wall(workers: int) -> Estimate:
    """Ten minutes that nobody shares, and 100 hours of a thousand equal tasks; the error is 10 %."""
    return Estimate(SERIAL + WORK / TASKS * math.ceil(TASKS / workers), 0.01)


def memory(workers: int) -> Estimate:
    return Estimate((0.5 + 1.1 * workers) * GIB)


@pytest.mark.parametrize("hours", [0.5, 1.0, 3.0, 10.0, 200.0])
def test_it_is_the_least_that_ends_in_time(hours: float) -> None:
    found = cluster(Wanted(hours, 8), wall, memory, TASKS)
    assert found.fits
    assert found.high == wall(found.workers).interval[1] <= hours * 3600
    assert found.workers == 1 or wall(found.workers - 1).interval[1] > hours * 3600
    assert (found.nodes - 1) * 8 < found.workers + 1 <= found.nodes * 8
    assert found.node_memory >= memory(8).value
    assert found.node_memory % GIB == 0


def test_where_none_is_fast_enough_it_is_about_as_fast_as_any() -> None:
    found = cluster(Wanted(0.1, 8), wall, memory, TASKS)
    assert not found.fits
    assert found.high <= NEAR * wall(TASKS).interval[1]
    assert found.workers <= TASKS


def merged(into: object, lines: object) -> bool:
    """Whether every field of `lines` is one of `into`, at its place."""
    if isinstance(lines, dict):
        return isinstance(into, dict) and all(name in into and merged(into[name], one) for name, one in lines.items())
    if isinstance(lines, list):
        return isinstance(into, list) and all(merged(one, other) for one, other in zip(into, lines, strict=True))
    return True


def test_its_lines_have_their_places_in_the_files_that_start_a_cluster() -> None:
    one = Cluster(1.0, 30, 1.0, 2.0, True, 4, 8, 12 * GIB)
    launcher = yaml.safe_load(launcher_yaml(one))
    assert launcher["max_workers"] == launcher["available_node_types"]["worker"]["max_workers"] == 4
    assert launcher["available_node_types"]["worker"].pop("resources") == {"CPU": 8}
    assert merged(yaml.safe_load((ROOT / "cluster.yaml").read_text("utf-8")), launcher)
    job = yaml.safe_load((ROOT / "examples/cluster/rayjob.yaml").read_text("utf-8"))
    kuberay = yaml.safe_load(kuberay_yaml(one))
    assert merged(job["spec"]["rayClusterSpec"], kuberay)
    (group,) = kuberay["workerGroupSpecs"]
    assert (group["minReplicas"], group["replicas"], group["maxReplicas"]) == (1, 4, 4)
    resources = group["template"]["spec"]["containers"][0]["resources"]
    assert resources["requests"] == resources["limits"] == {"cpu": "8", "memory": "12Gi"}


@pytest.mark.slow
def test_the_command_prints_them(yurai: Callable[..., Said]) -> None:
    said = yurai("plan", "plain", "--input", SMALL[1], "--hours", 2, "--node-cpus", 4, "-q")
    assert said.code == 0, said.err
    assert "\n2 h: 1 worker (" in said.out
    parts = said.out.partition("# cluster.yaml\n")[2].split("# KubeRay, rayClusterSpec\n")
    assert [list(yaml.safe_load(part)) for part in parts] == [
        ["max_workers", "available_node_types"],
        ["workerGroupSpecs"],
    ]
