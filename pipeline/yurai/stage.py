"""A stage is one typed function: its name, version and settings are said once, in its decorator and signature.

Keyword-only parameters are the settings. From them come the recipe's type check, the options of the stage's command,
the manifest entry, the fingerprint and the documentation.
"""

import difflib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version as installed
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_type_hints

from yurai.errors import ContractError, RecipeError
from yurai.rules import Rules, check_rules, list_digests, rules_identity, settings_identity
from yurai_filters.settings import Setting, convert, expected

Kind = Literal["read", "extract", "measure", "filter", "dedup", "tokenize"]
KINDS: tuple[Kind, ...] = ("read", "extract", "measure", "filter", "dedup", "tokenize")
LATER = {"measure": 1, "near-dedup": 1, "line-dedup": 2}
"""Among stages of one kind: measures are of the text that others leave, and equal texts are the cheapest to drop."""
Function = TypeVar("Function", bound=Callable[..., Any])


def _no_notes(_: Any) -> dict[str, int]:  # noqa: ANN401 - a batch; this module knows no Arrow
    return {}


def _no_models(_: dict[str, Any]) -> dict[str, str]:
    return {}


@dataclass(frozen=True, slots=True)
class Stage:
    """What one stage declared.

    `models` gives {name: sha256} of the side inputs that settings name; `packages` are those whose version changes
    the output, `used` tells which of them do under some settings (None: all).
    """

    name: str
    version: int
    kind: Kind
    function: Callable[..., Any]
    settings: Mapping[str, Setting]
    packages: tuple[str, ...]
    models: Callable[[dict[str, Any]], dict[str, str]]
    used: Callable[[dict[str, Any]], tuple[str, ...]] | None = None
    notes: Callable[[Any], Mapping[str, int]] = _no_notes
    """What the rows that a measuring stage gives add to the notes of its counts."""

    @property
    def doc(self) -> str:
        """The documentation."""
        return inspect.getdoc(self.function) or ""

    def check(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return all settings, defaults filled in.

        Raises:
            RecipeError: an unknown setting or a wrong value, with what is allowed.
        """
        for name in given:
            if name not in self.settings:
                near = difflib.get_close_matches(name, self.settings, n=1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                allowed = ", ".join(self.settings) or "none"
                raise RecipeError(f"stage {self.name} has no setting {name!r} (allowed: {allowed}){hint}")
        return {name: self._value(setting, given.get(name, setting.default)) for name, setting in self.settings.items()}

    def _value(self, setting: Setting, value: Any) -> Any:  # noqa: ANN401 - a value from TOML, checked here
        if setting.annotation is Rules:
            return check_rules(self.name, value)
        try:
            found = convert(value, setting.annotation)
        except ValueError as error:
            raise RecipeError(f"stage {self.name}: setting {setting.name} {error}") from error
        return list(found) if isinstance(found, tuple) else found

    def identity(self, settings: dict[str, Any], before: str) -> dict[str, Any]:
        """Return what this stage's fingerprint is made of; `before` is the fingerprint of the stage before it."""
        return {
            "stage": self.name,
            "version": self.version,
            "settings": settings_identity(settings),
            "rules": rules_identity(settings),
            "models": self.models(settings) | list_digests(settings),
            "packages": {name: installed(name) for name in (self.used(settings) if self.used else self.packages)},
            "before": before,
        }


STAGES: dict[str, Stage] = {}


def in_order() -> list[Stage]:
    """Return all stages in the order of the flow, and of one kind in the order in which they help each other."""
    return sorted(STAGES.values(), key=lambda one: (KINDS.index(one.kind), LATER.get(one.name, 0), one.name))


def stage(
    name: str,
    *,
    version: int,
    kind: Kind,
    packages: tuple[str, ...] = (),
    models: Callable[[dict[str, Any]], dict[str, str]] = _no_models,
    used: Callable[[dict[str, Any]], tuple[str, ...]] | None = None,
    notes: Callable[[Any], Mapping[str, int]] = _no_notes,
) -> Callable[[Function], Function]:
    """Register a function as the stage `name`; its keyword-only parameters become the settings."""

    def register(function: Function) -> Function:
        if name in STAGES and STAGES[name].function is not function:
            raise ContractError(f"two stages are called {name}; rename one")
        settings = MappingProxyType(_settings(function))
        STAGES[name] = Stage(name, version, kind, function, settings, packages, models, used, notes)
        return function

    return register


def _settings(function: Callable[..., Any]) -> dict[str, Setting]:
    hints = get_type_hints(function)
    found: dict[str, Setting] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is not parameter.KEYWORD_ONLY:
            continue
        annotation = hints[parameter.name]
        if annotation is not Rules:
            expected(annotation)
        found[parameter.name] = Setting(parameter.name, annotation, parameter.default)
    return found


@dataclass(frozen=True, slots=True)
class StageUse:
    """One stage with all its settings, as a recipe uses it."""

    name: str
    settings: dict[str, Any]

    @property
    def stage(self) -> Stage:
        """The declaration."""
        return STAGES[self.name]

    def json(self) -> dict[str, Any]:
        """Return the use as canonical JSON takes it."""
        return {"use": self.name, **self.settings}

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> "StageUse":
        """Return what `json` wrote."""
        return cls(value["use"], {name: setting for name, setting in value.items() if name != "use"})


def setting_docs(stage: Stage) -> dict[str, str]:
    """Return what the docstring's `Args:` section says of each setting.

    Raises:
        ContractError: a setting without a word.
    """
    lines = stage.doc.partition("\nArgs:\n")[2].partition("\n\n")[0].splitlines()
    said = {name.strip(): text.strip() for name, found, text in (line.partition(":") for line in lines) if found}
    for name in stage.settings:
        if name not in said:
            raise ContractError(f"stage {stage.name}: setting {name} is not documented under Args")
    return said
