"""Declare a filter, a tagger or an editor by one typed function, from which all else about it is read.

Positional parameters are the columns it reads, keyword-only parameters its settings, the docstring its documentation.
From that one declaration come the recipe's type check, the manifest entry, the fingerprint and the catalogue.
"""

from __future__ import annotations

import functools
import inspect
import re
from contextlib import contextmanager
from importlib import metadata
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from yurai_filters.declaration import Declaration, Kind, Package
from yurai_filters.errors import ContractViolation
from yurai_filters.settings import LANGUAGES, LanguageCodes, Setting, check_languages
from yurai_filters.signature import read_signature

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import pyarrow as pa

ENTRY_POINTS = "yurai.filters"
Function = TypeVar("Function", bound="Callable[..., object]")

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_DECLARED: dict[Kind, dict[str, Declaration]] = {"filter": {}, "tagger": {}, "editor": {}}

FILTERS: Mapping[str, Declaration] = MappingProxyType(_DECLARED["filter"])
TAGGERS: Mapping[str, Declaration] = MappingProxyType(_DECLARED["tagger"])
EDITORS: Mapping[str, Declaration] = MappingProxyType(_DECLARED["editor"])


@contextmanager
def whole_or_nothing() -> Iterator[None]:
    """Forget what is declared inside the context when something is raised there."""
    before = {kind: set(names) for kind, names in _DECLARED.items()}
    try:
        yield
    except BaseException:
        for kind, names in _DECLARED.items():
            for name in names.keys() - before[kind]:
                del names[name]
        raise


def document_filter(
    name: str,
    *,
    version: int,
    cites: str | None = None,
    languages: Iterable[str] | None = None,
    files: str | Iterable[str] = (),
) -> Callable[[Function], Function]:
    """Register a function of columns that gives one nullable string column: null keeps a row, a value is its reason.

    With `languages` (codes of column `lang`) rows in other languages pass and are counted as not judged; a recipe may
    set another list under `languages`. `files` are what the function reads beside its settings, a model or a list that
    comes with it: paths, or `package:file`; their digests belong to the fingerprint of every corpus made with it.

    Raises ContractViolation for a signature that cannot be declared.
    """
    codes = None if languages is None else frozenset(check_languages(tuple(languages)))
    return _register("filter", name, version=version, cites=cites, languages=codes, files=_files(files))


def tagger(
    name: str,
    *,
    version: int,
    writes: Mapping[str, pa.DataType],
    cites: str | None = None,
    files: str | Iterable[str] = (),
) -> Callable[[Function], Function]:
    """Register a function of columns that gives a dict with one new column for each name in `writes`.

    `files` as in `document_filter`.
    """
    written = MappingProxyType(dict(writes))
    return _register("tagger", name, version=version, cites=cites, writes=written, files=_files(files))


def editor(
    name: str,
    *,
    version: int,
    cites: str | None = None,
    languages: Iterable[str] | None = None,
    files: str | Iterable[str] = (),
) -> Callable[[Function], Function]:
    """Register a function of `text` that gives (new text, {rule: int32 counts per row}); its rules never vary.

    With `languages`, as in `document_filter`, texts in other languages stay as they are; `files` as there.
    """
    codes = None if languages is None else frozenset(check_languages(tuple(languages)))
    return _register("editor", name, version=version, cites=cites, languages=codes, files=_files(files))


def _files(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _register(kind: Kind, name: str, **fields: Any) -> Callable[[Function], Function]:  # noqa: ANN401 - Declaration's fields
    def register(function: Function) -> Function:
        taken = next((names[name] for names in _DECLARED.values() if name in names), None)
        if taken is not None and taken.function is not function:
            raise ContractViolation(f"{kind} {name}: {_where(taken.function)} has that name; choose another")
        declaration = _declaration(kind, name, function, **fields)
        _refuse_shared_columns(declaration)
        _DECLARED[kind][name] = declaration
        return function

    return register


def _declaration(kind: Kind, name: str, function: Callable[..., object], **fields: Any) -> Declaration:  # noqa: ANN401 - as above
    where = f"{kind} {name} ({_where(function)})"
    doc = inspect.getdoc(function)
    if not doc or not _NAME.fullmatch(name) or fields["version"] < 1:
        raise ContractViolation(f"{where}: needs a docstring, a name-in-kebab-case and a version of 1 or more")
    types, settings = read_signature(where, function)
    if kind == "editor" and list(types) != ["text"]:
        raise ContractViolation(f"{where}: an editor reads `text` alone, not {', '.join(types)}")
    if fields.get("languages") is not None:
        settings[LANGUAGES] = Setting(LANGUAGES, LanguageCodes, tuple(sorted(fields["languages"])))
    return Declaration(
        kind=kind,
        name=name,
        function=function,
        types=MappingProxyType(types),
        settings=MappingProxyType(settings),
        doc=doc,
        package=_package(function.__module__.partition(".")[0]),
        **fields,
    )


def _refuse_shared_columns(declaration: Declaration) -> None:
    for other in TAGGERS.values():
        shared = sorted(set(other.writes) & set(declaration.writes))
        if shared and other.name != declaration.name:
            raise ContractViolation(f"tagger {declaration.name}: tagger {other.name} already writes {shared[0]}")


def _where(function: Callable[..., object]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


@functools.cache
def _package(top: str) -> Package:
    """Find who installed the package `top` by its entry point; metadata maps no import name of an editable install."""
    if top == __name__.partition(".")[0]:
        return Package("yurai", metadata.version("yurai"))
    for point in metadata.entry_points(group=ENTRY_POINTS):
        if point.module.partition(".")[0] == top and point.dist is not None:
            return Package(point.dist.name, point.dist.version)
    return Package(top, None)
