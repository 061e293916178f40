"""RayRunner: tasks on a Ray cluster, or on Ray started for this run on this machine. The only module that imports Ray.

Ray is a scheduler, never the store of record: tasks carry paths, results are keys, and the cluster may vanish at any
instant. Core tasks, not Ray Data: inputs and outputs are files (docs/decisions/0004-ray-core-over-files.md).
"""

import ipaddress
import logging
import os
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# A black-holed node otherwise keeps its tasks for 7 minutes: gRPC's keepalive defaults to 300 + 120 s.
os.environ.setdefault("RAY_grpc_client_keepalive_time_ms", "10000")
os.environ.setdefault("RAY_grpc_client_keepalive_timeout_ms", "10000")

import ray
from ray.exceptions import GetTimeoutError, RayError, RayTaskError

from yurai.errors import RecipeError, ShardError
from yurai.task import Task, execute

AHEAD = 4
ATTEMPTS = 4
OBJECT_STORE_BYTES = 128 << 20
POLL_SECONDS = 1.0
FETCH_SECONDS = 60.0
CONNECT_SECONDS = 10.0
TOKEN = Path.home() / ".ray" / "auth_token"


@dataclass(frozen=True, slots=True)
class _Running:
    """A task in flight."""

    number: int
    task: Task
    tries: int
    started: float


class RayRunner:
    """Runs each task as one Ray Core task, at most 4 x workers in flight.

    Args:
        workers: tasks at a time; None for all CPUs of the cluster.
        address: `local` starts Ray here and ends it with the run; else the cluster's address.
        deadline: seconds from submission after which a task is cancelled and tried again, at most 4 times.
    """

    def __init__(self, workers: int | None = None, address: str = "local", *, deadline: float = 6 * 3600.0) -> None:
        self._deadline = deadline
        self._owned = not ray.is_initialized()
        if self._owned:
            _connect(workers, address)
        resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call] # Ray's own gap
        self.workers = workers or int(resources.get("CPU", 1))
        self._remote = ray.remote(num_cpus=1, max_retries=0)(execute)

    def run(self, tasks: Iterable[tuple[int, Task]]) -> Iterator[tuple[int, str]]:
        """Yield (number, key) of each task as it ends; raises what a task raised."""
        running: dict[Any, _Running] = {}
        queue = iter(tasks)
        try:
            while True:
                while len(running) < self.workers * AHEAD and (entry := next(queue, None)):
                    self._submit(running, *entry, 1)
                if not running:
                    return
                ended, _ = ray.wait(list(running), num_returns=1, timeout=POLL_SECONDS)
                for reference in ended:
                    one = running.pop(reference)
                    if key := self._result(reference, one):
                        yield one.number, key
                    else:
                        self._submit(running, one.number, one.task, one.tries + 1)
                self._cancel_late(running)
        finally:
            for reference in running:
                ray.cancel(reference, force=True)

    def _submit(self, running: dict[Any, _Running], number: int, task: Task, tries: int) -> None:
        running[self._remote.remote(task)] = _Running(number, task, tries, time.monotonic())

    def _result(self, reference: Any, one: _Running) -> str | None:  # noqa: ANN401 - Ray's reference is untyped
        """Return the task's key, or None if it must be tried again because its worker or node died."""
        try:
            return str(ray.get(reference, timeout=FETCH_SECONDS))
        except RayTaskError as error:
            raise error.cause from None
        except (RayError, GetTimeoutError) as error:
            if one.tries < ATTEMPTS:
                return None
            raise ShardError(
                f"{one.task.source} in step {one.task.step.name} was lost {one.tries} times ({type(error).__name__}); "
                "look at the memory and logs of its nodes, then run the same command to resume"
            ) from error

    def _cancel_late(self, running: dict[Any, _Running]) -> None:
        now = time.monotonic()
        for reference, one in running.items():
            if now - one.started > self._deadline:
                ray.cancel(reference, force=True)

    def close(self, *, at_once: bool = False) -> None:
        """Leave the cluster, and end it if it was started here; neither waits for tasks in flight."""
        del at_once
        if self._owned:
            ray.shutdown()


def _connect(workers: int | None, address: str) -> None:
    if address != "local":
        _refuse_open_remote(address)
        _refuse_silent(address)
    started_here: dict[str, Any] = {
        "num_cpus": workers,
        "object_store_memory": OBJECT_STORE_BYTES,
        "include_dashboard": False,
    }
    try:
        # An address is always given: without one Ray joins whatever stale cluster the machine remembers.
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level=logging.ERROR,
            **(started_here if address == "local" else {}),
        )
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise RecipeError(
            f"cannot reach Ray at {address}: {error}; check the address, or leave --address out"
        ) from error
    if TOKEN.is_file():
        TOKEN.chmod(0o600)  # Ray 2.60 writes the token that lets anyone run code readable by all


def _place(address: str) -> tuple[str, str]:
    """Return host and port of an address: `host:port` or `ray://host:port`."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    return host.strip("[]"), port


def _refuse_silent(address: str) -> None:
    """Raise RecipeError where nobody listens; Ray itself would try for minutes."""
    host, port = _place(address)
    if not port.isdecimal():
        raise RecipeError(f"{address} is no address of a Ray cluster; give HOST:PORT, or leave --address out")
    try:
        socket.create_connection((host, int(port)), CONNECT_SECONDS).close()
    except OSError as error:
        raise RecipeError(
            f"cannot reach Ray at {address}: {error}; check the address, or leave --address out"
        ) from error


def _refuse_open_remote(address: str) -> None:
    """Raise RecipeError for a cluster beyond this machine without token authentication: anyone could run code there."""
    host, _ = _place(address)
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback and os.environ.get("RAY_AUTH_MODE") != "token":
        raise RecipeError(
            f"the Ray cluster at {address} is not on this machine and RAY_AUTH_MODE is not token: anyone "
            "who reaches it could run code on it; set RAY_AUTH_MODE=token and its token here and on every node"
        )
