"""Stop pages that are in no language of the recipe, before they are parsed or before their text is looked for.

`yurai.extraction.html` asks at two places. What a page is stopped by is written into its row: docs/gate.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from yurai.extraction.gate.levels import Levels, Verdict
    from yurai.extraction.options import ExtractOptions
    from yurai.extraction.records import Extraction

REASON: Final = "gate:language"


class Gate:
    """The gate on its way along one page: what level 1 said decides whether level 2 is asked."""

    def __init__(self, options: ExtractOptions) -> None:
        self._levels = _levels(options)
        self._sure = self._levels is None or self._levels.mode == "loose"

    def at_markup(self, blank: Extraction, markup: bytes) -> Extraction | None:
        """Return `blank` as dropped by level 1, or None where the page goes on."""
        if self._levels is None:
            return None
        verdict = self._levels.of_markup(markup)
        self._sure = self._sure or verdict.sure
        return _dropped(blank, verdict) if verdict.stopped else None

    def at_tree(self, blank: Extraction, tree: HtmlElement) -> Extraction | None:
        """Return `blank` as dropped by level 2, or None where the page goes on."""
        if self._levels is None or self._sure:
            return None
        verdict = self._levels.of_tree(tree)
        return _dropped(blank, verdict) if verdict.stopped else None


def warm_up(options: ExtractOptions) -> None:
    """Load what the gate needs, so that no page is charged for it."""
    if options.gate != "off":
        from yurai.extraction.gate.windows import gate_identifier  # noqa: PLC0415 - as below

        gate_identifier()


def _levels(options: ExtractOptions) -> Levels | None:
    if options.gate == "off":
        return None
    from yurai.extraction.gate.levels import levels_of  # noqa: PLC0415 - a model, which a run without a gate has no use for

    return levels_of(options.gate_languages, options.gate)


def _dropped(blank: Extraction, verdict: Verdict) -> Extraction:
    noted = replace(blank, gate_by=verdict.by, gate_score=verdict.score, gate_limit=verdict.limit)
    return replace(noted, outcome="dropped", reason=REASON)
