"""Ray clusters of a test's own: other ports, another home, a token; nothing of them outlives the test."""

from __future__ import annotations

import compileall
import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from run_helpers import YURAI, Said, descendants, processes, until
from yurai.run.doctor.code import OURS

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = Path(sys.executable).parent
START_SECONDS = 120.0
PATIENCE = 30.0
STARTED = "Ray runtime started"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def belongs(pid: int, folder: Path) -> bool:
    """Tell whether a process has anything of `folder` in its command, environment or open files.

    Parents are not enough: what a dead raylet leaves behind is a child of process 1. Nor is the environment: Ray writes
    its processes' titles over it. Logs stay open.
    """
    place, name = Path(f"/proc/{pid}"), os.fsencode(folder)
    try:
        if any(name in (place / file).read_bytes() for file in ("cmdline", "environ")):
            return True
        return any(name in os.fsencode(link.readlink()) for link in (place / "fd").iterdir())
    except OSError:
        return False  # it ended while we looked, or is somebody else's


@dataclass
class Node:
    """One node: the process below which all others of it are, and what that says."""

    process: subprocess.Popen[bytes]
    log: Path

    def started(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()
        return STARTED in self.log.read_text()


@dataclass
class Cluster:
    """A head on loopback that wants a token, and nodes beside it; `folder` is short, since sockets lie in it."""

    folder: Path
    code: Path
    """A copy of Yurai that all nodes and callers use: what is edited meanwhile would be a difference between them."""
    port: int = field(default_factory=free_port)
    dashboard: int = field(default_factory=free_port)
    nodes: list[Node] = field(default_factory=list)
    calls: list[subprocess.Popen[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        token = self.folder / "home/.ray/auth_token"
        token.parent.mkdir(parents=True)
        token.write_text(secrets.token_hex(32))
        token.chmod(0o600)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def server(self) -> str:
        return f"http://127.0.0.1:{self.dashboard}"

    @property
    def environment(self) -> dict[str, str]:
        """What every program of this cluster gets; Ray's own variables of the test session do not leak in."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("RAY_")}
        return kept | {
            "HOME": str(self.folder / "home"),
            "PATH": f"{PROGRAMS}:{os.environ['PATH']}",
            "RAY_AUTH_MODE": "token",
            "RAY_grpc_client_keepalive_time_ms": "10000",
            "RAY_grpc_client_keepalive_timeout_ms": "10000",
            "RAY_TMPDIR": str(self.folder / "ray"),
            "RAY_USAGE_STATS_ENABLED": "0",
            "PYTHONPATH": str(self.code),
        }

    def _start(self, name: str, *options: str, before: tuple[str, ...] = (), **environment: str) -> None:
        """Start a node; one after the other, since of raylets of one machine that start at once some do not come up."""
        ports = [f"--{name}={free_port()}" for name in ("dashboard-agent-listen-port", "metrics-export-port")]
        workers = ("--min-worker-port=0", "--max-worker-port=0")
        own = (f"--node-name={name}", *ports, *workers)
        command = [*before, "ray", "start", "--block", "--object-store-memory=80000000", *own, *options]
        path = Path(tempfile.mkstemp(suffix=".log", dir=self.folder)[1])
        with path.open("ab") as log:
            process = subprocess.Popen(
                command, env=self.environment | environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.nodes.append(Node(process, path))
        until(self.nodes[-1].started, patience=START_SECONDS)

    def start_node(self, name: str, before: tuple[str, ...] = (), **environment: str) -> None:
        """Start a node of one CPU."""
        self._start(name, f"--address={self.address}", "--num-cpus=1", before=before, **environment)

    def start(self, cpus: int, *names: str) -> None:
        """Start a head, and nodes of these names beside it."""
        self._start(
            "head",
            "--head",
            f"--num-cpus={cpus}",
            "--node-ip-address=127.0.0.1",
            f"--temp-dir={self.folder / 'ray'}",
            "--dashboard-host=127.0.0.1",
            f"--port={self.port}",
            f"--dashboard-port={self.dashboard}",
            f"--ray-client-server-port={free_port()}",
            "--include-log-monitor=false",
        )
        for name in names:
            self.start_node(name)
        until(lambda: listens(self.dashboard), patience=START_SECONDS)

    def processes(self) -> set[int]:
        """All that is alive of the nodes."""
        calls = {call.pid for call in self.calls}
        below = {pid for node in self.nodes for pid in (node.process.pid, *descendants(node.process.pid))}
        found = below | {pid for pid in processes() if belongs(pid, self.folder)}
        return found.intersection(processes()) - calls - {os.getpid()}

    def lose_power(self) -> None:
        """All nodes are gone at once, with whatever ran on them."""
        late = time.monotonic() + PATIENCE
        while left := self.processes():
            assert time.monotonic() < late, f"these do not die: {left}"
            for pid in left:
                end(pid)
            for node in self.nodes:
                node.process.poll()
        for node in self.nodes:
            node.process.wait()
        self.nodes.clear()

    def yurai(self, *arguments: object, **environment: str) -> subprocess.Popen[str]:
        call = subprocess.Popen(
            [*YURAI, *map(str, arguments)],
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.calls.append(call)
        return call


def copy_of_yurai(folder: Path) -> Path:
    """A copy of Yurai's packages that a PYTHONPATH may name."""
    for name in OURS:
        spec = importlib.util.find_spec(name)
        assert spec
        assert spec.origin
        shutil.copytree(Path(spec.origin).parent, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    compileall.compile_dir(folder, quiet=1)  # once here, not once in each of some thirty processes
    return folder


def change(folder: Path) -> None:
    """Make this copy of Yurai another one that works the same."""
    path = folder / "yurai/__init__.py"
    path.write_text(path.read_text("utf-8") + "# changed\n", "utf-8")


def end(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def said(process: subprocess.Popen[str], patience: float = 150.0) -> Said:
    out, err = process.communicate(timeout=patience)
    return Said(process.returncode, out, err)


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="yr"))
    cluster = Cluster(folder, copy_of_yurai(folder / "code"))
    try:
        yield cluster
    finally:
        for call in cluster.calls:
            if call.poll() is None:
                call.kill()
            call.communicate()
        cluster.lose_power()
        shutil.rmtree(folder)


def private_mounts() -> tuple[str, ...]:
    """The command that gives a program mounts of its own, as root or as a user; empty where neither is permitted."""
    for options in (("-m",), ("-r", "-m")):
        command = ("unshare", *options)
        trial = [*command, "mount", "-t", "tmpfs", "none", tempfile.gettempdir()]
        if shutil.which("unshare") and subprocess.run(trial, check=False, capture_output=True).returncode == 0:
            return command
    return ()
