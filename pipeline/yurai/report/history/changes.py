"""Compare each capture of a URL with the one before it: fields, lines, and shingles of the whole texts."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from itertools import islice
from typing import Final, cast

import numpy as np
import pyarrow as pa

from yurai.report.history.versions import Page, Version
from yurai.report.safe_text import excerpt, shown
from yurai.stages.mixers import U32
from yurai.stages.near_dedup.settings import NearDedup
from yurai.stages.near_dedup.shingle_sets import jaccard
from yurai.stages.shingles.hashes import shingle_hashes

FIELDS: Final = ("title", "html_lang", "lang", "declared_spdx")
"""Columns of a page whose changes are told."""
DIFF_LINES: Final = 40
"""Lines of a diff that are shown."""
LINE: Final = 160
"""Characters that are shown of a line."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field that changed, as it may be shown: redacted."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What changed against the capture before that has a text."""

    since: str
    """Its doc_id."""
    fields: tuple[Field, ...]
    same_text: bool
    similarity: float
    """Jaccard similarity of whole sets of shingles, as near-dedup makes them."""
    lines: int
    """Lines of the text that are not blank."""
    added: int
    """Of these, lines that the text before had not."""
    removed: int
    """Lines of the text before that this one has not."""
    diff: tuple[str, ...] = ()
    """The first lines that differ, `-` before and `+` after, redacted and cut; only where it was asked for."""


@dataclass(frozen=True, slots=True)
class Told:
    """A capture, and what changed in it."""

    version: Version
    change: Change | None
    """None of the first one, and where one of the two has no text."""


def told(versions: Sequence[Version], *, diff: bool = False) -> list[Told]:
    """Return captures, in their order, each with its changes. The same capture in another tree changes nothing."""
    return list(_told(versions, diff=diff))


def _told(versions: Sequence[Version], *, diff: bool) -> Iterator[Told]:
    before: Version | None = None
    for one in versions:
        if one.page is None:
            yield Told(one, None)
            continue
        again = before is not None and before.capture.doc_id == one.capture.doc_id
        if before is None or before.page is None or again:
            yield Told(one, None)
        else:
            change = _change(before.capture.doc_id, before.page, one.page)
            yield Told(one, replace(change, diff=_diff(before.page.text, one.page.text)) if diff else change)
        before = one


def _change(since: str, old: Page, new: Page) -> Change:
    lines = [Counter(_lines(page.text)) for page in (old, new)]
    values = {name: (getattr(old, name), getattr(new, name)) for name in FIELDS}
    changed = {name: pair for name, pair in values.items() if pair[0] != pair[1]}
    return Change(
        since,
        fields=tuple(Field(name, *map(_shown, pair)) for name, pair in changed.items()),
        same_text=old.text_sha256 == new.text_sha256,
        similarity=round(jaccard(_shingles(old), _shingles(new)), 4),
        lines=lines[1].total(),
        added=(lines[1] - lines[0]).total(),
        removed=(lines[0] - lines[1]).total(),
    )


def _shown(value: str | None) -> str | None:
    return None if value is None else shown(value)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _shingles(page: Page) -> U32:
    texts = cast("pa.Array[pa.StringScalar]", pa.array([page.text], pa.large_string()))
    langs = cast("pa.Array[pa.StringScalar]", pa.array([page.lang], pa.string()))
    values, _ = shingle_hashes(texts, langs, NearDedup().shingling)
    return np.unique(values)


def _diff(old: str, new: str) -> tuple[str, ...]:
    found = islice(unified_diff(_lines(old), _lines(new), n=0, lineterm=""), 2, None)  # behind the names of files
    changed = islice((line for line in found if not line.startswith("@@")), DIFF_LINES)
    return tuple(f"{line[0]} {excerpt(line[1:], LINE)}" for line in changed)
