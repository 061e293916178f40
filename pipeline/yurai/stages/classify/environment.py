"""Train with fastText in a Python of its own: what scores here cannot train, and what trains would replace it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, cast

from yurai_manifests.canonical import Json
from yurai_manifests.errors import RecipeError

PACKAGE: Final = "fasttext-community==0.11.9"
"""fastText with wheels, pinned; two trainings of one thread give the same bytes."""
_INSTALL: Final = ("-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--quiet", "--retries", "1")
_WHEELS: Final = ("--only-binary", ":all:", "--timeout", "20", PACKAGE)
_UNREACHABLE: Final = ("connection", "timed out", "timeout", "resolution", "unreachable", "proxy")
_CHECK: Final = "import fasttext; fasttext.train_supervised"
_TRAIN: Final = """
import importlib.metadata, json, platform, sys
import fasttext
asked = json.load(sys.stdin)
fasttext.train_supervised(**asked["settings"]).save_model(asked["output"])
names = importlib.metadata.packages_distributions().get("fasttext", [])
packages = {name: importlib.metadata.version(name) for name in sorted(set(names))}
print(json.dumps({"packages": packages, "python": platform.python_version()}))
"""


@contextmanager
def trainer(python: str | None) -> Iterator[str]:
    """Give the path of a Python whose fastText trains: the one that is named, or one made for this call.

    Raises:
        RecipeError: it has none; or the package index cannot be reached, or has no wheel for this Python.
    """
    if python is not None:
        if not Path(python).is_file():
            raise RecipeError(f"--python {python} does not exist; give the python of a virtual environment")
        if _run(python, "-I", "-c", _CHECK).returncode:
            raise RecipeError(f"--python {python} has no fastText that trains; install {PACKAGE} in its environment")
        yield python
        return
    with TemporaryDirectory(prefix="yurai-fasttext-") as folder:
        yield _made(Path(folder) / "venv")


def train(python: str, settings: Mapping[str, Json], output: Path) -> dict[str, Json]:
    """Train with these arguments of `train_supervised`, write the model, and return the versions that made it.

    Raises:
        RecipeError: fastText gave up.
    """
    asked = json.dumps({"settings": settings, "output": str(output)})
    ran = _run(python, "-I", "-c", _TRAIN, told=asked)
    if ran.returncode or not output.is_file():
        raise RecipeError(f"fastText could not train: {_last(ran.stderr)}; lower --lr or --bucket, or give other texts")
    return cast("dict[str, Json]", json.loads(ran.stdout.splitlines()[-1]))


def _made(folder: Path) -> str:
    """Make a virtual environment with the package, and return its Python."""
    made = _run(sys.executable, "-m", "venv", str(folder))
    if made.returncode:
        why = _last(made.stderr or made.stdout)
        raise RecipeError(f"no virtual environment can be made here: {why}; make one with {PACKAGE}, and give --python")
    python = str(folder / "bin" / "python")
    ran = _run(python, *_INSTALL, *_WHEELS)
    if not ran.returncode:
        return python
    version = ".".join(map(str, sys.version_info[:2]))
    if any(word in ran.stderr.lower() for word in _UNREACHABLE):
        raise RecipeError(
            f"the package index cannot be reached, from which fastText that trains would come: {_last(ran.stderr)}; "
            f"check the network, or make a virtual environment with {PACKAGE} elsewhere, and give --python"
        )
    raise RecipeError(
        f"{PACKAGE} has no wheel for Python {version} on this machine: {_last(ran.stderr)}; make a virtual environment "
        "of another Python that has one, and give --python"
    )


def _run(python: str, *words: str, told: str | None = None) -> subprocess.CompletedProcess[str]:
    ran = [python, *words]
    return subprocess.run(ran, input=told, capture_output=True, text=True, check=False)  # noqa: S603 - our own words


def _last(said: str) -> str:
    """Return the last line that a program said."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1].removeprefix("ERROR: ") if lines else "it said nothing"
