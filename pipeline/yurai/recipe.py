"""A recipe: an ordered list of stages with their settings. TOML on disk, frozen dataclasses in memory.

    name = "my-corpus"
    about = "one line for people"

    [deliver]                      # target sizes of the delivered files
    text_bytes = 512_000_000

    [[stage]]
    use = "read"
    [[stage]]
    use = "extract"
    mode = "precision"

    [[source]]                     # what JSONL and Parquet inputs are: yurai.rows.tables
    match = "notes.jsonl.zst"
    licence = "CC-BY-4.0"
    columns = { text = "body" }

Order: read, extract, then measuring stages, then filters and dedup in any order, then at most one tokenize.
"""

import difflib
import importlib.resources
import itertools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yurai.stages  # noqa: F401 - importing declares the stages
from yurai.dedup.order import check_order as check_keep
from yurai.errors import RecipeError
from yurai.rows.tables import SourceTable, load_tables, refuse_unknown, tables_of
from yurai.rules import rule
from yurai.stage import KINDS, STAGES, StageUse, in_order
from yurai_filters import TAGGERS
from yurai_manifests.canonical import fingerprint

DELIVER = {"text_bytes": 512_000_000}
ORDER = {kind: place for place, kind in enumerate(KINDS)} | {"dedup": KINDS.index("filter")}


@dataclass(frozen=True, slots=True)
class Recipe:
    """The checked recipe; all settings are complete."""

    name: str
    about: str
    stages: tuple[StageUse, ...]
    deliver: dict[str, int]
    sources: tuple[SourceTable, ...] = ()

    def json(self) -> dict[str, Any]:
        """Return the recipe as canonical JSON takes it."""
        return {
            "name": self.name,
            "about": self.about,
            "deliver": self.deliver,
            "stages": [use.json() for use in self.stages],
            "sources": [table.json() for table in self.sources],
        }

    def identities(self, before: str = "") -> list[dict[str, Any]]:
        """Return for each stage what its fingerprint is made of; fingerprints chain from `before`."""
        found = []
        for use in self.stages:
            identity = use.stage.identity(use.settings, before)
            before = fingerprint(identity)
            found.append(identity)
        return found


def shipped() -> dict[str, Path]:
    """Return the recipes that come with Yurai, by name."""
    folder = Path(str(importlib.resources.files("yurai") / "recipes"))
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def load_recipe(spec: str) -> Recipe:
    """Load a shipped recipe by name, or a TOML file by path.

    Raises:
        RecipeError: no such recipe, not TOML, an unknown key, stage, rule or setting, or a wrong value.
    """
    path = shipped().get(spec) or Path(spec)
    try:
        value = tomllib.loads(path.read_text("utf-8"))
    except (FileNotFoundError, IsADirectoryError) as error:
        names = ", ".join(shipped())
        raise RecipeError(f"no recipe {spec!r}: name a shipped one ({names}) or the path of a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecipeError(f"{path} is not TOML: {error}") from error
    return make_recipe(value, where=str(path))


def make_recipe(value: Mapping[str, Any], *, where: str) -> Recipe:
    """Check a recipe that was read from TOML; errors begin with `where`."""
    refuse_unknown(value, ("name", "about", "deliver", "stage", "source"), where)
    name, about, tables = value.get("name"), value.get("about", ""), value.get("stage")
    if not isinstance(name, str) or not isinstance(about, str) or not isinstance(tables, list) or not tables:
        raise RecipeError(f'{where}: needs name = "..." and at least one [[stage]] table (about = "..." is optional)')
    uses = tuple(_use(table, where) for table in tables)
    check_order(uses, where)
    check_measures(uses, where)
    if uses[0].name != "read":
        raise RecipeError(f"{where}: the first stages must be read and extract, found {uses[0].name}")
    sources = tables_of(value["source"], where) if "source" in value else ()
    return Recipe(name, about, uses, _deliver(value.get("deliver", {}), where), sources)


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


def _use(table: Any, where: str) -> StageUse:  # noqa: ANN401 - from TOML, checked here
    name = table.get("use") if isinstance(table, Mapping) else None
    if name not in STAGES:
        near, known = difflib.get_close_matches(str(name), STAGES, n=1), ", ".join(stage.name for stage in in_order())
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise RecipeError(f"{where}: a [[stage]] needs use = one of {known}, not {name!r}{hint}")
    given = {key: setting for key, setting in table.items() if key != "use"}
    try:
        return StageUse(name, STAGES[name].check(given))
    except RecipeError as error:
        raise RecipeError(f"{where}: {error}") from error


def check_order(uses: tuple[StageUse, ...], where: str) -> None:
    """Raise RecipeError unless stages stand in an order that can run."""
    for before, after in itertools.pairwise(uses):
        if ORDER[before.stage.kind] > ORDER[after.stage.kind]:
            raise RecipeError(
                f"{where}: stage {after.name} cannot follow {before.name}; the order is {', '.join(KINDS)}"
            )
    kinds = [use.stage.kind for use in uses]
    if ("read" in kinds) != ("extract" in kinds):
        raise RecipeError(f"{where}: read and extract go together")
    names = [use.name for use in uses]
    for place, use in enumerate(uses):
        if use.stage.kind not in ("filter", "dedup") and use.name in names[:place]:
            raise RecipeError(f"{where}: stage {use.name} stands twice; only filter and dedup may")
    if "measure" in names and "language" in names and names.index("measure") < names.index("language"):
        raise RecipeError(f"{where}: measure needs the language; put language before it")
    if "redact" in names and "measure" in names and names.index("measure") < names.index("redact"):
        raise RecipeError(f"{where}: measure would be of the text before redact; put redact before it")
    _check_keep(uses, where)
    _check_index(uses, where)
    if "redact" in names and "language" in names and names.index("redact") < names.index("language"):
        raise RecipeError(f"{where}: language is told from the text as its author wrote it; put redact after it")


def _check_index(uses: tuple[StageUse, ...], where: str) -> None:
    """Rows of an index are parallel to what is delivered, so nothing may drop or change documents behind it."""
    for place, use in enumerate(uses):
        behind = [after.name for after in uses[place + 1 :] if after.stage.kind in ("filter", "dedup")]
        if use.settings.get("index") and behind:
            raise RecipeError(
                f"{where}: stage {use.name} has index = true, so it must be the last that drops or changes documents; "
                f"{behind[0]} follows it"
            )


def _check_keep(uses: tuple[StageUse, ...], where: str) -> None:
    for use in uses:
        if "keep" in use.settings:
            check_keep(use.settings["keep"], use.settings["quality"], f"{where}: stage {use.name}")


def check_measures(uses: tuple[StageUse, ...], where: str) -> None:
    """Raise RecipeError for a filter that reads what no tagger before it measures: it would judge nothing."""
    measured: set[str] = set()
    writer = {column: said.name for said in TAGGERS.values() for column in said.writes}
    for use in uses:
        measured.update(use.settings.get("taggers", ()))
        measured.update({"redact"} & {use.name})
        for entry in use.settings.get("rules", ()):
            if "pii" in rule(entry["use"]).columns and "redact" not in measured:
                raise RecipeError(f"{where}: rule {entry['use']} reads counts of redact; put redact before measure")
            missing = sorted({writer[name] for name in rule(entry["use"]).columns if name in writer} - measured)
            if missing:
                raise RecipeError(
                    f"{where}: rule {entry['use']} reads what tagger {missing[0]} measures, which no stage before it "
                    f'runs; add "{missing[0]}" to the taggers of stage measure'
                )


def _deliver(given: Any, where: str) -> dict[str, int]:  # noqa: ANN401 - from TOML, checked here
    if not isinstance(given, Mapping):
        raise RecipeError(f"{where}: deliver must be a table")
    refuse_unknown(given, tuple(DELIVER), f"{where}: [deliver]")
    for key, number in given.items():
        if type(number) is not int or number < 1:
            raise RecipeError(f"{where}: [deliver] {key} must be a positive integer, not {number!r}")
    return DELIVER | dict(given)
