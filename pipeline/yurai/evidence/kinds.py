"""Say what a licence on a thing of a given type speaks of: types of schema.org, RDFa vocabularies and DCMI."""

import re
from collections.abc import Iterable
from typing import Final

from yurai.evidence.marks import Scope

_PAGE_TYPES: Final = (
    "blogposting creativework recipe howto course learningresource book chapter thesis report guide quiz "
    "discussionforumposting liveblogposting socialmediaposting lesson clause poem shortstory text question document "
    "work"
)
_PART_TYPES: Final = (
    "imageobject videoobject audioobject mediaobject 3dmodel photograph painting softwaresourcecode "
    "softwareapplication webapplication mobileapplication product map musicrecording podcastepisode person "
    "image stillimage movingimage sound software interactiveresource visualartwork imagegallery"
)
_USER_TYPES: Final = "comment usercomments answer review userreview"
_PAGES: Final = frozenset(_PAGE_TYPES.split())
_PARTS: Final = frozenset(_PART_TYPES.split())
_DATA: Final = frozenset(("dataset", "datacatalog", "datadownload"))
_USERS: Final = frozenset(_USER_TYPES.split())


def type_scope(kinds: Iterable[str]) -> Scope:
    """What a licence on a thing of these types, names or addresses of them, speaks of; that of the first known one."""
    for kind in kinds:
        name = re.split(r"[/#:]", kind)[-1].lower()
        if name in _PARTS:
            return "embedded"
        if name in _DATA:
            return "dataset"
        if name in ("website", "blog"):
            return "site"
        if name in _USERS:
            return "unknown"
        if name in _PAGES or name.endswith(("article", "page")):
            return "page"
    return "unknown"


def is_of_users(kinds: Iterable[str]) -> bool:
    """Whether one of these types is what a visitor wrote: a comment, an answer, a review."""
    return any(re.split(r"[/#:]", kind)[-1].lower() in _USERS for kind in kinds)
