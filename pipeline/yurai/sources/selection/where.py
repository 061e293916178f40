"""Guard the condition that a selection is made by: one expression over one row, the same each time it is asked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from yurai_manifests.errors import RecipeError
from yurai_manifests.visible import escaped

if TYPE_CHECKING:
    import duckdb

_QUOTED: Final = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")
_WORD: Final = re.compile(r"[a-z_]\w*", re.IGNORECASE)
_SUBQUERIES: Final = frozenset({"select", "from", "with", "table", "over"})
_EXTRACT: Final = re.compile(r"\bextract\s*\(\s*\w+\s+from\b", re.IGNORECASE)
_CHANGING: Final = re.compile(
    r"(random|setseed|gen_random_uuid|uuid\w*|now|today|get_current_\w+|current_\w+|localtime\w*|transaction_timestamp|"
    r"age|txid_current|getenv|getvariable|currval|nextval|setval|sleep_ms|write_log|version|hash)",
    re.IGNORECASE,
)
"""Functions whose values depend on the moment, the session or the version of DuckDB."""


def condition(where: str) -> duckdb.Expression:
    """Return a condition as DuckDB filters by it.

    Raises:
        RecipeError: it is no single expression, asks for more than the row, or would differ another time.
    """
    import duckdb  # noqa: PLC0415 - a command line that selects nothing goes without it

    bare = _EXTRACT.sub("(", _QUOTED.sub("''", where))
    for word in _WORD.findall(bare):
        if word.lower() in _SUBQUERIES:
            raise RecipeError(
                f"--where asks for more than one row ({word.upper()}); give one condition on a row of the index, such "
                "as \"fetch_status = 200 AND content_languages LIKE '%jpn%'\""
            )
    for match in _WORD.finditer(bare):
        calls = bare[match.end() :].lstrip().startswith("(") or match[0].lower().startswith(("current_", "localtime"))
        if calls and _CHANGING.fullmatch(match[0]):
            raise RecipeError(f"--where asks for {match[0]}, which changes; write a value that stays")
    try:
        return duckdb.SQLExpression(where)
    except duckdb.Error as error:
        raise wrong(error) from error


def wrong(error: Exception, there: list[str] | None = None) -> RecipeError:
    """Return what is wrong with a condition, and which columns there are where it names another one."""
    said = " ".join(str(error).partition("\n")[0].split())
    columns = (
        f"; columns of this index: {', '.join(map(escaped, dict.fromkeys((*there, 'crawl', 'subset'))))}"
        if there and "column" in said
        else ""
    )
    return RecipeError(f"--where is wrong: {escaped(said)}{columns}")
