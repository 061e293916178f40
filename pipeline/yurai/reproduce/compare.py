"""Hold rows and tokens that were made anew against those that an output stores: which columns differ, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from yurai_manifests.schema import MEASURES, PROVENANCE

if TYPE_CHECKING:
    from yurai.reproduce.remake import Remade
    from yurai.reproduce.stored import Row, Stored
    from yurai.reproduce.versions import Change
    from yurai.tokens.base import TokenArray

Level: TypeAlias = Literal["bytes", "extracted", "evidence", "documents", "dropped", "tokens"]
ELSEWHERE = frozenset(("source_sha256", "index_digest", "robots_ref"))
"""Columns of what other bytes say: the whole file, the index of the crawl, the robots.txt of the host."""
OF_PAGE = frozenset(("declared_spdx", "licence_scope", "attribution"))
"""Columns behind the measures that the page itself fills; later stages fill the others, by policy or by other pages."""
BYTES = frozenset(field.name for field in PROVENANCE) | {"http_headers"}
_MEASURED = MEASURES[-1].name
_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Difference:
    """A column that came out otherwise: where, its name, what was stored and what comes out here, and why."""

    level: Level
    column: str
    then: str
    now: str
    reasons: tuple[str, ...] = ()


def differences(stored: Stored, made: Remade) -> Iterator[Difference]:
    """Yield what differs between the stored rows of one candidate and those made anew, without reasons.

    A duplicate was dropped for what other documents hold, so its row in dropped/ is held against provenance alone.
    """
    yield from _rows("extracted", stored.extracted, made.extracted)
    if stored.extracted and made.extracted:
        yield from _evidence(stored.evidence, made.evidence)
    if stored.dropped and stored.dropped["stage"] in made.passed:
        own = made.extracted or {}
        there = {name: value for name, value in stored.dropped.items() if name in own and name in BYTES}
        yield from _rows("dropped", there, {name: own[name] for name in there})
        return
    yield from _rows("dropped", stored.dropped, made.dropped)
    if stored.document and made.document:
        yield from _rows("documents", stored.document, made.document, _written_later(stored) if made.passed else ())


def token_difference(stored: TokenArray, made: TokenArray) -> Iterator[Difference]:
    """Yield a difference unless both hold the same ids."""
    if not np.array_equal(stored, made):
        count = min(len(stored), len(made))
        first = np.flatnonzero(stored[:count].astype(np.int64) != made[:count].astype(np.int64))
        place = int(first[0]) if len(first) else count
        yield Difference("tokens", "tokens", f"{len(stored):,} ids", f"{len(made):,} ids, from id {place:,} on others")


def explained(found: Iterable[Difference], changes: Iterable[Change], tokenizer: str | None) -> list[Difference]:
    """Return the differences with their reasons: other bytes, or versions of what they depend on that changed.

    `tokenizer` is the stage on which tokens depend, and nothing else does.
    """
    found, changes = list(found), list(changes)
    of_tokens = [str(one) for one in changes if one.stage in ("", tokenizer)]
    of_rows = [str(one) for one in changes if one.stage != tokenizer]
    are_other = any(one.level == "bytes" or one.column in ("payload_sha256", "body_bytes") for one in found)
    other = ["the source holds other bytes than it did, or the output was changed (yurai audit)"] if are_other else []
    return [_explained(one, of_tokens if one.level == "tokens" else other + of_rows) for one in found]


def _explained(one: Difference, reasons: list[str]) -> Difference:
    nothing = "no recorded version differs: the output was changed (yurai audit), or code without its version"
    return Difference(one.level, one.column, one.then, one.now, tuple(reasons) or (nothing,))


def _rows(level: Level, then: Row | None, now: Row | None, left: Collection[str] = ()) -> Iterator[Difference]:
    if then is None and now is None:
        return
    if then is None or now is None:
        yield Difference(level, "row", _outcome(then), _outcome(now))
        return
    for name, value in then.items():
        if name not in left and name not in ELSEWHERE and name in now and value != now[name]:
            of_bytes = level == "extracted" and name in BYTES
            yield Difference("bytes" if of_bytes else level, name, *_shown(name, value, now[name]))


def _outcome(row: Row | None) -> str:
    if row is None:
        return "none"
    return f"{row['outcome']} by {row['stage']}: {row['reason']}" if "outcome" in row else "one with text"


def _shown(name: str, then: object, now: object) -> tuple[str, str]:
    """Return two values as a table may show them: of texts, their sizes and where they part, never their words."""
    if name in ("text", "other_text", "title"):
        before, after = str(then or ""), str(now or "")
        place = next((at for at, (one, two) in enumerate(zip(before, after, strict=False)) if one != two), None)
        place = min(len(before), len(after)) if place is None else place
        return f"{len(before):,} characters", f"{len(after):,} characters, from {place:,} on others"
    return str(then)[:_SHOWN], str(now)[:_SHOWN]


def _written_later(stored: Stored) -> set[str]:
    """Return the columns that stages between extraction and delivery write by other documents, or by policy."""
    extracted = stored.extracted or {}
    names = list(extracted)
    behind = names[names.index(_MEASURED) + 1 :] if _MEASURED in names else []
    return {name for name in behind if name not in OF_PAGE and extracted[name] is None}


def _evidence(then: list[Row], now: list[Row]) -> Iterator[Difference]:
    """Hold rows of evidence as a set; what another record says of the page, by `source_ref`, is not on it."""
    ours = {_key(row) for row in now}
    theirs = {_key(row) for row in then if not row.get("source_ref") or _key(row) in ours}
    if ours != theirs:
        yield Difference(
            "evidence", "rows", f"{len(then):,}", f"{len(now):,}, {len(ours ^ theirs):,} of all are others"
        )


def _key(row: Mapping[str, object]) -> str:
    return repr(sorted((name, value) for name, value in row.items() if value is not None))
