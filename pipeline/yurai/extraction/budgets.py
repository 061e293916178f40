"""Check deterministic limits in one pass over the bytes, before a parser sees them.

A limit on time would make the result depend on the load of the machine. These do not, and they cover what was measured
to be worse than linear: 50,000 attributes on one tag cost libxml2 26 CPU seconds, 80,000 paragraphs trafilatura 18.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from yurai.extraction.options import ExtractOptions

_OPENING: Final = re.compile(rb"<[a-zA-Z]")
_DOCTYPE: Final = re.compile(rb"<!doctype[^>]*+", re.IGNORECASE)
# A quote opens a value only behind "=", as in the tokenizer of the HTML standard. Every repeat is possessive, and what
# is never closed reaches to the end: each byte is read a bounded number of times.
_INSIDE: Final = rb"(?:[^>=]++|=[\t\n\f\r ]*+(?:\"[^\"]*+\"|'[^']*+'|))*+"
_NAME: Final = rb"[a-zA-Z][^\t\n\f\r />]*+"
TAG: Final = re.compile(rb"<(/?)(" + _NAME + rb")" + _INSIDE + rb">?")
"""One tag: its slash if it closes, its name."""
_COMMENT: Final = rb"!--(?:[^-]++|-(?!->))*+(?:-->)?"


def _raw(name: bytes, closed: bytes) -> bytes:
    """Pattern of an element whose content is no markup, behind its "<"; `closed` ends its opening tag."""
    return name + rb"\b" + _INSIDE + closed + rb"(?:[^<]++|<(?!/" + name + rb"))*+(?:</" + name + rb")?"


def _outside(closed: bytes) -> bytes:
    """Pattern of a comment, a script or a style, behind its "<"."""
    return b"|".join((_COMMENT, _raw(rb"(?i:script)", closed), _raw(rb"(?i:style)", closed)))


RAW_TEXT: Final = re.compile(rb"<(?:" + _outside(rb"(?:>|\Z)") + b")")
"""Comments, scripts and styles, in which "<" opens nothing."""
_TAGS: Final = re.compile(rb"<(?:" + _outside(b">") + rb"|(/?" + _NAME + _INSIDE + rb"))")
"""Tags outside of these, without brackets; one that is never closed counts, whatever its name."""
_QUOTED: Final = re.compile(rb"=[\t\n\f\r ]*+(?:\"[^\"]*+\"|'[^']*+')")


def over_budget(markup: bytes, options: ExtractOptions) -> str | None:
    """Reason to drop a page unparsed ("budget-doctype", "budget-attributes"), or None."""
    if any(len(doctype[0]) > options.max_doctype for doctype in _DOCTYPE.finditer(markup)):
        return "budget-doctype"
    # an attribute takes two bytes at the least
    shortest = 2 * options.max_attributes
    tags = (tag for tag in _TAGS.findall(markup) if len(tag) > shortest)
    return "budget-attributes" if any(_attributes(tag) > options.max_attributes for tag in tags) else None


def _attributes(tag: bytes) -> int:
    return len(_QUOTED.sub(b"= ", tag).replace(b"/", b" ").split()) - 1


def has_more_elements(markup: bytes, most: int) -> bool:
    """Tell whether there are more opening tags, scripts and comments included: never fewer than a parser finds."""
    # most pages have not so many "<" at all, which is counted faster
    return markup.count(b"<") > most and len(_OPENING.findall(markup)) > most
