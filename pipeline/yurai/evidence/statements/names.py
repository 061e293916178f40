"""Find the names of licences in running text: those of Creative Commons element by element, others by a table.

Ids are those of SPDX, else `LicenseRef-...`; what the words do not say, a version or a kind, is not filled in. Of CC0,
ODbL, ODC-By and PDDL there is one version each, which their name alone says.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from yurai.evidence.normalise import CC_SPDX, is_of_software, licence_id
from yurai.evidence.statements.cc_words import ELEMENTS, FRONT, FRONT_PARTS, HEAD, JURISDICTIONS, TOKEN
from yurai.evidence.statements.other_names import other_names

MAX_NAMES: Final = 12
"""Names that are read in one sentence."""
_MAX_KEPT: Final = 1_000
"""Characters of a sentence whose names are kept: the pages of a site say the same in their footers."""
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"'()（）、。]{6,200}")  # noqa: RUF001 - full width
_LICENCE: Final = re.compile(r"li[zc]en[zscç]|ライセンス|许可|許可|授权|授權|라이선스", re.IGNORECASE)
_NEAR: Final = 30
"""Characters before "Creative Commons" in which a licence is spoken of; else the organisation may be meant."""
_COMPANY: Final = re.compile(
    r"\s*(?:corporation|foundation|organi[sz]ation|blog|website|summit|japan\b)", re.IGNORECASE
)
_BEFORE: Final = 90
"""Characters before "Creative Commons" in which its elements may stand: "an Attribution Creative Commons license"."""
_PLACE: Final = re.compile("[a-z]{2}|igo|scotland")
_ORDER: Final = ("BY", "NC", "ND", "SA")


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a licence in a text, at [start, end); `id` is None for Creative Commons without a kind.

    `of_programs`: it is a licence for software, which pages name for many reasons; it also says where another name's
    words end.
    """

    start: int
    end: int
    id: str | None
    of_programs: bool = False


def names(text: str) -> tuple[Name, ...]:
    """Names in a text, in order, at most twelve."""
    return _known(text) if len(text) <= _MAX_KEPT else _read_names(text)


@lru_cache(maxsize=1024)
def _known(text: str) -> tuple[Name, ...]:
    return _read_names(text)


def _read_names(text: str) -> tuple[Name, ...]:
    found: list[Name] = []
    for name in sorted([*_cc(text), *_others(text)], key=lambda name: (name.start, -name.end)):
        if not found or name.start >= found[-1].end:
            found.append(name)
    return tuple(found[:MAX_NAMES])


def narrower(known: str | None, other: str | None) -> bool:
    """Whether `other` is the licence `known` with a version, kind or jurisdiction that `known` does not say."""
    if known is None or other is None:
        return known is None and other is not None and "CC-" in other
    base, vague, _ = known.removeprefix("LicenseRef-").casefold().partition("-unspecified")
    said = other.removeprefix("LicenseRef-").casefold()
    behind = said.removeprefix(f"{base}-") if said.startswith(f"{base}-") else ""
    return behind[:1].isdecimal() if vague else _PLACE.fullmatch(behind) is not None and base[-1:].isdecimal()


def _others(text: str) -> Iterator[Name]:
    """Names of other licences, and addresses of any that are written out."""
    for start, end, known, of_programs in other_names(text):
        yield Name(start, end, known, of_programs)
    for match in _ADDRESS.finditer(text):
        if (known := licence_id(match[0])) is not None:
            yield Name(match.start(), match.end(), known, is_of_software(known))


def _cc(text: str) -> Iterator[Name]:
    """Names of Creative Commons: a head, then elements, version and jurisdiction in any order and language."""
    end = 0
    for head in HEAD.finditer(text):
        if head.start() >= end and (name := _cc_name(text, head)) is not None:
            end = name.end
            yield name


def _cc_name(text: str, head: re.Match[str]) -> Name | None:
    front = FRONT.search(text, max(0, head.start() - _BEFORE), head.start())
    elements = {kind for kind, word in FRONT_PARTS if front and word.search(front[0])}
    said: dict[str, str] = {}
    if head.lastgroup == "zero":
        elements.add("CC0")
    end = _read(text, head.end(), elements, said)
    if not elements and (
        head.lastgroup == "short"
        or _COMPANY.match(text, end)
        or not _LICENCE.search(text, max(0, head.start() - _NEAR), end)
    ):
        return None
    return Name(front.start() if front else head.start(), end, _cc_id(elements, said))


def _read(text: str, at: int, elements: set[str], said: dict[str, str]) -> int:
    """Read the words of a name from `at` on into `elements` and `said`; returns where it ends."""
    end = at
    while (token := TOKEN.match(text, at)) is not None:
        kind = str(token.lastgroup)
        word = token[kind]
        if elements and kind == "filler" and HEAD.match(text, token.start(kind)):
            break
        if kind in ELEMENTS:
            elements.add(kind)
        elif kind in ("version", "jurisdiction") and said.setdefault(kind, word) != word:
            break
        at = token.end()
        end = end if kind == "filler" and word in "()" else at
    return end


def _cc_id(elements: set[str], said: dict[str, str]) -> str | None:
    if "PDM" in elements or "CC0" in elements:
        return "CC-PDM-1.0" if "PDM" in elements else "CC0-1.0"
    parts = [element for element in _ORDER if element in elements]
    if not parts:
        return None
    version = said.get("version")
    place = JURISDICTIONS.get(said.get("jurisdiction", "").lower()) if version else None
    joined = "-".join(filter(None, ("CC", *parts, version or "unspecified", place)))
    return joined if joined in CC_SPDX else f"LicenseRef-{joined}"
