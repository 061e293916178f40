"""Read a file of text that the command line names."""

from pathlib import Path

from yurai_manifests.errors import RecipeError


def read_text(name: str) -> str:
    """Return the text of a file; raises RecipeError where it is no UTF-8."""
    try:
        return Path(name).read_text("utf-8")
    except UnicodeDecodeError as error:
        raise RecipeError(f"{name} is not UTF-8: {error}; convert it") from error
