"""Read what a page says of itself in og:type, microdata and JSON-LD: hints for the model that decide nothing alone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from lxml import etree
from lxml.html import HtmlElement

_KINDS: Final = (
    "article newsarticle blogposting reportagenewsarticle webarticle",
    "product offer aggregateoffer",
    "discussionforumposting qapage question answer comment",
    "collectionpage itemlist searchresultspage productgroup",
    "organization localbusiness service professionalservice",
    "techarticle apireference howto",
    "website webpage",
    "breadcrumblist",
    "video videoobject music profile book",
)
_BIT_OF: Final = {word: number for number, words in enumerate(_KINDS) for word in words.split()}
_NAMED: Final = re.compile(r'"@type"\s*:\s*\[?\s*"([A-Za-z]{1,40})"')
_ITEMS: Final = etree.XPath("//@itemtype", smart_strings=False)


@dataclass(frozen=True, slots=True)
class Metadata:
    """The kinds of page or thing that a page names, in lower case, and the texts of its JSON-LD."""

    names: list[str]
    scripts: list[str]

    @property
    def is_article(self) -> bool:
        """Whether the page calls itself an article."""
        return bool(self.bits[0])

    @property
    def bits(self) -> list[int]:
        """A bit for each kind that is named, and one for whether there is any."""
        bits = [0] * (len(_KINDS) + 1)
        for name in self.names:
            number = _BIT_OF.get(name)
            if number is not None:
                bits[number] = 1
        bits[-1] = int(bool(self.names))
        return bits


def metadata(tree: HtmlElement, markup: bytes) -> Metadata:
    """Return the metadata of a page; the tree is asked for what its markup holds at all."""
    values, scripts = _told(tree) if b"og:type" in markup or b"ld+json" in markup else ([], [])
    values += _ITEMS(tree) if b"itemtype" in markup else ()
    names = [name.lower().rpartition("/")[2].strip() for name in values]
    for script in scripts:
        names += [name.lower() for name in _NAMED.findall(script)]
    return Metadata(names, scripts)


def _told(tree: HtmlElement) -> tuple[list[str], list[str]]:
    """Return the contents of og:type and the texts of JSON-LD, found in one walk."""
    values, scripts = [], []
    for element in tree.iter("meta", "script"):
        if element.tag == "meta":
            if element.get("property") == "og:type" and (content := element.get("content")) is not None:
                values.append(content)
        elif element.get("type") == "application/ld+json" and element.text:
            scripts.append(element.text)
    return values, scripts
