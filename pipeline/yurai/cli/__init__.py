"""The command line of Yurai."""

import atexit
import os
import sys
from typing import NoReturn

from yurai.engine.process import InterruptedBySignalError, interrupt_on_signals
from yurai.terminal import logged, logging_json, tell
from yurai.terminal.log import asked_for
from yurai_manifests.errors import RecipeError, YuraiError
from yurai_manifests.faults import storage_error


def main() -> None:
    """Run the command line; trouble of the program is one line that says what to do, and exit code 2.

    A package that cannot be loaded is such trouble too, so the commands are imported inside.
    """
    with logging_json(on=asked_for(sys.argv)):
        _main()


def _main() -> None:
    try:
        if sys.flags.optimize > 1:
            raise RecipeError("Python runs without docstrings (-OO or PYTHONOPTIMIZE=2), which hold the help; unset it")
        from yurai.cli.app import call

        call(sys.argv[1:])
    except YuraiError as error:
        _end_with(error)
    except ImportError as error:
        from yurai_manifests.needed import missing_package

        missing = missing_package(error)
        if missing is None:
            raise
        _end_with(missing)
    except OSError as error:  # of what no store guards: inputs, the machine's own limits
        _end_with(storage_error("go on with", str(error.filename or "what was asked for"), error))


def _end_with(error: YuraiError) -> NoReturn:
    kind = type(error).__name__
    tell(str(error) if logged() else f"{kind}: {error}", "error", error=kind)
    raise SystemExit(2) from error


def script() -> NoReturn:
    """Run the command line as a process of its own, and end the process once all is done.

    A thread of Arrow's pool that lets go of a Python buffer while the interpreter ends takes the whole process with it
    (`~PyBuffer` asks for the GIL, which ends the thread inside a destructor: std::terminate, SIGABRT; seen once in some
    hundred commands on a loaded machine). Reads of ours decode in their own thread (`use_threads=False`), others may
    not. So what Python has registered for the end runs here, and no destructor does.
    """
    code = 0
    interrupt_on_signals()
    try:
        main()
    except InterruptedBySignalError as end:
        with logging_json(on=asked_for(sys.argv)):
            tell("interrupted; run the same command again to resume", "interrupted")
        code = int(end.code or 0)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    atexit._run_exitfuncs()  # noqa: SLF001 - Python has no other name for it
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
