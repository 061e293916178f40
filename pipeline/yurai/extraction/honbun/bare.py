"""Tell a page that holds its text and nothing around it, which is taken whole."""

from __future__ import annotations

from typing import Final

from yurai.extraction.honbun.layout import Layout
from yurai.extraction.honbun.tags import IN_ASIDE, IN_FOOTER, IN_FORM, IN_HEADER, IN_HIDDEN, IN_NAV, IN_NOSCRIPT
from yurai.extraction.honbun.words import GROUPS

_AROUND: Final = IN_NAV | IN_ASIDE | IN_FOOTER | IN_HEADER | IN_FORM | IN_HIDDEN | IN_NOSCRIPT
_NAMED: Final = ("navigation", "around", "side", "more", "social", "advert", "form", "notice", "meta", "comment")
_GROUPS: Final = sum(1 << GROUPS.index(name) for name in _NAMED)


def is_bare(layout: Layout) -> bool:
    """Whether a page has no link, and no box whose element or name says that it stands around the content."""
    return not (
        layout.links.any() or (layout.inside & _AROUND).any() or (layout.groups & _GROUPS).any() or layout.buttons.any()
    )
