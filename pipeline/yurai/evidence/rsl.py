"""Read Really Simple Licensing (RSL 1.0, https://rslstandard.org/rsl) that stands in a page.

What matters of a document is what it permits and prohibits for this page, and what it wants paid. A pointer to one is
no more than that: the document is not in the crawl.
"""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin, urlsplit

from lxml import etree

RSL_TYPE: Final = "application/rsl+xml"
POINTER: Final = "rsl=pointer"
INLINE: Final = "rsl=inline"
"""Norm of a document that is there and cannot be read."""
MAX_DOCUMENT: Final = 200_000
_FREE: Final = frozenset(("free", "attribution"))
_TRAINING: Final = frozenset(("all", "ai-all", "ai-train"))
_TOKEN: Final = re.compile(r"[\w.:-]{1,40}")
_TOKENS: Final = 16
_STARRED: Final = 8


def rsl_norm(document: str, url: str) -> str:
    """What an RSL document says of the page at `url`: entries `rsl=permits:a+b`, `rsl=prohibits:a`, `rsl=payment:x`.

    A list of permitted uses that leaves out training adds `rsl=prohibits:unlisted` (RSL 1.0 section 3.5). Entries for
    users and places are `rsl=permits-user:a`, `rsl=prohibits-geo:a`; what costs no money is `rsl=free` or
    `rsl=free:attribution`. They are in the order of the document. `rsl=other`: it speaks of other pages alone;
    `rsl=inline`: it cannot be read.
    """
    root = _parsed(document)
    if root is None or _name(root) != "rsl":
        return INLINE
    contents = [element for element in root.iter() if _name(element) == "content"]
    if not contents:
        return INLINE
    mine = [content for content in contents if _covers(content.get("url") or "/", url)]
    said = [entry for content in mine for element in content.iter() for entry in _entry(element)]
    return ",".join(dict.fromkeys(said)) or (INLINE if mine else "rsl=other")


def rsl_reserves(entry: str) -> bool:
    """Whether an entry of such a norm reserves use by AI: it forbids it, wants it paid, or the terms were not read."""
    said, _, value = entry.removeprefix("rsl=").partition(":")
    if said == "prohibits":
        return value != "search"
    return said in ("pointer", "inline", "payment", "prohibits-user", "prohibits-geo")


def is_rsl(media_type: str) -> bool:
    """Whether a media type, with or without parameters, is that of RSL."""
    return media_type.partition(";")[0].strip().lower() == RSL_TYPE


def _parsed(document: str) -> etree._Element | None:
    """Root of the document; nothing outside of it is read and no entity is put in."""
    if len(document) > MAX_DOCUMENT:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True)
    text = document.strip().removeprefix("<!--").removesuffix("-->").strip()
    try:
        return etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def _name(element: etree._Element) -> str:
    """Name without namespace or prefix, also of a prefix that nothing declares."""
    return re.split("[}:]", element.tag)[-1].lower() if isinstance(element.tag, str) else ""


def _entry(element: etree._Element) -> Iterator[str]:
    name = _name(element)
    kind = (element.get("type") or "").strip().lower()
    if name in ("permits", "prohibits"):
        tokens = re.split(r"[\s,]+", "".join(element.itertext()).strip().lower())[:_TOKENS]
        said = "+".join(token for token in tokens if _TOKEN.fullmatch(token))
        about = "" if kind in ("", "usage") else f"-{kind[:20]}"
        if said:
            yield f"rsl={name}{about}:{said}"
        if name == "permits" and not about and _TRAINING.isdisjoint(tokens):
            yield "rsl=prohibits:unlisted"
    elif name == "payment":
        # a payment without a type is free, unless it names an amount or a process to pay by
        charges = any(_name(one) in ("amount", "custom", "standard", "accepts") for one in element)
        kind = kind or ("unnamed" if charges else "free")
        if kind in _FREE:
            yield "rsl=free" if kind == "free" else "rsl=free:attribution"
        else:
            yield f"rsl=payment:{kind if _TOKEN.fullmatch(kind) else 'unnamed'}"


def _covers(pattern: str, url: str) -> bool:
    """Whether a `url` of RSL covers a page, by the rules of RFC 9309: a prefix of path and query, with `*` and `$`."""
    try:
        where, page = urlsplit(urljoin(url, pattern.strip())), urlsplit(url)
    except ValueError:
        return True  # of an address that is none, nothing tells that the terms are for other pages
    if where.netloc and page.netloc and where.netloc.lower() != page.netloc.lower():
        return False
    path = (where.path or "/") + (f"?{where.query}" if where.query else "")
    if path.count("*") > _STARRED:
        return True
    ends = path.endswith("$")
    parts = [re.escape(part) for part in path.removesuffix("$").split("*")]
    asked = (page.path or "/") + (f"?{page.query}" if page.query else "")
    return re.match(".*".join(parts) + ("$" if ends else ""), asked[:2048], re.DOTALL) is not None
