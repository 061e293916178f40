"""Find the rows of each stage in dropped/, where they lie one stage after the other, and compare their sums."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from yurai_manifests.audit.case import Case
from yurai_manifests.audit.streams import read_span
from yurai_manifests.audit.texts import IDENTITY, check_identity
from yurai_manifests.audit.unlike import Faults, values
from yurai_manifests.findings import Finding
from yurai_manifests.names import OTHER, Tally
from yurai_manifests.run import RunRecord

READ: Final = ("read", "extract")
"""Stages whose dropped rows are mixed, in record order, and have no page in extracted/."""
OUTCOMES: Final = ("dropped", "failed")
SIDE: Final = "side"
NOTE: Final = "robots:"
"""Beginning of the notes of stage read that count captures of robots.txt, by outcome."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Rows from `start` to `end` of dropped/: those of one stage, or of both that read."""

    start: int
    end: int
    stages: dict[str, int]
    """{stage: its number among the counts of run.json}."""
    extracted: bool
    """Whether these rows were pages of extracted/ before."""


def segments(run: RunRecord) -> list[Segment]:
    """Return the segments of dropped/ by the counts of run.json, in order."""
    found: list[Segment] = []
    start = 0
    for number, counts in enumerate(run.stages):
        end = start + counts.dropped.total() + counts.failed.total()
        if counts.stage in READ and found and not found[-1].extracted:
            before = found.pop()
            found.append(Segment(before.start, end, {**before.stages, counts.stage: number}, extracted=False))
        else:
            found.append(Segment(start, end, {counts.stage: number}, counts.stage not in READ))
        start = end
    return found


def check_dropped(case: Case) -> Iterator[Finding]:
    """Compare stages, outcomes and reasons of the rows with the counts, stage by stage."""
    if case.sums.broken or not case.readable("dropped"):
        return
    faults, columns = Faults("dropped"), [*IDENTITY, "outcome", "stage", "reason"]
    tallies = {(number, outcome): Tally() for number in range(len(case.run.stages)) for outcome in OUTCOMES}
    sources = case.origins
    for segment in segments(case.run):
        for batch in read_span(case.store, case.run.files("dropped"), columns, segment.start, segment.end):
            rows = pa.Table.from_batches([batch])
            check_identity(rows, sources, "dropped", faults)
            _tally(rows, segment, tallies, faults)
    yield from faults.findings()
    yield from _compare(case.run, tallies)


def check_beside(case: Case) -> Iterator[Finding]:
    """Compare captures of robots.txt and warcinfo records with their sources and counts; a side input is no source."""
    for folder in ("robots", "warcinfo"):
        files = case.run.files(folder)
        if case.sums.broken or not files or not case.readable(folder):
            continue
        faults, found = Faults("dropped"), Counter[str]()
        columns = [*IDENTITY, *(["given", "outcome"] if folder == "robots" else [])]
        for batch in read_span(case.store, files, columns):
            rows = pa.Table.from_batches([batch])
            said = zip(*(values(rows.column(name)) for name in columns[len(IDENTITY) :]), strict=True)
            kinds = [SIDE if given == SIDE else f"{given}:{outcome}" for given, outcome in said] or [""] * len(rows)
            found.update(kinds)
            side = pa.array([kind == SIDE for kind in kinds], pa.bool_())
            check_identity(rows.filter(side), {} if case.run.value["carried"] else case.sums.side, folder, faults)
            check_identity(rows.filter(pc.invert(side)), case.origins, folder, faults)
        yield from faults.findings()
        yield from _counted(case, found) if folder == "robots" else _records(case, found.total())


def _counted(case: Case, found: Counter[str]) -> Iterator[Finding]:
    """Compare captures with the notes of stage read, by outcome, and those of side inputs with what tasks wrote."""
    due = Counter[str]()
    for counts in case.run.stages:
        notes = counts.notes.items()
        due.update({f"input:{name.removeprefix(NOTE)}": count for name, count in notes if name.startswith(NOTE)})
    due[SIDE] = case.sums.side_rows
    for kind in sorted({*found, *due}):
        earlier = kind == SIDE and case.run.value["carried"]  # whose tasks are not of this tree
        if found[kind] < due[kind] or (found[kind] > due[kind] and not earlier):
            message = f"{found[kind]:,} captures of {kind.replace(':', ', outcome ')}, {due[kind]:,} by the tasks"
            yield Finding("error", "dropped", "robots", message, "do not publish; rebuild")


def _records(case: Case, found: int) -> Iterator[Finding]:
    """Compare the rows of warcinfo/ with the other records of that type, which tasks count."""
    due = case.sums.other_records
    if found != due["warcinfo"] and OTHER not in due:
        message = f"{found:,} rows, {due['warcinfo']:,} warcinfo records by the tasks"
        yield Finding("error", "dropped", "warcinfo", message, "do not publish; rebuild")


def _tally(rows: pa.Table, segment: Segment, tallies: Mapping[tuple[int, str], Tally], faults: Faults) -> None:
    counted: dict[tuple[int, str], dict[str, int]] = {}
    wrong: list[str] = []
    columns = (rows.column(name).to_pylist() for name in ("doc_id", "stage", "outcome", "reason"))
    for name, stage, outcome, reason in zip(*columns, strict=True):
        key = (segment.stages.get(str(stage), -1), str(outcome))
        if key not in tallies:
            wrong.append(str(name))
            continue
        counts = counted.setdefault(key, {})
        counts[str(reason)] = counts.get(str(reason), 0) + 1
    for key, counts in counted.items():
        tallies[key].add(counts)
    faults.add("dropped", f"are not of stage {' or '.join(segment.stages)}, in whose place they lie", wrong)


def _compare(run: RunRecord, tallies: Mapping[tuple[int, str], Tally]) -> Iterator[Finding]:
    """Compare reasons with counts, which bound names: where some are counted as `other`, those that are named."""
    for number, counts in enumerate(run.stages):
        for outcome, due in zip(OUTCOMES, (counts.dropped, counts.failed), strict=True):
            found = tallies[number, outcome].sums(whole=True)
            names = sorted((due.keys() & found.keys()) - {OTHER} if OTHER in due else due.keys() | found.keys())
            for reason in names:
                if found.get(reason, 0) != due.get(reason, 0):
                    message = (
                        f"{found.get(reason, 0):,} rows were {outcome} by {counts.stage} as {reason}, "
                        f"{due.get(reason, 0):,} by the counts"
                    )
                    yield Finding("error", "dropped", "dropped", message, "do not publish; rebuild")
