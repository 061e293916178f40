"""Find the command that a call names, and import its code alone: a call pays for what it uses.

`PLACES` names the commands in the order in which help lists them. What help says of each stands in summaries.json, and
of the options of stages in stages.json; `python -m yurai.cli.reference` writes both. Other packages
add commands by entry points in group `yurai.commands`, and stages in group `yurai.stages`.
"""

import difflib
import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import typer
from typer.core import TyperGroup

from yurai_manifests.errors import RecipeError
from yurai_manifests.plugins import load_point, points_of, who

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from typer.core import TyperCommand

Function = Callable[..., object]
Loaded = Mapping[str, "Function | typer.Typer"]
ENTRY_POINTS = "yurai.commands"
STAGES: Final = "yurai.stages"
SUMMARIES: Final = Path(__file__).with_name("summaries.json")
BARE: Final = {"add_completion": False, "pretty_exceptions_enable": False, "rich_markup_mode": None}


def _running() -> Loaded:
    from yurai.cli.run_command import demo, run

    return {"run": run, "demo": demo}


def _choosing() -> Loaded:
    from yurai.cli.select_records_command import select_records

    return {"select-records": select_records}


def _planning() -> Loaded:
    from yurai.cli.plan_command import plan

    return {"plan": plan}


def _looking() -> Loaded:
    from yurai.cli.tree_commands import audit, digest, explain_page, export_run, sample_pages

    looking: Loaded = {"audit": audit, "sample": sample_pages, "digest": digest}
    return {**looking, "explain": explain_page, "export": export_run}


def _asking() -> Loaded:
    from yurai.cli.query_command import query

    return {"query": query}


def _reporting() -> Loaded:
    from yurai.cli.report_command import report

    return {"report": report}


def _serving() -> Loaded:
    from yurai.cli.serve_command import serve

    return {"serve": serve}


def _comparing() -> Loaded:
    from yurai.cli.diff_command import diff

    return {"diff": diff}


def _inquiring() -> Loaded:
    from yurai.cli.inquire_command import inquire

    return {"inquire": inquire}


def _telling() -> Loaded:
    from yurai.cli.history_command import history

    return {"history": history}


def _tracing() -> Loaded:
    from yurai.cli.trace_commands import index, trace

    return {"index": index, "trace": trace}


def _of_orders() -> Loaded:
    from yurai.cli.order_commands import export_order, meta

    return {"export-order": export_order, "meta": meta}


def _listing() -> Loaded:
    from yurai.cli.list_command import list_names

    return {"list": list_names}


def _watching() -> Loaded:
    from yurai.cli.status_command import status

    return {"status": status}


def _stages() -> Loaded:
    from yurai.cli.stage_commands import stage_commands

    return stage_commands()


def _of_clusters() -> Loaded:
    from yurai.cli.cluster_commands import doctor, submit

    return {"submit": submit, "doctor": doctor}


def _proving() -> Loaded:
    from yurai.cli.proof_commands import prove, sign, verify

    return {"sign": sign, "verify": verify, "prove": prove}


def _taking_down() -> Loaded:
    from yurai.cli.takedown_command import takedown

    return {"takedown": takedown}


def _collecting() -> Loaded:
    from yurai.cli.gc_command import gc

    return {"gc": gc}


def _reproducing() -> Loaded:
    from yurai.cli.reproduce_commands import reproduce_sample

    return {"reproduce": reproduce_sample}


def _ordering() -> Loaded:
    from yurai.cli.pack_command import pack
    from yurai.cli.step_command import step

    return {"pack": pack, "step": step}


def _releasing() -> Loaded:
    from yurai.cli.release_commands import release_tree, restore_texts

    return {"release": release_tree, "restore": restore_texts}


def _rights() -> Loaded:
    from yurai.cli.rights_commands import policy, rights

    return {"policy": policy, "rights": rights}


def _recipes() -> Loaded:
    from yurai.cli.recipe_commands import recipe

    return {"recipe": recipe}


def _personal_data() -> Loaded:
    from yurai.cli.pii_commands import pii

    return {"pii": pii}


def _tokenizers() -> Loaded:
    from yurai.cli.tokenizer_commands import tokenizer

    return {"tokenizer": tokenizer}


def _classifiers() -> Loaded:
    from yurai.cli.classifier_commands import classifier

    return {"classifier": classifier}


STAGE_NAMES: Final = (
    *(
        "extract",
        "language",
        "redact",
        "measure",
        "classify",
        "perplexity",
        "filter",
        "dedup",
        "line-dedup",
        "near-dedup",
    ),
    *("decontaminate", "threshold", "select", "tokenize"),
)
PLACES: Final[Mapping[str, Callable[[], Loaded]]] = {
    "run": _running,
    "plan": _planning,
    "select-records": _choosing,
    "demo": _running,
    "status": _watching,
    **dict.fromkeys(("audit", "sample", "digest", "explain"), _looking),
    "query": _asking,
    "report": _reporting,
    "serve": _serving,
    "diff": _comparing,
    "inquire": _inquiring,
    **dict.fromkeys(("index", "trace"), _tracing),
    "history": _telling,
    "list": _listing,
    "export": _looking,
    **dict.fromkeys(("export-order", "meta"), _of_orders),
    **dict.fromkeys(("sign", "verify", "prove"), _proving),
    "reproduce": _reproducing,
    "takedown": _taking_down,
    "gc": _collecting,
    **dict.fromkeys(("pack", "step"), _ordering),
    **dict.fromkeys(("release", "restore"), _releasing),
    **dict.fromkeys(("policy", "rights"), _rights),
    "pii": _personal_data,
    **dict.fromkeys(STAGE_NAMES, _stages),
    **dict.fromkeys(("submit", "doctor"), _of_clusters),
    "tokenizer": _tokenizers,
    "classifier": _classifiers,
    "recipe": _recipes,
}
"""What imports each command, and those of the same module."""


def load(name: str) -> Function | typer.Typer:
    """Import a command of ours; raises KeyError where `name` is none."""
    return PLACES[name]()[name]


def as_command(name: str, loaded: Function | typer.Typer) -> "TyperCommand | TyperGroup":
    """Return the command that typer makes of a function, or of an app."""
    app = loaded
    if not isinstance(app, typer.Typer):
        app = typer.Typer(**BARE)  # type: ignore[arg-type] # a dict of several types
        app.command(name=name)(cast("Function", loaded))
    made = typer.main.get_command(app)
    made.name = name
    return cast("TyperCommand | TyperGroup", made)


@functools.cache
def summaries() -> dict[str, str]:
    """What help says of each command of ours."""
    return cast("dict[str, str]", json.loads(SUMMARIES.read_text("utf-8")))


def brought() -> dict[str, "EntryPoint"]:
    """Return the commands of other packages by name; a name of ours stays ours."""
    return {point.name: point for point in points_of(ENTRY_POINTS) if point.name not in PLACES}


def stages_brought() -> dict[str, str]:
    """Return the stages of other packages that have a command, each with its summary."""
    if not points_of(STAGES):
        return {}
    import yurai.stages  # noqa: F401 - importing declares them
    from yurai.declare.stage import in_order

    return {one.name: one.doc.partition("\n")[0] for one in in_order() if one.command and one.name not in PLACES}


def _command_brought(name: str) -> Function:
    """Return the command of a stage of another package."""
    from yurai.cli.stage_commands import command_of
    from yurai.declare.stage import STAGES

    return command_of(STAGES[name])


class Commands(TyperGroup):
    """All commands, none of them imported before it is called."""

    def list_commands(self, _: object) -> list[str]:
        """Names of all commands, those of other packages last."""
        return [*PLACES, *stages_brought(), *brought()]

    def get_command(self, _: object, name: str) -> Any:  # noqa: ANN401 - typer's own class, which it does not export
        """Import the command `name`; None where there is none.

        Raises:
            RecipeError: a package brings it, and it cannot be loaded, is no function, or has a name that is taken.
        """
        if name in PLACES:
            return as_command(name, load(name))
        if point := brought().get(name):
            loaded = load_point(point)
            if not callable(loaded):
                raise RecipeError(f"{who(point)} names no function; repair or uninstall that package")
            return as_command(name, loaded)
        if name in stages_brought():
            return as_command(name, _command_brought(name))
        return None

    def format_commands(self, _: object, formatter: Any) -> None:  # noqa: ANN401 - as above
        """List the commands, each with what it does."""
        others = [(point.name, _of_package(point)) for point in points_of(ENTRY_POINTS)]
        rows = [*summaries().items(), *stages_brought().items(), *others]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # noqa: ANN401 - as above
        """Find the command of a call, and name the nearest where there is none."""
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            near = difflib.get_close_matches(name, self.list_commands(ctx), n=1)
            ctx.fail(f"No such command {name!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)


def _of_package(point: "EntryPoint") -> str:
    """Say who brings a command; of one whose name is taken, that it cannot be called."""
    owner = f"of package {point.dist.name if point.dist else '(unknown)'}"
    return f"{owner}: cannot be called, as Yurai has a command of this name" if point.name in PLACES else owner
