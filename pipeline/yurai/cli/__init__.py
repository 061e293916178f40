"""The command line of Yurai."""

import sys

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
