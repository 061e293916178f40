"""Read a list of hosts: each line names a host and all below it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from yurai.sources.selection.manifest import RECORDS, Selection, load_selection
from yurai_manifests.canonical import canonical, sha256
from yurai_manifests.errors import RecipeError
from yurai_manifests.location import shown
from yurai_manifests.parquet import read_rows
from yurai_manifests.store import open_store


class Hosts:
    """Hosts that are wanted; `example.jp` is `www.example.jp` too, and not `other-example.jp`."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(names)

    def __len__(self) -> int:
        return len(self._names)

    @property
    def digest(self) -> str:
        """sha256 of the sorted names as canonical JSON."""
        return sha256(canonical(sorted(self._names)))

    def has(self, host: str | None) -> bool:
        """Whether a host, or one that it lies below, is on the list."""
        rest = host or ""
        while rest and rest not in self._names:
            rest = rest.partition(".")[2]
        return bool(rest)

    def of(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the rows whose column `host` is wanted."""
        column = batch.column("host")
        wanted = [one for one in pc.unique(column).to_pylist() if self.has(one)]
        return batch.filter(pc.is_in(column, value_set=pa.array(wanted, pa.string())))


def read_hosts(path: str) -> Hosts:
    """Read a list of hosts in UTF-8, one a line; empty lines and those that begin with `#` are none.

    A folder is a selection, whose hosts these are.

    Raises:
        RecipeError: the file cannot be read, names no host, or has a line that is none; or the folder is no selection.
        ShardError: the selection is damaged.
    """
    if "://" in path or Path(path).is_dir():
        return Hosts(_selected(load_selection(open_store(path))))
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"--host-list {shown(path)} cannot be read: {error}; give a text file in UTF-8") from error
    names = {number: line.strip() for number, line in enumerate(lines, 1) if line.strip() and line.strip()[0] != "#"}
    for number, name in names.items():
        if any(sign in name for sign in "/: \t*@"):
            raise RecipeError(
                f"line {number} of --host-list {shown(path)} is no host; write one such as example.jp, without "
                "scheme, port or path"
            )
    if not names:
        raise RecipeError(f"--host-list {shown(path)} names no host; write one a line")
    return Hosts(_ascii(name) for name in names.values())


def _selected(made: Selection) -> Iterator[str]:
    for file in made.files:
        if file.name.startswith(RECORDS):
            with made.store.open(file.name) as opened:
                for batch in read_rows(opened):
                    yield from filter(None, pc.unique(batch.column("host")).to_pylist())


def _ascii(name: str) -> str:
    try:
        return name.lower().strip(".").encode("idna").decode("ascii")
    except UnicodeError:
        return name.lower().strip(".")
