"""Find licences in JSON-LD, each with the node that it stands in, which more often than not is a picture."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from yurai.evidence.kinds import type_scope
from yurai.evidence.marks import Mark, Place, Scope
from yurai.evidence.normalise import licence_id
from yurai.evidence.notices import reserves_rights
from yurai.evidence.rights_words import reserving

_KEYS: Final = frozenset(("license", "schema:license", "dcterms:license", "dct:license", "cc:license"))
_IRI: Final = re.compile(r"https?://(?:schema\.org|purl\.org/dc/terms|creativecommons\.org/ns#)/?license")
_LAST_COMMA: Final = re.compile(r",(\s*[}\]])")
"""Behind the last member JSON has none, but pages have."""
_CDATA: Final = re.compile(r"<!\[CDATA\[|\]\]>")
_RIGHTS: Final = frozenset(("copyrightNotice", "usageInfo", "conditionsOfAccess", "schema:copyrightNotice"))
_FREE: Final = frozenset(("isAccessibleForFree", "schema:isAccessibleForFree"))
# Keys whose nodes are a part of the page, and keys whose nodes are other works, whatever their types.
_PART_KEYS_NAMED: Final = (
    "image thumbnail thumbnailurl logo photo video audio associatedmedia encoding primaryimageofpage icon avatar"
)
_PART_KEYS: Final = frozenset(_PART_KEYS_NAMED.split())
_OTHER_KEYS_NAMED: Final = (
    "itemlistelement haspart isbasedon isbasedonurl citation mentions comment review suggestedanswer "
    "acceptedanswer workexample exampleofwork relatedlink translationofwork about"
)
_OTHER_KEYS: Final = frozenset(_OTHER_KEYS_NAMED.split())
_PAGE_KEYS: Final = frozenset(("mainentity", "mainentityofpage"))
_STATED: Final = re.compile(
    r'"(?:schema:)?(?:copyrightNotice|usageInfo|conditionsOfAccess)"\s*:\s*"((?:[^"\\]|\\.){1,20000})"', re.DOTALL
)
MAX_SCRIPT: Final = 500_000
MAX_NODES: Final = 5_000
"""Values of one script that are looked at; so many take two letters each."""
MAX_MARKS: Final = 16
MAX_SAME: Final = 8


@dataclass(frozen=True, slots=True)
class Node:
    """An object of the JSON, its JSON pointer, and what the keys on the way to it make of it (None: nothing)."""

    pointer: str
    value: dict[str, Any]
    under: Scope | None


def json_ld_marks(text: str, place: Place, path: str) -> Iterator[Mark]:
    """Marks in one JSON-LD script at `path`; of one that does not parse, or is over 500 kB, its reservations alone."""
    nodes = json_ld_nodes(text)
    if not nodes or len(text) > 2 * MAX_NODES:
        yield from loose_reservations(text, place, path)
    known = _by_id(nodes)
    count = 0
    for node in nodes:
        for mark in _of_node(node, known, place, path):
            count += not mark.reserves
            if mark.reserves or count <= MAX_MARKS:
                yield mark


def loose_reservations(text: str, place: Place, path: str) -> Iterator[Mark]:
    """Reservations in the rights that a script states, found as text: of whatever node, parsed or not, however long."""
    for match in _STATED.finditer(text):
        try:
            words = json.loads(f'"{match[1]}"', strict=False)
        except ValueError:
            words = match[1]
        yield from reserving("json-ld", words, "page", place, path)


@lru_cache(maxsize=4)
def json_ld_nodes(text: str) -> tuple[Node, ...]:
    """Objects of one script, in page order, none of one that does not parse; marks and credits are read from them."""
    if len(text) > MAX_SCRIPT:
        return ()
    for script in (_unwrapped(text), _LAST_COMMA.sub(r"\1", _unwrapped(text))):
        try:
            return tuple(_nodes(json.loads(script, strict=False)))
        except (ValueError, RecursionError):
            continue
    return ()


def _unwrapped(text: str) -> str:
    """Script without the comment or CDATA marks that old pages put around it."""
    text = _CDATA.sub("", text)
    starts = [at for at in (text.find("{"), text.find("[{")) if at >= 0]
    end = max(text.rfind("}"), text.rfind("]"))
    return text[min(starts) : end + 1] if starts else text


def _nodes(value: Any) -> Iterator[Node]:  # noqa: ANN401 - any JSON
    """Objects of a JSON value, in page order; the first 5,000 values are looked at."""
    waiting: list[tuple[str, Any, Scope | None]] = [("", value, None)]
    for _ in range(MAX_NODES):
        if not waiting:
            return
        pointer, item, under = waiting.pop()
        if isinstance(item, dict):
            yield Node(pointer, item, under)
            waiting += [(f"{pointer}/{key}", inner, _under(key, under)) for key, inner in reversed(item.items())]
        elif isinstance(item, list):
            waiting += [(f"{pointer}/{index}", inner, under) for index, inner in reversed(list(enumerate(item)))]


def _under(key: str, outer: Scope | None) -> Scope | None:
    """What nodes under a key are: a part, another work, the page again, or untold; a part of a part stays one."""
    name = key.lower().removeprefix("schema:")
    if outer is not None and outer != "page":
        return outer
    if name in _PART_KEYS:
        return "embedded"
    if name in _OTHER_KEYS:
        return "unknown"
    return "page" if name in _PAGE_KEYS else outer


def _by_id(nodes: tuple[Node, ...]) -> dict[str, list[Node]]:
    """Nodes by their `@id`, the first of each: what one says of its type, another may say of its licence."""
    known: dict[str, list[Node]] = {}
    for node in nodes:
        if isinstance(name := node.value.get("@id"), str) and len(node.value) > 1:
            same = known.setdefault(name, [])
            same += [node] if len(same) < MAX_SAME else []
    return known


def _of_node(node: Node, known: dict[str, list[Node]], place: Place, path: str) -> Iterator[Mark]:
    scope = _scope(node, known)
    for key, value in node.value.items():
        where = f"{path}#{node.pointer}/{key}"
        if key.lower() in _KEYS or _IRI.fullmatch(key):
            for licence in _said(value, known):
                yield Mark("licence_claim", "json-ld", licence, licence_id(licence), scope, place, where)
        elif key in _RIGHTS and isinstance(text := _plain(value), str):
            if key.endswith("Notice"):
                yield Mark("notice", "json-ld", text, reserves_rights(text), scope, place, where)
            yield from reserving("json-ld", text, scope, place, where)
        elif key in _FREE and str(_plain(value)).strip().lower() in ("false", "no", "https://schema.org/false"):
            yield Mark("notice", "json-ld", f"{key}: {_plain(value)}", "paywalled", scope, place, where)


def _scope(node: Node, known: dict[str, list[Node]]) -> Scope:
    """What the type of a node says it is, unless it stands under a key of parts or of other works."""
    name = node.value.get("@id")
    same = known.get(name, []) if isinstance(name, str) else []
    kind = type_scope(kind for one in (node, *same) for kind in _types(one))
    if node.under in ("embedded", "unknown"):
        return kind if node.under == "unknown" and kind in ("embedded", "dataset") else node.under
    return node.under if kind == "unknown" and node.under and not _types(node) else kind


def _types(node: Node) -> list[str]:
    kinds = node.value.get("@type", node.value.get("type", []))
    return [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)]


def _plain(value: object) -> object:
    return value.get("@value") if isinstance(value, dict) else value


def _said(value: object, known: dict[str, list[Node]]) -> Iterator[str]:
    """Strings that a `license` gives: itself, its members, or the address or name of a node, found by its `@id`."""
    for item in value if isinstance(value, list) else [value]:
        inner = [item.get(key) for key in ("@id", "url", "@value", "name")] if isinstance(item, dict) else [item]
        texts = [text.strip() for text in inner if isinstance(text, str) and text.strip()]
        for name in texts[:1]:
            if licence_id(name) is None:
                texts += [text for one in known.get(name, []) for text in _names(one)]
        said = next((text for text in texts if licence_id(text) is not None), texts[0] if texts else "")
        if said:
            yield said


def _names(node: Node) -> list[str]:
    return [text.strip() for key in ("url", "sameAs", "name") if isinstance(text := node.value.get(key), str)]
