"""Mend the words of a call before they are read."""

import re

SIDE_NAME = re.compile(r"[a-z][a-z-]*=")


def spread_inputs(arguments: list[str]) -> list[str]:
    """Let --input, --published and --side take several values, as a shell's glob gives them: each gets its own option.

    A value of --side that begins with no `NAME=` has the name of the one before it.
    """
    spread: list[str] = []
    taking = named = ""
    for argument in arguments:
        value = argument
        if argument.startswith("-"):
            taking, named = (argument if argument in ("--input", "--published", "--side") else ""), ""
        elif taking:
            if spread[-1] != taking:
                spread.append(taking)
            name = SIDE_NAME.match(argument) if taking == "--side" else None
            named = name[0] if name else named
            value = argument if name else f"{named}{argument}"
        spread.append(value)
    return spread
