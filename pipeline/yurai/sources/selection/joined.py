"""Join a table to an index by key, so that a condition may ask for its columns as `joined_NAME`.

Keys are those of Common Crawl: `surt_host_name` of its host index (https://github.com/commoncrawl/cc-host-index), and
`url_surtkey` with `fetch_time` of index annotations (https://github.com/commoncrawl/cc-index-annotations).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.dataset as ds

from yurai.sources.fetch import fetch_source
from yurai.sources.find import find_sources
from yurai_manifests.database import bounded, closed_off
from yurai_manifests.errors import RecipeError
from yurai_manifests.location import shown
from yurai_manifests.visible import escaped

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from yurai_manifests.canonical import Json

PREFIX: Final = "joined_"
_SURT_HOST: Final = "split_part(split_part(url_surtkey, ')', 1), ':', 1)"
_CAPTURE: Final = "url_surtkey || ' ' || epoch_ms(CAST(fetch_time AS TIMESTAMP))"
KEYS: Final[dict[str, dict[tuple[str, ...], tuple[str, str]]]] = {
    "host": {
        ("surt_host_name",): ("surt_host_name", _SURT_HOST),
        ("url_host_name",): ("url_host_name", "url_host_name"),
        ("host",): ("host", "url_host_name"),
    },
    "url": {("url_surtkey",): ("url_surtkey", "url_surtkey"), ("url",): ("url", "url")},
    "capture": {("url_surtkey", "fetch_time"): (_CAPTURE, _CAPTURE)},
    "digest": {("content_digest",): ("content_digest", "content_digest"), ("digest",): ("digest", "content_digest")},
}
"""By what is joined: the columns that a table may have as its key, the first that it has, with the SQL of both keys."""
_WORD: Final = re.compile(rf"\b{PREFIX}(\w+)")


@dataclass(frozen=True, slots=True)
class Joined:
    """A table whose rows are joined to those of an index: local files, with their digests in the order of their names.

    `key` and `of_index` are the SQL of the key, of a row of the table and of the index.
    """

    paths: tuple[str, ...]
    sha256: tuple[str, ...]
    on: str
    key: str
    of_index: str
    columns: tuple[str, ...]

    def json(self) -> dict[str, Json]:
        """Return what decides which rows are taken."""
        return {"on": self.on, "key": self.key, "sha256": list(self.sha256)}

    def names(self) -> list[str]:
        """Return the names that a condition knows its columns by."""
        return [f"{PREFIX}{name}" for name in self.columns]

    def to(
        self, rows: duckdb.DuckDBPyRelation, database: duckdb.DuckDBPyConnection, where: str
    ) -> duckdb.DuckDBPyRelation:
        """Return the rows of an index, each with the columns that a condition names, null where no row has its key."""
        asked = sorted({name for name in _WORD.findall(where) if name in self.columns})
        columns = ", ".join((f"{self.key} AS {PREFIX}", *(f'"{name}" AS "{PREFIX}{name}"' for name in asked)))
        table = database.from_arrow(ds.dataset(list(self.paths))).project(columns).filter(f"{PREFIX} IS NOT NULL")
        keyed = rows.project(f"*, {self.of_index} AS {PREFIX}index")
        return keyed.join(table, f"{PREFIX}index = {PREFIX}", how="left")


def read_joined(path: str, on: str, folder: Path, allow: tuple[str, ...] = ()) -> Joined:
    """Open the table at `path`, a Parquet file or a folder of some; what lies elsewhere is fetched to `folder`.

    Raises:
        RecipeError: it cannot be read, has no such key, or has two rows of one key.
        ShardError, ThrottledError: as `fetch_source`.
    """
    where = f"--join {shown(path)}"
    paths, digests = [], []
    for number, source in enumerate(find_sources([path], allow=allow, option="--join ")):
        if not source.name.endswith(".parquet"):
            raise RecipeError(
                f"{where}: {escaped(source.name)} is no Parquet; give a Parquet file, or a folder of some"
            )
        (folder / f"{number}").mkdir()
        local, digest = fetch_source(source.url, folder / f"{number}")
        paths.append(str(local))
        digests.append(digest)
    try:
        columns = tuple(ds.dataset(paths).schema.names)
    except (OSError, pa.ArrowException) as error:
        raise RecipeError(f"{where} cannot be read: {escaped(str(error))}; give Parquet of one schema") from error
    found = next((sql for names, sql in KEYS[on].items() if set(names) <= set(columns)), None)
    if found is None:
        known = " or ".join(" with ".join(names) for names in KEYS[on])
        raise RecipeError(
            f"{where} has no key of {on}, which is column {known}; it has {', '.join(map(escaped, columns))}; "
            "rename one, or give another --on"
        )
    made = Joined(tuple(paths), tuple(digests), on, *found, columns)
    _refuse_twice(made, where, folder)
    return made


def _refuse_twice(made: Joined, where: str, folder: Path) -> None:
    """Refuse a table that has two rows of one key: a record would be taken or not by either."""
    import duckdb  # noqa: PLC0415 - a command line that selects nothing goes without it

    with duckdb.connect() as database:
        bounded(database, str(folder))
        closed_off(database)
        try:
            table = database.from_arrow(ds.dataset(list(made.paths))).project(f"CAST({made.key} AS VARCHAR) AS name")
            twice = table.filter("name IS NOT NULL").aggregate("name, count(*) AS rows").filter("rows > 1")
            found = twice.order("name").limit(1).fetchall()
        except duckdb.Error as error:
            said = " ".join(str(error).partition("\n")[0].split())
            raise RecipeError(f"{where} cannot be joined by {made.on}: {escaped(said)}; check its columns") from error
    if found:
        raise RecipeError(
            f"{where} has {found[0][1]:,} rows of {made.on} {escaped(found[0][0])}; give one row for each"
        )
