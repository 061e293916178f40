"""Load a KenLM model and ask it about a text; no other module knows the library.

Two packages have module `kenlm`: KenLM's own, without wheels, and `kenlm-ex`, the same code with them (docs/decisions,
0040). Either is used, and which one it is belongs to the fingerprint.
"""

from __future__ import annotations

import functools
import importlib.metadata
import math
from collections.abc import Iterable
from typing import Final, Protocol, cast

from yurai.declare.models import model_file
from yurai_manifests.errors import RecipeError
from yurai_manifests.needed import need

PACKAGES: Final = ("kenlm", "kenlm-ex")
MOST: Final = 1e9
"""The highest perplexity: a word that a model holds for impossible makes it astronomic, and says no more than this."""
_SPOKEN: Final = frozenset(("<s>", "</s>"))
"""Words by which a model knows the ends of lines: a page may not speak to it."""


class KenLM(Protocol):
    """What a stage needs of a KenLM model."""

    def score(self, sentence: str, bos: bool = True, eos: bool = True) -> float:
        """Return the log10 of the probability of a line's words, apart by spaces, and of its end."""


def versions() -> dict[str, str]:
    """Return the version of the package that has KenLM.

    Raises:
        RecipeError: none is installed.
    """
    need("kenlm", "stage perplexity needs KenLM")
    installed = {name: _version(name) for name in PACKAGES}
    return {name: version for name, version in installed.items() if version}


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


@functools.cache
def load_kenlm(spec: str, sha256: str) -> KenLM:
    """Load the KenLM model at `spec`, a path or an fsspec URL; a binary one is mapped, so that processes share it.

    Raises:
        RecipeError: not found, no KenLM model, or its bytes have another sha256; or KenLM is not installed.
    """
    need("kenlm", "stage perplexity needs KenLM")
    import kenlm  # noqa: PLC0415 - an extra

    config = kenlm.Config()
    config.show_progress = False
    config.arpa_complain = kenlm.ARPALoadComplain.NONE
    config.load_method = kenlm.LoadMethod.LAZY
    with model_file(spec, sha256) as path:
        try:
            return cast("KenLM", kenlm.Model(str(path), config))
        except (OSError, RuntimeError, ValueError) as error:
            said = " ".join(str(error).split()).replace(str(path), spec)
            raise RecipeError(f"{spec} is no model that KenLM reads: {said}; give an ARPA or binary file") from error


def perplexity(model: KenLM, lines: Iterable[list[str]]) -> float | None:
    """Return the perplexity of lines of words, rounded to 1e-4; None where no line has a word."""
    logs, count = list[float](), 0
    for line in lines:
        words = [word for word in line if word not in _SPOKEN]
        if words:
            logs.append(model.score(" ".join(words)))
            count += len(words) + 1
    return round(10.0 ** min(-math.fsum(logs) / count, math.log10(MOST)), 4) if count else None
