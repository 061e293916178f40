"""Find whom a page asks to credit: name, address and title, as its markup states them; column `attribution`.

The first that names somebody wins: ccREL (`cc:attributionName`, which a licensor writes for this), `citation_author`,
Dublin Core creators, JSON-LD of the page (creditText, author, creator), `<meta name=author>`, `rel=author` and
`itemprop=author`, then the holder of the copyright. It is filled wherever it is stated, licence or not: a licence may
be said elsewhere, in a footer's words or a `Link` header. Names are data of persons that a credit needs; addresses of
e-mail in them are not, and go.
"""

# ruff: noqa: RUF001 - colons of full width are meant
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from typing import Final
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from yurai.evidence.credits import Credits, json_ld_credits
from yurai_manifests.visible import JOINERS, escaped

MAX_LENGTH: Final = 300
"""Code points of each field; names of many authors are cut behind the last one that fits."""
MAX_AUTHORS: Final = 20
_MAX_URL: Final = 1_024
_CITED: Final = ("citation_author", "citation_authors")
_CREATORS: Final = ("dc.creator", "dcterms.creator", "dc:creator", "dcterms:creator", "dct:creator")
_AUTHORS: Final = ("author", "article:author", "parsely-author", "sailthru.author", "byl")
_TITLES: Final = ("citation_title", "dc.title", "dcterms.title", "dc:title", "dcterms:title")
_METAS: Final = etree.XPath("(/html/head | /html/body)/meta[@content and (@name or @property)]")
"""Where a parser puts them; to look for them everywhere costs as much as all else here."""
_CCREL: Final = etree.XPath("descendant::*[contains(@property, 'attributionName') or contains(@rel, 'attributionURL')]")
_CC_TITLES: Final = etree.XPath("descendant::*[contains(@property, ':title')]")
_LINKED: Final = etree.XPath(
    "descendant::a[contains(concat(' ', @rel, ' '), ' author ')] | descendant::*[contains(@itemprop, 'author')]"
)
_ITEM_NAME: Final = etree.XPath("descendant::*[contains(@itemprop, 'name')]")
_BY: Final = re.compile(
    r"(?:posted |written )?by\s+(?=\S)|(?:by|von|par|por|authors?|autor(?:en)?|auteur|著者|作者|文)\s*[:：]\s*",
    re.IGNORECASE,
)
_NOBODIES: Final = (
    "admin administrator webmaster root unknown author authors anonymous anon null undefined none n/a na guest user "
    "editor test default wordpress false true name owner site www"
)
_NOBODY: Final = frozenset(_NOBODIES.split())
_NOT_A_NAME: Final = re.compile(
    r"\{\{|<%|\[author\]|^%|^\W*$|^\d+$|^(?:https?:|//|www\.)|\bview (?:my|all|the)\b|\bprofile$|read more|all posts",
    re.IGNORECASE,
)
_PLACEHOLDER: Final = re.compile(r"[\s,;]*(?:mailto:)?[<(\[]?<\|[A-Z0-9_]+\|>[>)\]]?\s*")
_ADDRESS: Final = re.compile(r"[\s,;(]*https?://\S+")


@dataclass(frozen=True, slots=True)
class Attribution:
    """Whom to credit, as stated: `name` of one or more, joined by "; ", their `url`, and the `title` of the work."""

    name: str | None = None
    url: str | None = None
    title: str | None = None


def attribution(tree: HtmlElement, url: str, looked: frozenset[str]) -> Attribution | None:
    """Whom a parsed page asks to credit, None where it names nobody.

    `url` is its address, which relative ones are of; `looked` is what `first_look` saw in its bytes.
    """
    metas = _by_name(tree)
    json_ld = json_ld_credits(tree) if "script" in looked else Credits()
    cc = list(_CCREL(tree)) if "ccrel" in looked else []
    sources: tuple[Callable[[], Iterator[tuple[str, str | None]]], ...] = (
        lambda: _ccrel(cc),
        lambda: ((name, None) for name in _values(metas, _CITED)),
        lambda: ((name, None) for name in _values(metas, _CREATORS)),
        lambda: iter(json_ld.people),
        lambda: ((name, None) for name in _values(metas, _AUTHORS)),
        lambda: _linked(tree) if "author" in looked else iter(()),
        lambda: iter(json_ld.holders),
    )
    named = next((found for source in sources if (found := _people(source()))), None)
    if named is None:
        return None
    address = next((link for _, link in named if link), None)
    titles = (*_cc_titles(tree, cc), *_values(metas, _TITLES), *json_ld.titles)
    title = next((shown for one in titles if (shown := _shown(one))), None)
    return Attribution(_joined([name for name, _ in named]), _address(address, url), title)


def attribution_row(found: Attribution | None) -> dict[str, str | None] | None:
    """Return the value of column `attribution` without personal data other than names; None where nothing is left."""
    from yurai_filters.pii import redact_all  # noqa: PLC0415 - rows are written outside of the extraction child

    if found is None:
        return None
    name = _PLACEHOLDER.sub(" ", redact_all(found.name or "")).strip(" ;,")
    if name.startswith("(") and name.endswith(")"):  # "mail@site (A. B.)", as RSS has it
        name = name[1:-1]
    if not name:
        return None
    rest = {"url": found.url, "title": found.title}
    return {"name": name} | {key: redact_all(value) if value else None for key, value in rest.items()}


def _by_name(tree: HtmlElement) -> dict[str, list[str]]:
    """Contents of the `<meta>` elements that name authors or titles, by name in lower case."""
    wanted = {*_CITED, *_CREATORS, *_AUTHORS, *_TITLES}
    found: dict[str, list[str]] = {}
    for meta in _METAS(tree):
        name = (meta.get("name") or meta.get("property") or "").strip().lower()
        if name in wanted:
            found.setdefault(name, []).append(meta.get("content") or "")
    return found


def _values(metas: dict[str, list[str]], names: tuple[str, ...]) -> Iterator[str]:
    """Contents of the first of these names that the page has; `citation_authors` is a list with semicolons."""
    for name in names:
        if name in metas:
            yield from (part for value in metas[name] for part in value.split(";"))
            return


def _ccrel(elements: list[HtmlElement]) -> Iterator[tuple[str, str | None]]:
    link = next((one.get("href") for one in elements if "attributionURL" in (one.get("rel") or "")), None)
    for element in elements:
        if "attributionName" in (element.get("property") or ""):
            yield element.get("content") or "".join(element.itertext()), link


def _cc_titles(tree: HtmlElement, cc: list[HtmlElement]) -> list[str]:
    """Title of the work that ccREL gives beside its attribution."""
    return ["".join(one.itertext()) for one in _CC_TITLES(tree) if one.tag != "meta"][:1] if cc else []


def _linked(tree: HtmlElement) -> Iterator[tuple[str, str | None]]:
    """Authors by `rel=author` and microdata; the name within an item is its name."""
    for element in _LINKED(tree)[:MAX_AUTHORS]:
        inner = _ITEM_NAME(element) if element.get("itemscope") is not None else []
        named = inner[0] if inner else element
        link = element.get("href") or next((one.get("href") for one in element.iter("a")), None)
        yield named.get("content") or "".join(named.itertext()), link


def _people(found: Iterator[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """Names that are names, each once, with their addresses."""
    people: dict[str, str | None] = {}
    for value, link in found:
        shown = _shown(value)
        by = _BY.match(shown)
        name = _ADDRESS.sub("", shown[by.end() :] if by else shown)
        if _is_name(name):
            people.setdefault(name, link)
        if len(people) == MAX_AUTHORS:
            break
    return list(people.items())


def _is_name(name: str) -> bool:
    return bool(name) and name.casefold() not in _NOBODY and not _NOT_A_NAME.search(name)


def _joined(names: list[str]) -> str:
    joined = names[0]
    for name in names[1:]:
        if len(joined) + len(name) + 2 > MAX_LENGTH:
            break
        joined = f"{joined}; {name}"
    return joined


def _shown(value: str) -> str:
    """A value on one line, without what acts on a terminal or hides, 300 code points at most."""
    line = " ".join(unescape(value[: 4 * MAX_LENGTH]).split())
    plain = "".join(letter for letter in line if letter.isprintable() or letter in JOINERS)
    if escaped(plain) != plain:
        plain = "".join(letter for letter in plain if letter not in JOINERS)
    return plain[:MAX_LENGTH].strip()


def _address(link: str | None, url: str) -> str | None:
    """Absolute address of http or https, None of any other."""
    try:
        whole = urljoin(url, (link or "").strip()) if link else ""
        known = urlsplit(whole).scheme in ("http", "https") and urlsplit(whole).netloc != ""
    except ValueError:
        return None
    return whole if known and len(whole) <= _MAX_URL and whole.isprintable() and " " not in whole else None
