"""Define a stage as a recipe uses it: its name and its settings."""

from dataclasses import dataclass, fields
from typing import Generic, TypeVar

from yurai.engine.arguments import plain
from yurai_manifests.canonical import Json

S_co = TypeVar("S_co", bound="Settings", covariant=True)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Base of the settings of all stages; a subclass is a frozen dataclass whose docstring is the stage's.

    Each field has a default, a type that `yurai_filters.settings` knows, a range where it is a number, and a line under
    `Args:`. What cannot be meant together, `__post_init__` refuses with a ValueError.
    """

    def json(self) -> dict[str, Json]:
        """Return the settings as canonical JSON takes them, in their order."""
        return {one.name: plain(getattr(self, one.name)) for one in fields(self)}

    def identity(self) -> dict[str, Json]:
        """Return the settings as fingerprints have them."""
        return self.json()


@dataclass(frozen=True, slots=True)
class StageUse(Generic[S_co]):
    """One stage with all its settings."""

    name: str
    settings: S_co

    def json(self) -> dict[str, Json]:
        """Return the use as recipes, plans and task keys have it."""
        return {"use": self.name, **self.settings.json()}


AnyUse = StageUse[Settings]
