"""Read archives with warcio and FastWARC, and say in what they differ from what was read here, and why.

They differ on purpose: what is damaged or says wrong has failed here, with a reason, and reading goes on behind it.
docs/fuzz.md explains each word.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from fastwarc.warc import ArchiveIterator as FastWarc
from warcio.archiveiterator import ArchiveIterator as Warcio

from yurai.sources.warc import CANDIDATES, Record, read_file


class Theirs(NamedTuple):
    """One record as another reader gives it: its id, its URL, its decoded body."""

    record_id: str | None
    url: str | None
    body: bytes


def warcio(data: bytes) -> Iterator[Theirs]:
    for one in Warcio(io.BytesIO(data), arc2warc=True):
        header = one.rec_headers.get_header
        yield Theirs(header("WARC-Record-ID"), header("WARC-Target-URI"), one.content_stream().read())


def fastwarc(data: bytes) -> Iterator[Theirs]:
    for one in FastWarc(io.BytesIO(data), parse_http=True, auto_decode="all"):
        header = one.headers.get
        yield Theirs(header("WARC-Record-ID"), header("WARC-Target-URI"), one.reader.read())


PEERS: Final[dict[str, Callable[[bytes], Iterable[Theirs]]]] = {"warcio": warcio, "FastWARC": fastwarc}


def beside(name: str, data: bytes, path: Path) -> tuple[str, ...]:
    """In what another reader differs; nothing where it reads the same."""
    path.write_bytes(data)
    found = [one for one in read_file(path) if isinstance(one, Record)]
    return tuple(f"{name}: {one}" for one in dict.fromkeys(_differs(found, *read(name, data))))


def read(name: str, data: bytes) -> tuple[list[Theirs], str]:
    """The records of another reader, until it raises, and what it raised."""
    theirs = list[Theirs]()
    try:
        theirs.extend(PEERS[name](data))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - a panic of a library in Rust is no Exception
        return theirs, type(error).__name__
    return theirs, ""


def _differs(found: list[Record], theirs: list[Theirs], raised: str) -> Iterator[str]:
    is_arc = all(one.record_id is None for one in found)  # warcio makes ids up for records of ARC files
    ours = {_key(one, is_arc): one for one in found}
    keys = Counter(_key(one, is_arc) for one in found)
    other = Counter(_key(one, is_arc) for one in theirs)
    if raised:
        yield f"ends with {raised}" + (", records behind it are read here" if keys - other else "")
    elif keys - other:
        yield "finds fewer records"
    for one in theirs:
        mine = ours.get(_key(one, is_arc))
        if mine is None:
            yield "finds a record that is none here"
        elif mine.error:
            yield f"gives bytes of a record that has failed here ({mine.error})"
        elif mine.kind in CANDIDATES and mine.body != one.body and keys[_key(one, is_arc)] == 1:
            yield f"gives another body: {_cause(mine, one.body)}"
    if any(count > keys[key] > 0 for key, count in other.items()):
        yield "finds a record more often"


def _cause(mine: Record, body: bytes) -> str:
    """Why another body was given, as far as headers and flags tell."""
    said = {name.lower(): value.strip().lower() for name, value in mine.http_headers}
    if not mine.body and not said.keys() & {"transfer-encoding", "content-encoding"}:
        return "there is none here"
    if body.startswith((b"HTTP/", b"ICY")) and body.endswith(mine.body):
        return "the HTTP head is in it"
    if "chunked" in said.get("transfer-encoding", ""):
        return "chunks"
    if said.get("content-encoding"):
        return "content coding"
    if "no-status" in mine.flags:
        return "no status line"
    return "none of these"


def _key(one: Record | Theirs, is_arc: bool) -> tuple[str | None, str | None]:
    if not is_arc:
        return _bare(one.record_id), _bare(one.url)
    return None, None if one.url and one.url.startswith("filedesc:") else one.url  # warcio gives a file's head no URL


def _bare(value: str | None) -> str | None:
    return value.strip().strip("<>") if value else None
