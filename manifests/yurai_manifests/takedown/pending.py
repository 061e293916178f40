"""Keep what a takedown has decided until it has ended: put before anything changes, removed last.

It says what goes by doc_id alone: neither a URL nor a text is in it. While it is there, no run writes to the tree.
"""

from typing import Final, TypedDict, cast

from yurai_manifests.canonical import Json, canonical
from yurai_manifests.counts import SHAPE as COUNTS
from yurai_manifests.errors import AuditError, DriftError
from yurai_manifests.shape import COUNT, LIST, TABLE, TEXT, Each, Fields, Kind, Many, parsed
from yurai_manifests.store import Store
from yurai_manifests.takedown.tombstones import FOLDER, Told

PENDING: Final = f"{FOLDER}/pending.json"
YES: Final = Kind("true or false", lambda value: isinstance(value, bool))
SHAPE: Final = Fields(
    {
        "case": TEXT,
        "run": TABLE,
        "run_sha256": TEXT,
        "position": COUNT,
        "report": YES,
        "stone": TABLE,
        "rows": Each(Many(TEXT)),
        "pointing": Many(TEXT),
        "counts": Many(COUNTS),
        "documents": LIST,
    },
    closed=True,
)


class Pending(TypedDict):
    """What was decided.

    run, run_sha256   the run manifest as it was, and its digest
    position          number of the steps of this takedown
    report            whether the tree had a report, which is drawn again
    stone             the fields of the tombstone that are known before
    rows              {file: doc_ids whose rows go from it}
    pointing          files of dropped/ with rows that name a document that goes
    counts            the counts of what is left, by stage
    documents         doc_ids of all that goes
    """

    case: str
    run: dict[str, Json]
    run_sha256: str
    position: int
    report: bool
    stone: Told
    rows: dict[str, list[str]]
    pointing: list[str]
    counts: list[dict[str, Json]]
    documents: list[str]


def load_pending(store: Store) -> Pending | None:
    """Return the takedown that has not ended, None where there is none.

    Raises:
        AuditError: it is not what a takedown writes.
    """
    try:
        data = store.read(PENDING)
    except FileNotFoundError:
        return None
    value, wrong = parsed(data, SHAPE)
    if wrong:
        raise AuditError(f"{store.url}/{PENDING} is damaged: {wrong}; restore the tree from before the takedown")
    return cast("Pending", value)


def put_pending(store: Store, pending: Pending) -> None:
    """Write down what a takedown has decided."""
    store.put(PENDING, canonical(cast("Json", pending)))


def refuse_pending(store: Store) -> None:
    """Raise DriftError where a takedown has begun and not ended; AuditError where what it decided is damaged."""
    if pending := load_pending(store):
        raise DriftError(
            f"{store.url}: the takedown of case {pending['case']} has not ended; run its command again, which ends it"
        )
