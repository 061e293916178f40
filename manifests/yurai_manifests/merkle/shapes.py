"""Say what shape the roots of a run and a proof have; a proof holds these fields and no other."""

import re
from collections.abc import Mapping
from typing import Final

from yurai_manifests.merkle.roots import HASH
from yurai_manifests.shape import COUNT, TEXT, Each, Fields, Kind, Many, Shape, fault

_HEX: Final = re.compile(r"[0-9a-f]{64}")


def one_of(*names: str) -> Kind:
    """Return the shape of one of some words."""
    return Kind(" or ".join(names), lambda value: value in names)


def or_null(shape: Shape) -> Kind:
    """Return the shape of something that may be null."""
    return Kind("such a value, or null", lambda value: value is None or fault(value, shape) is None)


SHA256: Final = Kind("64 hex digits", lambda value: isinstance(value, str) and _HEX.fullmatch(value) is not None)
HEADS: Final = Each(Fields({"root": SHA256, "size": COUNT}, closed=True))
ROOTS: Final = Fields(
    {"files": Each(SHA256), "hash": one_of(HASH), "run": SHA256, "trees": HEADS},
    closed=True,
)
_PATH: Final = Many(SHA256)
ENTRY: Final = Fields({"index": COUNT, "key": SHA256, "doc": SHA256, "path": _PATH}, closed=True)
"""A key row, and its place in the tree of keys."""
DOCUMENT: Final = Fields(
    {
        "leaf": Fields(
            {"doc_id": TEXT, "kind": TEXT, "row": SHA256}, {"text": SHA256, "tokens": or_null(SHA256)}, closed=True
        ),
        "index": COUNT,
        "path": _PATH,
        "file": Fields({"file": TEXT, "root": SHA256, "rows": COUNT}, closed=True),
        "file_index": COUNT,
        "file_path": _PATH,
    },
    closed=True,
)
"""The leaf of a document, its place in its file, and the place of the file in its folder."""
_ASKED: Final[Mapping[str, Shape]] = {
    "kind": one_of("url", "doc_id", "text"),
    "value": or_null(TEXT),
    "key": SHA256,
    "within": one_of("documents", "extracted", "dropped"),
}
CONTAINS: Final = Fields({"claim": one_of("contains"), **_ASKED, "entry": ENTRY, "document": DOCUMENT}, closed=True)
ABSENT: Final = Fields(
    {"claim": one_of("absent"), **_ASKED, "left": or_null(ENTRY), "right": or_null(ENTRY)}, closed=True
)
PROOF: Final = Fields(
    {
        "yurai_proof": Kind("1", lambda value: type(value) is int and value == 1),
        "root": SHA256,
        "trees": HEADS,
        "claims": Many(Fields({"claim": one_of("contains", "absent")}), least=1),
        "statement": or_null(Fields({})),
        "sha256": SHA256,
    },
    closed=True,
)
