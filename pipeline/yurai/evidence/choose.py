"""Choose which marks of a page become rows of `evidence/`, and tell the licence that its marks declare."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from yurai.evidence.marks import OF_THE_TEXT, Mark, Scope
from yurai.evidence.normalise import KINDLESS, is_of_software
from yurai.evidence.notices import RESERVED
from yurai.evidence.subjects import subject

MAX_ROWS: Final = 3
"""Rows of one page beside its reservations: a budget of the manifests; `evidence-capped` says that there was more."""
MANY_RESERVATIONS: Final = 64
"""From so many on, a reservation needs a word that none before it had: there are a few hundred words."""
_SCOPES: Final[tuple[Scope, ...]] = ("page", "main_text", "site", "dataset", "embedded", "unknown")
_LEVELS: Final = (OF_THE_TEXT, ("site",))
_VAGUE: Final = "-unspecified"
_VERSIONED: Final = re.compile(r"(?:LicenseRef-)?(CC-BY[A-Z-]*?|CC0|GFDL|OGL-UK)-(?:[0-9]\.[0-9]|unspecified).*")

_SECTIONS: Final = re.compile(r"-(?:no-)?invariants-")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Marks of one page that become rows, most telling first, and whether some did not."""

    marks: tuple[Mark, ...]
    capped: bool


def choose(marks: tuple[Mark, ...]) -> Chosen:
    """Pick the rows of a page: every reservation of use that says anything new, and at most three others.

    The same statement on the same channel is one mark. Of the others come first the claims that decide what the page
    declares (two of them, where they conflict), then words that take a claim back, other claims, signals of search,
    other notices; statements made again on another channel come last.
    """
    deciding = _deciding(marks)
    unique: dict[tuple[str, ...], Mark] = {}
    for mark in (*deciding, *marks):  # of those that say the same, the one that decides stands for all
        unique.setdefault((mark.channel, *mark.statement), mark)
    reserving = reservations(unique.values())
    kept = {id(mark) for mark in reserving}
    first = [id(mark) for mark in deciding]
    others = [mark for mark in unique.values() if id(mark) not in kept]
    ranked = sorted(others, key=_Rank(first, reserving))
    return Chosen((*reserving, *ranked[:MAX_ROWS]), len(ranked) > MAX_ROWS)


def reservations(marks: Iterable[Mark]) -> list[Mark]:
    """Reservations with a norm of their own; behind the first 64, those with an entry of their own."""
    kept: list[Mark] = []
    norms: set[str | None] = set()
    entries: set[str] = set()
    for mark in marks:
        new = mark.norm not in norms if len(kept) < MANY_RESERVATIONS else bool(mark.reservations - entries)
        if mark.reserves and new:
            kept.append(mark)
            norms.add(mark.norm)
            entries |= mark.reservations
    return kept


class _Rank:
    """Order of the marks that share the cap; it is asked once a mark, in page order."""

    def __init__(self, deciding: list[int], reserving: list[Mark]) -> None:
        self._deciding = deciding
        self._said = {mark.statement for mark in reserving}

    def __call__(self, mark: Mark) -> tuple[int, int]:
        again = mark.statement in self._said
        self._said.add(mark.statement)
        if id(mark) in self._deciding:
            return 0, self._deciding.index(id(mark))
        return (2 if again else 1), self._group(mark)

    def _group(self, mark: Mark) -> int:
        if mark.kind == "notice":
            return 0 if mark.norm and self._deciding else 7
        if mark.kind == "licence_claim":
            return (1 if mark.scope in OF_THE_TEXT else 2) if mark.norm else 3
        return 4 if mark.kind == "optout_signal" else 5


def declared(marks: tuple[Mark, ...]) -> tuple[str | None, str | None]:
    """Licence that a page declares and what it covers: else null, and the widest scope of any licence on the page.

    Claims for the page or its main text decide; where there are none, those for the site. Of claims that decide, one
    that could not be read contradicts none, and one without a version or jurisdiction none of the same licence with
    one. Two versions of one licence declare it without a version (`LicenseRef-CC-BY-unspecified`); two licences are a
    conflict and declare none. What covers a picture or a data set says nothing of the text. "All rights reserved" is
    a row of its own, which a policy weighs; it takes back only a claim that stands in the same footer or sidebar
    without words of what is licensed.
    """
    deciding = [] if _is_taken_back(marks) else _deciding(marks)
    licence = _settled([mark.norm for mark in deciding if mark.norm])
    scopes = {mark.scope for mark in (deciding if licence else marks) if mark.kind == "licence_claim"}
    return licence, next((scope for scope in _SCOPES if scope in scopes), None)


def _deciding(marks: tuple[Mark, ...]) -> list[Mark]:
    """Of the claims that decide, the first of each licence, at most two: one declares it, two are at odds."""
    claims = _weighty([mark for mark in marks if mark.kind == "licence_claim" and mark.norm])
    level = next((found for scopes in _LEVELS if (found := [one for one in claims if one.scope in scopes])), [])
    first: dict[str, Mark] = {}
    for mark in sorted(level, key=lambda one: not _is_explicit(one)):
        first.setdefault(mark.norm or "", mark)
    distinct = [mark for norm, mark in first.items() if not any(_refines(other, norm) for other in first)]
    other = next((mark for mark in distinct if _family(mark.norm or "") != _family(distinct[0].norm or "")), None)
    return [distinct[0], other] if other else distinct[:2]


def _weighty(claims: list[Mark]) -> list[Mark]:
    """Claims without those that others for the text or site outweigh, whatever their level.

    "A Creative Commons licence" says less than any that is named. Words that name a licence for programs beside one
    of documents speak of what the page describes, or offer the second of two to choose from.
    """
    speaking = [one for one in claims if any(one.scope in scopes for scopes in _LEVELS)]
    for is_light in (lambda one: one.norm == KINDLESS, _is_of_programs):
        if any(not is_light(one) for one in speaking):
            speaking = [one for one in speaking if not is_light(one)]
    return speaking


def _is_of_programs(mark: Mark) -> bool:
    return mark.channel in ("text", "comment") and is_of_software(mark.norm or "")


def _is_taken_back(marks: tuple[Mark, ...]) -> bool:
    """Whether the footer or sidebar that claims a licence without saying of what reserves all rights too."""
    places = {mark.place for mark in marks if mark.kind == "notice" and mark.norm == RESERVED and mark.scope == "site"}
    claims = _deciding(marks)
    return bool(claims) and all(mark.place in places and not _is_explicit(mark) for mark in claims)


def _is_explicit(mark: Mark) -> bool:
    """A sentence says it, or the words beside it say that the text is licensed."""
    return mark.channel == "text" or subject(mark.ctx_left or "", mark.ctx_right or "") == "text"


def _settled(norms: list[str]) -> str | None:
    if len(norms) < 2:  # noqa: PLR2004 -- one claim, or two that differ
        return norms[0] if norms else None
    family = _family(norms[0])
    return f"LicenseRef-{family}-unspecified" if family == _family(norms[1]) else None


def _family(norm: str) -> str:
    """Licence without its version and jurisdiction; of one that has none, itself."""
    match = _VERSIONED.fullmatch(norm)
    return match[1] if match else norm


def _refines(norm: str, other: str) -> bool:
    """Whether `norm` is `other` with the version or jurisdiction that `other` lacks: CC-BY-3.0-DE and CC-BY-3.0."""
    whole, part = norm.removeprefix("LicenseRef-"), other.removeprefix("LicenseRef-")
    if _SECTIONS.sub("-", whole, count=1) == part != whole:
        return True  # what it says of invariant sections, the other leaves open
    return (
        whole.startswith(f"{part}-")
        if not part.endswith(_VAGUE)
        else (not whole.endswith(_VAGUE) and _family(norm) == _family(other))
    )
