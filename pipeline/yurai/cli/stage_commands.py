"""Make one command for each stage: `yurai extract`, `yurai language` ...

Each maps an output tree (or Parquet files in the DOCUMENT schema) to an output tree; the chain of all commands gives
the digest of the fused run.
"""

import inspect
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from yurai.cli.options import (
    Address,
    Allow,
    AllowEmpty,
    Input,
    KeepWork,
    LogFormat,
    Output,
    Quiet,
    Rebuild,
    Report,
    RequestsInFlight,
    RequestsPerSecond,
    RunnerName,
    Side,
    Sources,
    SplitSize,
    Strict,
    Verbose,
    Workers,
)
from yurai.cli.stage_options import TREES, StageCommand, StageOption, described, read
from yurai.sources.parts.part import SPLIT
from yurai_manifests.errors import RecipeError

if TYPE_CHECKING:
    from yurai.declare.stage import AnyStage
    from yurai.engine.use import AnyUse

RUNNING = ("runner", "workers", "address", "rebuild", "keep_work", "report")
BUDGET = ("requests_per_second", "requests_in_flight")
COMMON = ("input", "output", "recipe", "set_", "sources", "side", "allow", "split_size", *BUDGET, *RUNNING)
READING = {"extract": ("sources", "side", "allow", "split_size", *BUDGET), "select": ("side", "allow", *BUDGET)}
"""Which stages read files beside the rows of their input, and the options that say which."""
OF_READING = {
    "sources": Sources,
    "side": Side,
    "allow": Allow,
    "split_size": SplitSize,
    "requests_per_second": RequestsPerSecond,
    "requests_in_flight": RequestsInFlight,
}
DEFAULTS = {"split_size": SPLIT}
"""Of those options, what is not None where nobody says."""
ENDING = ("allow_empty", "strict", "quiet")
SAYING = ("quiet", "verbose", "log_format")
FromRecipe = Annotated[
    str | None, typer.Option("--recipe", help="take the stage's settings from this recipe; options override it")
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=TOML", help="any setting, as TOML: --set 'rules=[{use=\"length\"}]'"),
]


def stage_commands() -> dict[str, Callable[..., None]]:
    """Return the function of the command of each stage of ours that has one; the stages are not imported."""
    return {one.name: _named(one) for one in read()}


def command_of(stage: "AnyStage") -> Callable[..., None]:
    """Return the function of the command that a stage declares."""
    return _named(described(stage))


def _named(said: StageCommand) -> Callable[..., None]:
    command = _command(said)
    command.__name__, command.__doc__ = said.name.replace("-", "_"), said.doc
    return command


def _command(said: StageCommand) -> Callable[..., None]:
    def command(**given: Any) -> None:  # noqa: ANN401 - typer passes what the signature says
        common = {key: given.pop(key) for key in (*COMMON, *ENDING, *SAYING) if key in given}
        uses = _uses(_stages(said.stages), common["recipe"], common["set_"] or [], given)
        _run(said.name, uses, common)

    parameters = [
        *(_parameter(*entry) for entry in (("input", Input), ("output", Output))),
        *(
            _parameter(*entry)
            for entry in (("recipe", FromRecipe, None), ("set_", Set, None), ("runner", RunnerName, "ray"))
        ),
        *(_parameter(*entry) for entry in (("workers", Workers, None), ("address", Address, "local"))),
        *(
            _parameter(*entry)
            for entry in (("rebuild", Rebuild, False), ("keep_work", KeepWork, False), ("report", Report, True))
        ),
        *(_parameter(*entry) for entry in (("allow_empty", AllowEmpty, False), ("strict", Strict, False))),
        *(
            _parameter(*entry)
            for entry in (("quiet", Quiet, False), ("verbose", Verbose, False), ("log_format", LogFormat, "text"))
        ),
        *(_parameter(option, OF_READING[option], DEFAULTS.get(option)) for option in READING.get(said.name, ())),
        *(_flag(option) for option in said.options),
    ]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined] # functions carry attributes
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def _parameter(name: str, annotation: object, default: object = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _flag(said: StageOption) -> inspect.Parameter:
    metavar = "TREE" if said.name == TREES else None
    option = typer.Option(said.flag, help=said.help, show_default=False, metavar=metavar)
    return _parameter(said.name, Annotated[said.annotation, option], None)


def _stages(names: Sequence[str]) -> "list[AnyStage]":
    import yurai.stages  # noqa: F401 - importing declares them
    from yurai.declare.stage import STAGES

    return [STAGES[name] for name in names]


def _uses(
    stages: "Sequence[AnyStage]", recipe: str | None, texts: Sequence[str], flags: Mapping[str, object]
) -> "tuple[AnyUse, ...]":
    """Return the uses of a command's stages; a setting that none of them has is refused by the last."""
    given: dict[str, object] = {key: value for text in texts for key, value in _toml(text).items()}
    given |= {key: value for key, value in flags.items() if value not in (None, [])}
    unknown = given.keys() - {name for stage in stages for name in stage.options}
    shares = [{key: given[key] for key in given if key in stage.options} for stage in stages]
    shares[-1] |= {key: given[key] for key in unknown}
    return tuple(_use(stage, recipe, share) for stage, share in zip(stages, shares, strict=True))


def _use(stage: "AnyStage", recipe: str | None, given: Mapping[str, object]) -> "AnyUse":
    from yurai.run.recipe import load_recipe

    settings: dict[str, object] = {}
    if recipe:
        uses = [use for use in load_recipe(recipe).stages if use.name == stage.name]
        if not uses:
            raise RecipeError(f"recipe {recipe} has no stage {stage.name}")
        settings = {name: getattr(uses[0].settings, name) for name in stage.options}
    return stage.use(settings | dict(given))


def _toml(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(
            f"--set {text} is not KEY=TOML: {error}; quote strings inside: --set 'mode=\"fast\"'"
        ) from error


def _run(name: str, uses: "tuple[AnyUse, ...]", common: dict[str, Any]) -> None:
    from yurai.api.work import Reach, Work
    from yurai.cli.ending import end, reporter
    from yurai.run.recipe import DELIVER, Recipe, load_recipe, with_sources
    from yurai_manifests.web_budget import Limits

    chosen = load_recipe(common["recipe"]) if common["recipe"] else None
    recipe = Recipe(name, f"stage {name} alone", uses, dict(chosen.deliver if chosen else DELIVER))
    recipe = replace(recipe, side=chosen.side if chosen and "side" in common else {})
    reach = Reach(common.get("side") or (), allow=common.get("allow") or ())
    shown = reporter(**{name: common[name] for name in SAYING})
    limits = Limits(common.get("requests_per_second"), common.get("requests_in_flight"))
    split = common.get("split_size", SPLIT)
    work = Work(**{name: common[name] for name in ("output", *RUNNING)}, reporter=shown, limits=limits, split=split)
    if uses[0].name == "read":
        recipe = with_sources(replace(recipe, sources=chosen.sources if chosen else ()), common["sources"])
        ended = work.run(recipe, common["input"], reach)
    else:
        ended = work.go_on(recipe, common["input"], reach)
    end(ended, common["output"], report=common["report"], **{name: common[name] for name in ENDING})
