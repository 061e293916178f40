"""Say how many workers finish a run in so many hours, and what nodes they need."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from yurai.plan.estimate import Estimate

HOUR: Final = 3600.0
GIB: Final = 1 << 30
OBJECT_STORE: Final = 1 * GIB
"""What `cluster.yaml` and `rayjob.yaml` give Ray's object store of each node."""
RAY: Final = 1 * GIB
"""For Ray's own processes of a node: raylet and agents hold 0.3 GiB (Ray 2.60, PSS), the system some more."""
DRIVER: Final = 1
"""CPUs that the program itself takes as a job."""
NEAR: Final = 1.05
"""How near to what any number of workers can do is as good, where none is fast enough."""


class Wanted(NamedTuple):
    """In how many hours a run should end, and how many CPUs a node of its cluster has."""

    hours: float
    node_cpus: int


@dataclass(frozen=True, slots=True)
class Cluster:
    """So many workers (tasks at a time), on `nodes` of `node_cpus` CPUs and `node_memory` bytes beside the head.

    `wall` seconds are predicted, `high` is the upper end of their 90 % interval: that `fits` into `hours`, or no
    number of workers makes it.
    """

    hours: float
    workers: int
    wall: float
    high: float
    fits: bool
    nodes: int
    node_cpus: int
    node_memory: int


def cluster(wanted: Wanted, wall: Callable[[int], Estimate], memory: Callable[[int], Estimate], tasks: int) -> Cluster:
    """Return the least cluster that ends a run in time, or the one that is about as fast as any.

    `wall` gives the seconds with so many workers, `memory` the bytes that these and the driver hold on one node.
    """

    def ends(workers: int) -> float:
        return wall(workers).interval[1]

    limit = wanted.hours * HOUR
    fits = ends(tasks) <= limit
    workers = _least(lambda count: ends(count) <= (limit if fits else NEAR * ends(tasks)), tasks)
    each = memory(wanted.node_cpus).interval[1] + OBJECT_STORE + RAY
    took = wall(workers)
    return Cluster(
        wanted.hours,
        workers,
        took.value,
        took.interval[1],
        fits,
        math.ceil((workers + DRIVER) / wanted.node_cpus),
        wanted.node_cpus,
        math.ceil(each / GIB) * GIB,
    )


def _least(enough: Callable[[int], bool], most: int) -> int:
    """Return the least number from 1 that is enough, by halves; `most` is."""
    low, high = 1, most
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle + 1, high)
    return low


def launcher_yaml(one: Cluster) -> str:
    """Return the lines of cluster.yaml, of Ray's cluster launcher, that say its size."""
    return f"""\
max_workers: {one.nodes}
available_node_types:
  worker: # an instance of {one.node_cpus} CPUs and {one.node_memory // GIB} GiB or more
    min_workers: 0
    max_workers: {one.nodes}
    resources: {{ CPU: {one.node_cpus} }}
"""


def kuberay_yaml(one: Cluster) -> str:
    """Return the lines of a RayCluster, or of the rayClusterSpec of a RayJob, that say its size."""
    size = f'{{ cpu: "{one.node_cpus}", memory: {one.node_memory // GIB}Gi }}'
    return f"""\
workerGroupSpecs:
  - groupName: workers
    replicas: {one.nodes}
    minReplicas: 1
    maxReplicas: {one.nodes}
    template:
      spec:
        containers:
          - name: ray-worker
            resources:
              requests: {size}
              limits: {size}
"""
