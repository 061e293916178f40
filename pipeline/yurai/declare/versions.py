"""Tell the version of what an output depends on: an installed package, or the Unicode tables that a library carries.

Two Pythons, or two builds of Arrow, may hold other Unicode tables and give other bytes under the same package versions:
NFC, what a letter is, lower case. Python states its version; Arrow and RE2 do not, so they are asked about one letter
that each version of Unicode was the first to have (https://www.unicode.org/Public/UCD/latest/ucd/DerivedAge.txt).
"""

import functools
import importlib.metadata
import unicodedata
from collections.abc import Callable

import re2

FIRST_LETTERS = {
    "9.0": "\U000104b0",
    "10.0": "\u0860",
    "11.0": "\U00010d00",
    "12.0": "\u0e86",
    "13.0": "\U00010e80",
    "14.0": "\u0870",
    "15.0": "\U0001e4d0",
    "15.1": "\U0002ebf0",
    "16.0": "\U000105c0",
    "17.0": "\U00010940",
}
"""A letter that no version before had, for each version of Unicode."""
PYTHON, ARROW, ARROW_RE2, RE2 = "unicode-python", "unicode-arrow", "unicode-arrow-re2", "unicode-re2"


def newest(is_letter: Callable[[str], bool]) -> str:
    """Return the newest version of Unicode whose letters are known, "older" where none of them is."""
    known = "older"
    for version, letter in FIRST_LETTERS.items():
        if not is_letter(letter):
            break
        known = version
    return known


def _arrow_knows(letter: str) -> bool:
    import pyarrow as pa  # noqa: PLC0415 - the extraction child asks for versions of packages, and has no use for Arrow
    import pyarrow.compute as pc  # noqa: PLC0415 - as above

    return bool(pc.utf8_is_alpha(pa.array([letter]))[0].as_py())


def _arrow_matches(letter: str) -> bool:
    import pyarrow as pa  # noqa: PLC0415 - as above
    import pyarrow.compute as pc  # noqa: PLC0415 - as above

    return bool(pc.match_substring_regex(pa.array([letter]), r"^\pL$")[0].as_py())


def _re2_matches(letter: str) -> bool:
    return re2.fullmatch(r"\pL", letter) is not None


TABLES: dict[str, Callable[[], str]] = {
    PYTHON: lambda: unicodedata.unidata_version,
    ARROW: lambda: newest(_arrow_knows),
    ARROW_RE2: lambda: newest(_arrow_matches),
    RE2: lambda: newest(_re2_matches),
}
"""How the Unicode version of each table is told, by the name that a stage lists among its packages."""


@functools.cache
def version_of(name: str) -> str:
    """Return the version of a package, or of Unicode tables.

    Raises:
        PackageNotFoundError: no such package is installed.
    """
    return TABLES[name]() if name in TABLES else importlib.metadata.version(name)
