"""Define the options that several commands share."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

import typer

from yurai.cli.paths import check_allowed, check_inputs, check_output
from yurai.engine.engine import Runner
from yurai.engine.local import LocalRunner
from yurai.engine.process import InterruptedBySignalError
from yurai_manifests.errors import RecipeError

Input = Annotated[
    list[str],
    typer.Option(
        "--input",
        help="file, folder, glob, path list (.paths.gz) or fsspec URL; may be repeated",
        callback=check_inputs,
    ),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="PLACE",
        help="scheme://host/path/ that a list from elsewhere and a redirect may reach too; may be repeated",
        callback=check_allowed,
    ),
]
Sources = Annotated[
    str | None, typer.Option("--sources", help="TOML file of [[source]] tables: columns, licence of JSONL, Parquet")
]
Side = Annotated[
    list[str] | None,
    typer.Option(
        "--side",
        metavar="NAME=PATH",
        help="files to read beside the input, in no total: robots=PATH, archives of robots.txt; may be repeated",
    ),
]
Output = Annotated[str, typer.Option("--output", help="folder or fsspec URL to write to", callback=check_output)]
RunnerName = Annotated[
    Literal["ray", "local"], typer.Option("--runner", help="ray: a cluster, by default one started here; local: no Ray")
]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="tasks at a time; default all CPUs (ray), 1 (local)")
]
Address = Annotated[
    str,
    typer.Option(
        "--address",
        help="HOST:PORT of a Ray cluster; job: the one this runs on as a job; local starts one for this run",
    ),
]
Report = Annotated[bool, typer.Option("--report/--no-report", help="write OUT/report/index.html at the end")]
Rebuild = Annotated[bool, typer.Option("--rebuild", help="redo what a changed recipe or input makes different")]


SIDE_NAME = re.compile(r"[a-z][a-z-]*=")


def spread_inputs(arguments: list[str]) -> list[str]:
    """Let --input and --side take several values, as a shell's glob gives them: each gets an option of its own.

    A value of --side that begins with no `NAME=` has the name of the one before it.
    """
    spread: list[str] = []
    taking = named = ""
    for argument in arguments:
        value = argument
        if argument.startswith("-"):
            taking, named = (argument if argument in ("--input", "--side") else ""), ""
        elif taking:
            if spread[-1] != taking:
                spread.append(taking)
            name = SIDE_NAME.match(argument) if taking == "--side" else None
            named = name[0] if name else named
            value = argument if name else f"{named}{argument}"
        spread.append(value)
    return spread


@contextmanager
def open_runner(name: str, workers: int | None, address: str) -> Iterator[Runner]:
    """Start the runner and close it again; Ctrl-C and SIGTERM lose the tasks in flight and nothing else."""
    runner: Runner
    if name == "local":
        if address != "local":
            raise RecipeError("--address belongs to --runner ray")
        runner = LocalRunner(workers or 1)
    else:
        from yurai.ray import RayRunner  # noqa: PLC0415 - importing Ray takes a second that other commands need not pay

        runner = RayRunner(workers, address)
    try:
        yield runner
    except (KeyboardInterrupt, InterruptedBySignalError):
        runner.close(at_once=True)
        raise
    finally:
        runner.close()
