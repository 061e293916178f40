"""Ray clusters of a test's own: other ports, another home, a token; nothing of them outlives the test."""

from __future__ import annotations

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from run_helpers import YURAI, Said, descendants, until
from yurai.doctor.code import OURS

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAMS = Path(sys.executable).parent
START_SECONDS = 120.0
STARTED = "Ray runtime started"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass
class Cluster:
    """A head on loopback that wants a token, and nodes beside it; `folder` is short, since sockets lie in it."""

    folder: Path
    code: Path
    """A copy of Yurai that all nodes and callers use: what is edited meanwhile would be a difference between them."""
    port: int = field(default_factory=free_port)
    dashboard: int = field(default_factory=free_port)
    nodes: list[subprocess.Popen[bytes]] = field(default_factory=list)
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
            "RAY_USAGE_STATS_ENABLED": "0",
            "PYTHONPATH": str(self.code),
        }

    def start(self, *options: str, before: tuple[str, ...] = (), **environment: str) -> subprocess.Popen[bytes]:
        """Start one node and return its process, below which all others of the node are."""
        ports = [f"--{name}={free_port()}" for name in ("dashboard-agent-listen-port", "metrics-export-port")]
        command = [*before, "ray", "start", "--block", "--object-store-memory=80000000", *ports, *options]
        path = Path(tempfile.mkstemp(suffix=".log", dir=self.folder)[1])
        with path.open("ab") as log:
            node = subprocess.Popen(
                command, env=self.environment | environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.nodes.append(node)
        until(lambda: STARTED in path.read_text() or node.poll() is not None, patience=START_SECONDS)
        assert node.poll() is None, path.read_text()
        return node

    def start_head(self, cpus: int) -> subprocess.Popen[bytes]:
        head = self.start(
            "--head",
            f"--num-cpus={cpus}",
            "--node-name=head",
            "--node-ip-address=127.0.0.1",
            "--dashboard-host=127.0.0.1",
            f"--port={self.port}",
            f"--dashboard-port={self.dashboard}",
            f"--ray-client-server-port={free_port()}",
            f"--temp-dir={self.folder / 'ray'}",
            "--min-worker-port=0",
            "--max-worker-port=0",
        )
        until(lambda: listens(self.dashboard), patience=START_SECONDS)
        return head

    def start_node(self, name: str, before: tuple[str, ...] = (), **environment: str) -> subprocess.Popen[bytes]:
        options = (f"--address={self.address}", "--num-cpus=1", f"--node-name={name}")
        return self.start(*options, "--min-worker-port=0", "--max-worker-port=0", before=before, **environment)

    def kill(self, node: subprocess.Popen[bytes]) -> None:
        """The machine of this node loses its power: all its processes are gone at once."""
        for pid in [node.pid, *descendants(node.pid)]:
            end(pid)
        node.wait()
        self.nodes.remove(node)

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
    return folder


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
        for node in list(cluster.nodes):
            cluster.kill(node)
        shutil.rmtree(folder, ignore_errors=True)
