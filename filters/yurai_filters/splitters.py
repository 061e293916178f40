"""Split Japanese into words by a library that a recipe names: the one seam for word splitters.

Each is an extra of the package, loaded when it is asked for, once in a process. What it makes depends on its
dictionary, so name and version of both belong to the fingerprint of the stage that uses it (`versions`).
"""

from __future__ import annotations

import functools
import importlib.metadata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

SplitterName: TypeAlias = Literal["sudachi", "mecab"]
Cut: TypeAlias = Callable[[str], list[int]]
"""Gives the lengths, in code points, of the pieces of a line; they cover it, white space among them."""

MOST = 10_000
"""Code points that a splitter is given at a time: Sudachi takes at most 49,149 bytes; datatrove gives it 40,000."""


@dataclass(frozen=True, slots=True)
class Splitter:
    """One library: the languages that it splits, the packages whose versions its output depends on, and its loader."""

    languages: tuple[str, ...]
    packages: tuple[str, ...]
    load: Callable[[], Cut]


def _sudachi() -> Cut:
    """Load SudachiPy with its core dictionary, mode A, the shortest units, as spaCy and so datatrove use it."""
    from sudachipy import Dictionary, SplitMode  # noqa: PLC0415 - an extra

    tokenizer = Dictionary(dict="core").tokenizer(mode=SplitMode.A)
    # of an ellipsis it makes three full stops, of which two cover nothing
    return lambda line: [length for length in map(len, tokenizer.tokenize(line)) if length]


def _mecab() -> Cut:
    """Load MeCab by fugashi with unidic-lite."""
    import fugashi  # noqa: PLC0415 - an extra
    import unidic_lite  # noqa: PLC0415 - as above

    tagger = fugashi.Tagger(f'-r "{unidic_lite.DICDIR}/mecabrc" -d "{unidic_lite.DICDIR}"')

    def cut(line: str) -> list[int]:
        lengths: list[int] = []
        for node in tagger(line.replace("\0", " ")):  # a NUL would end the line for MeCab
            lengths += [length for length in (len(node.white_space), len(node.surface)) if length]
        rest = len(line) - sum(lengths)
        return [*lengths, rest] if rest else lengths

    return cut


SPLITTERS: dict[str, Splitter] = {
    "sudachi": Splitter(("ja", "jpn"), ("SudachiPy", "SudachiDict-core"), _sudachi),
    "mecab": Splitter(("ja", "jpn"), ("fugashi", "unidic-lite"), _mecab),
}


def languages_of(name: str | None) -> tuple[str, ...]:
    """Return the codes of the languages that a splitter splits; none for no splitter."""
    return SPLITTERS[name].languages if name else ()


def versions(name: str | None) -> dict[str, str]:
    """Return the versions of a splitter's library and dictionary, by package.

    Raises ValueError that says what to install where one is missing.
    """
    found = {}
    for package in SPLITTERS[name].packages if name else ():
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            raise ValueError(
                f"splitter {name!r} needs package {package}, which is not installed; pip install 'yurai[{name}]'"
            ) from None
    return found


def missing(name: str | None) -> str | None:
    """Return what to install where a splitter is not, in one line; None where it can be used."""
    try:
        versions(name)
    except ValueError as error:
        return str(error)
    return None


def piece_lengths(name: str, text: str) -> list[int]:
    """Return the lengths of the pieces of a text, line by line, in code points; they cover it.

    Raises ValueError as `versions`.
    """
    cut = _loaded(name)
    return [length for line in _lines(text) for length in cut(line)]


def split_words(name: str, text: str) -> list[str]:
    """Return the words and marks of a text in their order, without the white space between them.

    Raises ValueError as `versions`.
    """
    words, at = list[str](), 0
    for length in piece_lengths(name, text):
        words += text[at : at + length].split()
        at += length
    return words


@functools.cache
def _loaded(name: str) -> Cut:
    versions(name)
    return SPLITTERS[name].load()


def _lines(text: str) -> Iterator[str]:
    """Yield a text in pieces that end with a line feed, or after `MOST` code points."""
    for line in text.splitlines(keepends=True):
        for at in range(0, len(line), MOST):
            yield line[at : at + MOST]
