"""Read whom a page credits from JSON-LD: author, creator, creditText, copyrightHolder of nodes that are the page."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

from yurai.evidence.jsonld import Node, json_ld_nodes
from yurai.evidence.kinds import type_scope

_SCRIPTS: Final = etree.XPath("descendant::script[contains(@type, 'ld+json')]")
_PEOPLE: Final = ("creditText", "author", "creator")
_OTHERS: Final = ("/publisher", "/isPartOf", "/video", "/image")
MAX_SCRIPTS: Final = 16
_MAX_PEOPLE: Final = 40

Person = tuple[str, str | None]
"""Name and address."""


@dataclass(frozen=True, slots=True)
class Credits:
    """People whom JSON-LD credits for the page, holders of its copyright, and its titles; each in page order."""

    people: tuple[Person, ...] = ()
    holders: tuple[Person, ...] = ()
    titles: tuple[str, ...] = ()


def json_ld_credits(tree: HtmlElement) -> Credits:
    """Credits of the page's own nodes: of the first that has any, as others repeat it."""
    nodes = [node for script in _SCRIPTS(tree)[:MAX_SCRIPTS] for node in json_ld_nodes(script.text or "")]
    named = {
        name: one for one in (node.value for node in nodes) if isinstance(name := one.get("@id"), str) and _names(one)
    }
    own = [node.value for node in nodes if _is_of_the_page(node)]
    people = next((found for key in _PEOPLE for node in own if (found := tuple(_people(node.get(key), named)))), ())
    holders = next((found for node in own if (found := tuple(_people(node.get("copyrightHolder"), named)))), ())
    titles = [node[key] for node in own for key in ("headline", "name") if isinstance(node.get(key), str)]
    return Credits(people, holders, tuple(titles[:4]))


def _is_of_the_page(node: Node) -> bool:
    """It is the page by its type, and stands under no key of parts, other works, or its publisher."""
    if node.under not in (None, "page") or any(key in node.pointer for key in _OTHERS):
        return False
    kinds = node.value.get("@type", [])
    whole = kinds if isinstance(kinds, list) else [kinds]
    return type_scope(kind for kind in whole if isinstance(kind, str)) == "page"


def _names(node: Mapping[str, object]) -> bool:
    return "name" in node or "url" in node


def _people(value: object, named: Mapping[str, Mapping[str, object]]) -> Iterator[Person]:
    """Names and addresses that a value gives: text, nodes, lists of both; a node may be named by its `@id`."""
    waiting = list(reversed(value)) if isinstance(value, list) else [value]
    for _ in range(_MAX_PEOPLE):
        if not waiting:
            return
        item = waiting.pop()
        if isinstance(item, str):
            yield item, None
        elif isinstance(item, list):
            waiting += reversed(item[:_MAX_PEOPLE])
        elif isinstance(item, dict):
            whole = item if _names(item) else named.get(str(item.get("@id")), item)
            yield from _person(whole)


def _person(node: Mapping[str, object]) -> Iterator[Person]:
    link = node.get("url")
    names = node.get("name")
    for name in names if isinstance(names, list) else [names]:
        if isinstance(name, str):
            yield name, link if isinstance(link, str) else None
