"""Ask trafilatura's expressions about each kind of element once, not about each element of each page.

Its pruning expressions have the form `.//*[names of elements][tests of attributes, joined by "or"]`. A test is true of
an element only if it is true of one that has the attribute it reads and no other, since a missing attribute is empty
text, of which none is true. So an element can match only where one of its values does by itself, and whether it does
depends on its name and attributes alone. What is found this way is what the expression itself finds, in page order.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Final

from lxml import etree
from lxml.html import HtmlElement

Hits = Mapping[str, Sequence[str]]
"""Values by attribute, of those that may match an expression."""

_ATTRIBUTE: Final = re.compile(r"@([\w-]+)")
_NAME: Final = re.compile(r"self::([\w-]+)")
_KINDS_KEPT: Final = 50_000
_SHORT: Final = 500
"""Characters of a list of values up to which libxml2 is faster than a walk over the elements."""
# parts the values in such a list; where a value holds it, an element too many is looked at
_BETWEEN: Final = "\ue000"

PAGE: ContextVar[Mapping[Expression, Hits] | None] = ContextVar("PAGE", default=None)
"""What may match each expression on the page in work; None where trafilatura runs as it is."""


class Expression:
    """One of trafilatura's expressions, in its place.

    `first`: only the first match is read. `whole`: its tests look at more than attributes, so it is asked itself.
    """

    def __init__(self, stock: Any, *, first: bool = False, whole: bool = False) -> None:  # noqa: ANN401 - lxml has no types
        self.stock = stock
        self.path: str = stock.path
        self.attributes = tuple(sorted(set(_ATTRIBUTE.findall(self.path))))
        self._names = tuple(dict.fromkeys(_NAME.findall(self.path)))
        self._first, self._whole = first, whole
        self._verdicts: dict[tuple[object, ...], bool] = {}

    def __call__(self, tree: HtmlElement) -> list[HtmlElement]:
        """Return what the expression finds in a tree (its first match alone, where only that is read)."""
        page = PAGE.get()
        if page is None:
            return self._asked(tree)
        hits = page.get(self)
        if not hits:
            return []
        try:
            return self._asked(tree) if self._whole else self._found(tree, hits)
        except ValueError:
            # a value that holds a control character, which a page may spell and lxml does not take back
            return self._asked(tree)

    def _asked(self, tree: HtmlElement) -> list[HtmlElement]:
        found: list[HtmlElement] = self.stock(tree)
        return found

    def _found(self, tree: HtmlElement, hits: Hits) -> list[HtmlElement]:
        pairs = frozenset((name, value) for name, values in hits.items() for value in values)
        near = tree.iterdescendants(*self._names) if self._names else _of_any_name(tree, hits)
        matching = (one for one in near if not pairs.isdisjoint(one.items()) and self._matches(one))
        return list(itertools.islice(matching, 1) if self._first else matching)

    def _matches(self, element: HtmlElement) -> bool:
        """Tell whether the expression matches an element of this name with these attributes."""
        kind = (element.tag, *(pair for pair in element.items() if pair[0] in self.attributes))
        verdict = self._verdicts.get(kind)
        if verdict is None:
            if len(self._verdicts) >= _KINDS_KEPT:
                self._verdicts.clear()
            verdict = self._verdicts[kind] = self._of_kind(*kind)
        return verdict

    def _of_kind(self, name: str, *attributes: tuple[str, str]) -> bool:
        root = etree.Element("body")
        # an expression that names no elements does not read their names, and not every name can be given
        element = etree.SubElement(root, name if self._names else "div")
        for attribute, value in attributes:
            element.set(attribute, value)
        return bool(self.stock(root))


def _of_any_name(tree: HtmlElement, hits: Hits) -> Iterable[HtmlElement]:
    """Return all elements, or those with one of these values if there are few: libxml2 copies the list for each."""
    lists = [_BETWEEN + _BETWEEN.join(values) + _BETWEEN for values in hits.values()]
    if sum(map(len, lists)) > _SHORT:
        every: Iterable[HtmlElement] = tree.iterdescendants("*")
        return every
    named = {f"v{at}": one for at, one in enumerate(lists)}
    listed: Iterable[HtmlElement] = _finder(tuple(hits))(tree, between=_BETWEEN, **named)
    return listed


@functools.lru_cache(1024)
def _finder(attributes: tuple[str, ...]) -> Callable[..., Iterable[HtmlElement]]:
    listed = "descendant::*/@{}[contains($v{}, concat($between, ., $between))]/.."
    finder: Callable[..., Iterable[HtmlElement]] = etree.XPath(
        "|".join(listed.format(name, at) for at, name in enumerate(attributes))
    )
    return finder
