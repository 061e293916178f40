"""Mend the words of a call before they are read."""


def spread_inputs(arguments: list[str]) -> list[str]:
    """Let one --input take several values, as a shell's glob gives them: each gets an --input of its own."""
    spread: list[str] = []
    taking = False
    for argument in arguments:
        if argument.startswith("-"):
            taking = argument == "--input"
        elif taking and spread[-1] != "--input":
            spread.append("--input")
        spread.append(argument)
    return spread
