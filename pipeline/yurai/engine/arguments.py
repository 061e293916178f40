"""Carry the arguments of a task as frozen dataclasses, and write the JSON of them that task keys are made of."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Final

from yurai.sources.fetch import Shard
from yurai_manifests.canonical import Json

AS_TEXT: Final = {"as": "text"}
UNLESS_NONE: Final = {"as": "unless-none"}


@dataclass(frozen=True)
class Arguments:
    """Base of the arguments of all tasks; a subclass is a frozen dataclass whose fields have the names of the JSON.

    A field with metadata AS_TEXT is a number of 64 bits, which JSON holds as text; one with UNLESS_NONE is left out of
    the JSON while it is None.
    """

    def identity(self) -> dict[str, Json]:
        """Return the arguments as task keys have them: a shard is its digest, since where it lies says nothing."""
        named: dict[str, Json] = {}
        for one in fields(self):
            value, written = getattr(self, one.name), one.metadata.get("as")
            if value is not None or written != "unless-none":
                named[one.name] = str(value) if written == "text" else plain(value)
        return named


@dataclass(frozen=True)
class NoArguments(Arguments):
    """The arguments of a task that is told nothing."""


def plain(value: object) -> Json:
    """Return `value` as canonical JSON takes it.

    Raises:
        TypeError: something that has no such form.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Shard):
        return value.sha256
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if is_dataclass(value) and hasattr(value, "json"):
        return plain(value.json())
    raise TypeError(f"{value!r} cannot be an argument of a task: it has no form in JSON")
