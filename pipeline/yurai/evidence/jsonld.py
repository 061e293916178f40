"""Find licences in JSON-LD, each with the node that it stands in, which more often than not is a picture."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from yurai.evidence.marks import Mark, Place, Scope
from yurai.evidence.normalise import licence_id

_KEYS: Final = frozenset(("license", "schema:license", "dcterms:license", "dct:license", "cc:license"))
_IRI: Final = re.compile(r"https?://(?:schema\.org|purl\.org/dc/terms|creativecommons\.org/ns#)/?license")
_PAGE_TYPES: Final = (
    "blogposting creativework recipe howto course learningresource book chapter thesis report guide quiz "
    "discussionforumposting liveblogposting socialmediaposting lesson clause poem shortstory"
)
_PART_TYPES: Final = (
    "imageobject videoobject audioobject mediaobject 3dmodel photograph painting softwaresourcecode "
    "softwareapplication webapplication mobileapplication product map musicrecording podcastepisode person organization"
)
_PAGES: Final = frozenset(_PAGE_TYPES.split())
_PARTS: Final = frozenset(_PART_TYPES.split())
_DATA: Final = frozenset(("dataset", "datacatalog", "datadownload"))
MAX_SCRIPT: Final = 500_000
MAX_NODES: Final = 5_000
MAX_MARKS: Final = 16


def type_scope(kinds: list[str]) -> Scope:
    """What a licence on a node of these schema.org types speaks of."""
    names = [re.split(r"[/#:]", kind)[-1].lower() for kind in kinds]
    for name in names:
        if name in _PARTS:
            return "embedded"
        if name in _DATA:
            return "dataset"
        if name in ("website", "blog"):
            return "site"
        if name in _PAGES or name.endswith(("article", "page")):
            return "page"
    return "unknown"


def json_ld_marks(text: str, place: Place, path: str) -> Iterator[Mark]:
    """Marks in one JSON-LD script at `path`; one that does not parse, or is over 500 kB, has none."""
    if len(text) > MAX_SCRIPT:
        return
    try:
        value = json.loads(_unwrapped(text), strict=False)
    except (ValueError, RecursionError):
        return
    count = 0
    for pointer, node in _nodes(value):
        for mark in _of_node(node, pointer, place, path):
            count += 1
            if count > MAX_MARKS:
                return
            yield mark


def _unwrapped(text: str) -> str:
    """Script without the comment or CDATA marks that old pages put around it."""
    starts = [at for at in (text.find("{"), text.find("[{")) if at >= 0]
    end = max(text.rfind("}"), text.rfind("]"))
    return text[min(starts) : end + 1] if starts else text


def _nodes(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401 - any JSON
    """Objects of a JSON value with their JSON pointers, in page order; the first 5,000 values are looked at."""
    waiting: list[tuple[str, Any]] = [("", value)]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        pointer, item = waiting.pop()
        if isinstance(item, dict):
            yield pointer, item
            waiting += [(f"{pointer}/{key}", inner) for key, inner in reversed(item.items())]
        elif isinstance(item, list):
            waiting += [(f"{pointer}/{index}", inner) for index, inner in reversed(list(enumerate(item)))]


def _of_node(node: dict[str, Any], pointer: str, place: Place, path: str) -> Iterator[Mark]:
    kinds = node.get("@type", [])
    scope = type_scope([kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)])
    for key, value in node.items():
        where = f"{path}#{pointer}/{key}"
        if key.lower() in _KEYS or _IRI.fullmatch(key):
            for licence in _said(value):
                yield Mark("licence_claim", "json-ld", licence, licence_id(licence), scope, place, where)
        elif key == "isAccessibleForFree" and str(value).lower() == "false":
            yield Mark("notice", "json-ld", f"{key}: {value}", "paywalled", scope, place, where)


def _said(value: Any) -> Iterator[str]:  # noqa: ANN401 - any JSON
    """Strings that a `license` gives: itself, its members, or the address or name of a node."""
    for item in value if isinstance(value, list) else [value]:
        inner = [item.get(key) for key in ("@id", "url", "@value", "name")] if isinstance(item, dict) else [item]
        inner_text = next((text.strip() for text in inner if isinstance(text, str)), "")
        if inner_text:
            yield inner_text
