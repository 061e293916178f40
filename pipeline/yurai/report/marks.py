"""Read what people wrote into the column `mark` of a file that was drawn for them."""

from collections.abc import Mapping
from pathlib import Path

from yurai_manifests.errors import RecipeError


def mark_of(given: str | None, words: Mapping[str, frozenset[str]], where: str) -> str:
    """Return which of the marks that `words` spell a cell means; empty where it is empty.

    Raises:
        RecipeError: it is none of them; the message names `where`.
    """
    mark = (given or "").strip().lower()
    if not mark:
        return ""
    for name, spelt in words.items():
        if mark in spelt:
            return name
    raise RecipeError(f"{where}: mark is {mark!r}; write {' or '.join(words)}, or leave it empty")


def read_marks(path: str) -> str:
    """Return the text of a file that spreadsheets may have written; raises RecipeError where it cannot be read."""
    try:
        return Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} cannot be read: {error}") from error
