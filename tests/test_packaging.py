"""The built wheel carries what it needs: recipes, the sample crawl, types; and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOP = {"yurai", "yurai_filters", "yurai_manifests"}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel without a network: the build backend is a development dependency."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    (found,) = folder.glob("*.whl")
    return found


def test_wheel_holds_the_three_packages_and_stays_small(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        other = sum(part.compress_size for part in archive.infolist() if not part.filename.endswith(".py"))
    tops = {name.partition("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == TOP
    # code may grow a little at a time; what swells a wheel by mistake is data, and that has the narrow bound
    assert other < 400_000
    assert wheel.stat().st_size < 2_500_000
    assert "yurai/recipes/demo.toml" in names
    assert "yurai/sample/sample-00.warc.gz" in names
    assert {f"{top}/py.typed" for top in TOP} <= set(names)
    assert not [name for name in names if "__pycache__" in name or "/tests/" in name]


@pytest.mark.slow
def test_wheel_alone_runs_the_demo(wheel: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "site")}
    # -P and another folder: nothing of the checkout can be what answers
    where = [sys.executable, "-P", "-c", "import yurai; print(yurai.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(tmp_path / "site"))
    demo = [sys.executable, "-P", "-m", "yurai", "demo", "--output", str(tmp_path / "out")]
    ran = subprocess.run(demo, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    audit = [sys.executable, "-P", "-m", "yurai", "audit", str(tmp_path / "out")]
    ran = subprocess.run(audit, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout
    assert "adds up" in ran.stdout
