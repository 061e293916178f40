"""Read lists that a user gives to a filter: once, checked line by line, held compactly.

A recipe names a list by a spec: the path of a text file (one entry a line, also .gz or .zst), a folder of lists as the
UT1 collection has them, or `package:file`, a file inside an installed package. A spec may end in `#sha256=` and the
digest that the file must have, of its bytes as they are stored.
"""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import io
import re
import zipimport
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import numpy as np
import pyarrow as pa
import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import numpy.typing as npt

    Read = Callable[[str, str], bytes]

PIN = "#sha256="
_PACKAGE = re.compile(r"[A-Za-z_][\w.]*:(?!//)[^:\\]+")
_BLOCK = 4 << 20
_HELD = 8


class Lines:
    """An immutable set of lines; subclasses say what an entry of theirs looks like.

    One million domains take about 40 MB: their bytes end to end, and a sorted 64-bit hash of each. A hash only finds
    the place; the entry itself is compared, so no answer is right by chance alone.
    """

    MEMBER: ClassVar[str] = ""
    """Name of the file that is meant when a spec names a folder; "" where a folder is no list."""
    ENTRY: ClassVar[str] = "a line of text"
    """What an entry is, for messages."""
    VALUE: ClassVar[str] = "the path of a list, or a list of paths"
    """What a recipe gives, for messages."""

    __slots__ = ("_entries", "_hashes", "_order")

    def __init__(self, blocks: Iterable[list[str]] = ()) -> None:
        # not pa.array, which asks whether it was given something of pandas, and loads it for that where there is one
        texts: list[Any] = [pa.nulls(0, pa.string())]
        hashes: list[npt.NDArray[np.int64]] = [np.zeros(0, np.int64)]
        for block in blocks:
            texts.append(pa.array(block, pa.string()))
            hashes.append(_hashes(block))
        unsorted = np.concatenate(hashes)
        # Python salts its hashes, which nobody sees: equal entries have equal hashes within a process.
        self._order = np.argsort(unsorted, kind="stable").astype(np.int32)
        self._hashes = unsorted[self._order]
        self._entries: Any = pa.concat_arrays(texts)

    @classmethod
    def of(cls, specs: tuple[str, ...], read: Read) -> Self:
        """Return the union of the lists that `specs` name; see `load`."""
        return cls(block for spec in specs for block in _blocks(cls, spec, pinned_bytes(cls, spec, read)))

    @classmethod
    def entry(cls, line: str) -> str | None:
        """Return `line`, without white space at its ends, as entries are compared; None if it is no entry."""
        return line or None

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[str]:
        """Yield the entries in the order of the lists; meant for short ones."""
        yield from self._entries.to_pylist()

    def found(self, values: Sequence[str]) -> npt.NDArray[np.bool_]:
        """Tell which of `values` are entries."""
        if not len(self) or not values:
            return np.zeros(len(values), np.bool_)
        wanted = _hashes(values)
        index = np.searchsorted(self._hashes, wanted)
        hit: npt.NDArray[np.bool_] = self._hashes[np.minimum(index, len(self) - 1)] == wanted
        for at in np.flatnonzero(hit).tolist():
            hit[at] = self._holds(values[at], int(index[at]), int(wanted[at]))
        return hit

    def _holds(self, value: str, index: int, wanted: int) -> bool:
        while index < len(self) and self._hashes[index] == wanted:
            if self._entries[int(self._order[index])].as_py() == value:
                return True
            index += 1
        return False


def load(kind: type[Lines], specs: tuple[str, ...], read: Read) -> Lines:
    """Return the union of the lists that `specs` name; `read(spec, member)` gives the bytes of one.

    Raises ValueError for a list that cannot be read, has another digest than its spec says, or holds a line that is no
    entry (with its number).
    """
    return kind.of(specs, read)


@lru_cache(maxsize=_HELD)
def load_local(kind: type[Lines], specs: tuple[str, ...]) -> Lines:
    """Load lists from files, folders and packages, once per process."""
    return load(kind, specs, read_local)


def pin(kind: type[Lines], specs: tuple[str, ...], read: Read) -> tuple[str, ...]:
    """Return `specs`, each with the digest that its list has now; raises ValueError as `load` does."""
    return tuple(
        f"{spec.partition(PIN)[0]}{PIN}{hashlib.sha256(pinned_bytes(kind, spec, read)).hexdigest()}" for spec in specs
    )


def read_local(spec: str, member: str = "") -> bytes:
    """Return the bytes of a list in a file, a folder (its file `member`) or a package.

    Raises ValueError that names the spec and what may stand there.
    """
    try:
        if _PACKAGE.fullmatch(spec) and not Path(spec).exists():
            return _read_packaged(*spec.split(":"))
        path = Path(spec)
        return (path / member if member and path.is_dir() else path).read_bytes()
    except (OSError, ImportError, TypeError) as error:
        folder = f", a folder that holds a file {member!r}" if member else ""
        raise ValueError(
            f"names list {spec!r}, which cannot be read ({error}); give the path of a text file{folder} or package:file"
        ) from error


def _read_packaged(package: str, name: str) -> bytes:
    """Return a file of an installed package, which is found and never imported: a name in a recipe runs no code.

    Raises OSError or ImportError that says what is missing.
    """
    top, *inner = package.split(".")
    spec = importlib.util.find_spec(top) if top != "__main__" else None
    if spec is None or not spec.submodule_search_locations:
        raise ImportError(f"no package {top!r} is installed")
    loader: object = spec.loader
    parts = Path(*inner, *name.split("/"))
    if name.startswith("/") or ".." in parts.parts or "" in inner:
        raise ImportError("a file of a package lies inside it")
    for place in spec.submodule_search_locations:
        path = Path(place) / parts
        if isinstance(loader, zipimport.zipimporter):
            return loader.get_data(str(path))
        if path.is_file():
            return path.read_bytes()
    raise FileNotFoundError(f"package {package!r} has no file {name!r}")


def pinned_bytes(kind: type[Lines], spec: str, read: Read) -> bytes:
    """Return the bytes of what a spec names; raises ValueError for another digest than the one behind it."""
    name, _, digest = spec.partition(PIN)
    data = read(name, kind.MEMBER)
    actual = hashlib.sha256(data).hexdigest()
    if digest and actual != digest.lower():
        raise ValueError(
            f"names list {name!r}, which has sha256 {actual}, not {digest}: it was changed since; put it back, or give "
            "the new one and run the recipe again"
        )
    return data


def _blocks(kind: type[Lines], spec: str, data: bytes) -> Iterator[list[str]]:
    """Yield the entries in blocks; a line that begins with `#` is a comment."""
    name, seen = spec.partition(PIN)[0], 0
    try:
        with io.TextIOWrapper(_inflated(data), encoding="utf-8-sig", newline="\n") as lines:
            while block := lines.readlines(_BLOCK):
                entries = [kind.entry(line.strip()) for line in block if not line.startswith("#")]
                if None in entries:
                    raise _wrong(kind, name, seen, block)
                seen += len(block)
                yield cast("list[str]", entries)
    except (UnicodeDecodeError, OSError, EOFError, zstandard.ZstdError) as error:
        raise ValueError(f"names list {name!r}, which is not text in UTF-8, gzip or zstd: {error}") from error


def _inflated(data: bytes) -> Any:  # noqa: ANN401 - zstandard's reader is no io class
    if data.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=io.BytesIO(data))
    if data.startswith(b"\x28\xb5\x2f\xfd"):
        return zstandard.ZstdDecompressor().stream_reader(data, read_across_frames=True)
    return io.BytesIO(data)


def _wrong(kind: type[Lines], name: str, seen: int, block: list[str]) -> ValueError:
    """Say which line of `block`, before which there were `seen`, is the first that is no entry."""
    lines = ((number, line.strip()) for number, line in enumerate(block, seen + 1) if not line.startswith("#"))
    number, line = next((number, line) for number, line in lines if kind.entry(line) is None)
    shown = "what it holds" if line else "an empty line"  # a spec may name any file, so no line of one is told
    return ValueError(f"names list {name!r}, line {number}: {shown} is not {kind.ENTRY}; correct the list")


def _hashes(values: Sequence[str]) -> npt.NDArray[np.int64]:
    return np.fromiter(map(hash, values), np.int64, len(values))
