"""Add the commands that other packages bring: functions that their entry points in group `yurai.commands` name."""

from collections.abc import Callable
from typing import cast

import typer

from yurai_manifests.errors import RecipeError
from yurai_manifests.plugins import load_entry_points, who

ENTRY_POINTS = "yurai.commands"


def add_plugin_commands(app: typer.Typer) -> None:
    """Add each function under the name of its entry point; its parameters become options as typer reads them.

    Raises:
        RecipeError: one cannot be loaded, is no function, or has the name of a command that is there.
    """
    taken = {command.name: command.callback for command in app.registered_commands}
    taken |= {group.name: None for group in app.registered_groups}
    for point, loaded in load_entry_points(ENTRY_POINTS):
        if point.name in taken and taken[point.name] is loaded:
            continue
        if point.name in taken:
            raise RecipeError(f"{who(point)}: there is a command {point.name}; rename one, or uninstall it")
        if not callable(loaded):
            raise RecipeError(f"{who(point)} names no function; repair or uninstall that package")
        app.command(name=point.name)(cast("Callable[..., object]", loaded))
