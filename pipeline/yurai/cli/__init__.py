"""The command line of Yurai."""

import atexit
import os
import sys
from typing import NoReturn

from yurai_manifests.errors import YuraiError


def main() -> None:
    """Run the command line; trouble of the program is one line that says what to do, and exit code 2.

    A package that cannot be loaded is such trouble too, so the commands are imported inside.
    """
    try:
        from yurai.cli.app import call  # noqa: PLC0415 - see above

        call(sys.argv[1:])
    except YuraiError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        raise SystemExit(2) from error


def script() -> NoReturn:
    """Run the command line as a process of its own, and end the process once all is done.

    Libraries in C++ abort a process that ends while threads of theirs are alive, after all work was done and written
    (seen once in six runs on a loaded machine). So what Python has registered for the end runs, and no destructor does.
    """
    code = 0
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    atexit._run_exitfuncs()  # noqa: SLF001 - Python has no other name for it
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
