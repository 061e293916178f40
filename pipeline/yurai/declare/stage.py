"""Let a stage declare itself whole, once: its settings with their ranges, its place, driver, command and reasons.

From the declaration come the recipe's check, the options of the command, the documentation, the manifest entry and the
fingerprint. Declaring registers; `yurai.stages` imports all declarations.
"""

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Generic, TypeAlias, TypeVar, cast, get_type_hints

import pyarrow as pa

from yurai.declare.rules import list_digests, rules_identity, settings_identity
from yurai.declare.values import nearest, restored, setting_value
from yurai.declare.versions import version_of
from yurai.engine.engine import Engine
from yurai.engine.state import State
from yurai.engine.use import AnyUse, Settings, StageUse
from yurai.sources.warc import Record
from yurai_filters import Setting
from yurai_manifests.canonical import Json
from yurai_manifests.errors import ContractError, RecipeError
from yurai_manifests.plugins import missing

S = TypeVar("S", bound=Settings)
Identity: TypeAlias = dict[str, Json]
Driver: TypeAlias = Callable[[Engine, State, StageUse[S], Identity], State]
"""Takes the run from one state to the next: names steps, lists their tasks, and has the engine bring them to commit."""
Verdict: TypeAlias = tuple[str, str]
"""(outcome, reason) of a record that does not go on."""
Place: TypeAlias = Callable[[S, Sequence[AnyUse], Sequence[AnyUse]], str | None]
"""Says what is wrong with where a stage stands, told its settings and the uses before and behind it."""
Completed: TypeAlias = Callable[[S, Sequence[AnyUse]], S]
"""Fills settings in from what the uses behind a stage say, when a recipe is read."""


class Kind(Enum):
    """Where in the flow a stage stands, in order. Filters, dedup and select stand in any order among themselves."""

    READ = "read"
    EXTRACT = "extract"
    MEASURE = "measure"
    FILTER = "filter"
    DEDUP = "dedup"
    SELECT = "select"
    TOKENIZE = "tokenize"

    @property
    def rank(self) -> int:
        """The place in the order."""
        return list(Kind).index(Kind.FILTER if self in (Kind.DEDUP, Kind.SELECT) else self)


def _any_place(settings: Settings, before: Sequence[AnyUse], behind: Sequence[AnyUse]) -> None:
    """Stand anywhere that the kind allows."""


def _as_given(settings: S, _: Sequence[AnyUse]) -> S:
    return settings


@dataclass(frozen=True, slots=True)
class Stage(Generic[S]):
    """What one stage declared; its documentation is the docstring of its settings.

    `driver` runs it over shards, `measure` over one batch (measuring stages), `judge` over one record (reading).
    `after` names stages that must not stand behind it, each with what to say then; `needs` stages without which it
    means nothing; `place` says what else is wrong with where it stands; `completed` takes from the stages behind what a
    recipe says there alone. `command` are the stages that its command runs.
    `reasons` are those that it gives, `*` for what varies. `packages` are those whose version changes the output
    (Unicode tables among them, see `yurai.declare.versions`), `used` tells which of them do under some settings,
    `versions` gives other parts of the program that have a version of their own; `models` gives {name: sha256} of the
    side inputs that settings name; `caution` what who runs it is told before, "" for nothing; `notes` what
    rows of a measuring stage add to its counts; `codes` the languages that a stage can find; `scores` the named scores
    that it writes into `quality`, which no other stage of a recipe may write; one that ends in `_` is how they begin.
    """

    name: str
    version: int
    kind: Kind
    settings: type[S]
    driver: Driver[S] | None = None
    measure: Callable[[pa.RecordBatch, S], pa.RecordBatch] | None = None
    judge: Callable[[Record, S], Verdict | None] | None = None
    notes: Callable[[pa.RecordBatch], Mapping[str, int]] = lambda _: {}
    after: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    place: Place[S] = _any_place
    completed: Completed[S] = _as_given
    repeats: bool = False
    command: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    used: Callable[[S], tuple[str, ...]] | None = None
    models: Callable[[S], dict[str, str]] = lambda _: {}
    versions: Callable[[S], dict[str, str]] = lambda _: {}
    caution: Callable[[S], str] = lambda _: ""
    codes: Callable[[S], frozenset[str]] = lambda _: frozenset()
    scores: Callable[[S], Collection[str]] = lambda _: ()

    @property
    def doc(self) -> str:
        """The documentation."""
        return inspect.getdoc(self.settings) or ""

    @property
    def options(self) -> dict[str, Setting]:
        """The settings by name: type with range, and default."""
        hints = get_type_hints(self.settings, include_extras=True)
        return {one.name: Setting(one.name, hints[one.name], one.default) for one in fields(self.settings)}

    def use(self, given: Mapping[str, object]) -> StageUse[S]:
        """Return the stage with the settings that are given, defaults filled in.

        Raises:
            RecipeError: an unknown setting, a wrong value, or values that cannot be meant together.
        """
        options = self.options
        for name in given:
            if name not in options:
                allowed = ", ".join(options) or "none"
                raise RecipeError(
                    f"stage {self.name} has no setting {name!r} (allowed: {allowed}){nearest(name, options)}"
                )
        values = {
            name: setting_value(self.name, option, given.get(name, option.default)) for name, option in options.items()
        }
        return self._made(values)

    def restored(self, written: Mapping[str, Json]) -> StageUse[S]:
        """Return the use whose settings were checked when a run wrote them.

        Raises:
            RecipeError: they were written by another version of the stage.
        """
        options = self.options
        if unknown := [name for name in written if name not in options]:
            raise RecipeError(
                f"stage {self.name} has no setting {unknown[0]!r}, but a run was made with it; use the version of "
                "Yurai that made it, or make it again"
            )
        return self._made({name: restored(options[name].annotation, value) for name, value in written.items()})

    def _made(self, values: Mapping[str, object]) -> StageUse[S]:
        try:
            return StageUse(self.name, self.settings(**values))
        except ValueError as error:
            raise RecipeError(f"stage {self.name}: {error}") from error

    def identity(self, settings: S, before: str) -> Identity:
        """Return what this stage's fingerprint is made of; `before` is the fingerprint of the stage before it."""
        packages = self.used(settings) if self.used else self.packages
        return {
            "stage": self.name,
            "version": self.version,
            "settings": settings_identity(settings),
            "rules": rules_identity(settings),
            "models": self.models(settings) | list_digests(settings),
            "packages": {name: version_of(name) for name in packages} | self.versions(settings),
            "before": before,
        }


AnyStage: TypeAlias = Stage[Settings]
STAGES: dict[str, AnyStage] = {}


def declare(stage: Stage[S]) -> Stage[S]:
    """Register a stage under its name.

    Raises:
        ContractError: another stage has that name, or a setting has no documentation or no type that settings may have.
    """
    known = STAGES.setdefault(stage.name, cast("AnyStage", stage))
    if _where(known.settings) != _where(stage.settings):
        raise ContractError(f"two stages are called {stage.name}; rename one")
    setting_docs(cast("AnyStage", stage))
    return stage


def _where(settings: type[Settings]) -> str:
    return f"{settings.__module__}.{settings.__qualname__}"


def stage_of(use: AnyUse) -> AnyStage:
    """Return the declaration of a use."""
    return STAGES[use.name]


def restored_use(written: Mapping[str, Json]) -> AnyUse:
    """Return what `StageUse.json` wrote.

    Raises:
        RecipeError: no such stage here, or other settings.
    """
    name = str(written["use"])
    if name not in STAGES:
        raise RecipeError(
            f"no stage is called {name!r}, but a run was made with it; install the package that has it"
            f"{missing('yurai.stages')}"
        )
    return STAGES[name].restored({key: value for key, value in written.items() if key != "use"})


def in_order() -> list[AnyStage]:
    """Return all stages in the order of the flow; of one kind, those that others stand after come first."""
    kinds = list(Kind)
    return sorted(STAGES.values(), key=lambda one: (kinds.index(one.kind), len(one.after), one.name))


def setting_docs(stage: AnyStage) -> dict[str, str]:
    """Return what the docstring's `Args:` section says of each setting.

    Raises:
        ContractError: a setting without a word.
    """
    lines = stage.doc.partition("\nArgs:\n")[2].partition("\n\n")[0].splitlines()
    written = {name.strip(): text.strip() for name, colon, text in (line.partition(":") for line in lines) if colon}
    for name in stage.options:
        if name not in written:
            raise ContractError(f"stage {stage.name}: setting {name} is not documented under Args")
    return written
