"""RayRunner: tasks on a Ray cluster, or on Ray started for this run on this machine. The only module that imports Ray.

Ray is a scheduler, never the store of record: tasks carry paths, results are keys, and the cluster may vanish at any
instant. Core tasks, not Ray Data: inputs and outputs are files (docs/decisions/0004-ray-core-over-files.md).
"""

import ipaddress
import os
import time
from collections.abc import Iterable, Iterator
from typing import Any

# A black-holed node otherwise keeps its tasks for 7 minutes: gRPC's keepalive defaults to 300 + 120 s.
os.environ.setdefault("RAY_grpc_client_keepalive_time_ms", "10000")
os.environ.setdefault("RAY_grpc_client_keepalive_timeout_ms", "10000")

import ray
from ray.exceptions import GetTimeoutError, RayError, RayTaskError

from yurai.errors import RecipeError, ShardError, YuraiError
from yurai.task import Task, execute

AHEAD = 4
ATTEMPTS = 4
OBJECT_STORE_BYTES = 128 << 20
POLL_SECONDS = 1.0


class RayRunner:
    """Runs each task as one Ray Core task, at most 4 x workers in flight.

    Args:
        workers: tasks at a time; None for all CPUs of the cluster.
        address: `local` starts Ray here and ends it with the run; else the cluster's address.
        deadline: seconds after which a task is cancelled and tried again, at most 4 times.
    """

    def __init__(self, workers: int | None = None, address: str = "local", *, deadline: float = 6 * 3600.0) -> None:
        self._deadline = deadline
        self._owned = not ray.is_initialized()
        if self._owned:
            _connect(workers, address)
        self.workers = workers or int(ray.cluster_resources().get("CPU", 1))
        self._remote = ray.remote(num_cpus=1, max_retries=0)(execute)

    def run(self, tasks: Iterable[tuple[int, Task]]) -> Iterator[tuple[int, str]]:
        """Yield (number, key) of each task as it ends; raises what a task raised."""
        running: dict[Any, tuple[int, Task, int, float]] = {}
        queue = iter(tasks)
        try:
            while True:
                while len(running) < self.workers * AHEAD and (entry := next(queue, None)):
                    self._submit(running, *entry, 1)
                if not running:
                    return
                ended, _ = ray.wait(list(running), num_returns=1, timeout=POLL_SECONDS)
                for reference in ended:
                    number, task, tries, _ = running.pop(reference)
                    key = self._result(running, reference, number, task, tries)
                    if key:
                        yield number, key
                self._cancel_late(running)
        finally:
            for reference in running:
                ray.cancel(reference, force=True)

    def _submit(self, running: dict[Any, tuple[int, Task, int, float]], number: int, task: Task, tries: int) -> None:
        running[self._remote.remote(task)] = (number, task, tries, time.monotonic())

    def _result(
        self,
        running: dict[Any, tuple[int, Task, int, float]],
        reference: Any,
        number: int,
        task: Task,
        tries: int,
    ) -> str | None:
        """Return the task's key, or None after submitting it again because its worker or node died."""
        try:
            return str(ray.get(reference, timeout=60))
        except RayTaskError as error:
            cause = error.as_instanceof_cause()
            raise (cause.cause if isinstance(getattr(cause, "cause", None), YuraiError) else cause) from error
        except (RayError, GetTimeoutError) as error:
            if tries >= ATTEMPTS:
                raise ShardError(
                    f"{task.source} in step {task.step.name} was lost {tries} times ({type(error).__name__}); look at the "
                    "memory and logs of its nodes, then run the same command to resume"
                ) from error
            self._submit(running, number, task, tries + 1)
            return None

    def _cancel_late(self, running: dict[Any, tuple[int, Task, int, float]]) -> None:
        now = time.monotonic()
        for reference, (_, _, _, started) in running.items():
            if now - started > self._deadline * AHEAD:
                ray.cancel(reference, force=True)

    def close(self) -> None:
        """Leave the cluster, and end it if it was started here."""
        if self._owned:
            ray.shutdown()


def _connect(workers: int | None, address: str) -> None:
    if address != "local":
        _refuse_open_remote(address)
    started_here: dict[str, Any] = {
        "num_cpus": workers,
        "object_store_memory": OBJECT_STORE_BYTES,
        "include_dashboard": False,
    }
    try:
        # An address is always given: without one Ray joins whatever stale cluster the machine remembers.
        ray.init(address=address, log_to_driver=False, **(started_here if address == "local" else {}))
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise RecipeError(
            f"cannot reach Ray at {address}: {error}; check the address, or leave --address out"
        ) from error


def _refuse_open_remote(address: str) -> None:
    """Raise RecipeError for a cluster beyond this machine without token authentication: anyone could run code there."""
    host = address.removeprefix("ray://").rpartition(":")[0].strip("[]")
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback and os.environ.get("RAY_AUTH_MODE") != "token":
        raise RecipeError(
            f"the Ray cluster at {address} is not on this machine and RAY_AUTH_MODE is not token: anyone who reaches it "
            "could run code on it; set RAY_AUTH_MODE=token and its token here and on every node"
        )
