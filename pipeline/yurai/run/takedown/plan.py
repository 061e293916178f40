"""Find out what a takedown would take from a tree, and which files hold it; nothing is changed.

Two passes over the rows. The first selects, and collects the texts of what was selected. The second compares every text
that the tree holds with these, before and after editors changed it. Memory holds the texts that go, and one batch.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from yurai.run.takedown.copies import VERDICTS, Taken, Verdict, stronger
from yurai.run.takedown.selectors import Selector, normal_texts
from yurai.stages.blocklist.sets import is_unspaced
from yurai.stages.extract.hosts import registrable_domain
from yurai_manifests.errors import RecipeError, ShardError
from yurai_manifests.parquet import read_rows
from yurai_manifests.run import Delivered, RunRecord
from yurai_manifests.store import Store

NEAR: Final = 0.7
READ: Final = ("doc_id", "url", "lang", "text", "other_text", "text_sha256", "payload_sha256")
ENDS: Final = ("outcome", "stage", "reason", "kept_doc_id", "jaccard")
WITH_TEXT: Final = ("extracted", "documents")
BY_ID: Final = ("documents", "extracted", "dropped", "evidence", "index", "shards")
"""Folders whose rows belong to a document; those of robots/ and warcinfo/ are of hosts and archives."""
BATCH: Final = 256
Was: TypeAlias = Literal["kept", "dropped", "failed"]


@dataclass(frozen=True, slots=True)
class Document:
    """One document that is to go: why, how similar it is, what had become of it, and by which stage."""

    doc_id: str
    verdict: Verdict
    similar: float
    url: str | None = None
    text: str | None = None
    """The text in its normal form; None of what was dropped before it had one."""
    body: str | None = None
    """sha256 of the body as served, of what has a text and came from a web archive."""
    was: Was = "kept"
    stage: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """Where the tokens of a document that is to go lie: the row in the index of a shard, and the places."""

    doc_id: str
    index: str
    row: int
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to go, by doc_id, and the rows of each delivered file that go with it."""

    documents: dict[str, Document]
    rows: dict[str, list[str]]
    """{file: doc_ids that it holds, each once}; of shards the file of the index."""
    pointing: dict[str, int]
    """{file of dropped/: rows that stay and name a document that goes as the one that was kept}."""
    held: tuple[Held, ...]
    """Tokens that go, in the order of shards."""
    counted: dict[str, int]
    """{folder: rows that go}."""
    removed_notes: dict[str, int] = field(default_factory=dict)
    """What the notes of stages counted of these rows: marks by channel, personal data by kind."""
    texts: tuple[str, ...] = ()
    """What copies are compared with, in the normal form: texts of what was selected, and those of files."""

    @property
    def tokens(self) -> int:
        """How many tokens go."""
        return sum(one.count for one in self.held)

    def by_verdict(self) -> dict[Verdict, int]:
        """Count the documents by verdict, strongest first."""
        counts = Counter(one.verdict for one in self.documents.values())
        return {verdict: counts[verdict] for verdict in VERDICTS if counts[verdict]}


def make_plan(
    store: Store, run: RunRecord, selectors: Sequence[Selector], near: float = NEAR, *, files: Sequence[str] = ()
) -> Plan:
    """Return what `selectors` take, with copies from Jaccard similarity `near` on; `files` are texts to take as well.

    Raises:
        RecipeError: nothing in the tree is selected, and no text has a copy in it.
        ShardError: a delivered file cannot be read.
    """
    taken = Taken(near)
    for text in files:
        taken.add(text, None, "ja" if is_unspaced(text) else None)
    chosen = _selected(store, run, selectors, taken)
    taken.ready()
    found = _copies(store, run, taken, chosen)
    _ends(store, run, found, near)
    if not found:
        raise RecipeError(
            f"{store.url}: nothing is selected, and no text is a copy; nothing was changed. `yurai explain OUT URL` "
            "says what a tree holds"
        )
    return replace(_with_files(store, run, found), texts=tuple(sorted(taken.texts)))


def _batches(store: Store, file: Delivered, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    """Yield rows, with those of the columns that the file has: older trees lack some."""
    try:
        with store.open(file.name) as handle:
            names = pq.read_schema(handle).names
            handle.seek(0)
            yield from read_rows(handle, [one for one in columns if one in names], batch_rows=BATCH)
    except (FileNotFoundError, pa.ArrowInvalid) as error:
        raise ShardError(f"{file.name} cannot be read: {error}; `yurai audit` the tree, and restore it") from error


def _rows(store: Store, run: RunRecord, folder: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
    for file in run.files(folder):
        yield from _batches(store, file, columns)


def _selected(store: Store, run: RunRecord, selectors: Sequence[Selector], taken: Taken) -> set[str]:
    """Return the doc_ids that are selected in any folder; their texts are added to `taken`."""
    chosen = set[str]()
    for folder in ("dropped", *WITH_TEXT):  # dropped rows have no text, and name pages that may have one
        for batch in _rows(store, run, folder, READ):
            for one in selectors:
                ids = batch.column("doc_id").to_pylist()
                chosen.update(str(name) for name, match in zip(ids, one.matches(batch), strict=True) if match)
    if chosen:
        for folder in WITH_TEXT:
            for batch in _rows(store, run, folder, READ):
                _collect(batch, chosen, taken)
    return chosen


def _collect(batch: pa.RecordBatch, chosen: set[str], taken: Taken) -> None:
    mask = [name in chosen for name in batch.column("doc_id").to_pylist()]
    if not any(mask):
        return
    rows = batch.filter(pa.array(mask))
    for column in (one for one in ("text", "other_text") if one in rows.schema.names):
        cells = zip(normal_texts(rows, column), *(rows.column(one).to_pylist() for one in ("url", "lang")), strict=True)
        for text, url, lang in cells:
            taken.add(text or "", registrable_domain(url), lang)


def _copies(store: Store, run: RunRecord, taken: Taken, chosen: set[str]) -> dict[str, Document]:
    """Return what is selected or a copy, and has a text."""
    found: dict[str, Document] = {one: Document(one, "selected", 1.0, was="dropped") for one in sorted(chosen)}
    for folder in WITH_TEXT:
        for batch in _rows(store, run, folder, READ):
            urls: list[str | None] = batch.column("url").to_pylist()
            texts, bodies = normal_texts(batch, "text"), batch.column("payload_sha256").to_pylist()
            for at, verdict in enumerate(taken.verdicts(batch, [registrable_domain(url) for url in urls])):
                name = str(batch.column("doc_id")[at])
                before = found.get(name)
                if before or verdict:
                    best = stronger(verdict, (before.verdict, before.similar) if before else None) or verdict
                    assert best is not None  # one of the two is not
                    was: Was = "kept" if folder == "documents" else "dropped"
                    found[name] = Document(name, *best, urls[at], texts[at], bodies[at], was)
    return found


def _ends(store: Store, run: RunRecord, found: dict[str, Document], near: float) -> None:
    """Say of each how it had ended; add what a dedup stage dropped as a copy of an equal or selected one."""
    firm = {name for name, one in found.items() if one.verdict in ("selected", "exact", "mirrored")}
    for batch in _rows(store, run, "dropped", ("doc_id", "url", *ENDS)):
        for row in batch.to_pylist():
            name, copied = row["doc_id"], row.get("kept_doc_id") in firm and (row.get("jaccard") or 0.0) >= near
            if name not in found and copied:
                found[name] = Document(name, "near", row["jaccard"])
            if name in found:
                end = {"was": row["outcome"], "stage": row["stage"], "reason": row["reason"]}
                found[name] = replace(found[name], url=row["url"], **end)


def _with_files(store: Store, run: RunRecord, found: dict[str, Document]) -> Plan:
    rows: dict[str, list[str]] = {}
    pointing, counted, notes, held = dict[str, int](), Counter[str](), Counter[str](), list[Held]()
    for folder in BY_ID:
        for file in (one for one in run.files(folder) if one.name.endswith(".parquet")):
            here = dict[str, None]()
            batches = _batches(store, file, ("doc_id", "channel", "pii", "token_start", "token_count", "kept_doc_id"))
            rows_of = (row for batch in batches for row in batch.to_pylist())
            for number, row in enumerate(rows_of):
                if row["doc_id"] in found:
                    here[row["doc_id"]] = None
                    counted[folder] += 1
                    if folder == "shards":
                        held.append(Held(row["doc_id"], file.name, number, row["token_start"], row["token_count"]))
                    notes.update(_noted(folder, row))
                elif folder == "dropped" and row.get("kept_doc_id") in found:
                    pointing[file.name] = pointing.get(file.name, 0) + 1
            if here:
                rows[file.name] = list(here)
    return Plan(found, rows, pointing, tuple(held), dict(sorted(counted.items())), dict(sorted(notes.items())))


def _noted(folder: str, row: dict[str, object]) -> dict[str, int]:
    """Return what the notes of stages count of a row that goes."""
    if folder == "evidence":
        return {f"evidence:{row['channel']}": 1}
    pii = row.get("pii") if folder == "extracted" else None
    return {f"pii:{one['name']}": one["count"] for one in pii} if isinstance(pii, list) else {}
