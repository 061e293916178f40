"""The stages, one module or folder each; importing this package declares them all, and those of installed packages.

A folder holds what one stage is: `declare` (the whole declaration), `settings`, `driver` (which steps and tasks it
has), `tasks` (what each does), and its arithmetic. No stage knows another one; what several share lies beside them.
"""

import importlib
import importlib.util
import pkgutil
from importlib import metadata

from yurai_manifests.errors import ContractError, RecipeError

ENTRY_POINTS = "yurai.stages"


def _declare_all() -> None:
    """Import every module here that declares a stage: `NAME.py`, or `NAME/declare.py` of a folder."""
    for module in pkgutil.iter_modules(__path__, f"{__name__}."):
        name = f"{module.name}.declare" if module.ispkg else module.name
        if importlib.util.find_spec(name):
            importlib.import_module(name)
    for point in sorted(metadata.entry_points(group=ENTRY_POINTS)):
        try:
            point.load()
        except (ContractError, ImportError) as error:
            raise RecipeError(f"stage {point.name} of {point.value} cannot be loaded: {error}") from error


_declare_all()
