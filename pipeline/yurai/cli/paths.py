"""Check --input, --output and --allow as typer hands them on, each when it is read, whichever of two is given last."""

import typer

from yurai.api.places import checked_allowed, checked_inputs, checked_output


def check_inputs(context: typer.Context, value: list[str]) -> list[str]:
    """Return the inputs; raises RecipeError as `checked_inputs` does."""
    return checked_inputs(value, context.params.get("output"))


def check_output(context: typer.Context, value: str) -> str:
    """Return the output; raises RecipeError as `checked_output` does."""
    return checked_output(value, context.params.get("input") or ())


def check_allowed(value: list[str] | None) -> list[str]:
    """Return the places that may be reached; raises RecipeError as `checked_allowed` does."""
    return checked_allowed(value or ())
