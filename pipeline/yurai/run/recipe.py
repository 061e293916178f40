"""Read a recipe: an ordered list of stages with their settings, TOML on disk, frozen dataclasses in memory.

    name = "my-corpus"
    about = "one line for people"

    [deliver]                      # target sizes of the delivered files
    text_bytes = 512_000_000

    [[stage]]
    use = "read"
    [[stage]]
    use = "extract"
    mode = "precision"

    [[source]]                     # what JSONL and Parquet inputs are: yurai.sources.rows.tables
    match = "notes.jsonl.zst"
    licence = "CC-BY-4.0"
    columns = { text = "body" }

    [side]                         # files read beside the inputs, as --side names them: yurai.run.side
    robots = ["robotstxt.paths.gz"]

Order: read, extract, then measuring stages, then filters and dedup in any order, then at most one tokenize.
"""

import importlib.resources
import itertools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import yurai.stages  # noqa: F401 - importing declares the stages
from yurai.declare.score_names import shared_score
from yurai.declare.stage import STAGES, Identity, Kind, in_order, stage_of
from yurai.declare.values import nearest
from yurai.engine.use import AnyUse, StageUse
from yurai.extraction import ExtractOptions
from yurai.run.side import side_paths
from yurai.sources.rows.tables import SourceTable, load_tables, refuse_unknown, tables_of
from yurai_filters.settings import LARGEST, told
from yurai_manifests.canonical import Json, fingerprint
from yurai_manifests.errors import RecipeError
from yurai_manifests.plugins import missing

DELIVER = {"text_bytes": 512_000_000}


@dataclass(frozen=True, slots=True)
class Recipe:
    """The checked recipe; all settings are complete."""

    name: str
    about: str
    stages: tuple[AnyUse, ...]
    deliver: dict[str, int]
    sources: tuple[SourceTable, ...] = ()
    side: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Paths by side input. They are where a machine has the files, so that manifests name the files instead."""

    def json(self) -> dict[str, Json]:
        """Return the recipe as canonical JSON takes it."""
        return {
            "name": self.name,
            "about": self.about,
            "deliver": self.deliver,
            "stages": [use.json() for use in self.stages],
            "sources": [table.json() for table in self.sources],
        }

    def identities(self, before: str = "") -> list[Identity]:
        """Return for each stage what its fingerprint is made of; fingerprints chain from `before`."""
        identities = []
        for use in self.stages:
            identity = stage_of(use).identity(use.settings, before)
            before = fingerprint(identity)
            identities.append(identity)
        return identities


def shipped() -> dict[str, Path]:
    """Return the recipes that come with Yurai, by name."""
    folder = Path(str(importlib.resources.files("yurai") / "recipes"))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def recipe_file(spec: str) -> Path:
    """Return where a recipe lies that is named, or given by its path."""
    return shipped().get(spec) or Path(spec)


def load_recipe(spec: str) -> Recipe:
    """Load a shipped recipe by name, or a TOML file by path.

    Raises:
        RecipeError: no such recipe, not TOML, an unknown key, stage, rule or setting, or a wrong value.
    """
    path = recipe_file(spec)
    try:
        value = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, IsADirectoryError) as error:
        names = ", ".join(shipped())
        raise RecipeError(f"no recipe {spec!r}: name a shipped one ({names}) or the path of a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} is not TOML: {error}") from error
    return make_recipe(value, where=str(path))


def make_recipe(value: Mapping[str, object], *, where: str) -> Recipe:
    """Check a recipe that was read from TOML; errors begin with `where`."""
    refuse_unknown(value, ("name", "about", "deliver", "stage", "source", "side"), where)
    name, about, tables = value.get("name"), value.get("about", ""), value.get("stage")
    if not isinstance(name, str) or not isinstance(about, str) or not isinstance(tables, list) or not tables:
        raise RecipeError(f'{where}: needs name = "..." and at least one [[stage]] table (about = "..." is optional)')
    uses = _completed([_use(table, where) for table in tables])
    check_order(uses, where)
    if uses[0].name != "read":
        raise RecipeError(f"{where}: the first stages must be read and extract, found {uses[0].name}")
    sources = tables_of(value["source"], where) if "source" in value else ()
    side = side_paths(value.get("side", {}), where)
    return Recipe(name, about, uses, _deliver(value.get("deliver", {}), where), sources, side)


def with_sources(recipe: Recipe, path: str | None) -> Recipe:
    """Return the recipe with the [[source]] tables of a file of their own, as `--sources` gives them.

    Raises:
        RecipeError: the file is wrong, or the recipe has tables already.
    """
    if not path:
        return recipe
    if recipe.sources:
        raise RecipeError(f"recipe {recipe.name} has [[source]] tables; put those of {path} there, or remove its own")
    return replace(recipe, sources=load_tables(path))


def with_blocklists(recipe: Recipe, paths: Sequence[str]) -> Recipe:
    """Return the recipe with blocklists beside those of its stage extract, as `--blocklist` gives them.

    Raises:
        RecipeError: a blocklist is not there, or is none.
    """
    if not paths:
        return recipe
    uses = [_blocking(use, paths) if isinstance(use.settings, ExtractOptions) else use for use in recipe.stages]
    return replace(recipe, stages=_completed(uses))


def _blocking(use: AnyUse, paths: Sequence[str]) -> AnyUse:
    assert isinstance(use.settings, ExtractOptions)  # who calls looks first
    return StageUse(use.name, replace(use.settings, blocklists=(*use.settings.blocklists, *paths)))


def _use(table: object, where: str) -> AnyUse:
    name = table.get("use") if isinstance(table, Mapping) else None
    if not isinstance(table, Mapping) or not isinstance(name, str) or name not in STAGES:
        known = ", ".join(stage.name for stage in in_order())
        raise RecipeError(
            f"{where}: a [[stage]] needs use = one of {known}, not {told(name)}{nearest(str(name), STAGES)}"
            f"{missing('yurai.stages') if name else ''}"
        )
    try:
        return STAGES[name].use({key: setting for key, setting in table.items() if key != "use"})
    except RecipeError as error:
        raise RecipeError(f"{where}: {error}") from error


def _completed(uses: Sequence[AnyUse]) -> tuple[AnyUse, ...]:
    """Return the uses with what each takes from the stages behind it, so that plans and fingerprints say it."""
    return tuple(
        StageUse(use.name, stage_of(use).completed(use.settings, uses[place + 1 :])) for place, use in enumerate(uses)
    )


def check_order(uses: Sequence[AnyUse], where: str) -> None:
    """Raise RecipeError unless stages stand in an order that can run, and each says that its place is right."""
    for before, after in itertools.pairwise(uses):
        if stage_of(before).kind.rank > stage_of(after).kind.rank:
            order = ", ".join(kind.value for kind in Kind)
            said = f"{where}: stage {after.name} cannot follow {before.name}; the order is {order}"
            raise RecipeError(said + (_instead(after.name) if stage_of(after).kind is Kind.MEASURE else ""))
    names = [use.name for use in uses]
    for number, use in enumerate(uses):
        stage = stage_of(use)
        for needed in stage.needs:
            if needed not in names:
                raise RecipeError(f"{where}: {' and '.join(sorted((use.name, needed), reverse=True))} go together")
        if not stage.repeats and use.name in names[:number]:
            raise RecipeError(f"{where}: stage {use.name} stands twice; only {_repeating()} may")
        for name, why in stage.after.items():
            if name in names[number:]:
                raise RecipeError(f"{where}: {why}")
        if wrong := stage.place(use.settings, uses[:number], uses[number + 1 :]) or shared_score(uses[:number], use):
            raise RecipeError(f"{where}: {wrong}")


def _instead(name: str) -> str:
    return (
        f"; put {name} before the first stage that drops pages, or let it measure only what is left of a tree that has "
        f"ended: yurai {name} --input OUT/documents --output NEW"
    )


def _repeating() -> str:
    return " and ".join(stage.name for stage in in_order() if stage.repeats)


def _deliver(given: object, where: str) -> dict[str, int]:
    if not isinstance(given, Mapping):
        raise RecipeError(f"{where}: deliver must be a table")
    refuse_unknown(given, tuple(DELIVER), f"{where}: [deliver]")
    for key, number in given.items():
        if type(number) is not int or not 1 <= number <= LARGEST:
            raise RecipeError(f"{where}: [deliver] {key} must be a positive integer, not {told(number)}")
    return DELIVER | dict(given)
