"""Find marks in `<meta>` elements: rights in words of Dublin Core, robots directives, and reservations of use."""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final, get_args

from lxml.html import HtmlElement

from yurai.evidence.boxes import around
from yurai.evidence.choose import reservations
from yurai.evidence.marks import Kind, Mark, Scope
from yurai.evidence.normalise import is_of_software, licence_id
from yurai.evidence.notices import reserves_rights
from yurai.evidence.rights_words import reserving
from yurai.evidence.signals import content_signal, content_usage, robots, spoken_to, tdm

_DUBLIN_CORE: Final = (
    "dc.license dc.rights dc.rights.license dcterms.license dcterms.rights dcterms.accessrights dc:rights dc:license "
    "dcterms:license dcterms:rights dc.rightsuri eprints.rights dct.license dct.rights dct:license dct:rights "
    "xhv:license citation_license"
)
_OF_THE_DOCUMENT: Final = frozenset(_DUBLIN_CORE.split())
_LICENCES: Final = _OF_THE_DOCUMENT | {"license", "licence", "rights", "copyright", "cc:license", "og:license"}
_TDM: Final = {name.replace("-", joint): name for name in ("tdm-reservation", "tdm-policy") for joint in "-:_"}
_USAGE: Final = {"content-usage": content_usage, "content-signal": content_signal, "content-signals": content_signal}
_NAMED_BY: Final = ("name", "property", "http-equiv")
MAX_NAME: Final = 4096
"""Characters of a name that are read: all agents there are, and more."""
MANY: Final = 16
"""Claims and notices of a kind that are kept of a page's first `<meta>`, and of its last; reservations all are."""


def meta_marks(tree: HtmlElement, url: str, *, prefixed: bool = False) -> tuple[Mark, ...]:
    """Marks of the `<meta>` elements of a page, in order, equal ones once; no reservation that is new is left out.

    `prefixed`: the markup may have XHTML with a prefix, `<h:meta>`, which is asked too.
    """
    found: dict[tuple[str, ...], tuple[Mark, HtmlElement]] = {}
    for meta in _metas(tree) if prefixed else tree.iter("meta"):
        content = (meta.get("content") or "").strip()
        if content:
            for mark in _marks(meta, content, url):
                if next(meta.iterancestors("template"), None) is None:  # a browser shows and obeys nothing in there
                    found.setdefault(mark.statement, (mark, meta))
    marks = [mark for mark, _ in found.values()]
    others = (_ends([one for one in marks if one.kind == kind and not one.reserves]) for kind in get_args(Kind))
    kept = {id(mark) for some in (reservations(marks), *others) for mark in some}
    # the path of an element costs as much as it has siblings
    return tuple(
        replace(mark, dom_path=meta.getroottree().getpath(meta)) for mark, meta in found.values() if id(mark) in kept
    )


def _metas(tree: HtmlElement) -> Iterator[HtmlElement]:
    return (one for one in tree.iter() if isinstance(one.tag, str) and one.tag.rpartition(":")[2] == "meta")


def _ends(marks: list[Mark]) -> list[Mark]:
    return marks[:MANY] + marks[MANY:][-MANY:]


def _marks(meta: HtmlElement, content: str, url: str) -> Iterator[Mark]:
    names = {name.strip().lower() for key in _NAMED_BY if (name := meta.get(key))}
    for name in sorted(names):
        if agents := _agents(name):
            said = robots(content, agents)
            if said.reserves:
                yield _mark("optout_signal", "meta-robots", f"{name}: {content}", said.reserves)
            if said.search:
                yield _mark("search_signal", "meta-robots", f"{name}: {content}", said.search)
        elif name in _LICENCES:
            mark = _rights(name, content)
            yield mark if _is_of_page(meta, url) else replace(mark, scope="embedded", place="body")
            yield from reserving("meta", content, "page", "head")
        elif name in _TDM:
            yield from (
                _mark("optout_signal", "tdm-meta", f"{name}: {content}", one) for one in tdm(_TDM[name], content)
            )
        elif name in _USAGE:
            channel = f"{name.removesuffix('s')}-meta"
            yield _mark("optout_signal", channel, f"{name}: {content}", _USAGE[name](content))


def _is_of_page(meta: HtmlElement, url: str) -> bool:
    """Whether it is in the head, or in no box of RDFa or microdata that is about something else."""
    parent = meta.getparent()
    return parent is None or parent.tag == "head" or not around(meta, url).embedded


@lru_cache(2048)
def _agents(name: str) -> tuple[str | None, ...]:
    return (None,) if name == "x-robots-tag" else spoken_to(name[:MAX_NAME])


def _rights(name: str, content: str) -> Mark:
    """A claim where a licence can be read from it, or it is an address; else only a notice."""
    norm = licence_id(content)
    if norm is not None or content.startswith(("http:", "https:", "//")):
        of_a_program = norm is not None and is_of_software(norm) and name not in _OF_THE_DOCUMENT
        return _mark("licence_claim", "meta", content, norm, "unknown" if of_a_program else "page")
    return _mark("notice", "meta", content, reserves_rights(content))


def _mark(kind: Kind, channel: str, raw: str, norm: str | None, scope: Scope = "page") -> Mark:
    return Mark(kind, channel, raw, norm, scope, "head")
