"""The handlers, one module each; importing this package declares them all, and those of installed packages.

A module here declares, and loads a large library only when a page comes: every command imports the declarations.
"""

from dataclasses import replace

from yurai.extraction.handler import HANDLERS
from yurai_manifests.plugins import import_modules, load_entry_points

ENTRY_POINTS = "yurai.handlers"

import_modules(__name__, __path__)
_ours = set(HANDLERS)
for _point, _ in load_entry_points(ENTRY_POINTS, HANDLERS):
    for _type in HANDLERS.keys() - _ours:
        # a new version of that package may give other text
        _owner = (_point.dist.name,) if _point.dist else ()
        HANDLERS[_type] = replace(HANDLERS[_type], packages=(*HANDLERS[_type].packages, *_owner))
    _ours = set(HANDLERS)
