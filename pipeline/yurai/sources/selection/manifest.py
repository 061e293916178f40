"""Say what a selection is: the question, the index that was asked, its files, their digest, and what it holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final, TypedDict, cast

import pyarrow as pa

from yurai.sources.selection.ranges import SELECTION
from yurai_manifests.canonical import Json, canonical, sha256
from yurai_manifests.errors import RecipeError, ShardError
from yurai_manifests.parquet import read_rows
from yurai_manifests.run import DELIVERED, Delivered, SaidFile
from yurai_manifests.shape import COUNT, TABLE, TEXT, Fields, Many, parsed
from yurai_manifests.store import Store

FILES: Final = "files.parquet"
"""One row for each file of the crawl: FILE."""
RECORDS: Final = "records/"
"""Folder of the ranges: SELECTED, sorted by file and offset over all of its files."""
FILE: Final = pa.schema(
    [pa.field("file", pa.string(), nullable=False)]
    + [pa.field(name, pa.int64(), nullable=False) for name in ("first", "rows", "end", "bytes", "requests", "read")]
)
"""Number of a file's first range over all records, ranges, where the last ends, their bytes; requests, bytes read."""
VERSION: Final = 1
_INDEX = Fields({"name": TEXT, "bytes": COUNT, "sha256": TEXT, "of": TEXT}, closed=True)
_FACTS: Final = ("records", "bytes", "files", "hosts", "requests", "read", "twice")
SHAPE: Final = Fields(
    {
        "yurai_selection": COUNT,
        "question": TABLE,
        "index": Many(_INDEX),
        "facts": Fields(dict.fromkeys(_FACTS, COUNT), closed=True),
        "files": Many(DELIVERED),
        "digest": TEXT,
    },
    closed=True,
)


class _Index(TypedDict):
    name: str
    bytes: int
    sha256: str
    of: str


@dataclass(frozen=True, slots=True)
class IndexFile:
    """A file of an index that was asked: sha256 of it, or of its Parquet footer (`of`), which says what is where."""

    name: str
    bytes: int
    sha256: str
    of: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a selection holds, and what its reading costs where ranges are read as by default.

    `records`, `bytes` of them, `files` of the crawl, `hosts`; `requests` and the bytes that they `read`; `twice` are
    records that the index named again.
    """

    records: int
    bytes: int
    files: int
    hosts: int
    requests: int
    read: int
    twice: int

    def hours(self, requests_per_second: float, megabytes_per_second: float) -> float:
        """Return the hours that reading takes at these rates, whichever of them binds."""
        return max(self.requests / requests_per_second, self.read / 1e6 / megabytes_per_second) / 3600


@dataclass(frozen=True, slots=True)
class Selection:
    """A selection that has ended."""

    store: Store
    question: Mapping[str, Json]
    index: Sequence[IndexFile]
    facts: Facts
    files: Sequence[Delivered]

    @property
    def digest(self) -> str:
        """Content digest: sha256 of the sorted canonical list of (name, sha256)."""
        return sha256(canonical(sorted([file.name, file.sha256] for file in self.files)))

    def crawl_files(self) -> Iterator[dict[str, object]]:
        """Yield the rows of FILE, sorted by file."""
        with self.store.open(FILES) as file:
            for batch in read_rows(file):
                yield from batch.to_pylist()


def put_selection(made: Selection) -> None:
    """Write the manifest, when all files are there."""
    value = {
        "yurai_selection": VERSION,
        "question": dict(made.question),
        "index": [asdict(one) for one in made.index],
        "facts": asdict(made.facts),
        "files": [asdict(file) for file in made.files],
        "digest": made.digest,
    }
    made.store.put(SELECTION, canonical(value))


def is_selection(store: Store) -> bool:
    """Whether a folder holds a selection that has ended."""
    return store.size(SELECTION) is not None


def load_selection(store: Store) -> Selection:
    """Read the manifest of a selection.

    Raises:
        RecipeError: there is none, or it is of a later version.
        ShardError: it is damaged.
    """
    where = f"{store.url}/{SELECTION}"
    try:
        value, fault = parsed(store.read(SELECTION), SHAPE)
    except FileNotFoundError as error:
        raise RecipeError(
            f"{store.url} has no {SELECTION}: no selection has ended there; run `yurai select-records` (again)"
        ) from error
    if fault is not None:
        raise ShardError(f"{where} is damaged ({fault}); remove {store.url} and select again")
    if value["yurai_selection"] != VERSION:
        raise RecipeError(f"{where} is of version {value['yurai_selection']}, not {VERSION}; select again")
    index = [IndexFile(**one) for one in cast("list[_Index]", value["index"])]
    files = [Delivered(**one) for one in cast("list[SaidFile]", value["files"])]
    facts = Facts(**cast("dict[str, int]", value["facts"]))
    made = Selection(store, cast("Mapping[str, Json]", value["question"]), index, facts, files)
    if made.digest != value["digest"]:
        raise ShardError(f"{where} has another digest than its files say; remove {store.url} and select again")
    return made
