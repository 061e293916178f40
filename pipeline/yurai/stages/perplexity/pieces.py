"""Load the SentencePiece model that makes the words of a language model."""

from __future__ import annotations

import functools
from collections.abc import Callable

from yurai.declare.models import model_file


@functools.cache
def load_pieces(spec: str, sha256: str) -> Callable[[str], list[str]]:
    """Return what cuts a line into the pieces of the SentencePiece model at `spec`, a path or an fsspec URL.

    Raises:
        RecipeError: not found, no such model, or its bytes have another sha256.
    """
    from yurai.tokens.sentencepiece import cutter_of  # noqa: PLC0415 - a large library, for this setting alone

    with model_file(spec, sha256) as path:
        return cutter_of(path.read_bytes(), where=spec)
