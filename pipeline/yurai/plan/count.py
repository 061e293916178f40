"""Count the candidates of an input without running it: all of a small one, windows of many sources of a large one.

Counting costs a thousandth of extraction. So it goes through a hundred times as many pages as a trial, and what a trial
tells of one page holds for a number of pages that is known within a few percent. A trial is drawn from these pages,
which a frame holds, except those that cannot be cut out of their file: of Parquet, of units of several records, and
behind a dictionary.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from yurai.engine.progress import Counter, Reporter
from yurai.plan.cut import Pieces, pieces_of
from yurai.plan.draw import Stratum, allotted, drawn
from yurai.plan.estimate import Estimate, ratio, steadier
from yurai.plan.frame import Frame
from yurai.plan.sketch import visible
from yurai.sources.fetch import open_remote
from yurai.sources.find import Source
from yurai.sources.rows import SourceTable, row_kind, table_of
from yurai.sources.rows.inflate import Inflow
from yurai.sources.rows.jsonl import lines, parse
from yurai.sources.rows.roles import Choices, choices_of, pick
from yurai.sources.warc import CANDIDATES, Gap, read_file
from yurai_manifests.errors import RecipeError
from yurai_manifests.threads import many_at_once

FILES, SMALL_FILES = 256, 1024
"""Sources that are opened at most; of small ones up to so many, as far as bytes go: duplicates meet in many pages."""
BUDGET = 48 << 20
"""Bytes that are counted; an input up to this size, and of no more files, is counted whole."""
CLUSTERS = 16
"""Sources of a stratum from which on each is a group; of fewer, each window is."""
READERS = 16
Found = tuple[bytes, bytes, int]
"""The bytes of a page, its text as a sketch takes it, and how long it is inflated."""


@dataclass(frozen=True, slots=True)
class Group:
    """Bytes (or rows, of Parquet: then as bytes of their source) that were counted, and the candidates in them."""

    bytes: float
    candidates: int


@dataclass(frozen=True, slots=True)
class Count:
    """The candidates of one stratum, and how many sources were opened for it."""

    estimate: Estimate
    opened: int


def count(
    groups: Sequence[Stratum],
    frame: Frame,
    tables: tuple[SourceTable, ...] = (),
    seed: int = 0,
    reporter: Reporter | None = None,
) -> list[Count]:
    """Return the candidates of each stratum, and put what pages they are into `frame`.

    Raises:
        OSError: a source cannot be read.
        RecipeError: one is damaged Parquet.
    """
    whole = sum(group.size for group in groups)
    share = min(1.0, BUDGET / whole) if whole else 1.0
    files = [_opened(*each, share) for each in zip(groups, allotted(groups, FILES), strict=True)]
    reporter = reporter or Reporter(quiet=True)
    with reporter.step("count", sum(files)) as steps:
        counter = _Counter(frame, tables, seed, steps, reporter.verbose)
        return [counter.count(*each, share) for each in zip(range(len(groups)), groups, files, strict=True)]


def _opened(stratum: Stratum, files: int, share: float) -> int:
    """Return how many sources of a stratum are opened: of small ones as many as the budget has bytes for."""
    if not stratum.small:
        return files
    return max(files, min(SMALL_FILES, len(stratum.sources), round(share * stratum.count)))


@dataclass(frozen=True, slots=True)
class _Counter:
    frame: Frame
    tables: tuple[SourceTable, ...]
    seed: int
    steps: Counter
    verbose: bool

    def count(self, number: int, stratum: Stratum, files: int, share: float) -> Count:
        """Count stratum `number`, of which so many files are opened, and `share` of the bytes read."""
        chosen = drawn(stratum, files, self.seed)
        part = min(1.0, share * stratum.count / len(chosen))
        with many_at_once(READERS) as pool:
            read = pool.map(lambda source: _read(source, part, self.seed), chosen)
            each = [list(self._groups(number, *one)) for one in zip(chosen, read, strict=True)]
        found = [one for one in each if one]
        few = len(chosen) == stratum.count or len(found) < CLUSTERS
        groups = [group for one in found for group in one] if few else [_joined(one) for one in found]
        counted = sum(group.bytes for group in groups)
        if not counted:
            return Count(Estimate(0.0), len(chosen))
        candidates = [group.candidates for group in groups]
        sampled = min(1.0, counted / stratum.size)
        by_bytes = ratio(candidates, [group.bytes for group in groups], stratum.size, sampled).times(stratum.doubt)
        if few or counted < sum(source.size for source in chosen):
            return Count(by_bytes, len(chosen))
        # each group is a source that was read whole, and all sources had the same chance
        rest = len(groups) / stratum.count
        return Count(steadier(by_bytes, ratio(candidates, [1.0] * len(groups), stratum.count, rest)), len(chosen))

    def _groups(self, number: int, source: Source, found: Pieces | int) -> Iterator[Group]:
        """Yield what windows of one source hold."""
        self.steps.advance()
        if self.verbose:
            self.steps.tell(source.name, None)
        if isinstance(found, int):
            yield Group(source.size, found)
            return
        if found.ahead:
            self.frame.leave_out(number)
        for piece in found.pieces:
            pages = self._rows(source, piece) if row_kind(source.name) else _pages(found.ahead, piece)
            count = 0
            for count, page in enumerate(pages, 1):  # noqa: B007 - counted
                if page is None:
                    self.frame.leave_out(number)
                elif self.frame.wants(number):
                    self.frame.add(number, *page)
            yield Group(len(piece), count)

    def _rows(self, source: Source, piece: bytes) -> Iterator[Found | None]:
        choices = choices_of(table_of(self.tables, source.name).columns)
        for _, line, _, _ in lines(Inflow(piece)):
            if line is None or line.strip():
                yield None if line is None else (line + b"\n", _text(line, choices), len(line))


def _joined(groups: Iterable[Group]) -> Group:
    held = list(groups)
    return Group(sum(group.bytes for group in held), sum(group.candidates for group in held))


def _read(source: Source, share: float, seed: int) -> Pieces | int:
    """Return what is read of a source, or the rows of Parquet."""
    kind = row_kind(source.name)
    if kind == "parquet":
        return _rows_of(source)
    return pieces_of(source, 1.0 if kind is None and source.size * share > source.size / 2 else share, seed)


def _rows_of(source: Source) -> int:
    with open_remote(source.url) as file:
        try:
            return int(pq.ParquetFile(file).metadata.num_rows)
        except pa.ArrowInvalid as error:
            message = f"{source.name} is damaged where its columns are told ({error}), and a run cannot read it"
            raise RecipeError(f"{message}: leave it out of the input of plan") from error


def _text(line: bytes, choices: Choices) -> bytes:
    """Return the text of a row, or the row where it has none."""
    text = pick(parse(line).value or {}, choices).get("text")
    return text.encode("utf-8", "replace") if isinstance(text, str) else line


def _pages(ahead: bytes, piece: bytes) -> Iterator[Found | None]:
    """Yield the candidates of an archive, each with what lies between it and the next one; None: it is not apart."""
    with tempfile.NamedTemporaryFile(prefix="yurai-count-") as file:
        file.write(ahead + piece)
        file.flush()
        start, body, apart = 0, None, True
        for part in read_file(Path(file.name)):
            if isinstance(part, Gap) or part.kind not in CANDIDATES:
                continue
            if body is not None:
                end = part.offset - len(ahead)
                yield (piece[start:end], visible(body), len(body)) if apart else None
                start = end
            body, apart = part.body, part.inner_offset is None
        if body is not None:
            yield (piece[start:], visible(body), len(body)) if apart else None
