"""Declare all exports by importing this package: its own, one module each, and those of installed packages."""

from yurai_manifests.export import EXPORTS
from yurai_manifests.plugins import import_modules, load_entry_points

ENTRY_POINTS = "yurai.exports"

import_modules(__name__, __path__)
for _ in load_entry_points(ENTRY_POINTS, EXPORTS):
    pass  # loading declares
