"""Say what each HTML element means for the walk: a box, inline, skipped; and what a box tells of all that is in it."""

import re
from typing import Final

_SKIPPED: Final = (
    "applet area audio base canvas col colgroup datalist embed frame frameset head iframe input link map meta "
    "noframes object optgroup option param picture progress meter rp rt rtc script select source style svg "
    "template textarea track video wbr math"
)
_TAGS: Final = (
    "p li div td th dd dt pre blockquote figcaption caption summary address h1 h2 h3 h4 h5 h6 section article "
    "main body nav aside footer header form fieldset legend ul ol dl table tbody thead tfoot tr figure center "
    "menu details dialog hgroup search noscript listing xmp plaintext dir html hr title"
)
TAG_CODE: Final = {tag: number for number, tag in enumerate(_TAGS.split(), 1)}
"""Numbers of the boxes that set blocks apart; 0 is any other, a custom element with boxes inside."""
SKIP, BOX, LINK, BOLD, BUTTON, LINE = range(1, 7)
KIND: Final = {
    **dict.fromkeys(_SKIPPED.split(), SKIP),
    **dict.fromkeys(TAG_CODE, BOX),
    "a": LINK,
    "b": BOLD,
    "strong": BOLD,
    "button": BUTTON,
    "br": LINE,
}
"""What the walk does with an element; an element that is not here is inline text."""
IN_NAV, IN_ASIDE, IN_FOOTER, IN_HEADER, IN_FORM, IN_ARTICLE, IN_MAIN, IN_LIST = (1 << bit for bit in range(8))
IN_TABLE, IN_FIGURE, IN_QUOTE, IN_HEADING, IN_CODE, IN_NOSCRIPT, IN_HIDDEN = (1 << bit for bit in range(8, 15))
INSIDE: Final = 15
"""How many bits there are of what a block is inside of."""
TAG_BITS: Final = {
    **dict.fromkeys(("nav", "menu"), IN_NAV),
    **dict.fromkeys(("aside", "dialog"), IN_ASIDE),
    **dict.fromkeys(("form", "fieldset"), IN_FORM),
    **dict.fromkeys(("ul", "ol", "dl"), IN_LIST),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), IN_HEADING),
    **dict.fromkeys(("pre", "listing", "xmp", "plaintext"), IN_CODE),
    "footer": IN_FOOTER,
    "header": IN_HEADER,
    "article": IN_ARTICLE,
    "main": IN_MAIN,
    "table": IN_TABLE,
    "figure": IN_FIGURE,
    "blockquote": IN_QUOTE,
    "noscript": IN_NOSCRIPT,
}
_ROLES: Final = {
    **dict.fromkeys(("navigation", "menu", "menubar"), IN_NAV),
    **dict.fromkeys(("complementary", "dialog"), IN_ASIDE),
    **dict.fromkeys(("search", "form"), IN_FORM),
    "contentinfo": IN_FOOTER,
    "banner": IN_HEADER,
    "article": IN_ARTICLE,
    "main": IN_MAIN,
}
_HIDING: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
NAMING: Final = frozenset(("class", "id", "itemprop"))
"""Attributes in which authors name their boxes."""
TELLING: Final = frozenset(("role", "hidden", "aria-hidden", "style"))
"""Attributes that `told` reads."""


def told(name: str, value: str) -> int:
    """Return the bits that an attribute tells: a landmark, or that nothing of the box is shown."""
    if name == "role":
        return _ROLES.get(value, 0)
    hidden = value == "true" if name == "aria-hidden" else name == "hidden" or _HIDING.search(value) is not None
    return IN_HIDDEN if hidden else 0
