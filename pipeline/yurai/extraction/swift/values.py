"""Tell which attribute values of a page may match which of trafilatura's expressions.

The test is one pass of RE2 over the literals and patterns that an expression is written with, widened: in any case, and
without anchors, white space and lookaheads, each of which can only forbid a match. What it lets through too much, the
expression itself decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import re2
from lxml.html import HtmlElement

from yurai.extraction.swift.expressions import Expression, Hits

_FOLDED: Final = re.compile(r"translate\((@[\w-]+),\s*'[^']*',\s*'[^']*'\)")
_PATTERN: Final = re.compile(r"re:test\([^,']+,\s*'([^']*)'(?:,\s*'i')?\)")
_LITERAL: Final = re.compile(r"'([^']*)'")
_PRESENT: Final = re.compile(r"@([\w-]+)(?=\s+or\b|\s*\])")
_NARROWING: Final = re.compile(r"\(\?![^)]*\)|\^|\$|\\s")
_VALUES_KEPT: Final = 50_000
_LONGEST_KEPT: Final = 200


class Values:
    """The attribute values that may match some expressions, remembered over pages.

    Raises ValueError where an expression is not of the form that is understood here.
    """

    def __init__(self, expressions: Sequence[Expression]) -> None:
        self._expressions = tuple(expressions)
        options = re2.Options()
        options.case_sensitive = False
        self._set = re2.Set.SearchSet(options)
        for expression in expressions:
            self._set.Add("|".join(f"(?:{pattern})" for pattern in sorted(_wide(expression.path))))
        self._set.Compile()
        names = {name for expression in expressions for name in expression.attributes}
        self._readers = {
            name: {at for at, expression in enumerate(expressions) if name in expression.attributes} for name in names
        }
        self._present = {
            name: {at for at in self._readers[name] if name in _PRESENT.findall(expressions[at].path)} for name in names
        }
        self._known: dict[tuple[str, str], Iterable[int]] = {}

    def of(self, tree: HtmlElement) -> Mapping[Expression, Hits]:
        """Return, for each expression that may match on a page, the values that may, by attribute."""
        found: dict[Expression, dict[str, list[str]]] = {}
        pairs = {pair for element in tree.iter("*") for pair in element.items() if pair[0] in self._readers}
        # in an order of their own, so that what is asked first does not depend on how strings are hashed
        for name, value in sorted(pairs):
            for at in self._matching(name, value):
                found.setdefault(self._expressions[at], {}).setdefault(name, []).append(value)
        return found

    def _matching(self, name: str, value: str) -> Iterable[int]:
        """Return the places of the expressions that may match, in order."""
        known = self._known.get((name, value))
        if known is None:
            places = self._set.Match(value)
            matching = self._readers[name].intersection(places) if places else set()
            known = sorted(matching | self._present[name])
            if len(value) <= _LONGEST_KEPT:
                if len(self._known) >= _VALUES_KEPT:
                    self._known.clear()
                self._known[name, value] = known
        return known


def _wide(path: str) -> set[str]:
    """Return patterns one of which is found, in any case, in each value of which a test of the expression is true."""
    path = _FOLDED.sub(r"\1", path)
    patterns = set(_PATTERN.findall(path))
    if any("[^" in pattern for pattern in patterns) or '"' in path:
        raise ValueError(f"an expression of trafilatura is written in a way that is not known: {path}")
    return {_NARROWING.sub("", pattern) for pattern in patterns} | {
        re2.escape(literal) for literal in _LITERAL.findall(_PATTERN.sub("", path))
    }
