"""LLM pretraining corpora from web crawls, on Ray, where every token can say where it came from.

    tree = yurai.build("plain", inputs=["crawl/"], output="corpus")
    tree = yurai.open("corpus")
    tree.documents.to_table().to_pandas()

What is wrong is a `YuraiError` that says what, where, and what to do next. Names are imported when they are used
(https://peps.python.org/pep-0562/), so that `import yurai` loads nothing. docs/python.md has examples.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from yurai.api.build import build
    from yurai.api.manifest import Manifest, Totals
    from yurai.api.restore import restore
    from yurai.api.tree import Tree
    from yurai.api.tree import open as open  # noqa: A004 - `yurai.open`; `import *` leaves it out
    from yurai_manifests.audit import Audit, Finding
    from yurai_manifests.errors import (
        AuditError,
        ContractError,
        DriftError,
        LeaseError,
        RecipeError,
        ShardError,
        ThrottledError,
        YuraiError,
    )

    __version__: str

__all__ = [
    "Audit",
    "AuditError",
    "ContractError",
    "DriftError",
    "Finding",
    "LeaseError",
    "Manifest",
    "RecipeError",
    "ShardError",
    "ThrottledError",
    "Totals",
    "Tree",
    "YuraiError",
    "__version__",
    "build",
    "restore",
]
_ERRORS: Final = (
    "AuditError",
    "ContractError",
    "DriftError",
    "LeaseError",
    "RecipeError",
    "ShardError",
    "ThrottledError",
    "YuraiError",
)
_PLACES: Final = {
    "build": "yurai.api.build",
    "restore": "yurai.api.restore",
    **dict.fromkeys(("Tree", "open"), "yurai.api.tree"),
    **dict.fromkeys(("Manifest", "Totals"), "yurai.api.manifest"),
    **dict.fromkeys(("Audit", "Finding"), "yurai_manifests.audit"),
    **dict.fromkeys(_ERRORS, "yurai_manifests.errors"),
}
"""The module that each name comes from."""

if not TYPE_CHECKING:  # a checker that saw it would take any misspelt name for one of these

    def __getattr__(name: str) -> object:
        """Import a name when it is asked for; the version stands in the metadata of the installed package."""
        if name == "__version__":
            from importlib.metadata import version  # noqa: PLC0415 - it takes longer than the help of the command line

            return version("yurai")
        if name not in _PLACES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module  # noqa: PLC0415 - as above

        return getattr(import_module(_PLACES[name]), name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__, *_PLACES})
