"""Run on Ray: the runner, how a cluster is joined, jobs, and the examination of its nodes.

`runner` runs tasks, `connect` joins a cluster or refuses it, `metrics` shows those of a run on its dashboard, `submit`
is the retry loop around Ray's jobs (their client is `jobs`), and `doctor` asks every node of a cluster what it is.
Nothing outside this package imports Ray.
"""

from yurai.ray.connect import connect as _connect
from yurai.ray.metrics import RayOutlet
from yurai.ray.runner import AHEAD, RayRunner

__all__ = ["AHEAD", "RayOutlet", "RayRunner", "_connect"]
