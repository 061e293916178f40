"""Read the texts of one class: those of finished trees, and of JSONL and Parquet files with a column of text."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from yurai.declare.batches import strings
from yurai.engine.made import of_trees, opened
from yurai.sources.fetch import Shard, fetch_shard, fetch_source
from yurai.sources.find import Source, find_sources
from yurai.sources.rows import Row, fields, row_kind
from yurai.sources.rows import read_rows as read_row_file
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.errors import RecipeError
from yurai_manifests.parquet import read_rows


@dataclass(slots=True)
class Texts:
    """The texts of `inputs`, given by `option`; files and counts grow while they are read."""

    option: str
    inputs: Sequence[str]
    documents: int = 0
    without_text: int = 0
    text_bytes: int = 0
    files: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        """Yield the texts.

        Raises:
            RecipeError: an input is not there, is no tree and no file of rows, or its run has not ended.
            ShardError: a file of a tree was changed after it was written.
        """
        trees, others = opened(self.inputs)
        for shard in of_trees(trees):
            yield from self._of_shard(shard)
        for source in (one for url in others for one in find_sources([url], option=f"{self.option} ")):
            yield from self._of_source(source)

    def json(self) -> dict[str, Json]:
        """Return what was read; the order of the inputs is irrelevant."""
        digest = fingerprint({"files": sorted(self.files)})
        counts = {"documents": self.documents, "without_text": self.without_text, "text_bytes": self.text_bytes}
        return {"digest": digest, **counts}

    def _of_shard(self, shard: Shard) -> Iterator[str]:
        self.files.append(shard.sha256)
        with tempfile.TemporaryDirectory(prefix="yurai-train-") as spool:
            for batch in read_rows(fetch_shard(shard, Path(spool)), ["text"]):
                yield from self._counted(strings(batch, "text"))

    def _of_source(self, source: Source) -> Iterator[str]:
        kind = row_kind(source.name)
        if kind is None:
            raise RecipeError(
                f"{self.option} {source.url} is no JSONL, no Parquet and no output tree; give one of these"
            )
        with tempfile.TemporaryDirectory(prefix="yurai-train-") as spool:
            path, digest = fetch_source(source.url, Path(spool))
            self.files.append(digest)
            rows = (item for item in read_row_file(path, kind, {}) if isinstance(item, Row))
            yield from self._counted("" if row.error else fields(row.values).text for row in rows)

    def _counted(self, texts: Iterable[str]) -> Iterator[str]:
        for text in texts:
            self.documents += 1
            self.without_text += not text
            self.text_bytes += len(text.encode())
            if text:
                yield text
