"""Define `yurai submit`, which runs a recipe as a job and retries it, and `yurai doctor`, which examines every node."""

import inspect
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, get_type_hints

import typer
from typer.models import OptionInfo

from yurai.cli.options import Allow, Base
from yurai.cli.run_command import run
from yurai.sources.places import COMMON_CRAWL
from yurai.sources.selection.coalesce import READING

NOT_SHIPPED = ("runner", "address")
"""Options of `run` that `submit` decides itself."""
PATHS = ("--input", "--output")
RETRIES = 5
SUBMIT = """Have a Ray cluster run a recipe as a job, and start it again when the job or the head dies.

The same call again follows the job that runs, or resumes. Every node is examined before work begins.
"""
CARRIED = ("recipe", "sources")
"""Files of `run` that travel with the job."""
JOB_SERVER = ("http://", "https://")
Server = Annotated[str, typer.Option("--address", help="the head's dashboard and job server: http://HOST:8265")]
Retries = Annotated[
    int, typer.Option("--retries", min=0, help="how often the job is started again when it or the head is lost")
]
Cluster = Annotated[
    str, typer.Option("--address", help="HOST:PORT of a Ray cluster, or http://HOST:8265; local: this machine alone")
]


def _submit_command(run: Callable[..., None]) -> Callable[..., None]:
    """Return a command that takes the options of `run`, whatever they are, and passes them on."""
    hints = get_type_hints(run, include_extras=True)
    taken = [one for one in inspect.signature(run).parameters.values() if one.name not in NOT_SHIPPED]
    own = [_keyword(one.name, hints[one.name], one.default) for one in taken]
    extra = [_keyword("address", Server, inspect.Parameter.empty), _keyword("retries", Retries, RETRIES)]

    def submit(**given: Any) -> None:  # noqa: ANN401 - typer passes what the signature says
        changed = [one for one in own if one.name not in CARRIED and given[one.name] != one.default]
        arguments = [word for one in changed for word in _words(one, given[one.name])]
        carried = _carried(given["recipe"], given.get("sources"))
        output = _spelled("--output", given["output"])
        _ship("run", carried, arguments, output, given["address"], retries=given["retries"])

    submit.__doc__ = SUBMIT
    submit.__signature__ = inspect.Signature([*own, *extra])  # type: ignore[attr-defined] # functions carry attributes
    submit.__annotations__ = {one.name: one.annotation for one in [*own, *extra]}
    return submit


def _keyword(name: str, annotation: object, default: object) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _words(one: inspect.Parameter, value: object) -> list[str]:
    """Return the option as it is typed."""
    info: OptionInfo = one.annotation.__metadata__[-1]
    name = info.default if isinstance(info.default, str) else f"--{one.name.replace('_', '-')}"
    if isinstance(value, bool):
        on, _, off = name.partition("/")
        return [on if value else off]
    return [word for each in (value if isinstance(value, list) else [value]) for word in (name, _spelled(name, each))]


def _spelled(option: str, value: object) -> str:
    """Spell a path out, since a job runs in another folder; URLs and other values stay as they are."""
    text = str(value)
    if option == "--side":
        name, equals, path = text.partition("=")
        return f"{name}{equals}{_spelled('--input', path)}" if path else text
    return text if option not in PATHS or "://" in text else str(Path(text).absolute())


def _carried(recipe: str, sources: str | None) -> str:
    """Return the checked recipe as TOML, with the tables of --sources in it: nodes need not see either file."""
    from yurai.run.recipe import load_recipe, shipped, with_sources

    with_sources(load_recipe(recipe), sources)
    paths = [shipped().get(recipe) or Path(recipe), *([Path(sources)] if sources else [])]
    return "\n".join(path.read_text("utf-8") for path in paths)


def _ship(command: str, recipe: str | None, arguments: list[str], output: str, address: str, *, retries: int) -> None:
    """Have `yurai COMMAND` run as a job of the cluster whose job server is at `address`."""
    from yurai.engine.typed import typed_call
    from yurai.ray.submit import Job, entrypoint, submit
    from yurai.run.recipe import make_recipe
    from yurai_manifests.canonical import fingerprint

    value = tomllib.loads(recipe) if recipe else {}
    call = fingerprint({"recipe": make_recipe(value, where="recipe").json() if value else {}, "arguments": arguments})
    folder, words = typed_call()
    line = entrypoint(command, recipe, arguments, (folder, *words) if words else ())
    submit(Job(f"yurai-{command}", output, call, line), address, retries)


def doctor(
    recipe: Annotated[
        str | None, typer.Argument(metavar="RECIPE", help="also check the models that this recipe names")
    ] = None,
    input: Annotated[  # noqa: A002 - the option's name
        list[str] | None, typer.Option("--input", help="have every node read the first of these inputs")
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", help="have every node read what all others write to this folder or URL")
    ] = None,
    address: Cluster = "local",
    base: Base = COMMON_CRAWL,
    allow: Allow = None,
    format: Annotated[  # noqa: A002 - the option's name
        Literal["text", "json"], typer.Option(help="text for people, json for programs")
    ] = "text",
) -> None:
    """Examine every node of a cluster: same code, data in reach, output shared; exit 1 if one cannot take part.

    Without --address it examines this machine. Every run on a cluster begins with the same examination.
    """
    from yurai.api.fitness import asked, examined
    from yurai.run.doctor import failures, view
    from yurai.run.recipe import load_recipe
    from yurai.sources.find import find_sources
    from yurai.terminal import put_json

    if address.startswith(JOB_SERVER):
        given = {
            "input": input,
            "output": output,
            "base": base if base != COMMON_CRAWL else "",
            "allow": allow,
            "format": format,
        }
        pairs = [(f"--{name}", value) for name, value in given.items() if value]
        arguments = [
            word
            for option, value in pairs
            for each in (value if isinstance(value, list) else [value])
            for word in (option, _spelled(option, each))
        ]
        _doctor_job(recipe, arguments, address)
        return
    stages = load_recipe(recipe).stages if recipe else ()
    sources = find_sources(input, base=base, allow=allow or (), reading=READING) if input else []
    checks = examined(address, asked(stages, sources, _spelled("--output", output) if output else ""))
    if format == "json":
        put_json(view.as_json(checks))
    else:
        view.show(checks)
    raise typer.Exit(1 if failures(checks) else 0)


def _doctor_job(recipe: str | None, arguments: list[str], address: str) -> None:
    """Examine from within: who can reach the job server alone cannot join the cluster."""
    from yurai.ray.submit import JobFailedError

    try:
        _ship("doctor", _carried(recipe, None) if recipe else None, arguments, "", address, retries=0)
    except JobFailedError as error:
        if error.code == 1:
            raise typer.Exit(1) from error
        raise


submit = _submit_command(run)
"""The command."""
