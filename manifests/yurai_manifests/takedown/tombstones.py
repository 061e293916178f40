"""Read the tombstones of a tree, and ask them whether a document, a URL or a text was taken down.

A doc_id is asked without any key. A URL and a text are known by their HMAC alone, so who asks needs the key of the
case, which its operator keeps and gives to whom the case concerns.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal, NotRequired, TypeAlias, TypedDict, cast

from yurai_manifests.canonical import Json, sha256
from yurai_manifests.counts import SHAPE as COUNTS
from yurai_manifests.counts import StageCounts
from yurai_manifests.errors import AuditError
from yurai_manifests.shape import COUNT, TEXT, Each, Fields, Kind, Many, parsed
from yurai_manifests.store import Store
from yurai_manifests.takedown.keyed import keyed

FOLDER: Final = "tombstones"
FIELD: Final = "takedowns"
"""The field of run.json: [{case, tombstone, sha256}], in the order in which they were done."""
TASK_ID: Final = "takedown"
"""Field of the identity of a step that wrote affected files again."""
ENTRIES: Final = Many(Fields({"case": TEXT, "tombstone": TEXT, "sha256": TEXT}, closed=True), least=1)
VERSION: Final = 1
Asked: TypeAlias = Literal["doc_id", "url", "text"]
MAYBE_TEXT: Final = Kind("a text or null", lambda value: value is None or isinstance(value, str))
DOCUMENT: Final = Fields(
    {"doc_id": TEXT, "verdict": TEXT, "was": TEXT, "url": MAYBE_TEXT, "text": MAYBE_TEXT}, closed=True
)
GAP: Final = Fields(
    {"doc_id": TEXT, "shard": TEXT, "token_start": COUNT, "token_count": COUNT, "filler": COUNT}, closed=True
)
SIDE: Final = Fields({"run_sha256": TEXT, "digest": TEXT, "root": TEXT}, closed=True)
SHAPE: Final = Fields(
    {
        "yurai_tombstone": COUNT,
        "case": TEXT,
        "case_hmac": TEXT,
        "basis": TEXT,
        "received": MAYBE_TEXT,
        "decided": MAYBE_TEXT,
        "mode": TEXT,
        "near": TEXT,
        "selectors": Many(Fields({"kind": TEXT, "hmac": TEXT}, closed=True), least=1),
        "documents": Many(DOCUMENT, least=1),
        "rows": Each(COUNT),
        "tokens": COUNT,
        "counts": Many(COUNTS),
        "files": Many(Fields({"name": TEXT, "before": TEXT, "after": TEXT}, closed=True)),
        "before": SIDE,
        "after": Fields({"digest": TEXT, "root": TEXT}, closed=True),
        "limits": TEXT,
    },
    {"gaps": Many(GAP)},
    closed=True,
)


class Entry(TypedDict):
    """A takedown as run.json lists it."""

    case: str
    tombstone: str
    sha256: str


class TakenDocument(TypedDict):
    """One document that went: why, what had become of it, and its URL and text under the key of the case."""

    doc_id: str
    verdict: str
    was: str
    url: str | None
    text: str | None


class LeftGap(TypedDict):
    """Places of a shard that had the tokens of a document, and have `filler` in a `.bin` now (`takedown.gaps`)."""

    doc_id: str
    shard: str
    token_start: int
    token_count: int
    filler: int


class Told(TypedDict):
    """What a tombstone says that is known before files are written; `counts` are those of what went.

    `gaps` is there in mode `stable-offset` alone.
    """

    yurai_tombstone: int
    case: str
    case_hmac: str
    basis: str
    received: str | None
    decided: str | None
    mode: str
    near: str
    selectors: list[dict[str, str]]
    documents: list[TakenDocument]
    rows: dict[str, int]
    tokens: int
    counts: list[dict[str, Json]]
    before: dict[str, str]
    limits: str
    gaps: NotRequired[list[LeftGap]]


class Stone(Told):
    """A whole tombstone."""

    files: list[dict[str, str]]
    after: dict[str, str]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What one takedown did, as `tombstones/<case>.json` says it."""

    value: Stone

    @property
    def case(self) -> str:
        """Id of the case, as its operator gave it."""
        return self.value["case"]

    @property
    def basis(self) -> str:
        """Why: copyright, gdpr-17, contract, policy ..."""
        return self.value["basis"]

    @property
    def date(self) -> str | None:
        """When the case was decided, or else received, as its operator said; None where nobody said."""
        return self.value["decided"] or self.value["received"]

    @property
    def mode(self) -> str:
        """What became of the tokens of other documents: one of Mode."""
        return self.value["mode"]

    @property
    def gaps(self) -> list[LeftGap]:
        """Places that it left in token shards; none in mode `compact`."""
        return self.value.get("gaps", [])

    @property
    def rows(self) -> dict[str, int]:
        """Rows that went, by folder."""
        return dict(self.value["rows"])

    @property
    def counts(self) -> list[StageCounts]:
        """What the documents that went were counted as, by stage, in the order of the run."""
        return [StageCounts.of(one) for one in self.value["counts"]]

    def fits(self, key: bytes) -> bool:
        """Whether this is the key of the case."""
        return keyed(key, "case", self.case) == self.value["case_hmac"]

    def holds(self, kind: Asked, value: str, key: bytes | None = None) -> bool:
        """Whether this takedown took the document: by doc_id, or by URL or whole text with the key of the case."""
        if kind == "doc_id":
            return any(one["doc_id"] == value for one in self.value["documents"])
        wanted = None if key is None else keyed(key, kind, value)
        return wanted is not None and any(one[kind] == wanted for one in self.value["documents"])


def load_tombstones(store: Store, run: Mapping[str, Json]) -> list[Tombstone]:
    """Return the tombstones that a run manifest lists, oldest first; none for a tree that nothing was taken from.

    Raises:
        AuditError: one is missing, has other bytes than run.json names, or another shape.
    """
    entries = cast("list[Entry]", run.get(FIELD, []))
    return [load_tombstone(store, entry["tombstone"], entry["sha256"]) for entry in entries]


def load_tombstone(store: Store, name: str, digest: str) -> Tombstone:
    """Return one tombstone, its digest checked; errors as `load_tombstones`."""
    try:
        data = store.read(name)
    except FileNotFoundError as error:
        raise AuditError(f"{store.url}/{name}: run.json names this tombstone, it is not there; restore it") from error
    value, wrong = parsed(data, SHAPE)
    if sha256(data) != digest:
        wrong = "its bytes are not those that run.json names"
    if wrong:
        raise AuditError(f"{store.url}/{name} is damaged: {wrong}; restore it")
    return Tombstone(cast("Stone", value))


def taken_down(
    tombstones: Iterable[Tombstone], kind: Asked, value: str, keys: Mapping[str, bytes] | None = None
) -> Iterator[Tombstone]:
    """Yield the takedowns that took a document; `keys` are those of cases, by case, for a URL or a text."""
    for one in tombstones:
        if one.holds(kind, value, (keys or {}).get(one.case)):
            yield one
