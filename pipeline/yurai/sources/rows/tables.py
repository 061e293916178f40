"""Read the [[source]] tables of a recipe: what a row file is, under which terms, and which column is what.

    [[source]]
    match = "notes/*.jsonl.zst"        # over source names, * crosses folders; default: every row file
    name = "Notes of the tide society"
    licence = "CC-BY-4.0"              # an SPDX id or the licence's address, or words
    terms_url = "https://example.org/terms"
    columns = { text = "body", url = "link", title = "headline", date = "published", id = "key" }

The first table that matches a source holds for it.
"""

import difflib
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from yurai.sources.rows.names import row_kind
from yurai.sources.rows.roles import ROLES
from yurai_manifests.errors import RecipeError

WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class SourceTable:
    """One [[source]] table; `spdx` is the id that the licence names, where it names one."""

    match: str = "*"
    name: str | None = None
    licence: str | None = None
    spdx: str | None = None
    terms_url: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """Return the table as canonical JSON takes it."""
        return asdict(self)

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> "SourceTable":
        """Return what `json` wrote."""
        return cls(**value)


NO_TABLE = SourceTable()
KEYS = ("match", "name", "licence", "terms_url", "columns")


def load_tables(path: str) -> tuple[SourceTable, ...]:
    """Read a TOML file of [[source]] tables.

    Raises:
        RecipeError: no such file, not TOML, or a wrong table.
    """
    try:
        value = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"--sources {path} cannot be read as TOML: {error}") from error
    refuse_unknown(value, ("source",), path)
    return tables_of(value.get("source"), path)


def tables_of(given: object, where: str) -> tuple[SourceTable, ...]:
    """Check the [[source]] tables that were read from TOML; errors begin with `where`."""
    if not isinstance(given, list) or not given or not all(isinstance(table, Mapping) for table in given):
        raise RecipeError(f"{where}: write sources as [[source]] tables, in double brackets, at least one")
    return tuple(_table(table, f"{where}: [[source]]") for table in given)


def _table(table: Mapping[str, Any], where: str) -> SourceTable:
    refuse_unknown(table, KEYS, where)
    columns = table.get("columns", {})
    if not isinstance(columns, Mapping):
        raise RecipeError(f'{where} columns must be a table, such as {{ text = "body" }}')
    refuse_unknown(columns, ROLES, f"{where} columns")
    words = {key: value for key, value in table.items() if key != "columns"}
    for key, value in (words | dict(columns)).items():
        if not isinstance(value, str) or not value.strip():
            raise RecipeError(f"{where} {key} must be a text that is not empty, not {value!r}")
    if not words.get("terms_url", WEB[0]).startswith(WEB):
        raise RecipeError(f"{where} terms_url must begin with http:// or https://, not {words['terms_url']!r}")
    return SourceTable(**words, spdx=_spdx(words.get("licence")), columns=dict(sorted(columns.items())))


def _spdx(licence: str | None) -> str | None:
    """Return the id that a licence names, by the reading that marks on pages get; other words conclude nothing."""
    from yurai.evidence.normalise import licence_id  # noqa: PLC0415 - parsers that a recipe without sources need not load

    return licence_id(licence) if licence else None


def refuse_unknown(value: Mapping[str, object], allowed: tuple[str, ...], where: str) -> None:
    """Raise RecipeError for a key that is not allowed, with the nearest that is."""
    for key in value:
        if key not in allowed:
            near = difflib.get_close_matches(key, allowed, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise RecipeError(f"{where}: unknown key {key!r} (allowed: {', '.join(allowed)}){hint}")


def table_of(tables: Iterable[SourceTable], source: str) -> SourceTable:
    """Return the table that holds for a source: the first that matches, or the one of defaults."""
    return next((table for table in tables if fnmatchcase(source, table.match)), NO_TABLE)


def refuse_idle(tables: tuple[SourceTable, ...], names: Iterable[str]) -> None:
    """Raise RecipeError for a table that holds for no row file: its terms would be lost without a word."""
    used = {id(table_of(tables, name)) for name in names if row_kind(name)}
    for table in tables:
        if id(table) not in used:
            raise RecipeError(
                f"[[source]] match = {table.match!r} holds for no JSONL or Parquet input, or a table before it took "
                "them all; check the pattern (over names relative to their --input), the order, or remove the table"
            )
