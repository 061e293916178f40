"""One command for each stage, made from its declaration: `yurai extract`, `yurai language` ...

Each maps an output tree (or Parquet files in the DOCUMENT schema) to an output tree; the chain of all commands gives
the digest of the fused run.
"""

import inspect
import tomllib
from dataclasses import replace
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typer

from yurai import views
from yurai.clusters import refuse_unfit
from yurai.errors import RecipeError
from yurai.inputs import find_sources
from yurai.options import Address, Input, Output, Rebuild, Report, RunnerName, Sources, Workers, open_runner
from yurai.progress import Reporter
from yurai.recipe import DELIVER, Recipe, check_measures, check_order, load_recipe, with_sources
from yurai.report.write import end_run
from yurai.run import continue_tree, run_recipe
from yurai.stage import STAGES, Stage, StageUse, setting_docs
from yurai.state import state_of
from yurai_filters.settings import Setting

COMMANDS = {
    "extract": ("read", "extract"),
    "language": ("language",),
    "redact": ("redact",),
    "measure": ("measure",),
    "filter": ("filter",),
}
COMMANDS |= {"dedup": ("dedup",), "near-dedup": ("near-dedup",), "line-dedup": ("line-dedup",)}
COMMANDS |= {"tokenize": ("tokenize",)}
COMMON = ("input", "output", "recipe", "set_", "runner", "workers", "address", "sources", "rebuild", "report")
SCALARS = (int, float, bool, str)
FromRecipe = Annotated[
    str | None, typer.Option("--recipe", help="take the stage's settings from this recipe; options override it")
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=TOML", help="any setting, as TOML: --set 'rules=[{use=\"length\"}]'"),
]


def add_stage_commands(app: typer.Typer) -> None:
    """Add one command for each entry of COMMANDS."""
    for name, stages in COMMANDS.items():
        app.command(name=name, help=_help(STAGES[name]))(_command(name, [STAGES[stage] for stage in stages]))


def _help(stage: Stage) -> str:
    return stage.doc.partition("\nArgs:")[0].strip()


def _command(name: str, stages: list[Stage]) -> Any:  # noqa: ANN401 - typer reads the signature that is set below
    def command(**given: Any) -> None:  # noqa: ANN401 - typer passes what the signature says
        common = {key: given.pop(key) for key in COMMON if key in given}
        uses = _uses(stages, common["recipe"], common["set_"] or [], given)
        _run(name, uses, common)

    parameters = [
        *(_parameter(*entry) for entry in (("input", Input), ("output", Output))),
        *(
            _parameter(*entry)
            for entry in (("recipe", FromRecipe, None), ("set_", Set, None), ("runner", RunnerName, "ray"))
        ),
        *(_parameter(*entry) for entry in (("workers", Workers, None), ("address", Address, "local"))),
        *(_parameter(*entry) for entry in (("rebuild", Rebuild, False), ("report", Report, True))),
        *([_parameter("sources", Sources, None)] if name == "extract" else []),
        *(_flag(stage, setting) for stage in stages for setting in stage.settings.values() if _is_flag(setting)),
    ]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # functions carry attributes
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def _parameter(name: str, annotation: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:  # noqa: ANN401 - as inspect has it
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _is_flag(setting: Setting) -> bool:
    """Scalars, which may be unset, and choices become options; lists and tables are given with --set."""
    origin = get_origin(setting.annotation)
    kinds = get_args(setting.annotation) if origin in (Union, UnionType) else (setting.annotation,)
    return all(kind in (*SCALARS, NoneType) or get_origin(kind) is Literal for kind in kinds)


def _flag(stage: Stage, setting: Setting) -> inspect.Parameter:
    """Return the option for one setting; unset means: as the recipe or the default says."""
    default = f" [default: {setting.default}]" if setting.default not in ("", None) else ""
    words = setting_docs(stage)[setting.name] + default
    name = setting.name.replace("_", "-")
    names = f"--{name}/--no-{name}" if setting.annotation is bool else f"--{name}"
    option = typer.Option(names, help=words, show_default=False)
    return _parameter(setting.name, Annotated[setting.annotation | None, option], None)


def _uses(stages: list[Stage], recipe: str | None, texts: list[str], flags: dict[str, Any]) -> tuple[StageUse, ...]:
    """Return the uses of a command's stages; a setting that none of them has is refused by the last."""
    given = {key: value for text in texts for key, value in _toml(text).items()}
    given |= {key: value for key, value in flags.items() if value is not None}
    unknown = given.keys() - {name for stage in stages for name in stage.settings}
    shares = [{key: given[key] for key in given if key in stage.settings} for stage in stages]
    shares[-1] |= {key: given[key] for key in unknown}
    return tuple(_use(stage, recipe, share) for stage, share in zip(stages, shares, strict=True))


def _use(stage: Stage, recipe: str | None, given: dict[str, Any]) -> StageUse:
    settings: dict[str, Any] = {}
    if recipe:
        found = [use for use in load_recipe(recipe).stages if use.name == stage.name]
        if not found:
            raise RecipeError(f"recipe {recipe} has no stage {stage.name}")
        settings = dict(found[0].settings)
    return StageUse(stage.name, stage.check(settings | given))


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(
            f"--set {text} is not KEY=TOML: {error}; quote strings inside: --set 'mode=\"fast\"'"
        ) from error


def _run(name: str, uses: tuple[StageUse, ...], common: dict[str, Any]) -> None:
    chosen = load_recipe(common["recipe"]) if common["recipe"] else None
    recipe = Recipe(name, f"stage {name} alone", uses, dict(chosen.deliver if chosen else DELIVER))
    settings = {"rebuild": common["rebuild"], "reporter": Reporter()}
    with open_runner(common["runner"], common["workers"], common["address"]) as runner:
        if uses[0].name == "read":
            recipe = with_sources(replace(recipe, sources=chosen.sources if chosen else ()), common["sources"])
            sources = find_sources(common["input"])
            refuse_unfit(common["address"], uses, sources, common["output"])
            run_recipe(recipe, sources, common["output"], runner, **settings)
        else:
            state = state_of(common["input"])
            check_order((*state.done, *uses), f"yurai {name}")
            if state.done:  # of Parquet files nobody knows what was measured
                check_measures((*state.done, *uses), f"yurai {name}")
            refuse_unfit(common["address"], uses, [], common["output"])
            continue_tree(uses, state, recipe, common["output"], runner, **settings)
        ended = end_run(common["output"], runner, Reporter(), report=common["report"], rebuild=common["rebuild"])
    views.summary(ended, common["output"], report=common["report"])
