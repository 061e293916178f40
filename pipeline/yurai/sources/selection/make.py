"""Make a selection: ask the files of an index one by one, each answer a part that stays, then sort them into one."""

from __future__ import annotations

import json
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from yurai.sources.places import COMMON_CRAWL
from yurai.sources.selection.index_files import index_files
from yurai.sources.selection.manifest import IndexFile, Selection, is_selection, load_selection, put_selection
from yurai.sources.selection.merge import merge
from yurai.sources.selection.relation import SELECTED, SUBSETS
from yurai.sources.selection.scan import Question, scan
from yurai.sources.selection.where import condition
from yurai.sources.source import opened
from yurai_manifests.canonical import Json, canonical, fingerprint
from yurai_manifests.errors import DriftError, RecipeError, ShardError
from yurai_manifests.location import told
from yurai_manifests.needed import need
from yurai_manifests.parquet import ParquetSink, read_rows
from yurai_manifests.store import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from yurai.sources.selection.hosts import Hosts
    from yurai.sources.selection.joined import Joined
    from yurai.sources.source import Source
    from yurai_manifests.store import Store

PARTS: Final = "parts"
WRITING: Final = 1
"""Raised when other rows come from the same index and question: parts of before are not taken."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is selected: `crawls` are names below `root`, folders, path lists or files of an index.

    `where` is a condition in DuckDB's SQL on a row of it; `share` of the records that meet it are drawn by a hash of
    file, offset and `seed`. `allow` is as for inputs. `where` may name columns of the table `joined`.
    """

    crawls: tuple[str, ...]
    where: str = "true"
    subset: str = "warc"
    hosts: Hosts | None = None
    share: float = 1.0
    seed: int = 0
    root: str = COMMON_CRAWL
    allow: tuple[str, ...] = ()
    joined: Joined | None = None

    def __post_init__(self) -> None:
        if self.subset not in SUBSETS:
            raise RecipeError(f"no subset is called {self.subset!r} (there are: {', '.join(SUBSETS)})")
        if not 0 < self.share <= 1:
            raise RecipeError(f"a sample is a share above 0 and up to 1 (100%), not {self.share}")

    def json(self) -> dict[str, Json]:
        """Return what decides which rows are taken; where files lie is no part of it."""
        hosts: Json = None if self.hosts is None else {"count": len(self.hosts), "sha256": self.hosts.digest}
        joined: dict[str, Json] = {"join": self.joined.json()} if self.joined else {}
        return {
            **joined,
            "where": self.where,
            "subset": self.subset,
            "hosts": hosts,
            "share": self.share,
            "seed": self.seed,
        }


def make_selection(wanted: Wanted, output: str, tell: Callable[[str], object] = str) -> tuple[Selection, bool]:
    """Select, or go on selecting, into the folder or URL `output`; return what was made, and whether it was made now.

    The same call resumes: what a file of the index answered stays until all have. `tell` hears of each.

    Raises:
        RecipeError: no index, a wrong condition, or a list of hosts that is none; nothing was written.
        DriftError: `output` holds another selection.
        ShardError: storage failed; the same call resumes.
    """
    need("duckdb", "selections need package duckdb")
    condition(wanted.where)
    store = open_store(output)
    sources = index_files(wanted.crawls, wanted.root, wanted.subset, wanted.allow)
    names = [source.name for source in sources]
    if is_selection(store):
        return _held(load_selection(store), wanted, names), False
    with tempfile.TemporaryDirectory(prefix="yurai-select-") as folder:
        parts = []
        for number, source in enumerate(sources, 1):
            part = _part(_sized(source, wanted.allow), wanted, store, Path(folder))
            parts.append(part)
            tell(f"{number:,} of {len(sources):,} index files: {part.rows:,} records of {source.name}")
        files, facts = merge(_rows(store, parts), store, Path(folder))
    if not facts.records:
        raise RecipeError("no record of the index meets the condition; check --where, --host-list and --subset")
    made = Selection(store, wanted.json(), [part.index for part in parts], facts, files)
    put_selection(made)
    for name in list(store.names(PARTS)):
        store.remove(name)
    return made, True


def _held(made: Selection, wanted: Wanted, names: list[str]) -> Selection:
    if made.question != wanted.json() or [one.name for one in made.index] != names:
        raise DriftError(
            f"{made.store.url} holds another selection, of {json.dumps(dict(made.question), ensure_ascii=False)} over "
            f"{len(made.index):,} index files; choose another --output, or remove it"
        )
    return made


@dataclass(frozen=True, slots=True)
class Part:
    """What one file of an index answered, and where it lies."""

    name: str
    rows: int
    index: IndexFile


def _sized(source: Source, allow: tuple[str, ...]) -> Source:
    """Return a file of an index with its size and stamp; path lists of crawls say neither."""
    if source.sized:
        return source
    try:
        asked = opened(source.url, source.name, allow)
        return asked.source(asked.path, "", name=source.name)
    except OSError as error:
        raise ShardError(
            f"cannot read {source.url}: {told(error, source.url)}; check it and the network, then run the same command "
            "to resume"
        ) from error


def _part(source: Source, wanted: Wanted, store: Store, spool: Path) -> Part:
    """Ask one file of an index, unless it was asked before and has not changed since."""
    said: dict[str, Json] = {"writing": WRITING, "source": source.name, "bytes": source.size, "stamp": source.stamp}
    name = f"{PARTS}/{fingerprint(said | wanted.json())[:32]}"
    try:
        done = json.loads(store.read(f"{name}.json"))
        if store.size(f"{name}.parquet") == done["bytes"]:
            return Part(f"{name}.parquet", done["rows"], IndexFile(**done["index"]))
    except FileNotFoundError:
        pass
    sink = ParquetSink(spool / "part.parquet", SELECTED)
    try:
        with scan(source, Question(wanted.where, wanted.subset, wanted.share, wanted.seed, wanted.joined)) as (
            index,
            batches,
        ):
            for batch in batches:
                sink.write(wanted.hosts.of(batch) if wanted.hosts else batch)
        sink.close()
    except BaseException:
        sink.abort()
        raise
    size = sink.path.stat().st_size
    store.put_file(sink.path, f"{name}.parquet")
    store.put(f"{name}.json", canonical({"rows": sink.rows, "bytes": size, "index": asdict(index)}))
    return Part(f"{name}.parquet", sink.rows, index)


def _rows(store: Store, parts: list[Part]) -> Iterator[pa.RecordBatch]:
    for part in parts:
        with store.open(part.name) as file:
            yield from read_rows(file)
