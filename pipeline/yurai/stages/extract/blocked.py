"""Stop what a blocklist knows: by its place before it is read, by its text before it is written anywhere.

Of a page that is stopped the tree keeps where it lies in its archive, and the case. Its URL, text, headers, digests and
evidence are in no row.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from yurai.declare.batches import document_batches
from yurai.engine.use import AnyUse
from yurai.stages.blocklist.known import Blocklists
from yurai.stages.extract.candidates import Candidate
from yurai.stages.map_tasks import measure
from yurai_manifests.counts import StageCounts

REASON: Final = "blocked"
REDACT: Final = "redact"
LEFT: Final = (
    "doc_id",
    "source",
    "source_sha256",
    "warc_offset",
    "warc_length",
    "inner_offset",
    "inner_length",
    "warc_type",
)
"""Columns that the row of a blocked page keeps."""
AT_ONCE: Final = 64


def without_blocked_places(candidates: Iterable[Candidate], lists: Blocklists) -> Iterator[Candidate]:
    """Yield the candidates, those whose URL or body is blocked as dropped by stage read."""
    for one in candidates:
        case = lists.of_page(one.row["url"], one.row.get("payload_sha256"))
        yield one if case is None else _blocked(one, case, "read")


def without_blocked_texts(
    candidates: Iterable[Candidate], lists: Blocklists, measures: Sequence[AnyUse]
) -> Iterator[Candidate]:
    """Yield the candidates, those whose text is blocked as dropped by stage extract.

    A text is compared as it was extracted, as `redact` leaves it where the recipe has it, and by its second text.
    """
    last = max((number for number, use in enumerate(measures, 1) if use.name == REDACT), default=0)
    rest = iter(candidates)
    while some := list(itertools.islice(rest, AT_ONCE)):
        cases = _cases([one for one in some if one.outcome is None], lists, measures[:last])
        yield from (_blocked(one, cases[one.row["doc_id"]], "extract") if _is(one, cases) else one for one in some)


def _is(one: Candidate, cases: dict[str, str]) -> bool:
    return one.outcome is None and one.row["doc_id"] in cases


def _cases(found: Sequence[Candidate], lists: Blocklists, redacting: Sequence[AnyUse]) -> dict[str, str]:
    """Return {doc_id: case} of those that are blocked."""
    forms = [(one.row["doc_id"], one.row[name]) for one in found for name in ("text", "other_text")]
    for batch in document_batches(one.row for one in found) if redacting else ():
        masked = measure(batch, redacting, [StageCounts(use.name) for use in redacting])
        for name in ("text", "other_text"):
            forms += zip(masked.column("doc_id").to_pylist(), masked.column(name).to_pylist(), strict=True)
    there = list(dict.fromkeys((doc_id, text) for doc_id, text in forms if text))
    cases = lists.of_texts([text for _, text in there])
    named = sorted((doc_id, case) for (doc_id, _), case in zip(there, cases, strict=True) if case)
    return dict(reversed(named))


def _blocked(one: Candidate, case: str, stage: str) -> Candidate:
    kept: dict[str, object] = {name: one.row[name] for name in LEFT if name in one.row}
    return Candidate({**kept, "flags": []}, None, stage, "dropped", f"{REASON}:{case}")
