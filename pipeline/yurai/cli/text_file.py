"""Read and write files of text that the command line names."""

import os
from pathlib import Path

from yurai_manifests.errors import RecipeError


def read_text(name: str) -> str:
    """Return the text of a file; raises RecipeError where it is no UTF-8."""
    try:
        return Path(name).read_text("utf-8")
    except UnicodeDecodeError as error:
        raise RecipeError(f"{name} is not UTF-8: {error}; convert it") from error


def refuse_drawn(name: str) -> None:
    """Raise RecipeError where a sample to mark would overwrite a file."""
    if Path(name).exists():
        raise RecipeError(f"{name} is there already, perhaps with marks; give another --draw")


def write_private(name: str, text: str) -> None:
    """Write a new file that its owner alone can read."""
    opened = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(opened, "w", encoding="utf-8", newline="") as file:
        file.write(text)
