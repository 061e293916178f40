"""The stages, one module or folder each; importing this package declares them all, and those of installed packages.

A folder holds what one stage is: `declare` (the whole declaration), `settings`, `driver` (which steps and tasks it
has), `tasks` (what each does), and its arithmetic. No stage knows another one; what several share lies beside them.
"""

from yurai.declare.stage import STAGES
from yurai_manifests.plugins import import_modules, load_entry_points

ENTRY_POINTS = "yurai.stages"

import_modules(__name__, __path__, inside="declare")
for _ in load_entry_points(ENTRY_POINTS, STAGES):
    pass  # loading declares
