"""Define the command line: which commands there are, what all of them take, and how a wrong call ends."""

import io
import sys
import traceback
from collections.abc import Callable
from types import TracebackType
from typing import Annotated, cast

import typer

from yurai.cli.arguments import spread_inputs
from yurai.cli.commands import Commands
from yurai.engine.typed import typed
from yurai.terminal import logged, logging_json, put, tell, tell_lines, warn
from yurai_manifests.plugins import tell_broken
from yurai_manifests.visible import escaped

app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
WRONG_CALL = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[2])
"""What typer raises for any wrong call: ClickException, of click or, since typer brings its own, of typer."""


def _version(wanted: bool) -> None:
    if wanted:
        from yurai import __version__

        put(f"yurai {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_version, is_eager=True, help="print the version")
    ] = False,
) -> None:
    """Build LLM pretraining corpora from web crawls; every token can say where it came from."""


def call(arguments: list[str]) -> None:
    """Run the command line with these arguments, the commands of other packages included."""
    tell_broken(warn)
    try:
        with typed(("yurai", *arguments)):
            code = app(spread_inputs(arguments), standalone_mode=False)
    except WRONG_CALL as error:
        code = _tell_wrong_call(error, arguments)
    except typer.Abort:
        tell("Aborted!", "interrupted")
        code = 1
    except Exception:
        sys.excepthook = _trace_teller(as_log=logged())  # the one that typer has set prints text as it is
        raise
    raise SystemExit(code if isinstance(code, int) else 0)


def _tell_wrong_call(error: typer.BadParameter, arguments: list[str]) -> int:
    """Tell what is wrong with a call and return the exit code; typer quotes the call, names that a glob found too."""
    words, text = error.format_message(), io.StringIO()
    error.show(text)
    plain = escaped(words) if any("\n" in argument for argument in arguments) else words
    shown = text.getvalue().replace(words, plain).expandtabs().rstrip("\n")
    tell_lines(shown, "error", error=type(error).__name__)
    return error.exit_code


def _trace_teller(*, as_log: bool) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """Return what tells of an error that is a bug, as Python does."""

    def tell_trace(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        with logging_json(on=as_log):
            tell_lines("".join(traceback.format_exception(kind, error, trace)).rstrip("\n"), "bug")

    return tell_trace
