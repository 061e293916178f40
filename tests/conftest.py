"""Fixtures shared by all tests."""

from __future__ import annotations

import logging
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from run_helpers import Said

ROOT = Path(__file__).resolve().parents[1]
# A law that a busy machine takes long to check is not broken.
settings.register_profile("yurai", deadline=None)
settings.load_profile("yurai")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real crawl data that lies beside a checkout; tests that need it skip where it is missing."""
    folder = Path(os.environ.get("YURAI_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"no real crawl data at {folder}; set YURAI_SHARED to the folder that holds data/")
    return folder


@pytest.fixture(scope="session")
def demo_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Output of recipe `demo` over the sample crawl, made in this process; not to be changed."""
    from run_helpers import run

    out = tmp_path_factory.mktemp("demo") / "out"
    run(out)
    return out


@pytest.fixture(scope="session")
def small_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As `demo_tree`, over the three smaller archives."""
    from run_helpers import SMALL, run

    out = tmp_path_factory.mktemp("small") / "out"
    run(out, SMALL)
    return out


@pytest.fixture
def tree(demo_tree: Path, tmp_path: Path) -> Path:
    """A copy of `demo_tree` that a test may change."""
    return Path(shutil.copytree(demo_tree, tmp_path / "tree"))


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """URL of a bucket on an S3-compatible server on loopback, which fsspec and its child processes find by itself."""
    from moto.server import ThreadedMotoServer

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    names = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name, value in names.items():
            patch.setenv(name, value)
        import s3fs

        s3fs.S3FileSystem().mkdir("corpus")
        yield "s3://corpus"
    server.stop()


@pytest.fixture(scope="session")
def small_on_s3(s3_server: str) -> str:
    """As `small_tree`, in the bucket: content is not to be changed, a report may be added."""
    from run_helpers import SMALL, run

    out = f"{s3_server}/small"
    run(out, SMALL)
    return out


@pytest.fixture(scope="session")
def ray_cluster(s3_server: str) -> Iterator[None]:
    """Ray with two CPUs in this process, for all tests; its workers inherit the address of `s3_server`."""
    import ray

    from yurai.ray import _connect

    _connect(2, "local")
    yield
    ray.shutdown()


@pytest.fixture
def yurai(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """`yurai(...)` calls the command line in this process and returns how it ended."""
    from run_helpers import Said
    from yurai.cli import main

    def call(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["yurai", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        return Said(int(ended.value.code or 0), *capsys.readouterr())

    return call


@pytest.fixture(scope="session")
def plugged(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`plugged(...)` calls the command line in a process that has the plugin installed."""
    site = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run(
        [*pip, "--target", str(site), str(Path(__file__).parent / "sample_plugin")],
        check=True,
        capture_output=True,
        text=True,
    )
    environment = {**os.environ, "PYTHONPATH": str(site)}

    def call(*arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "yurai", *map(str, arguments)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return call


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget what a test declares."""
    from yurai_filters import declare

    before = {kind: dict(names) for kind, names in declare._DECLARED.items()}
    yield
    for kind, names in declare._DECLARED.items():
        names.clear()
        names.update(before[kind])
