"""Compare token shards with documents: order, places, lengths, and each id with what the named tokenizer gives.

Places of documents that were taken down in mode `stable-offset` hold the id that their tombstone says, no other.
"""

from collections.abc import Iterator
from typing import IO, Final, cast

import numpy as np
import pyarrow as pa

from yurai_manifests.audit.case import Case, Ids, Lengths
from yurai_manifests.audit.streams import Stream, ids_of, read_span
from yurai_manifests.audit.unlike import Faults, differing
from yurai_manifests.counts import UNKNOWN_NOTE
from yurai_manifests.findings import Finding
from yurai_manifests.run import Delivered, token_shards
from yurai_manifests.takedown.gaps import Gap, Layout, gaps_of
from yurai_manifests.token_runs import read_runs

INDEX: Final = ["doc_id", "url", "token_start", "token_count"]
COUNT: Final = "token_count"
TOKENIZER: Final = ("tokenizer", "sha256", "eod", "allow_tokens")
"""Settings that say which tokenizer a stage takes."""
REWRITING: Final = ("filter", "line-dedup")
"""Stages that may change a text after it was counted."""
TYPES: Final[dict[int, np.dtype[np.integer]]] = {2: np.dtype("<u2"), 4: np.dtype("<i4")}
"""Types of an id by its bytes, as Megatron has them."""
AT_ONCE: Final = 1 << 20
"""Places of a gap in memory."""
DO: Final = "do not publish; run again with --rebuild"


def check_tokens(case: Case) -> Iterator[Finding]:
    """Walk the shards beside documents/; without the tokenizer all but the ids themselves."""
    files = case.run.files("shards")
    if case.sums.broken or not files or not case.readable("documents", "shards"):
        return
    if case.means.encode is None:
        why = case.means.why.get("encode", "no tokenizer was given")
        message = f"tokens were not compared with texts: {why}"
        yield Finding(
            "info", "not-tokenized", "shards", message, "run `yurai audit` where the tokenizer of the recipe is"
        )
    columns = ["doc_id", "url", *(["text"] if case.means.encode else []), *_counts(case)]
    documents = Stream(read_span(case.store, case.run.files("documents"), columns))
    faults = Faults("tokens")
    unknown, gaps = 0, gaps_of(case.sums.tombstones)
    for ids in token_shards(files):
        shard = _Shard(case, ids, faults, gaps.pop(ids.name, []))
        yield from shard.compared(documents)
        unknown += shard.unknown
    if (name := documents.next_id()) is not None:
        faults.add("shards", "of documents/ or more are in no shard", [name])
    yield from faults.findings()
    for name in gaps:
        yield Finding("error", "tokens", name, "a tombstone says that it has gaps, and there is no such shard", DO)
    noted = sum(counts.notes[UNKNOWN_NOTE] for counts in case.run.stages)
    lost = unknown < noted and case.sums.tombstones  # stage tokenize noted those of documents that were taken down too
    if case.means.encode is not None and unknown != noted and not lost:
        message = f"{unknown:,} tokens stand for what the tokenizer does not know, {noted:,} by the notes of tokenize"
        yield Finding("error", "tokens", "shards", message, DO)


def _counts(case: Case) -> list[str]:
    """Return the column that says the tokens of a text, where stage select counted with the tokenizer of the shards."""
    stages = {str(one["use"]): one for one in case.run.recipe_stages}
    select, pack = stages.get("select", {}), stages["tokenize"]
    if not select.get("tokenizer") or any(select.get(name) != pack.get(name) for name in TOKENIZER):
        return []
    behind = list(stages)[list(stages).index("select") :]
    return [] if {*REWRITING} & {*behind} else [COUNT]


class _Shard:
    """One shard: its index, and its ids, which lie in a `.bin` or in the index itself."""

    def __init__(self, case: Case, ids: Delivered, faults: Faults, gaps: list[Gap]) -> None:
        self._case, self._file, self._faults = case, ids, faults
        self._gap = Layout(gaps)
        files = {file.name: file for file in case.run.files("shards")}
        stem = ids.name.rpartition(".")[0]
        self._index, self._idx = files.get(f"{stem}.parquet"), files.get(f"{stem}.idx")
        self._apart = ids.name.endswith(".bin")
        self._bytes = ids.bytes // ids.size if self._apart and ids.size else 2
        self._tokens_before = 0
        self.unknown = 0
        """Tokens that stand for what the tokenizer does not know."""
        self._starts: list[Lengths] = []
        self._lengths: list[Lengths] = []

    def compared(self, documents: Stream) -> Iterator[Finding]:
        """Consume the documents of this shard and yield what is wrong with the shard as a whole."""
        if self._index is None or (self._apart and self._bytes not in TYPES):
            yield self._wrong("it has no index, or ids of an unknown type")
            return
        columns = INDEX if self._apart else [*INDEX, "tokens"]
        with self._case.store.open(self._file.name) as stream:
            for batch in read_span(self._case.store, [self._index], columns):
                self._compare(pa.Table.from_batches([batch]), documents.take(batch.num_rows), stream)
            if self._apart:
                yield from self._gaps(stream)
        held = self._tokens_before + (self._gap.places if self._apart else 0)
        if held != self._file.size or (self._apart and held * self._bytes != self._file.bytes):
            yield self._wrong(f"its index places {held:,} tokens, it holds {self._file.size:,} or more")
        if self._index.size != self._tokens_before:
            message = f"run.json says {self._index.size:,} tokens, its rows {self._tokens_before:,}"
            yield Finding("error", "tokens", self._index.name, message, DO)
        yield from self._layout()

    def _gaps(self, stream: IO[bytes]) -> Iterator[Finding]:
        """Yield each gap with another id than its tombstone says."""
        for gap in self._gap.gaps:
            wrong = 0
            for start in range(gap.start, gap.end, AT_ONCE):
                count = min(AT_ONCE, gap.end - start)
                ids = self._stored(stream, np.array([start], np.int64), np.array([count], np.int64))
                wrong += int(np.count_nonzero(ids != gap.filler))
            if wrong:
                yield self._wrong(
                    f"{wrong:,} of the places {gap.start:,} to {gap.end - 1:,}, which case {gap.case} emptied, do not "
                    f"hold the id {gap.filler}"
                )

    def _compare(self, rows: pa.Table, documents: pa.Table | None, stream: IO[bytes]) -> None:
        names = ids_of(rows)
        lengths: Lengths = rows.column("token_count").to_numpy()
        starts = self._gap.starts(self._tokens_before + np.cumsum(lengths) - lengths)
        ids = self._ids(rows, starts, lengths, stream)
        self._starts.append(starts)
        self._lengths.append(lengths)
        self._tokens_before += int(lengths.sum())
        wrong = np.flatnonzero(rows.column("token_start").to_numpy() != starts).tolist()
        self._faults.add(
            self._file.name, "have another token_start than their lengths and gaps say", [names[at] for at in wrong]
        )
        if documents is None or ids_of(documents) != names:
            self._faults.add(self._file.name, "are not the documents of documents/, in their order", names)
            return
        wrong = differing(rows.column("url"), documents.column("url"))
        self._faults.add(self._file.name, "have another url than in documents/", [names[at] for at in wrong])
        if COUNT in documents.schema.names:
            wrong = np.flatnonzero(documents.column(COUNT).to_numpy() != lengths).tolist()
            self._faults.add("documents", "have another token_count than in shards/", [names[at] for at in wrong])
        self._tokens(documents, names, ids, lengths)

    def _ids(self, rows: pa.Table, starts: Lengths, lengths: Lengths, stream: IO[bytes]) -> Ids:
        if not self._apart:
            lists = cast("pa.LargeListArray[pa.DataType]", rows.column("tokens").combine_chunks())
            return cast("Ids", lists.flatten().to_numpy())
        return self._stored(stream, starts, lengths)

    def _stored(self, stream: IO[bytes], starts: Lengths, lengths: Lengths) -> Ids:
        return np.frombuffer(read_runs(stream, starts, lengths, self._bytes), TYPES[self._bytes])

    def _tokens(self, documents: pa.Table, names: list[str], ids: Ids, lengths: Lengths) -> None:
        if self._case.means.encode is None:
            return
        if self._case.means.unknown is not None:
            self.unknown += int(np.count_nonzero(ids == self._case.means.unknown))
        texts = cast("pa.LargeStringArray", documents.column("text").combine_chunks())
        due, counts = self._case.means.encode(texts)
        wrong = np.flatnonzero(counts != lengths).tolist()
        self._faults.add(self._file.name, "have another number of tokens than their text", [names[at] for at in wrong])
        if wrong or ids.size != due.size:
            return
        ends = np.cumsum(lengths)
        places = np.flatnonzero(ids.astype(np.int64) != due.astype(np.int64))
        rows = np.unique(np.searchsorted(ends, places, side="right")).tolist()
        self._faults.add(self._file.name, "have other tokens than their text", [names[at] for at in rows])

    def _layout(self) -> Iterator[Finding]:
        if not self._apart:
            return
        if self._idx is None:
            yield self._wrong("it has no .idx")
        elif self._case.means.layout:
            none = np.empty(0, np.int64)
            starts, lengths = (np.concatenate([none, *some]) for some in (self._starts, self._lengths))
            if self._case.store.read(self._idx.name) != self._case.means.layout(starts, lengths, self._bytes):
                yield Finding("error", "tokens", self._idx.name, "it does not say what the index says", DO)

    def _wrong(self, message: str) -> Finding:
        return Finding("error", "tokens", self._file.name, message, DO)
