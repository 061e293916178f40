"""Say what a takedown took in a form that a later run can know it by, without a text or a URL in it: a blocklist.

A file a case, so that several takedowns share a folder, and merging two folders is copying files. All values are
HMAC-SHA256 (RFC 2104) under a key made from that of the case: who holds the list can test a guess, as a run does, and
cannot open the tombstone. Shingles are 32 bits of a hash each, sorted and without repeats, so the words have no order.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal, TypedDict, cast

import numpy as np
import numpy.typing as npt

from yurai_manifests.canonical import Json, canonical
from yurai_manifests.errors import RecipeError
from yurai_manifests.shape import COUNT, TEXT, Fields, Many, parsed
from yurai_manifests.whole_file import FOR_OWNER, whole_file

VERSION: Final = 1
Values = Literal["urls", "domains", "sha256s", "texts", "shingles"]
VALUES: Final[tuple[Values, ...]] = ("urls", "domains", "sha256s", "texts", "shingles")
SIZED: Final = Fields({"characters": COUNT, "hmac": TEXT}, closed=True)
SHAPE: Final = Fields(
    {
        "yurai_blocklist": COUNT,
        "case": TEXT,
        "basis": TEXT,
        "near": TEXT,
        "key": TEXT,
        **dict.fromkeys(VALUES, Many(TEXT)),
        "surts": Many(SIZED),
        "passages": Many(Fields({"characters": COUNT, "rolling": TEXT, "hmac": TEXT}, closed=True)),
    },
    closed=True,
)


class Sized(TypedDict):
    """The beginning of a SURT, by how long it is."""

    characters: int
    hmac: str


class Passage(Sized):
    """A passage; `rolling` is the hash by which places where it may stand are found (hex, 64 bits)."""

    rolling: str


class Listed(TypedDict):
    """One case.

    near       Jaccard similarity of shingles from which a text is a copy
    key        hex, that of this list
    urls, domains, surts   what the request named
    sha256s    of texts and bodies that it named, and of the bodies of what was taken down
    texts      whole texts that were taken down, in their normal form
    shingles   sets of the texts that copies are compared with: base64 of ascending little-endian uint32
    passages   what was quoted, and short texts as a whole
    """

    yurai_blocklist: int
    case: str
    basis: str
    near: str
    key: str
    urls: list[str]
    domains: list[str]
    sha256s: list[str]
    texts: list[str]
    shingles: list[str]
    surts: list[Sized]
    passages: list[Passage]


def list_key(case_key: bytes) -> bytes:
    """Return the key of the blocklist of a case: the same for each tree that the case takes from."""
    return hmac.new(case_key, b"blocklist", hashlib.sha256).digest()


def packed(shingles: npt.NDArray[np.uint32]) -> str:
    """Write a set of shingles."""
    return base64.b64encode(np.unique(shingles).astype("<u4").tobytes()).decode("ascii")


def unpacked(written: str) -> npt.NDArray[np.uint32]:
    """Read a set of shingles; raises ValueError for what is none."""
    return np.frombuffer(base64.b64decode(written, validate=True), "<u4").astype(np.uint32)


def parse_blocklist(data: bytes, where: str) -> Listed:
    """Return the case that a file holds.

    Raises:
        RecipeError: it is not what a takedown writes.
    """
    value, wrong = parsed(data, SHAPE)
    if not wrong:
        listed = cast("Listed", value)
        try:
            if listed["yurai_blocklist"] != VERSION:
                wrong = f"it is of version {listed['yurai_blocklist']}, and this Yurai reads {VERSION}"
            float(listed["near"]), bytes.fromhex(listed["key"])
            for one in listed["shingles"]:
                unpacked(one)
            for passage in listed["passages"]:
                int(passage["rolling"], 16)
        except ValueError as error:
            wrong = str(error)
    if wrong:
        raise RecipeError(f"{where} is no blocklist: {wrong}; give what `yurai takedown --blocklist` wrote")
    return cast("Listed", value)


def merged(one: Listed, two: Listed) -> Listed:
    """Return what either list of one case blocks; near copies from the lower similarity on.

    Raises:
        RecipeError: they are of different cases, or under different keys.
    """
    if (one["case"], one["key"]) != (two["case"], two["key"]):
        raise RecipeError(
            f"case {one['case']} is in the blocklist under another key; give the key of the case that its first "
            "takedown wrote, or another folder"
        )
    made: dict[str, Json] = {**cast("dict[str, Json]", one)}
    made["near"] = min(one["near"], two["near"], key=float)
    for name in VALUES:
        made[name] = cast("Json", sorted({*one[name], *two[name]}))
    made["surts"] = cast("Json", _united([*one["surts"], *two["surts"]]))
    made["passages"] = cast("Json", _united([*one["passages"], *two["passages"]]))
    return cast("Listed", made)


def _united(entries: Sequence[Sized]) -> list[Sized]:
    both = {entry["hmac"]: entry for entry in entries}
    return [both[digest] for digest in sorted(both)]


def blocklist_name(folder: Path, case: str) -> Path:
    """Return the file of a case."""
    return folder / f"{case}.json"


def put_blocklist(folder: Path, listed: Listed) -> Path:
    """Write a case into a folder, with what the folder has of it already; doing so twice changes nothing.

    Raises:
        RecipeError: the folder cannot be written, or has the case under another key.
    """
    path = blocklist_name(folder, listed["case"])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        before = parse_blocklist(path.read_bytes(), str(path)) if path.exists() else listed
        with whole_file(path, FOR_OWNER) as whole:
            whole.write_bytes(canonical(cast("Json", merged(before, listed))))
    except OSError as error:
        raise RecipeError(f"{path}: the blocklist cannot be written: {error.strerror}; name another folder") from error
    return path
