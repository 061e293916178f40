"""Pin the lists that rules name in a recipe by their digests, and load each once in a process.

A checked recipe holds each list as `spec#sha256=digest`. What travels to workers is that name; a worker reads the list
itself and refuses one that was changed since.
"""

import functools
from collections.abc import Iterable, Mapping

from yurai.sources.fetch import open_remote
from yurai_filters import Declaration
from yurai_filters.lists import PIN, Lines, load, pin, read_local
from yurai_filters.settings import is_list
from yurai_manifests.canonical import sha256
from yurai_manifests.errors import RecipeError

LOADED = 16
"""Lists that a process holds at a time."""


def pinned(declaration: Declaration, complete: Mapping[str, object]) -> dict[str, object]:
    """Return complete settings of a rule with the digest behind each list; every list is read and checked on the way.

    Raises:
        RecipeError: a list is not there, holds a wrong entry, or has another digest than the recipe says.
    """
    settings = dict(complete)
    for name, kind in _lists(declaration).items():
        try:
            once = functools.cache(read)
            settings[name] = pin(kind, names_of(complete[name]), once)
            load(kind, names_of(settings[name]), once)
        except ValueError as error:
            raise _refused(declaration, name, error) from error
    return settings


def loaded(declaration: Declaration, complete: Mapping[str, object]) -> dict[str, object]:
    """Return complete settings of a rule with its lists in the place of their names.

    Raises:
        RecipeError: as `pinned`.
    """
    settings = dict(complete)
    for name, kind in _lists(declaration).items():
        try:
            settings[name] = _load(kind, names_of(complete[name]))  # type: ignore[arg-type] # a class is hashable
        except ValueError as error:
            raise _refused(declaration, name, error) from error
    return settings


def digests(declaration: Declaration, complete: Mapping[str, object]) -> dict[str, str]:
    """Return the sha256 of each list, by setting and place: what a list is, wherever it lies."""
    return {
        f"{name}[{index}]": spec.partition(PIN)[2]
        for name in _lists(declaration)
        for index, spec in enumerate(names_of(complete[name]))
    }


def declared_digests(declaration: Declaration) -> dict[str, str]:
    """Return the sha256 of each file that a rule declares to read; see `file_digests`."""
    return file_digests(f"{declaration.kind} {declaration.name}", declaration.files)


def file_digests(who: str, files: Iterable[str]) -> dict[str, str]:
    """Return the sha256 of each file that a rule or handler, `who`, declares to read, by `who` and the file.

    Raises:
        RecipeError: a file is not there.
    """
    try:
        return {f"{who} {spec}": sha256(read(spec, "")) for spec in files}
    except ValueError as error:
        raise RecipeError(f"{who} {error}") from error


def without_lists(declaration: Declaration, complete: Mapping[str, object]) -> dict[str, object]:
    """Return the settings that are no lists."""
    lists = _lists(declaration)
    return {name: value for name, value in complete.items() if name not in lists}


def read(spec: str, member: str) -> bytes:
    """Return the bytes of a list, as `yurai_filters.lists.read_local` does, or from any fsspec URL."""
    if "://" not in spec:
        return read_local(spec, member)
    try:
        with open_remote(spec) as remote:
            return remote.read()
    except (OSError, ImportError) as error:
        raise ValueError(
            f"names list {spec!r}, which cannot be fetched ({error}); check the URL and the network"
        ) from error


def names_of(value: object) -> tuple[str, ...]:
    """Return the names that a setting which is a list holds."""
    assert isinstance(value, list | tuple)  # checked settings hold their names
    return tuple(value)


def _lists(declaration: Declaration) -> dict[str, type[Lines]]:
    return {name: one.annotation for name, one in declaration.settings.items() if is_list(one.annotation)}


@functools.lru_cache(maxsize=LOADED)
def _load(kind: type[Lines], specs: tuple[str, ...]) -> Lines:
    return load(kind, specs, read)


def _refused(declaration: Declaration, name: str, error: ValueError) -> RecipeError:
    return RecipeError(f"{declaration.kind} {declaration.name}: setting {name} {error}")
